package dev.spikelane.train;

import dev.spikelane.network.Projection;
import dev.spikelane.train.update.Clipping;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of training: a part of everything that determines the bits.
 *
 * @param losses the losses, added in this order, at least one
 * @param steps steps of a sample
 * @param batch the most samples of a batch
 * @param window steps between updates: truncated backpropagation if fewer than {@code steps}
 * @param online true if windows are blocks of one gradient, with an update after the last
 * @param surrogates the surrogates, the dropouts and their seed
 * @param shards the number of parts of a batch with separate gradients
 * @param clipping limits gradients; null without a limit
 * @param readers get each loss before values change
 * @param observers get gradients before values change
 * @param observed spikes and variables whose gradients observers get too
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

    PopulationLoss main() {
        return PopulationLoss.main(losses);
    }

    /** Returns this recipe without listeners; gradients are stored if observers needed that. */
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

    boolean sums() {
        return shards > 1 || online;
    }

    /** Returns true if gradients may go directly to the optimizer: they are not summed, limited or observed. */
    boolean fuses() {
        return !sums() && clipping == null && observers.isEmpty();
    }
}
