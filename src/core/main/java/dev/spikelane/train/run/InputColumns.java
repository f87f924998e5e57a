package dev.spikelane.train.run;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Cuts encoded rows of samples into the rows of a network's inputs, whose values are adjacent, in the order of the
 * inputs.
 */
public final class InputColumns {

    private final List<Input> inputs;
    private final int columns;

    public InputColumns(Network network) {
        this.inputs = network.inputs();
        this.columns = inputs.stream().mapToInt(input -> input.shape().size()).sum();
    }

    public int columns() {
        return columns;
    }

    public boolean isOne() {
        return inputs.size() == 1;
    }

    /**
     * Throws if samples are maps, and the only input has maps of another shape with the same size.
     *
     * @param what the name of the data in messages
     */
    public void requireMaps(Shape samples, String what) {
        Input input = inputs.getFirst();
        Shape maps = input.shape();
        if (isOne() && samples.size() == columns && samples.rank() == maps.rank() && !samples.equals(maps)) {
            throw new IllegalArgumentException(what + " has samples of shape " + samples + ", expected " + maps
                    + ", the shape of input '" + input.name() + "', or flat ones");
        }
    }

    public Map<String, Signal> allocate(Signal like) {
        Map<String, Signal> made = new LinkedHashMap<>();
        for (Input input : inputs) {
            int size = input.shape().size();
            made.put(
                    input.name(),
                    like instanceof SpikeMatrix
                            ? SpikeMatrix.zeros(like.rows(), size)
                            : FloatMatrix.zeros(like.rows(), size));
        }
        return made;
    }

    /**
     * Copies rows to the rows of the inputs.
     *
     * @throws IllegalArgumentException if the number of columns differs
     */
    public void cut(Signal rows, Map<String, Signal> into) {
        if (rows.columns() != columns) {
            throw new IllegalArgumentException("samples become " + rows.columns() + " values a step, expected "
                    + columns + ", those of the inputs "
                    + inputs.stream().map(Input::name).toList() + " side by side");
        }
        int first = 0;
        for (int i = 0; i < inputs.size(); i++) {
            Signal part = Objects.requireNonNull(into.get(inputs.get(i).name()));
            for (int row = 0; row < rows.rows(); row++) {
                if (rows instanceof FloatMatrix) {
                    MemorySegment.copy(
                            rows.segment(),
                            rows.rowOffset(row) + (long) first * Float.BYTES,
                            part.segment(),
                            part.rowOffset(row),
                            (long) part.columns() * Float.BYTES);
                } else {
                    cutSpikes(rows, first, part, row);
                }
            }
            first += part.columns();
        }
    }

    private static void cutSpikes(Signal rows, int first, Signal part, int row) {
        int shift = first % Long.SIZE;
        int last = (rows.columns() - 1) / Long.SIZE;
        for (int column = 0; column < part.columns(); column += Long.SIZE) {
            int at = (first + column) / Long.SIZE;
            long word = word(rows, row, at) >>> shift;
            if (shift > 0 && at < last) {
                word |= word(rows, row, at + 1) << -shift;
            }
            int left = part.columns() - column;
            if (left < Long.SIZE) {
                word &= (1L << left) - 1;
            }
            part.segment().set(JAVA_LONG, part.rowOffset(row) + (long) (column / Long.SIZE) * Long.BYTES, word);
        }
    }

    private static long word(Signal rows, int row, int at) {
        return rows.segment().get(JAVA_LONG, rows.rowOffset(row) + (long) at * Long.BYTES);
    }
}
