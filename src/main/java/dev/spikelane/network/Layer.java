package dev.spikelane.network;

import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;

/**
 * A connection and the neurons that it feeds.
 *
 * @param connection turns the spikes of the layer before, or the input, into currents; scaled for its graded spikes, if it has them
 * @param neuron the model
 * @param neurons the neurons, which take the outputs of the connection
 */
public record Layer(Connection connection, Neuron neuron, NeuronGroup neurons) {

    /**
     * Returns the number of neurons.
     *
     * @return neurons, at least 1
     */
    public int size() {
        return neurons.neurons();
    }

    @Override
    public String toString() {
        return connection + ", " + neuron;
    }
}
