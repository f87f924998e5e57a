package dev.spikelane.network;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Shape;
import java.util.Optional;

/** A variable of a population, such as its membranes, as a source of projections. */
record Variable(Population population, String variable) implements Projection.Source {

    Variable {
        variable = population.neuron().variable(variable);
        if (!population.neuron().variables().contains(variable)) {
            throw new IllegalArgumentException(
                    "population '" + population.name() + "' has no variable " + JsonValue.quoted(variable)
                            + ", expected one of " + population.neuron().variables());
        }
    }

    @Override
    public String name() {
        return population.name() + "." + variable;
    }

    @Override
    public Optional<Population> ofPopulation() {
        return Optional.of(population);
    }

    @Override
    public Optional<String> ofVariable() {
        return Optional.of(variable);
    }

    @Override
    public Shape shape() {
        return population.shape();
    }
}
