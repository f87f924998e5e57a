package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;

public class Training {
    public static void main(String[] arguments) throws IOException {
        Dataset all = Dataset.idxTrain(Path.of(arguments[0])); // a folder with the four IDX files
        int count = all.size();
        Dataset training = all.range(0, count - count / 10); // the first ones, and how many
        Dataset validation = all.range(count - count / 10, count / 10);
        var random = new TorchRandom(42);
        var network = Network.builder(784)
                .dense(100, random).neuron(new Leaky(0.95))
                .dense(10, random).neuron(new Leaky(0.95)).build();
        var batching = new Batching(128).withCode(InputEncoding.frame()).withShuffle(42);
        try (var trainer = Trainer.of(network, 25, 128) // 25 steps, at most 128 samples at a time
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(5e-4))
                .build()) {
            var run = TrainingRun.of(trainer, training, batching)
                    .epochs(10)
                    .validate(validation)
                    .stopAfter(3)
                    .checkpoint(Path.of("run.safetensors"))
                    .resume() // if that file is there
                    .build();
            run.run().write(Path.of("history.csv"));
            ModelFile.write(Path.of("model.safetensors"), run.model());
        }
    }
}
