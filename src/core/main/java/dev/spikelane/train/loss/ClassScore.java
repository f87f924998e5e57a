package dev.spikelane.train.loss;

import java.util.Locale;
import java.util.function.Supplier;

/** The scores of classes from outputs; {@link dev.spikelane.train.Decoding} defines each one. */
public sealed interface ClassScore {

    /** Returns true if the scores depend on spikes. */
    boolean readsSpikes();

    /** Returns true if the scores depend on membranes. */
    boolean readsMembranes();

    /** The scores of the library. */
    enum Named implements ClassScore {
        COUNT,
        FIRST_SPIKE,
        LAST_MEMBRANE,
        MAX_MEMBRANE,
        MEMBRANE,
        NONE;

        @Override
        public boolean readsSpikes() {
            return this == COUNT || this == FIRST_SPIKE;
        }

        @Override
        public boolean readsMembranes() {
            return this == LAST_MEMBRANE || this == MAX_MEMBRANE || this == MEMBRANE;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * A user's scores.
     *
     * @param word the name in messages
     * @param readsSpikes true for spikes, false for membranes
     * @param readers creates a reader for each thread
     */
    record Own(String word, boolean readsSpikes, Supplier<Reader> readers) implements ClassScore {

        @Override
        public boolean readsMembranes() {
            return !readsSpikes;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** Reads the scores of a sample. */
    interface Reader {

        /** Writes a score for each class. */
        void read(LossRows input, int row, float[] scores);
    }
}
