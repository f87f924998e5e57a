package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Targets of a population as a loss of the library reads them, {@code [blocks * samples x outputs]}, block after block,
 * where a block is a step or a spike; rows of samples with their blocks one after another are laid out so.
 */
public final class TargetRows {

    private final String loss;
    private final int outputs;
    private final int[] blocks;
    /** Memory of each size that came. */
    private final List<FloatMatrix> made = new ArrayList<>();

    /**
     * Makes the targets of a loss.
     *
     * @param loss its name in messages, with its population
     * @param blocks how many blocks there may be
     */
    public TargetRows(String loss, int outputs, int... blocks) {
        this.loss = loss;
        this.outputs = outputs;
        this.blocks = Arrays.stream(blocks).distinct().toArray();
    }

    /**
     * Lays targets out.
     *
     * @param given {@code [samples x (blocks * outputs)]}, or as the loss reads them, which is returned as it is
     * @throws IllegalArgumentException if there are none or their shape is another
     */
    public FloatMatrix of(@Nullable FloatMatrix given, int samples) {
        if (given == null) {
            throw new IllegalArgumentException(loss + " reads targets, found none, expected " + expected(samples));
        }
        for (int count : blocks) {
            if (given.columns() == outputs && given.rows() == count * samples) {
                return given;
            }
            if (given.columns() == count * outputs && given.rows() == samples) {
                return laidOut(given, count);
            }
        }
        throw new IllegalArgumentException("targets for " + loss + " are [" + given.rows() + " x " + given.columns()
                + "], expected " + expected(samples));
    }

    /** Throws unless samples of a data set have targets of a size that fits; 0 if they have none. */
    public void requireSize(String data, int size) {
        for (int count : blocks) {
            if (size == count * outputs) {
                return;
            }
        }
        throw new IllegalArgumentException(data + " has "
                + (size == 0 ? "no targets" : "targets of " + size + " values") + " for " + loss + ", expected "
                + String.join(
                        " or ",
                        Arrays.stream(blocks)
                                .mapToObj(count -> (count == 1 ? "" : count + " x ") + outputs)
                                .toList())
                + " values for each sample");
    }

    private String expected(int samples) {
        List<String> shapes = new ArrayList<>();
        for (int count : blocks) {
            shapes.add("[" + samples + " x " + count * outputs + "]");
            if (count > 1) {
                shapes.add("[" + count * samples + " x " + outputs + "]");
            }
        }
        return String.join(" or ", shapes);
    }

    private FloatMatrix laidOut(FloatMatrix given, int count) {
        int samples = given.rows();
        FloatMatrix into = rows(count * samples);
        for (int sample = 0; sample < samples; sample++) {
            for (int block = 0; block < count; block++) {
                MemorySegment.copy(
                        given.segment(),
                        given.rowOffset(sample) + (long) block * outputs * Float.BYTES,
                        into.segment(),
                        into.rowOffset(block * samples + sample),
                        (long) outputs * Float.BYTES);
            }
        }
        return into;
    }

    private FloatMatrix rows(int count) {
        for (int i = 0; i < made.size(); i++) {
            if (made.get(i).rows() == count) {
                return made.get(i);
            }
        }
        FloatMatrix fresh = FloatMatrix.zeros(count, outputs);
        made.add(fresh);
        return fresh;
    }
}
