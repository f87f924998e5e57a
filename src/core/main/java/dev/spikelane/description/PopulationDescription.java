package dev.spikelane.description;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;

/**
 * Neurons of one model.
 *
 * @param name the name
 * @param shape the number and arrangement of the neurons
 * @param neuron the model, with its declared parameters
 */
public record PopulationDescription(String name, Shape shape, Neuron neuron) {

    /** Returns the number of neurons. */
    public int size() {
        return shape.size();
    }
}
