package dev.spikelane.kernel.step;

import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;

/** Runs of neurons, each with a new object. */
public final class Steps {

    private Steps() {}

    public static void run(LeakyNeurons parameters, FloatMatrix current, FloatMatrix state, SpikeMatrix spikes) {
        parameters.loops().run(new NeuronRun<>(state, state, spikes, Tile.whole(current)));
    }

    /** Charges and fires neurons with a window of inputs. */
    public static void window(
            LeakyNeurons parameters,
            FloatMatrix weights,
            NeuronRun<?> run,
            FloatMatrix window,
            int firstRow,
            long step) {
        WindowStep.charge(parameters, weights, run, window, firstRow, step);
        parameters.firing().run(run, firstRow, run.state.rows() / 2);
    }
}
