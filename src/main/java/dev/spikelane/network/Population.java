package dev.spikelane.network;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import java.util.Objects;
import java.util.Optional;

/**
 * Neurons of one model.
 *
 * @param name the name, not empty
 * @param shape how many neurons, and how they are arranged
 * @param neuron the model
 */
public record Population(String name, Shape shape, Neuron neuron) implements Source {

    /**
     * Makes a population.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public Population {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(neuron, "neuron");
        Names.require("population", name);
    }

    /**
     * Returns the number of neurons.
     *
     * @return neurons, at least 1
     */
    public int size() {
        return shape.size();
    }

    /**
     * Returns one of the variables as a source of projections: its values after each step.
     *
     * @param variable one of the model's {@linkplain Neuron#variables variables}, such as {@code membrane}
     * @return the source
     * @throws IllegalArgumentException if the model has no such variable
     */
    public Source variable(String variable) {
        Objects.requireNonNull(variable, "variable");
        return new Variable(this, variable);
    }

    @Override
    public Optional<Population> ofPopulation() {
        return Optional.of(this);
    }

    @Override
    public String toString() {
        return name + " " + shape + ", " + neuron;
    }
}
