package dev.spikelane.example;

import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Firing;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;

/** A regression: the membrane of an output neuron learns to be the square root of a rising current, and a sine of it. */
public class Regression {

    private static final int STEPS = 50;

    /** Trains, and returns the mean squared error before and after. */
    static double[] errors(int iterations) {
        var random = new TorchRandom(0);
        var network = Network.builder(1) // one number comes in
                .dense(128, random).neuron(new Leaky(0.9))
                .dense(2, random) // membranes that only integrate are the outputs
                .neuron(new Leaky(0.8).withFiring(Firing.DEFAULT.withReset(Reset.NONE)))
                .build();
        var inputs = FloatMatrix.zeros(STEPS, 1); // one sample: a row is a step
        var targets = FloatMatrix.zeros(STEPS, 2);
        for (int step = 0; step < STEPS; step++) {
            double time = step / (double) STEPS;
            inputs.set(step, 0, (float) (4 * time));
            targets.set(step, 0, (float) Math.sqrt(time));
            targets.set(step, 1, (float) Math.sin(2 * Math.PI * time) / 2);
        }
        var batch = TrainingBatch.withTargets(inputs, targets);
        try (var trainer = Trainer.of(network, STEPS, 1)
                .loss(SquaredErrorLoss.membraneTargets())
                .optimizer(new Adam(1e-3))
                .learn("lif1.beta", "lif2.beta")
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
        double[] errors = errors(600);
        System.out.printf("error %.4f before, %.4f after 600 iterations%n", errors[0], errors[1]);
    }
}
