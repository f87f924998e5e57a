package dev.spikelane.spark;

import dev.spikelane.network.Network;
import dev.spikelane.train.TrainerBuilder;
import java.io.Serializable;

/**
 * Says how a network is trained, on the driver and on executors alike: loss, optimizer, surrogates, what is learned. A
 * lambda will do, of what can be serialized.
 *
 * <pre>{@code
 * estimator.setTrainer((network, steps, batch) -> Trainer.of(network, steps, batch)
 *         .loss(CrossEntropyLoss.rate())
 *         .surrogate(Surrogate.fastSigmoid(25))
 *         .optimizer(new Adam(1e-2)));
 * }</pre>
 */
@FunctionalInterface
public interface TrainerFactory extends Serializable {

    /**
     * Says how a network is trained; {@link SpikelaneEstimator} adds its shards and threads.
     *
     * @param network the network
     * @param steps time steps of a sample
     * @param batch samples of a batch
     * @return what {@code Trainer.of(network, steps, batch)} returned
     */
    TrainerBuilder trainer(Network network, int steps, int batch);
}
