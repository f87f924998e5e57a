package dev.spikelane.train;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a network made of a data set.
 *
 * @param loss the mean loss of a sample; NaN if no loss was asked for
 * @param decoding how outputs became classes
 * @param labels for each sample its class; empty if samples have none
 * @param classes for each sample the class that was found; empty if outputs are not classes
 * @param samples how many there are
 * @param spikes for each population the spikes of a sample over all steps, on average
 * @param work what one sample costs on average
 */
public record Evaluation(
        double loss,
        Decoding decoding,
        List<Integer> labels,
        List<Integer> classes,
        int samples,
        Map<String, Double> spikes,
        InferenceWork work) {

    /** Makes a result. */
    public Evaluation {
        Objects.requireNonNull(decoding, "decoding");
        Objects.requireNonNull(labels, "labels");
        Objects.requireNonNull(classes, "classes");
        Objects.requireNonNull(spikes, "spikes");
        Objects.requireNonNull(work, "work");
        labels = List.copyOf(labels);
        classes = List.copyOf(classes);
        spikes = Collections.unmodifiableMap(new LinkedHashMap<>(spikes));
    }

    /**
     * Returns the samples whose class is their label.
     *
     * @return how many are right
     */
    public int right() {
        int right = 0;
        for (int i = 0; i < Math.min(labels.size(), classes.size()); i++) {
            right += labels.get(i).equals(classes.get(i)) ? 1 : 0;
        }
        return right;
    }

    /**
     * Returns the share of samples whose class is their label.
     *
     * @return from 0 to 1; NaN if there are no labels or no classes
     */
    public double accuracy() {
        return labels.isEmpty() || classes.isEmpty() ? Double.NaN : (double) right() / samples;
    }

    /**
     * Counts samples by label and by the class that was found.
     *
     * @param count how many classes there are
     * @return {@code [label][class]}
     * @throws IndexOutOfBoundsException if a label or class is not below the count
     */
    public int[][] confusion(int count) {
        int[][] matrix = new int[count][count];
        for (int i = 0; i < Math.min(labels.size(), classes.size()); i++) {
            matrix[labels.get(i)][classes.get(i)]++;
        }
        return matrix;
    }
}
