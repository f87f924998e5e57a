package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;

public class OwnData {
    public static void main(String[] arguments) throws IOException {
        var random = new TorchRandom(42);
        var values = random.rand(500, 64); // a row of values from 0 to 1 for each sample
        int[] labels = new int[500];
        for (int sample = 0; sample < 500; sample++) {
            labels[sample] = sample % 4; // the quarter that is bright
            for (int i = 0; i < 64; i++) {
                values.set(sample, i, i / 16 == labels[sample] ? values.get(sample, i) : values.get(sample, i) / 2);
            }
        }
        var parts = Dataset.of(Shape.of(64), values, labels, 4).split(42, 400, 100); // a seed, then the sizes of the parts
        var batching = new Batching(50).withCode(InputEncoding.rate(new Rate(), 25)).withShuffle(42);
        var network = Network.builder(64)
                .dense(50, random).neuron(new Leaky(0.95))
                .dense(4, random).neuron(new Leaky(0.95)).build();
        try (var trainer = Trainer.of(network, 25, 50)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(1e-3))
                .build()) {
            TrainingRun.of(trainer, parts.get(0), batching).epochs(5).build().run();
        }
        try (var evaluator = new Evaluator(network, 25, batching, 1).loss(CrossEntropyLoss.membrane())) {
            System.out.println("right: " + evaluator.evaluate(parts.get(1)).accuracy());
            var integers = evaluator.quantize(ElementType.INT8, parts.get(1));
            System.out.println("the same class with weights of 8 bits: " + integers.agreement());
        }
    }
}
