package dev.spikelane.spark;

import dev.spikelane.data.Batching;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.spark.round.RowValues;
import java.io.Serializable;

/**
 * Settings of a training run for the driver and the executors.
 *
 * @param run unique name of the run, by which an executor finds its trainers
 * @param factory the configuration of the trainer
 * @param steps time steps of a sample
 * @param batch samples of a batch
 * @param shards number of shards of a batch
 * @param code the encoding of samples
 * @param seed the seed of orders and encodings
 * @param values the format of a row's sample
 */
record TrainingPlan(
        String run, TrainerFactory factory, int steps, int batch, int shards, String code, long seed, RowValues values)
        implements Serializable {

    Batching batching() {
        return new Batching(batch).withShuffle(seed).withSeed(seed).withCode(InputEncoding.named(code, steps));
    }

    /**
     * Returns the shape of a sample: the shape of the input, or a vector of all values if each step reads a piece of
     * them.
     */
    Shape shape(Network network) {
        Shape input = network.inputs().getFirst().shape();
        return values.count() == input.size() ? input : Shape.of(values.count());
    }

    int shardsOf(int samples) {
        return Math.min(shards, samples);
    }

    /**
     * Returns the shard of a sample. As in {@code Trainer}, the first shards have one sample more if the division is
     * not even.
     */
    int shard(int sample, int samples) {
        int count = shardsOf(samples);
        int size = samples / count;
        int larger = samples % count;
        int ofLarger = larger * (size + 1);
        return sample < ofLarger ? sample / (size + 1) : larger + (sample - ofLarger) / size;
    }
}
