package dev.spikelane.kernel.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;

/**
 * Writes one value for the class of a label and another value for the other classes.
 *
 * <p>{@code row[sample][c] = (c == label[sample] ? correct : others)}.
 */
public final class LabelRows {

    private LabelRows() {}

    /**
     * Writes a row for each label.
     *
     * @param labels class numbers, one for each sample, at least one
     * @param correct the value of the label's class
     * @param others the value of the other classes
     * @param rows {@code [at least firstRow + samples x classes]}; one row for each label is overwritten
     * @param firstRow the first row
     * @throws IllegalArgumentException if there are too few rows or a label is not a class; nothing is written then
     * @throws IllegalStateException if the arena is closed
     * @throws WrongThreadException if the arena is confined to another thread
     */
    public static void write(int[] labels, float correct, float others, FloatMatrix rows, int firstRow) {
        Checks.range("row", firstRow, firstRow + labels.length, rows.rows());
        rows.requireShape("rows", rows.rows(), rows.columns());
        requireClasses(labels, rows.columns());
        for (int sample = 0; sample < labels.length; sample++) {
            int row = firstRow + sample;
            for (int column = 0; column < rows.columns(); column++) {
                rows.segment().set(JAVA_FLOAT, rows.rowOffset(row) + (long) column * Float.BYTES, others);
            }
            rows.segment().set(JAVA_FLOAT, rows.rowOffset(row) + (long) labels[sample] * Float.BYTES, correct);
        }
    }

    /**
     * Throws unless every label is a class.
     *
     * @param labels class numbers
     * @throws IllegalArgumentException if a label is below 0 or not below the number of classes
     */
    public static void requireClasses(int[] labels, int classes) {
        for (int sample = 0; sample < labels.length; sample++) {
            if (labels[sample] < 0 || labels[sample] >= classes) {
                throw new IllegalArgumentException(
                        "label " + sample + " is " + labels[sample] + ", expected a class of [0, " + classes + ")");
            }
        }
    }
}
