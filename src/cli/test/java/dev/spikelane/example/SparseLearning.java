package dev.spikelane.example;

import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;

public class SparseLearning {
    public static void main(String[] arguments) {
        var builder = Network.builder();
        var x = builder.input("x", Shape.of(20));
        var hidden = builder.population("hidden", Shape.of(100), new Leaky(0.9));
        var out = builder.population("out", Shape.of(4), new Leaky(0.9));
        var drawn = Sparse.of(Connectivity.probability(0.2)).weights(Distribution.normal(0.1, 0.3));
        builder.project("in", x, hidden, drawn.to(100).seed(1));
        builder.project("loop", hidden, hidden, drawn.delays(Distribution.uniform(1, 5)).seed(2)); // steps
        builder.project("out", hidden, out, drawn.to(4).seed(3));
        var network = builder.build();
        System.out.println("synapses of the loop: " + network.weights().shape("loop.weight"));
        var frames = new TorchRandom(1).rand(32, 20); // 32 images of noise, to learn by heart
        int[] labels = new int[32];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 4;
        }
        try (var trainer = Trainer.of(network, 25, 32).loss(CrossEntropyLoss.count()).optimizer(new Adam(0.01)).build()) {
            for (int epoch = 0; epoch <= 40; epoch++) {
                double loss = trainer.step(TrainingBatch.ofFrame(frames, labels));
                if (epoch % 20 == 0) {
                    System.out.println("epoch " + epoch + ": loss " + (float) loss);
                }
            }
        }
    }
}
