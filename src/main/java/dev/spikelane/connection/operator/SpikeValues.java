package dev.spikelane.connection.operator;

import dev.spikelane.neuron.Parameter;

/** Checks of what spikes carry. */
final class SpikeValues {

    private SpikeValues() {}

    static void require(Parameter value, int inputs) {
        if (value.count() != 1 && value.count() != inputs) {
            throw new IllegalArgumentException("there are values for " + value.count() + " spikes, expected 1 or "
                    + inputs + ", one for each input");
        }
        value.requireFinite("value of a spike");
    }
}
