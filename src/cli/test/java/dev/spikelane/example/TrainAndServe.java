package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.train.Adam;
import dev.spikelane.train.Classifier;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;

public class TrainAndServe {

    private TrainAndServe() {}

    /** Trains a network, writes it to a file, reads it again, and classifies an image. */
    public static int label(Network network, Dataset data, Path file, float[] pixels) throws IOException {
        var parts = data.split(42, 0.9, 0.1); // to train on, to validate on
        var batching = new Batching(128).withShuffle(42).withCode(InputEncoding.frame());
        try (var trainer = Trainer.of(network, 25, 128).loss(CrossEntropyLoss.count()).optimizer(new Adam(1e-3)).build()) {
            var run = TrainingRun.of(trainer, parts.get(0), batching).epochs(3).validate(parts.get(1)).build().run();
            ModelFile.write(file, run.model()); // with its steps, its code, and how outputs become a class
        }
        try (var classifier = Classifier.of(ModelFile.readModel(file))) {
            return classifier.classify(pixels).label();
        }
    }
}
