package dev.spikelane.train;

import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a network is trained; a part of what decides about bits.
 *
 * @param population whose spikes or membranes the loss reads
 * @param outputs its neurons
 * @param steps steps of a sample
 * @param batch the most samples of a batch
 * @param window steps after which values change: truncated backpropagation if fewer than all
 * @param surrogates all that was said of them
 * @param shards parts of a batch whose gradients are summed apart
 * @param clipping limits gradients; null if they have none
 * @param losses are told of each loss before values change
 * @param observers see gradients before values change
 */
record TrainingRecipe(
        String population,
        int outputs,
        int steps,
        int batch,
        int window,
        String surrogates,
        int shards,
        Loss loss,
        Optimizer optimizer,
        @Nullable Clipping clipping,
        List<DoubleConsumer> losses,
        List<GradientObserver> observers) {

    TrainingRecipe {
        losses = List.copyOf(losses);
        observers = List.copyOf(observers);
    }

    /** The same for steps that nobody is told of; gradients are stored if somebody was to see them. */
    TrainingRecipe untold() {
        List<GradientObserver> blind = observers.isEmpty() ? List.of() : List.of((value, gradients) -> true);
        return new TrainingRecipe(
                population,
                outputs,
                steps,
                batch,
                window,
                surrogates,
                shards,
                loss,
                optimizer,
                clipping,
                List.of(),
                blind);
    }

    /** Whether gradients may go to the optimizer as they come to be, as nobody sums, limits or sees them. */
    boolean fuses() {
        return shards == 1 && clipping == null && observers.isEmpty();
    }
}
