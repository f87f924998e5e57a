package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;

public class Learning {
    public static void main(String[] arguments) throws IOException {
        var random = new TorchRandom(42);
        int[] labels = new int[600];
        var values = FloatMatrix.zeros(600, 8); // a row of 8 numbers for each of 600 samples
        for (int sample = 0; sample < 600; sample++) {
            labels[sample] = sample % 3; // of three classes
            for (int i = 0; i < 8; i++) {
                double wave = Math.sin(i * (1 + labels[sample]) + sample); // one of three frequencies
                values.set(sample, i, (float) (0.5 + 0.5 * wave));
            }
        }
        var parts = Dataset.of(Shape.of(8), values, labels, 3).split(42, 500, 100); // for training, for testing
        var batching = new Batching(50).withShuffle(42).withCode(InputEncoding.frame()); // the numbers are currents at each step
        var network = Network.builder(8)
                .dense(40, random).neuron(new Leaky(0.9))
                .dense(3, random).neuron(new Leaky(0.9)).build();
        var loss = CrossEntropyLoss.count(); // the class whose neuron fires most often
        try (var trainer = Trainer.of(network, 20, 50).loss(loss).optimizer(new Adam(5e-3)).build()) { // 20 steps
            var run = TrainingRun.of(trainer, parts.get(0), batching).epochs(20).build().run();
            if (arguments.length > 0) {
                ModelFile.write(Path.of(arguments[0]), run.model()); // for a Classifier, in this program or another
            }
        }
        try (var evaluator = new Evaluator(network, 20, batching, 1).loss(loss)) {
            System.out.println("right: " + evaluator.evaluate(parts.get(1)).accuracy());
        }
    }
}
