package dev.spikelane.kernel.step;

import dev.spikelane.kernel.step.leaky.LeakyLoops;
import dev.spikelane.kernel.step.leaky.LeakyParameters;
import dev.spikelane.kernel.step.leaky.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** What benchmarks in other packages need of the inside of neuron steps. */
public final class StepInside {

    private StepInside() {}

    /** What serves without vectors. */
    public static void scalar(
            LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
        LeakyLoops loops = LeakyLoops.scalar(parameters.options);
        LeakyStep.run(loops, parameters, new StepRun(current, membrane, spikes), 0, rows);
    }
}
