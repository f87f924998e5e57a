package dev.spikelane.cli.train;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.cli.network.Attention;
import dev.spikelane.data.Batching;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Loss;
import dev.spikelane.train.Schedule;
import dev.spikelane.train.Surrogate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Settings of a network and its training.
 *
 * @param hidden empty for a network with attention
 * @param recurrent true for feedback of spikes within hidden layers
 * @param rate the highest learning rate
 * @param cosine true for a rate that rises for 200 steps and then falls to 0 along a cosine
 * @param shift the most pixels of random shifts
 */
record TrainingSettings(
        List<HiddenLayer> hidden,
        boolean batchNorm,
        boolean recurrent,
        float beta,
        String code,
        int steps,
        String loss,
        String surrogate,
        int epochs,
        double rate,
        boolean cosine,
        boolean flip,
        int shift,
        int batch) {

    private static final int RISING_STEPS = 200;
    private static final double FIRST_SHARE = 0.1;

    private static final int TOKEN_CHANNELS = 64;

    boolean convolves() {
        return hidden.isEmpty() || hidden.stream().anyMatch(layer -> !layer.isDense());
    }

    Loss lossFunction() {
        return Objects.requireNonNull(TrainingRecipes.LOSSES.get(loss));
    }

    Surrogate surrogateFunction() {
        return Objects.requireNonNull(TrainingRecipes.SURROGATES.get(surrogate));
    }

    InputEncoding inputCode() {
        return Objects.requireNonNull(TrainingRecipes.CODES.get(code)).of(steps);
    }

    /** Creates a network with random weights. */
    Network network(Shape images, int classes, long seed) {
        TorchRandom random = new TorchRandom(seed);
        if (hidden.isEmpty()) {
            return Attention.network(images, TOKEN_CHANNELS, 1, classes, random);
        }
        int inputs = inputCode().allocate(1, images.size()).columns();
        NetworkBuilder builder = Network.builder(convolves() ? images : Shape.of(inputs));
        boolean maps = false;
        for (HiddenLayer layer : hidden) {
            if (maps && layer.isDense()) {
                builder.flatten();
            }
            maps = !layer.isDense();
            layer.connect(builder, batchNorm, random);
            builder.neuron(recurrent ? recurrent(layer.outputs(), random) : new Leaky(beta));
        }
        if (maps) {
            builder.flatten();
        }
        return builder.dense(classes, random).neuron(new Leaky(beta)).build();
    }

    private RLeaky recurrent(int neurons, TorchRandom random) {
        return new RLeaky(Recurrence.allToAll(neurons, random), beta);
    }

    Batching batching(long seed) {
        Batching plain = new Batching(batch)
                .withShuffle(seed)
                .withSeed(seed)
                .withDropLast(false)
                .withCode(inputCode());
        List<Batching.Augmentation> changes = new ArrayList<>();
        if (flip) {
            changes.add(Batching.Augmentation.flip(0.5));
        }
        if (shift > 0) {
            changes.add(Batching.Augmentation.shift(shift));
        }
        return plain.withAugmentations(changes.toArray(Batching.Augmentation[]::new));
    }

    Schedule schedule(int batches) {
        if (!cosine) {
            return Schedule.constant();
        }
        long all = (long) epochs * batches;
        long rising = Math.min(RISING_STEPS, Math.max(1, all / 2));
        return Schedule.cosine(Math.max(1, all - rising), 0).afterWarmUp(FIRST_SHARE, rising);
    }

    /** Returns a text such as "784 -> 1000 -> 10" or "784 -> 12C5-P2 -> 64C5-P2 -> 10". */
    String sizes(Network network) {
        return network.inputs().getFirst().shape().size() + " -> "
                + (hidden.isEmpty()
                        ? "attention"
                        : hidden.stream().map(HiddenLayer::toString).collect(Collectors.joining(" -> ")))
                + " -> " + network.outputs();
    }
}
