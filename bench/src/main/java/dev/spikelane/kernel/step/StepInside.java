package dev.spikelane.kernel.step;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;

/** What benchmarks in other packages need of the inside of neuron steps. */
public final class StepInside {

    private StepInside() {}

    /** The decay of each neuron, for C. */
    public static MemorySegment beta(LeakyParameters parameters) {
        return parameters.beta.segment();
    }

    /** The threshold of each neuron, for C. */
    public static MemorySegment threshold(LeakyParameters parameters) {
        return parameters.threshold.segment();
    }

    /** The specification of {@link LeakyStep}. */
    public static void scalar(
            LeakyParameters parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
        LeakyStep.scalar(parameters, current, 0, rows, membrane, spikes, membrane, false, 0, spikes.stride());
    }
}
