package dev.spikelane.example;

import dev.spikelane.network.Network;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;

public class Adaptive {
    public static void main(String[] arguments) {
        var adaptive = EquationNeuron.of("""
                neuron Adaptive
                param beta = 0.9, decay = 0.8, jump = 0.5
                state v, rise
                input current
                rise = decay * rise
                v = beta * v + current
                spike v > 1 + rise
                reset v = v - 1
                reset rise = rise + jump
                """);
        var random = new TorchRandom(1);
        var network = Network.builder(20)
                .dense(30, random).neuron(adaptive)
                .dense(4, random).neuron(new Leaky(0.9)).build();
        var frames = random.rand(32, 20); // 32 images of noise, to learn by heart
        int[] labels = new int[32];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 4;
        }
        try (var trainer = Trainer.of(network, 25, 32).loss(CrossEntropyLoss.count()).optimizer(new Adam(0.01))
                .learn("lif1.beta", "lif1.jump").build()) {
            for (int epoch = 0; epoch <= 40; epoch++) {
                double loss = trainer.step(TrainingBatch.ofFrame(frames, labels));
                if (epoch % 20 == 0) {
                    System.out.println("epoch " + epoch + ": loss " + (float) loss);
                }
            }
        }
    }
}
