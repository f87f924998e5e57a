package dev.spikelane.spark;

import dev.spikelane.network.Network;
import dev.spikelane.train.TrainerBuilder;
import java.io.Serializable;

/**
 * Configures the training of a network on the driver and on executors: loss, optimizer, surrogates and learned
 * parameters. Usually a serializable lambda.
 *
 * <pre>{@code
 * estimator.setTrainer((network, steps, batch) -> Trainer.of(network, steps, batch)
 *  .loss(CrossEntropyLoss.rate())
 *  .surrogate(Surrogate.fastSigmoid(25))
 *  .optimizer(new Adam(1e-2)));
 * }</pre>
 */
@FunctionalInterface
public interface TrainerFactory extends Serializable {

    /**
     * Returns the configuration of a trainer; {@link SpikelaneEstimator} sets shards and threads.
     *
     * @param network the network
     * @param steps time steps of a sample
     * @param batch samples of a batch
     * @return the builder of {@code Trainer.of(network, steps, batch)}, configured
     */
    TrainerBuilder trainer(Network network, int steps, int batch);
}
