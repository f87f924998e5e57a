package dev.spikelane.train.loss;

import java.util.Locale;
import java.util.function.Supplier;

/** How outputs become scores of classes; {@link dev.spikelane.train.Decoding} says what each means. */
public sealed interface ClassScore {

    /** Whether it reads spikes. */
    boolean readsSpikes();

    /** Whether it reads membranes. */
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
     * That of somebody else.
     *
     * @param word its name in messages
     * @param readsSpikes whether it reads spikes, in place of membranes
     * @param readers makes one for each thread
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
