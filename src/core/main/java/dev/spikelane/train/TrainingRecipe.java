package dev.spikelane.train;

import dev.spikelane.network.Projection;
import dev.spikelane.train.update.Clipping;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a network is trained; a part of all that decides about bits.
 *
 * @param losses whose sum is made small, added in this order, at least one
 * @param steps steps of a sample
 * @param batch the most samples of a batch
 * @param window steps after which values change: truncated backpropagation if fewer than all
 * @param online whether these are blocks of one gradient, so that values change after the last
 * @param surrogates all that was said of them, of dropouts and of the seed of both
 * @param shards parts of a batch whose gradients are summed apart
 * @param clipping limits gradients; null if they have none
 * @param readers are told of each loss before values change
 * @param observers see gradients before values change
 * @param observed spikes and variables whose gradients they see beside those of learned values
 */
record TrainingRecipe(
        List<PopulationLoss> losses,
        int steps,
        int batch,
        int window,
        boolean online,
        String surrogates,
        int shards,
        Trainer.Optimizer optimizer,
        @Nullable Clipping clipping,
        List<DoubleConsumer> readers,
        List<TrainerBuilder.GradientObserver> observers,
        List<Projection.Source> observed) {

    TrainingRecipe {
        losses = List.copyOf(losses);
        readers = List.copyOf(readers);
        observers = List.copyOf(observers);
        observed = List.copyOf(observed);
    }

    /** That of the losses by which outputs are decoded. */
    PopulationLoss main() {
        return PopulationLoss.main(losses);
    }

    /** The same for steps that nobody is told of; gradients are stored if somebody was to see them. */
    TrainingRecipe untold() {
        List<TrainerBuilder.GradientObserver> blind =
                observers.isEmpty() ? List.of() : List.of((value, gradients) -> true);
        return new TrainingRecipe(
                losses,
                steps,
                batch,
                window,
                online,
                surrogates,
                shards,
                optimizer,
                clipping,
                List.of(),
                blind,
                observed);
    }

    /** Whether gradients of several parts or windows are added before values change. */
    boolean sums() {
        return shards > 1 || online;
    }

    /** Whether gradients may go to the optimizer as they come to be, as nobody sums, limits or sees them. */
    boolean fuses() {
        return !sums() && clipping == null && observers.isEmpty();
    }
}
