package dev.spikelane.example;

import dev.spikelane.connection.Kernel;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.Loss;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.Locale;
import java.util.Map;

/** Spikes of four maps of 4 x 4 neurons code images of 8 x 8 pixels, which membranes draw again. */
public class Autoencoder {

    static final int STEPS = 10;

    /** Crosses: a line and a column of ones. */
    static FloatMatrix images() {
        var images = FloatMatrix.zeros(64, 64);
        for (int image = 0; image < 64; image++) {
            for (int i = 0; i < 8; i++) {
                images.set(image, image / 8 * 8 + i, 1);
                images.set(image, 8 * i + image % 8, 1);
            }
        }
        return images;
    }

    /** Trains, and returns the mean squared error of a pixel before and after. */
    static double[] errors(int iterations) {
        var random = new TorchRandom(0);
        var network = Network.builder(Shape.of(1, 8, 8))
                .convolution(16, Kernel.of(3).withPadding(1), random).neuron(new Leaky(0.9).withThreshold(0.5))
                .convolution(4, Kernel.of(2).withStride(2), random).neuron("code", new Leaky(0.9).withThreshold(0.5))
                .convolution(16, Kernel.transposed(2).withStride(2), random).neuron(new Leaky(0.9).withThreshold(0.5))
                .convolution(1, Kernel.of(3).withPadding(1), random)
                .neuron("image", new Leaky(0.8).withReset(Reset.NONE)).build();
        var images = images();
        var batch = new TrainingBatch(Map.of("input", images), true, new int[0], images, null); // a frame, drawn again
        try (var trainer = Trainer.of(network, STEPS, 64)
                .loss("image", SquaredErrorLoss.membraneTargets())
                .loss("code", Loss.rateBounds(0, 0.5), 0.1) // a code of few spikes
                .optimizer(new Adam(2e-3))
                .build()) {
            double first = trainer.step(batch);
            double last = first;
            for (int i = 1; i < iterations; i++) {
                last = trainer.step(batch);
            }
            return new double[] {first, last};
        }
    }

    public static void main(String[] arguments) {
        double[] errors = errors(300);
        System.out.printf(Locale.ROOT, "error %.3f before, %.3f after 300 iterations%n", errors[0], errors[1]);
    }
}
