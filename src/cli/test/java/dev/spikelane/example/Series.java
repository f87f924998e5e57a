package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.Locale;

public class Series {
    public static void main(String[] arguments) throws IOException {
        int steps = 50;
        var random = new TorchRandom(42);
        var slopes = random.rand(100, 1);
        var values = FloatMatrix.zeros(100, steps); // a row for each sample, with its steps one after another
        var targets = FloatMatrix.zeros(100, steps);
        for (int sample = 0; sample < 100; sample++) {
            for (int step = 0; step < steps; step++) {
                float current = 4 * slopes.get(sample, 0) * step / steps;
                values.set(sample, step, current);
                targets.set(sample, step, (float) Math.sqrt(current));
            }
        }
        var parts = Dataset.ofTargets(Shape.of(steps), values, targets).split(42, 80, 20);
        var batching = new Batching(20).withCode(InputEncoding.pieces(steps)).withShuffle(42); // one value at each step
        var network = Network.builder(1)
                .dense(64, random).neuron(new Leaky(0.9))
                .dense(1, random).neuron(new Leaky(0.8).withReset(Reset.NONE)).build(); // its membrane is the output
        try (var trainer = Trainer.of(network, steps, 20)
                .loss(SquaredErrorLoss.membraneTargets())
                .optimizer(new Adam(5e-3))
                .build()) {
            var run = TrainingRun.of(trainer, parts.get(0), batching)
                    .epochs(100)
                    .validate(parts.get(1))
                    .onEpoch((now, epoch) -> {
                        if (epoch.validationLoss() < 0.02) {
                            now.stop();
                        }
                    })
                    .build().run();
            for (var epoch : run.history()) {
                if (epoch.epoch() == 1 || epoch.epoch() == run.history().size()) {
                    System.out.printf(Locale.ROOT, "epoch %d: error %.4f, %.0f %% of the hidden neurons fire%n",
                            epoch.epoch(), epoch.validationLoss(), 100 * epoch.spikeRate("lif1"));
                }
            }
        }
    }
}
