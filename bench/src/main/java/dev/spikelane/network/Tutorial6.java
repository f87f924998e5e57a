package dev.spikelane.network;

import dev.spikelane.bench.Peer;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.data.Dataset;
import dev.spikelane.io.Idx;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The network of snnTorch's tutorial 6, 12C5-P2-64C5-P2-10 of leaky neurons with beta 0.5, with as many spikes as a
 * trained network. It has torch's fresh weights, with which the second layer would be silent, times a gain for each
 * layer. The first two layers fire with densities 0.060 and 0.088 for images of Fashion-MNIST, 0.08 and 0.12 for
 * strokes, and 0.08 and 0.10 for spikes of density 0.3, which get smaller gains.
 *
 * <p>All images differ, since a branch predictor learns a repeated one.
 */
public final class Tutorial6 {

    public static final int STEPS = 25;

    /** The most images that there are. */
    public static final int BATCH = 64;

    static final int SIDE = 28;
    static final int KERNEL = 5;
    static final float BETA = 0.5f;

    private static final float[] GAINS_FOR_IMAGES = {2, 2.5f, 2.5f};
    private static final float[] GAINS_FOR_SPIKES = {1.25f, 2.25f, 2.5f};

    /** Levels of a pixel: products with the weights are multiples of 2^-18, so sums are exact in any order. */
    private static final int LEVELS = 16;

    private static final String IMAGES = "t10k-images-idx3-ubyte.gz";
    private static final int STROKES = 12;

    private Tutorial6() {}

    /** Returns weights and biases of the three layers, for images or for spikes. */
    static List<Peer.Linear> layers(Arena arena, boolean frame) {
        float[] gains = frame ? GAINS_FOR_IMAGES : GAINS_FOR_SPIKES;
        TorchRandom random = new TorchRandom(2);
        return List.of(
                times(gains[0], RandomData.linear(arena, 25, 12, random)),
                times(gains[1], RandomData.linear(arena, 300, 64, random)),
                times(gains[2], RandomData.linear(arena, 1024, 10, random)));
    }

    private static Peer.Linear times(float gain, Peer.Linear layer) {
        for (FloatMatrix values : List.of(layer.weights(), layer.bias())) {
            for (int row = 0; row < values.rows(); row++) {
                for (int column = 0; column < values.columns(); column++) {
                    values.set(row, column, gain * values.get(row, column));
                }
            }
        }
        return layer;
    }

    /** Returns the layers for other libraries. */
    static List<Peer.Maps> maps(Arena arena, boolean frame) {
        List<Peer.Linear> layers = layers(arena, frame);
        return List.of(
                new Peer.Maps(layers.get(0), 1, SIDE, KERNEL, 0, true),
                new Peer.Maps(layers.get(1), 12, 12, KERNEL, 0, true),
                new Peer.Maps(layers.get(2), 64, 4, 0, 0, false));
    }

    /** Creates the network with these weights. */
    public static Network network(boolean frame) {
        try (Arena arena = Arena.ofShared()) {
            List<Peer.Linear> layers = layers(arena, frame);
            Peer.Linear last = layers.getLast();
            return Network.builder(Shape.of(1, SIDE, SIDE))
                    .connect(convolution(layers.get(0)))
                    .maxPool2d(2)
                    .neuron(new Leaky(BETA))
                    .connect(convolution(layers.get(1)))
                    .maxPool2d(2)
                    .neuron(new Leaky(BETA))
                    .flatten()
                    .connect(Dense.of(last.weights(), last.bias()))
                    .neuron(new Leaky(BETA))
                    .build();
        }
    }

    private static Convolution convolution(Peer.Linear layer) {
        return Convolution.of(Kernel.of(KERNEL), layer.weights(), layer.bias());
    }

    /** Returns test images of Fashion-MNIST if Debian's package is installed, else random strokes; a row for each. */
    public static FloatMatrix images(Arena arena, int count) {
        Optional<Path> folder = Dataset.fashionMnist();
        FloatMatrix images = folder.isPresent() ? fashion(arena, folder.get(), count) : strokes(arena, count);
        for (int row = 0; row < count; row++) {
            for (int column = 0; column < images.columns(); column++) {
                images.set(row, column, (float) Math.rint(images.get(row, column) * LEVELS) / LEVELS);
            }
        }
        return images;
    }

    private static FloatMatrix fashion(Arena arena, Path folder, int count) {
        try {
            return Idx.read(folder.resolve(IMAGES)).images(arena, 0, count);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Draws lines with a brush of 3 x 3 pixels, each of one brightness. */
    static FloatMatrix strokes(Arena arena, int count) {
        FloatMatrix images = FloatMatrix.zeros(arena, count, SIDE * SIDE);
        Random random = new Random(1);
        for (int stroke = 0; stroke < count * STROKES; stroke++) {
            double y = random.nextDouble(4, SIDE - 4);
            double x = random.nextDouble(4, SIDE - 4);
            double angle = random.nextDouble(2 * Math.PI);
            float brightness = random.nextFloat(0.3f, 1);
            for (int step = 0; step < SIDE / 2; step++) {
                dab(images, stroke / STROKES, (int) y, (int) x, brightness);
                y = Math.clamp(y + Math.sin(angle), 1, SIDE - 2);
                x = Math.clamp(x + Math.cos(angle), 1, SIDE - 2);
            }
        }
        return images;
    }

    private static void dab(FloatMatrix images, int image, int y, int x, float brightness) {
        for (int row = y - 1; row <= y + 1; row++) {
            for (int column = x - 1; column <= x + 1; column++) {
                images.set(image, row * SIDE + column, brightness);
            }
        }
    }
}
