package dev.spikelane.kernel.step;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.spikelane.kernel.Yardstick;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;

/** Neuron steps by the C kernels; only where {@link Yardstick#AVAILABLE} holds. They trust their arguments. */
public final class StepYardstick {

    private static final MethodHandle LEAKY_STEP = Yardstick.function(
            "leaky_step",
            FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT));

    private StepYardstick() {}

    /**
     * Updates leaky neurons that reset by subtraction, delayed; other parameters than beta and threshold do not count.
     */
    public static void leakyStep(
            LeakyNeurons parameters, FloatMatrix current, int rows, FloatMatrix membrane, SpikeMatrix spikes) {
        try {
            LEAKY_STEP.invokeExact(
                    parameters.beta.segment(),
                    parameters.threshold.segment(),
                    current.segment(),
                    rows,
                    membrane.segment(),
                    membrane.rows(),
                    spikes.segment(),
                    spikes.stride());
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
