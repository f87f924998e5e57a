package dev.spikelane.network;

import dev.spikelane.memory.Shape;
import java.util.Objects;

/**
 * A variable of a population, such as its membranes, as a source of projections: the values after each step.
 *
 * @param population whose variable it is
 * @param variable its name in the model
 */
public record Variable(Population population, String variable) implements Source {

    /**
     * Makes a source.
     *
     * @throws IllegalArgumentException if the model has no such variable
     */
    public Variable {
        Objects.requireNonNull(population, "population");
        Objects.requireNonNull(variable, "variable");
        if (!population.neuron().variables().contains(variable)) {
            throw new IllegalArgumentException("population '" + population.name() + "' has no variable '" + variable
                    + "', expected one of " + population.neuron().variables());
        }
    }

    @Override
    public String name() {
        return population.name() + "." + variable;
    }

    @Override
    public Shape shape() {
        return population.shape();
    }
}
