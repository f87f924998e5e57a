package dev.spikelane.train;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.ClassScore;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How the outputs of a population over time become a class. */
public enum Decoding {
    /** The class that fires most often, its outputs added up; the lowest of equals. */
    COUNT,
    /** The output that fires first, where one that is silent fires at the last step; the lowest of equals. */
    FIRST_SPIKE,
    /** The output with the highest membrane of all steps; the lowest of equals. */
    MAX_MEMBRANE,
    /** The output with the largest sum over the steps of the softmax of the membranes; the lowest of equals. */
    MEMBRANE,
    /** Outputs are not classes. */
    NONE;

    /**
     * Decodes the outputs of a batch. With {@link #COUNT} and {@link #FIRST_SPIKE} these are the classes that
     * snnTorch's {@code accuracy_rate} and {@code accuracy_temporal} compare with the labels.
     *
     * @param outputs spikes or membranes of all steps, as the decoding needs; labels are not read
     * @return the class of each sample
     * @throws IllegalArgumentException if this decoding gives no classes, or shapes do not fit
     * @throws IllegalStateException if spikes or membranes are missing
     */
    public int[] classes(LossInput outputs) {
        return classes(outputs, 0);
    }

    /**
     * Decodes the outputs of a batch that are a population code.
     *
     * @param outputs spikes or membranes of all steps, as the decoding needs; labels are not read
     * @param populationClasses how many classes the outputs stand for, in blocks of the same size, which {@link #COUNT}
     *     adds up; 0: each is one
     * @return the class of each sample
     * @throws IllegalArgumentException if this decoding gives no classes, there is a population code that it does not
     *     have, or shapes do not fit
     * @throws IllegalStateException if spikes or membranes are missing
     */
    public int[] classes(LossInput outputs, int populationClasses) {
        Objects.requireNonNull(outputs, "outputs");
        int[] classes = new int[outputs.batch()];
        new ClassDecoder(score(), outputs.steps(), outputs.batch(), outputs.outputs(), populationClasses)
                .decode(outputs.rows(), 0, classes.length, classes);
        return classes;
    }

    /**
     * Returns the share of a batch's samples whose class is their label.
     *
     * @param outputs spikes or membranes of all steps, as the decoding needs, and labels
     * @return from 0 to 1
     * @throws IllegalArgumentException if this decoding gives no classes, or shapes do not fit
     * @throws IllegalStateException if spikes or membranes, or labels, are missing
     */
    public double accuracy(LossInput outputs) {
        Objects.requireNonNull(outputs, "outputs");
        int batch = outputs.batch();
        return (double) ClassDecoder.right(classes(outputs), outputs.labels(), 0, batch) / batch;
    }

    /**
     * Finds a decoding by its word.
     *
     * @param word what {@link #toString} returns, such as {@code first-spike}
     * @return the decoding
     * @throws IllegalArgumentException if there is none of that word; the message lists all
     */
    public static Decoding named(String word) {
        Objects.requireNonNull(word, "word");
        for (Decoding each : values()) {
            if (each.toString().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "decoding is " + JsonValue.quoted(word) + ", expected one of " + Arrays.toString(values()));
    }

    /** The scores that it goes by. */
    ClassScore score() {
        return ClassScore.valueOf(name());
    }

    /** Makes a decoder for the classes of a loss; null if this gives none. */
    @Nullable
    ClassDecoder decoder(Loss loss, int steps, int batch, int outputs) {
        if (this == NONE) {
            return null;
        }
        int classes = loss.classes(outputs);
        return new ClassDecoder(score(), steps, batch, outputs, classes == outputs ? 0 : classes);
    }

    /** Returns the word by which the command line and messages call this, such as {@code first-spike}. */
    @Override
    public String toString() {
        return score().toString();
    }
}
