package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

public class Anytime {
    private static final int STEPS = 100;

    public static void main(String[] arguments) throws IOException {
        var random = new TorchRandom(42);
        var values = random.rand(600, 64);
        int[] labels = new int[600];
        for (int sample = 0; sample < 600; sample++) {
            labels[sample] = sample % 4; // the quarter that is a little brighter
            for (int i = 0; i < 64; i++) {
                float value = values.get(sample, i) / 4;
                values.set(sample, i, i / 16 == labels[sample] ? value + 0.1f : value);
            }
        }
        var network = Network.builder(64)
                .dense(50, random).neuron(new Leaky(0.9))
                .dense(4, random).neuron(new Leaky(0.9)).build();
        var training = Dataset.of(Shape.of(64), values, labels, 4).range(0, 400);
        var batching = new Batching(50).withCode(InputEncoding.rate(new Rate(), STEPS)).withShuffle(42);
        try (var trainer = Trainer.of(network, STEPS, 50)
                .loss(CrossEntropyLoss.count()) // the label is the class that fires most often
                .optimizer(new Adam(2e-3))
                .build()) {
            TrainingRun.of(trainer, training, batching).epochs(5).build().run();
        }

        // The margin is learned on samples 400 to 499: whole runs of them, side by side.
        var input = SpikeMatrix.zeros(STEPS * 100, 64);
        new Rate().encode(values.rows(400, 100), input, 1);
        var validation = network.simulate(100);
        var outputs = validation.recordSpikes("lif2", STEPS).spikes();
        validation.run(input);
        int[] right = new int[100];
        System.arraycopy(labels, 400, right, 0, 100);
        var learned = EarlyExit.exact(STEPS).learn(List.of(outputs), right, 0.95); // at least 95 % must be right
        System.out.printf(Locale.ROOT, "lead of %d spikes: %.2f right after %.1f steps on average, %.2f after all%n",
                learned.rule().margin(), learned.accuracy(), learned.averageSteps(), learned.wholeAccuracy());

        // Samples 500 to 599 come one at a time, and end as soon as their label is decided.
        var simulation = network.simulate(1);
        var early = simulation.observe("lif2", learned.rule().labels());
        var spikes = SpikeMatrix.zeros(STEPS, 64);
        int correct = 0;
        for (int sample = 500; sample < 600; sample++) {
            new Rate().encode(values.rows(sample, 1), spikes, sample);
            early.run(simulation, spikes, 5); // looks at the lead after every 5 steps
            correct += early.label(0) == labels[sample] ? 1 : 0;
        }
        System.out.printf(Locale.ROOT, "%d of 100 right, %.1f steps saved on average, %.0f %% of the work%n",
                correct, early.averageStepsSaved(), 100 * early.shareSaved());
    }
}
