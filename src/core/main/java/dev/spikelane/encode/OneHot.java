package dev.spikelane.encode;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.encode.LabelRows;
import dev.spikelane.kernel.encode.OneHotInverse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Objects;

/**
 * One-hot coding of labels: 1, or a spike, for the class of a label, 0 for the others. Matrices are
 * {@code [batch x classes]}; methods throw an {@link IllegalArgumentException} if shapes do not fit or a label is not a
 * class, before anything is written.
 */
public final class OneHot {

    private OneHot() {}

    /**
     * Encodes labels as {@code snntorch.spikegen.to_one_hot} does. Labels below 0 are refused too.
     *
     * @param labels class numbers, one for each sample
     * @param oneHot {@code [batch x classes]}, overwritten
     * @throws IllegalArgumentException if there is not a row for each label, or a label is not a class; nothing is
     *     written then
     */
    public static void encode(int[] labels, FloatMatrix oneHot) {
        oneHot.requireShape("oneHot", labels.length, oneHot.columns());
        LabelRows.write(labels, 1, 0, oneHot, 0);
    }

    /**
     * Encodes labels as spikes.
     *
     * @param labels class numbers, one for each sample
     * @param oneHot {@code [batch x classes]}, overwritten
     * @throws IllegalArgumentException if there is not a row for each label, or a label is not a class; nothing is
     *     written then
     */
    public static void encode(int[] labels, SpikeMatrix oneHot) {
        oneHot.requireShape("oneHot", labels.length, oneHot.columns());
        LabelRows.requireClasses(labels, oneHot.columns());
        oneHot.clear();
        for (int sample = 0; sample < labels.length; sample++) {
            oneHot.set(sample, labels[sample], true);
        }
    }

    /**
     * Swaps zeros and ones, {@code inverse = (value == 0 ? 1 : 0)}, as {@code snntorch.spikegen.to_one_hot_inverse}
     * does.
     *
     * @param oneHot {@code [batch x classes]}
     * @param inverse {@code [batch x classes]}, overwritten; may be the same matrix, but not overlap otherwise
     * @throws IllegalArgumentException if shapes differ
     */
    public static void invert(FloatMatrix oneHot, FloatMatrix inverse) {
        OneHotInverse.invert(Objects.requireNonNull(oneHot, "oneHot"), inverse);
    }

    /**
     * Swaps spikes and silence.
     *
     * @param oneHot {@code [batch x classes]}
     * @param inverse {@code [batch x classes]}, overwritten; may be the same matrix, but not overlap otherwise
     * @throws IllegalArgumentException if shapes differ
     */
    public static void invert(SpikeMatrix oneHot, SpikeMatrix inverse) {
        oneHot.requireShape("oneHot", oneHot.rows(), oneHot.columns());
        inverse.requireShape("inverse", oneHot.rows(), oneHot.columns());
        int pads = oneHot.stride() * Long.SIZE - oneHot.columns();
        for (int row = 0; row < oneHot.rows(); row++) {
            for (int word = 0; word < oneHot.stride(); word++) {
                long at = oneHot.rowOffset(row) + (long) word * Long.BYTES;
                long classes = word == oneHot.stride() - 1 ? -1L >>> pads : -1L;
                inverse.segment().set(JAVA_LONG, at, ~oneHot.segment().get(JAVA_LONG, at) & classes);
            }
        }
    }

    /**
     * Decodes labels. Unlike {@code snntorch.spikegen.from_one_hot}, which returns the numbers of the rows, this
     * returns the classes, as its documentation says.
     *
     * @param oneHot {@code [batch x classes]}, with one 1 in each row
     * @param labels receives the class of each row
     * @throws IllegalArgumentException if there is not a label for each row, or a row has not exactly one 1
     */
    public static void decode(FloatMatrix oneHot, int[] labels) {
        oneHot.requireShape("oneHot", labels.length, oneHot.columns());
        for (int row = 0; row < labels.length; row++) {
            int ones = 0;
            for (int column = 0; column < oneHot.columns(); column++) {
                if (oneHot.get(row, column) == 1) {
                    labels[row] = column;
                    ones++;
                }
            }
            requireOne(row, ones);
        }
    }

    /**
     * Decodes labels from spikes.
     *
     * @param oneHot {@code [batch x classes]}, with one spike in each row
     * @param labels receives the class of each row
     * @throws IllegalArgumentException if there is not a label for each row, or a row has not exactly one spike
     */
    public static void decode(SpikeMatrix oneHot, int[] labels) {
        oneHot.requireShape("oneHot", labels.length, oneHot.columns());
        for (int row = 0; row < labels.length; row++) {
            int ones = 0;
            for (int word = 0; word < oneHot.stride(); word++) {
                long bits = oneHot.segment().get(JAVA_LONG, oneHot.rowOffset(row) + (long) word * Long.BYTES);
                if (bits != 0) {
                    labels[row] = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    ones += Long.bitCount(bits);
                }
            }
            requireOne(row, ones);
        }
    }

    private static void requireOne(int row, int ones) {
        if (ones != 1) {
            throw new IllegalArgumentException("row " + row + " has " + ones + " ones, expected 1");
        }
    }
}
