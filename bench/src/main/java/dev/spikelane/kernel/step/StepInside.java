package dev.spikelane.kernel.step;

import dev.spikelane.simd.Tile;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** What benchmarks in other packages need of the inside of neuron steps. */
public final class StepInside {

    private StepInside() {}

    /** Runs the first rows by the loops that serve, beside scalar products too. */
    public static void run(
            LeakyNeurons parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
        parameters.loops().run(new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current)), 0, rows);
    }
}
