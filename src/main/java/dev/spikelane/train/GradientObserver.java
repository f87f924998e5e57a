package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import java.util.function.Function;

/**
 * Sees the gradients of each step before values change, and may leave the step out. For that all gradients are stored,
 * which costs memory and time ({@link Trainer#storedBytes}, {@link EpochResult#observerSeconds}); what reads the loss
 * alone is told by {@link TrainerBuilder#onLoss} and costs nothing.
 */
@FunctionalInterface
public interface GradientObserver {

    /**
     * Looks at a step. With truncated backpropagation each window is a step.
     *
     * @param loss the loss of the batch
     * @param gradients gives the gradient of learned values by name, such as {@code fc1.weight}, after clipping: a copy
     *     in torch's layout; and of spikes and variables that the trainer
     *     {@linkplain TrainerBuilder#observeSpikes observes}, such as {@code lif1}
     * @return whether values may change; if not, neither they nor the optimizer's state do
     */
    boolean accept(double loss, Function<String, FloatMatrix> gradients);
}
