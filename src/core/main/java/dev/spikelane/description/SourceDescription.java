package dev.spikelane.description;

import java.util.OptionalInt;

/** The source of a projection. */
public sealed interface SourceDescription {

    /** An input, by its number. */
    record OfInput(int input) implements SourceDescription {

        @Override
        public OptionalInt ofPopulation() {
            return OptionalInt.empty();
        }
    }

    /** The spikes of a population, by its number. */
    record OfSpikes(int population) implements SourceDescription {

        @Override
        public OptionalInt ofPopulation() {
            return OptionalInt.of(population);
        }
    }

    /** A variable of a population: its values after each step. */
    record OfVariable(int population, String variable) implements SourceDescription {

        @Override
        public OptionalInt ofPopulation() {
            return OptionalInt.of(population);
        }
    }

    /** Returns the number of the source's population; empty for an input. */
    OptionalInt ofPopulation();
}
