package dev.spikelane.cli.train;

import dev.spikelane.cli.input.TrainingRecipes;
import dev.spikelane.data.Batching;
import dev.spikelane.data.InputCode;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Attention;
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
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How a network is made and trained.
 *
 * @param hidden the hidden layers; none for a network with attention
 * @param batchNorm whether the current of each of them is normalized
 * @param recurrent whether hidden layers feed all their spikes back to themselves
 * @param beta decay of the membranes
 * @param code how images become inputs
 * @param steps steps of an image
 * @param loss the name of the loss
 * @param surrogate the name of the surrogate of the derivative of firing
 * @param epochs passes over the training images
 * @param rate the learning rate, at its highest
 * @param cosine whether the rate rises for 200 steps and then falls to 0 along a cosine
 * @param flip whether images are flipped at random
 * @param shift the most pixels by which images are shifted at random, each way
 * @param batch images of a step
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

    private static final List<HiddenLayer> THOUSAND = List.of(HiddenLayer.dense(1000));
    private static final List<HiddenLayer> TWO_CONVOLUTIONS =
            List.of(HiddenLayer.convolution(12, 5, 2), HiddenLayer.convolution(64, 5, 2));

    /** The networks of snnTorch's tutorials, one with a loop, and that of the demo. */
    static final Map<String, TrainingSettings> PRESETS = Map.of(
            "attention",
            new TrainingSettings(
                    List.of(), true, false, 0.5f, "frame", 4, "membrane", "atan", 3, 5e-3, true, true, 0, 64),
            "tutorial3",
            new TrainingSettings(
                    THOUSAND, false, false, 0.99f, "rate", 200, "membrane", "atan", 1, 5e-4, false, false, 0, 128),
            "tutorial5",
            new TrainingSettings(
                    THOUSAND, false, false, 0.95f, "frame", 25, "membrane", "atan", 3, 5e-4, false, false, 0, 128),
            "tutorial6",
            new TrainingSettings(
                    TWO_CONVOLUTIONS,
                    false,
                    false,
                    0.5f,
                    "frame",
                    50,
                    "rate",
                    "fast-sigmoid",
                    1,
                    1e-2,
                    false,
                    false,
                    0,
                    128),
            "fashion",
            new TrainingSettings(
                    TWO_CONVOLUTIONS, true, false, 0.5f, "frame", 4, "membrane", "atan", 6, 5e-3, true, true, 0, 64),
            "recurrent",
            new TrainingSettings(
                    List.of(HiddenLayer.dense(256)),
                    false,
                    true,
                    0.9f,
                    "pieces",
                    28,
                    "membrane",
                    "atan",
                    5,
                    1e-3,
                    true,
                    false,
                    0,
                    128),
            "demo",
            new TrainingSettings(
                    THOUSAND, false, false, 0.95f, "frame", 25, "mse-count", "atan", 20, 1e-3, true, true, 0, 128));

    boolean convolves() {
        return hidden.isEmpty() || hidden.stream().anyMatch(layer -> !layer.isDense());
    }

    Loss lossFunction() {
        return Objects.requireNonNull(TrainingRecipes.LOSSES.get(loss));
    }

    Surrogate surrogateFunction() {
        return Objects.requireNonNull(TrainingRecipes.SURROGATES.get(surrogate));
    }

    private InputCode inputCode() {
        return Objects.requireNonNull(TrainingRecipes.CODES.get(code)).of(steps);
    }

    /** A network with random weights for images of a shape. */
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

    /** Such as "784 -> 1000 -> 10" or "784 -> 12C5-P2 -> 64C5-P2 -> 10". */
    String sizes(Network network) {
        return network.inputs().getFirst().shape().size() + " -> "
                + (hidden.isEmpty()
                        ? "attention"
                        : hidden.stream().map(HiddenLayer::toString).collect(Collectors.joining(" -> ")))
                + " -> " + network.outputs();
    }
}
