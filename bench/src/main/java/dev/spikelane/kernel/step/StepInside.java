package dev.spikelane.kernel.step;

import dev.spikelane.simd.Tile;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Access to package-private parts of neuron steps, for benchmarks in other packages. */
public final class StepInside {

    private StepInside() {}

    /** Runs the first rows by the loops in use, even if the products are scalar. */
    public static void run(
            LeakyNeurons parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
        parameters.loops().run(new NeuronRun<>(membrane, membrane, spikes, Tile.whole(current)), 0, rows);
    }
}
