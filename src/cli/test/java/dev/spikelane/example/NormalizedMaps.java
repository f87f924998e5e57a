package dev.spikelane.example;

import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;

public class NormalizedMaps {

    private NormalizedMaps() {}

    /** Trains a network with batch norms for a step, and returns it with integer weights that hold them. */
    public static Network trained(TorchRandom random, FloatMatrix images, int[] labels) {
        var network = Network.builder(Shape.of(1, 28, 28))
                .conv2d(12, 5, random).batchNorm().maxPool2d(2).neuron(new Leaky(0.5)) // BatchNorm2d(12)
                .conv2d(64, 5, random).batchNorm().maxPool2d(2).neuron(new Leaky(0.5)) // BatchNorm2d(64)
                .flatten().dense(10, random).neuron(new Leaky(0.5))
                .build();
        try (var trainer = Trainer.of(network, 50, 128)
                .surrogate(Surrogate.fastSigmoid(25))
                .loss(CrossEntropyLoss.rate())
                .dropoutChannels("conv2", 0.25) // Dropout2d(0.25) before conv2
                .dropout("fc1", 0.5) // Dropout(0.5) before fc1
                .optimizer(new Adam(1e-2))
                .build()) {
            trainer.step(TrainingBatch.ofFrame(images, labels)); // or a TrainingRun, as above
        }
        var folded = network.folded(); // without batch norms; folded.toString() says which values have other bits
        return folded.network().quantized(ElementType.INT8);
    }
}
