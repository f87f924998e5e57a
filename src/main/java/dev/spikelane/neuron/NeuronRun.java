package dev.spikelane.neuron;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.util.Objects;

/**
 * What neurons did, one row for each step. The memory is freed when nothing refers to it any more.
 *
 * @param spikes {@code [steps x neurons]}
 * @param membranes {@code [steps x neurons]}, the membrane after each step
 */
public record NeuronRun(SpikeMatrix spikes, FloatMatrix membranes) {

    /** Checks that both are there. */
    public NeuronRun {
        Objects.requireNonNull(spikes, "spikes");
        Objects.requireNonNull(membranes, "membranes");
    }
}
