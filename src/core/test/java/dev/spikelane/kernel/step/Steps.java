package dev.spikelane.kernel.step;

import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.kernel.step.leaky.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Runs of neurons, each with an object of its own. */
public final class Steps {

    private Steps() {}

    public static void run(LeakyNeurons parameters, FloatMatrix current, FloatMatrix state, SpikeMatrix spikes) {
        LeakyStep.run(parameters, new StepRun(current, state, spikes));
    }
}
