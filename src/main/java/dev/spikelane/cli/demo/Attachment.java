package dev.spikelane.cli.demo;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Simulation;

/** Something that watches the simulations of a run. */
@FunctionalInterface
interface Attachment {

    /** Watches a simulation of the samples from {@code firstSample} on, which is about to run on this input. */
    void attach(Simulation simulation, SpikeMatrix input, int firstSample);
}
