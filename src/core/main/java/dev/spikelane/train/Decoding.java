package dev.spikelane.train;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.ClassScore;
import dev.spikelane.train.loss.LossRows;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns the outputs of a population over time into a class: the class with the largest score, the lowest number among
 * equals.
 *
 * <p>A custom decoding computes the scores. This one counts the spikes of samples of different length up to the end of
 * each, where {@link #COUNT} would also count spikes in the padding:
 *
 * <pre>{@code
 * Decoding.ofSpikes("count of own steps", (outputs, row, scores) -> {
 *     for (int step = 0; step < length[outputs.sample(row)]; step++) {
 *         for (int c = 0; c < scores.length; c++) {
 *             scores[c] += outputs.spikes().get(step * outputs.batch() + row, c) ? 1 : 0;
 *         }
 *     }
 * });
 * }</pre>
 */
public final class Decoding {

    /** The class with the most spikes of its outputs. */
    public static final Decoding COUNT = new Decoding(ClassScore.Named.COUNT);
    /** The output with the first spike; a silent output has the last step. */
    public static final Decoding FIRST_SPIKE = new Decoding(ClassScore.Named.FIRST_SPIKE);
    /** The output with the highest membrane at the last step. */
    public static final Decoding LAST_MEMBRANE = new Decoding(ClassScore.Named.LAST_MEMBRANE);
    /** The output with the highest membrane of all steps. */
    public static final Decoding MAX_MEMBRANE = new Decoding(ClassScore.Named.MAX_MEMBRANE);
    /** The output with the largest sum over the steps of the membranes' softmax. */
    public static final Decoding MEMBRANE = new Decoding(ClassScore.Named.MEMBRANE);
    /** Outputs are not classes. */
    public static final Decoding NONE = new Decoding(ClassScore.Named.NONE);

    private static final List<Decoding> ALL = List.of(COUNT, FIRST_SPIKE, LAST_MEMBRANE, MAX_MEMBRANE, MEMBRANE, NONE);

    private final ClassScore score;

    private Decoding(ClassScore score) {
        this.score = score;
    }

    /** Class scores of the caller. */
    @FunctionalInterface
    public interface Scores {

        /**
         * Scores the classes of one sample. Several threads may call it at the same time, for different samples.
         *
         * @param outputs spikes or membranes of all steps of a batch, time-major; {@link Loss.Input#sample} gives a
         *     sample's number in its data set
         * @param row the sample's number in the batch
         * @param scores zeros, one for each class; the largest wins
         */
        void score(Loss.Input outputs, int row, float[] scores);
    }

    /**
     * Creates a decoding of spikes.
     *
     * @param word its name in messages
     * @param scores computes the score of each class
     * @return a decoding
     */
    public static Decoding ofSpikes(String word, Scores scores) {
        return own(word, true, scores);
    }

    /**
     * Creates a decoding of membranes, as they are before the reset.
     *
     * @param word its name in messages
     * @param scores computes the score of each class
     * @return a decoding
     */
    public static Decoding ofMembranes(String word, Scores scores) {
        return own(word, false, scores);
    }

    private static Decoding own(String word, boolean ofSpikes, Scores scores) {
        Objects.requireNonNull(word, "word");
        Objects.requireNonNull(scores, "scores");
        return new Decoding(new ClassScore.Own(word, ofSpikes, () -> new Reader(scores)));
    }

    private static final class Reader implements ClassScore.Reader {

        private final Scores scores;
        /** The last input, kept because a thread reads it sample by sample and must not allocate. */
        private Loss.@Nullable Input seen;

        Reader(Scores scores) {
            this.scores = scores;
        }

        @Override
        public void read(LossRows input, int row, float[] of) {
            Loss.Input outputs = seen;
            if (outputs == null || outputs.rows() != input) {
                outputs = new Loss.Input(input);
                seen = outputs;
            }
            scores.score(outputs, row, of);
        }
    }

    /** {@return all decodings of the library, in the order of this page} */
    public static List<Decoding> values() {
        return ALL;
    }

    /**
     * Decodes the outputs of a batch. With {@link #COUNT} and {@link #FIRST_SPIKE} these are the classes that
     * snnTorch's {@code accuracy_rate} and {@code accuracy_temporal} compare with the labels.
     *
     * @param outputs spikes or membranes of all steps, as the decoding needs; labels are not read
     * @return the class of each sample
     * @throws IllegalArgumentException if this decoding gives no classes, or shapes do not fit
     * @throws IllegalStateException if spikes or membranes are missing
     */
    public int[] classes(Loss.Input outputs) {
        return classes(outputs, 0);
    }

    /**
     * Decodes the outputs of a batch that are a population code.
     *
     * @param outputs as in {@link #classes(Loss.Input)}
     * @param populationClasses the number of classes, each with an equal block of outputs, which {@link #COUNT} adds
     *     up; 0 for one output for each class
     * @return the class of each sample
     * @throws IllegalArgumentException as {@link #classes(Loss.Input)} does, or if this decoding has no population code
     * @throws IllegalStateException if spikes or membranes are missing
     */
    public int[] classes(Loss.Input outputs, int populationClasses) {
        int[] classes = new int[outputs.batch()];
        new ClassDecoder(score, outputs.steps(), outputs.batch(), outputs.outputs(), populationClasses)
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
    public double accuracy(Loss.Input outputs) {
        int batch = outputs.batch();
        return (double) ClassDecoder.right(classes(outputs), outputs.labels(), 0, batch) / batch;
    }

    /**
     * Finds a decoding of the library by its word.
     *
     * @param word the word that {@link #toString} returns, such as {@code first-spike}
     * @return the decoding
     * @throws IllegalArgumentException if no decoding has this word; the message lists all words
     */
    public static Decoding named(String word) {
        Objects.requireNonNull(word, "word");
        for (Decoding each : ALL) {
            if (each.toString().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException("decoding is " + JsonValue.quoted(word) + ", expected one of " + ALL);
    }

    ClassScore score() {
        return score;
    }

    /** Creates a decoder for the classes of a loss; returns null if this decoding gives none. */
    @Nullable
    ClassDecoder decoder(Loss loss, int steps, int batch, int outputs) {
        if (this == NONE) {
            return null;
        }
        int classes = loss.classes(outputs);
        return new ClassDecoder(score, steps, batch, outputs, classes == outputs ? 0 : classes);
    }

    /** Returns the word by which the command line and messages call this, such as {@code first-spike}. */
    @Override
    public String toString() {
        return score.toString();
    }
}
