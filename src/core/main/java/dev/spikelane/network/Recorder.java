package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.TorchLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Keeps rows of each step since the last reset: the common part of all recorders. */
abstract class Recorder<S extends Signal> implements Population.Observer {

    final int batch;
    private final int rows;
    private final Shape inOrder;
    private final IntFunction<S> memory;
    /** The recorded columns in torch's order; null for all. */
    private int @Nullable [] columns;
    /** Null before the first step or access, since neurons may be chosen until then. */
    private @Nullable S recorded;

    private int neurons;
    private double timeStep;

    Recorder(int steps, int batch, int columns, IntFunction<S> memory) {
        this.rows = rows(steps, batch);
        this.batch = batch;
        this.inOrder = Shape.of(columns);
        this.neurons = columns;
        this.memory = memory;
    }

    static int rows(int steps, int batch) {
        long rows = (long) steps * batch;
        if (steps < 1 || batch < 1 || rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("recording of " + steps + " steps of batch " + batch
                    + ", expected at least 1 of both and at most " + Integer.MAX_VALUE + " rows");
        }
        return (int) rows;
    }

    void describe(Population population, double milliseconds) {
        neurons = population.size();
        timeStep = milliseconds;
    }

    /** Restricts the recording to these neurons, each with all gates. */
    final void choose(int... which) {
        Objects.requireNonNull(which, "neurons");
        if (recorded != null) {
            throw new IllegalStateException(
                    this + " has its memory, expected of() before the first step and before the recording is read");
        }
        if (which.length == 0) {
            throw new IllegalArgumentException("no neuron is chosen, expected at least 1 of " + neurons);
        }
        for (int neuron : which) {
            Checks.index("neuron", neuron, neurons);
        }
        columns = IntStream.range(0, inOrder.size() / neurons)
                .flatMap(gate -> IntStream.of(which).map(neuron -> gate * neurons + neuron))
                .toArray();
    }

    /**
     * {@return the neuron of each column of the recording, from 0, in the order of {@code of}, else ascending, for each
     * gate}
     */
    public int[] neurons() {
        IntStream all = columns == null ? IntStream.range(0, inOrder.size()) : IntStream.of(columns);
        return all.map(column -> column % neurons).toArray();
    }

    /**
     * {@return the milliseconds of a step, for the axis of a picture; 0 if no text of the network uses {@code dt}, or
     * texts have several time steps}
     */
    public double timeStep() {
        return timeStep;
    }

    /** {@return the number of samples, at least 1} */
    public int batch() {
        return batch;
    }

    final String chosen() {
        return columns == null ? "" : Arrays.toString(columns);
    }

    final S recorded() {
        S present = recorded;
        if (present == null) {
            present = memory.apply(width());
            recorded = present;
        }
        return present;
    }

    private int width() {
        return columns == null ? inOrder.size() : columns.length;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the recording is for another batch or another number of neurons
     */
    @Override
    public void attach(int samples, int neurons) {
        if (batch != samples || inOrder.size() != neurons) {
            throw new IllegalArgumentException("recorder is for batch " + batch + " of " + inOrder.size()
                    + " neurons, expected batch " + samples + " of " + neurons);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if there is no room for the steps
     */
    @Override
    public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
        keep(firstStep, steps, needsMembranes() ? membranes : spikes, inOrder);
    }

    /** Copies rows of some steps from the inner order of a shape. */
    final void keep(long firstStep, int steps, Signal from, Shape shape) {
        S to = recorded();
        int first = firstRow(firstStep, steps);
        if (columns == null) {
            TorchLayout.copyTorch(shape, from, 0, to, first, steps * batch);
            return;
        }
        for (int i = 0; i < columns.length; i++) {
            int column = TorchLayout.placeInside(shape, columns[i]);
            for (int row = 0; row < steps * batch; row++) {
                copy(from, row, column, to, first + row, i);
            }
        }
    }

    private static void copy(Signal from, int row, int column, Signal to, int toRow, int toColumn) {
        if (from instanceof SpikeMatrix spikes) {
            ((SpikeMatrix) to).set(toRow, toColumn, spikes.get(row, column));
        } else {
            ((FloatMatrix) to).set(toRow, toColumn, ((FloatMatrix) from).get(row, column));
        }
    }

    /** Returns the first row of some steps; throws if the recording has no room for them. */
    final int firstRow(long firstStep, int steps) {
        int most = rows / batch;
        if (firstStep + steps > most) {
            throw new IllegalStateException(
                    "recorder has room for " + most + " steps, the run goes on to step " + (firstStep + steps)
                            + ", counted from the last reset, also where a state was restored; make a longer "
                            + "recorder, or reset where a new sequence begins");
        }
        return (int) firstStep * batch;
    }

    /** {@inheritDoc} Counts all steps of the recording. */
    @Override
    public long stateBytes() {
        return bytes(recorded());
    }

    @Override
    public void writeState(ByteBuffer to) {
        write(recorded(), to);
    }

    @Override
    public void readState(ByteBuffer from) {
        read(recorded(), from);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " of batch " + batch + ", [" + rows + " x " + width() + "]";
    }

    static long bytes(Signal recording) {
        return (long) recording.rows() * RowBytes.padded(recording);
    }

    static void write(Signal recording, ByteBuffer to) {
        RowBytes.write(recording, recording.rows(), RowBytes.padded(recording), RowBytes.IN_ORDER, to);
    }

    static void read(Signal recording, ByteBuffer from) {
        RowBytes.read(recording, recording.rows(), RowBytes.padded(recording), RowBytes.IN_ORDER, from);
    }
}
