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
        run(parameters, new NeuronRun<>(state, state, spikes, Tile.whole(current)));
    }

    /** Runs all rows of the currents. */
    public static void run(LeakyNeurons parameters, NeuronRun<?> run) {
        run.spikes.requireShape("spikes", run.current().rows(), parameters.neurons());
        run(parameters.loops(), run, 0, run.current().rows());
    }

    public static void run(NeuronLoops loops, NeuronRun<?> run, int firstRow, int rows) {
        loops.check(run, firstRow, rows);
        loops.run(run, firstRow, rows);
    }

    /** Charges and fires neurons with a window of inputs. */
    public static void window(
            LeakyNeurons parameters,
            FloatMatrix weights,
            NeuronRun<?> run,
            FloatMatrix window,
            int firstRow,
            long step) {
        WindowStep.check(parameters, weights, run, window);
        parameters.firing().check(run, firstRow, run.state.rows() / 2);
        WindowStep.charge(parameters, weights, run, window, firstRow, step);
        parameters.firing().run(run, firstRow, run.state.rows() / 2);
    }
}
