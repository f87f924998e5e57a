package dev.spikelane.description;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;

/**
 * Neurons of one model.
 *
 * @param name the name
 * @param shape how many neurons, and how they are arranged
 * @param neuron the model, with the parameters that were declared
 */
public record PopulationDescription(String name, Shape shape, Neuron neuron) {

    /** Returns the number of neurons. */
    public int size() {
        return shape.size();
    }
}
