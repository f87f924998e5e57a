package dev.spikelane.train.gradient;

import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;

/** A surrogate derivative of firing for the backward pass: a formula of kernels, or a function of a program. */
public interface FiringGradient {

    default boolean isRandom() {
        return false;
    }

    /**
     * Computes the gradient with respect to the membrane.
     *
     * @param distance membrane minus threshold before the reset, {@code [samples x neurons]} of one step
     * @param gradDistance overwritten; may be one of the other matrices
     * @param firstNeuron the neuron of column 0
     */
    void backward(
            FloatMatrix distance,
            FloatMatrix gradSpikes,
            FloatMatrix gradDistance,
            CounterRandom.Draws draws,
            int step,
            int firstNeuron);

    record Formula(String name, SurrogateStep step, boolean isRandom) implements FiringGradient {

        @Override
        public void backward(
                FloatMatrix distance,
                FloatMatrix gradSpikes,
                FloatMatrix gradDistance,
                CounterRandom.Draws draws,
                int timeStep,
                int firstNeuron) {
            if (!isRandom) {
                step.backward(distance, gradSpikes, gradDistance);
                return;
            }
            if (draws == CounterRandom.Draws.NONE) {
                throw new IllegalStateException("surrogate " + name + " draws random numbers, expected draws");
            }
            step.backward(distance, gradSpikes, gradDistance, draws, timeStep, firstNeuron);
        }
    }
}
