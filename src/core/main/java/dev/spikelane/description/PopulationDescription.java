package dev.spikelane.description;

import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;

/** Neurons of one model. */
public record PopulationDescription(String name, Shape shape, Neuron neuron) {

    public int size() {
        return shape.size();
    }
}
