package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Schedule;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;

public class Learned {
    public static void main(String[] arguments) throws IOException {
        var random = new TorchRandom(42);
        var values = random.rand(400, 16);
        int[] labels = new int[400];
        for (int sample = 0; sample < 400; sample++) {
            labels[sample] = values.get(sample, 0) > values.get(sample, 15) ? 1 : 0;
        }
        float[] decays = new float[30];
        Arrays.fill(decays, 0.9f);
        var network = Network.builder(16)
                .dense(30, random).neuron(new Leaky(decays)) // a decay for each neuron
                .dense(2, random).neuron(new Leaky(0.9)).build(); // one that both neurons share
        var batching = new Batching(50).withShuffle(42).withCode(InputEncoding.frame());
        int epochs = 10;
        long steps = (long) epochs * batching.batches(400); // 80
        try (var trainer = Trainer.of(network, 20, 50)
                .loss(CrossEntropyLoss.count())
                .optimizer(new Adam(5e-3))
                .learn("lif1.beta", "lif1.threshold", "lif2.beta") // beside all weights
                .build()) {
            TrainingRun.of(trainer, Dataset.of(Shape.of(16), values, labels, 2), batching)
                    .epochs(epochs)
                    .schedule(Schedule.cosine(steps, 0).afterWarmUp(0.1, 8)) // rises for 8 steps, an epoch
                    .onEpoch(epoch -> System.out.printf(Locale.ROOT, "epoch %d ends at rate %.5f%n", epoch.epoch(), epoch.rate()))
                    .build().run();
        }
        System.out.println("decays: " + network.weights().shape("lif1.beta") + ", threshold: "
                + network.weights().shape("lif1.threshold"));
    }
}
