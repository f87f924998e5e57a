package dev.spikelane.train.loss;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Targets in the layout of losses, {@code [blocks * samples x outputs]}, block after block. A block is a step or a
 * spike. Rows of samples, each with all its blocks, are converted to this layout.
 */
public final class TargetRows {

    private final String loss;
    private final int outputs;
    private final int[] blocks;
    private final List<FloatMatrix> made = new ArrayList<>();

    /**
     * Creates the targets of a loss.
     *
     * @param loss its name in messages, with its population
     * @param blocks the allowed numbers of blocks
     */
    public TargetRows(String loss, int outputs, int... blocks) {
        this.loss = loss;
        this.outputs = outputs;
        this.blocks = Arrays.stream(blocks).distinct().toArray();
    }

    /**
     * Converts targets to the layout of losses.
     *
     * @param given {@code [samples x (blocks * outputs)]}, or targets in the layout of losses, which are returned
     *     unchanged
     * @throws IllegalArgumentException if there are none, or they have another shape
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

    /** Throws unless a data set's target size is valid; 0 if it has none. */
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
