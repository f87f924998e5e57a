package dev.spikelane.example;

import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.EProp;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.Random;

public class Online {

    public static void main(String[] arguments) {
        int steps = 500;
        var random = new TorchRandom(0);
        var network = Network.builder(20)
                .dense(60, random).neuron(new RLeaky(Recurrence.allToAll(60, random), 0.95))
                .dense(1, random).neuron(new Leaky(0.95).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE)))
                .build();
        var input = SpikeMatrix.zeros(steps, 20); // the same noise in each iteration
        var target = FloatMatrix.zeros(steps, 1); // a sum of sines
        var noise = new Random(1);
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < 20; i++) {
                input.set(step, i, noise.nextInt(20) == 0);
            }
            double time = 2 * Math.PI * step / steps;
            target.set(step, 0, (float) (Math.sin(time) + 0.5 * Math.sin(3 * time)));
        }
        try (var trainer = Trainer.of(network, steps, 1)
                .loss(SquaredErrorLoss.membraneTargets())
                .optimizer(new Adam(2e-3))
                .online(EProp.random(2).withRate(0.05, 1))
                .build()) {
            for (int i = 0; i <= 200; i++) {
                double loss = trainer.step(TrainingBatch.withTargets(input, target));
                if (i % 50 == 0) {
                    System.out.printf("iteration %3d: error %.4f%n", i, loss);
                }
            }
        }
    }
}
