package dev.spikelane.spark;

import dev.spikelane.data.Batching;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.spark.round.RowValues;
import java.io.Serializable;

/**
 * What a run does, on the driver and on executors.
 *
 * @param run its own name, which tells trainers of an executor apart
 * @param factory how the network is trained
 * @param steps time steps of a sample
 * @param batch samples of a batch
 * @param shards of a batch
 * @param code how samples become input
 * @param seed of orders and codes
 * @param values how a row holds its sample
 */
record TrainingPlan(
        String run, TrainerFactory factory, int steps, int batch, int shards, String code, long seed, RowValues values)
        implements Serializable {

    Batching batching() {
        return new Batching(batch).withShuffle(seed).withSeed(seed).withCode(InputEncoding.named(code, steps));
    }

    /** The shape of a sample: that of the input, unless a step is a piece of it. */
    Shape shape(Network network) {
        Shape input = network.inputs().getFirst().shape();
        return values.count() == input.size() ? input : Shape.of(values.count());
    }

    /** How a batch of so many samples is cut. */
    int shardsOf(int samples) {
        return Math.min(shards, samples);
    }

    /** Which shard has a sample of a batch, as {@code Trainer} cuts it: the first ones have one more. */
    int shard(int sample, int samples) {
        int count = shardsOf(samples);
        int size = samples / count;
        int larger = samples % count;
        int ofLarger = larger * (size + 1);
        return sample < ofLarger ? sample / (size + 1) : larger + (sample - ofLarger) / size;
    }
}
