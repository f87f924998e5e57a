package dev.spikelane.example.event;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.network.EventStream;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

public class MovingBars {
    /** A bar crosses 16 x 16 pixels, one each millisecond: to the right, to the left, down or up. */
    static String bar(int way, Random random, int start) {
        var lines = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            int across = way % 2 == 0 ? i / 16 : 15 - i / 16;
            int time = start + 1_000 * (i / 16) + random.nextInt(1_000);
            String place = way < 2 ? across + "," + i % 16 : i % 16 + "," + across;
            lines.append(time + "," + place + ",1\n"); // t, x, y, p
        }
        return lines.toString();
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("bars");
        var random = new Random(42);
        for (int i = 0; i < 160; i++) {
            Path ofClass = Files.createDirectories(folder.resolve(Integer.toString(i % 4)));
            Files.writeString(ofClass.resolve(i + ".csv"), bar(i % 4, random, 0));
        }
        var binning = EventBinning.of(16, 16).withStepTime(1_000);
        var parts = Dataset.events(folder, binning, 16).split(42, 120, 40);
        var torch = new TorchRandom(42);
        var network = Network.builder(binning.shape()).flatten()
                .dense(64, torch).neuron(new Leaky(0.9))
                .dense(4, torch).neuron(new Leaky(0.9)).build();
        var batching = new Batching(20).withShuffle(42).withCode(InputEncoding.recordings(16));
        try (var trainer = Trainer.of(network, 16, 20)
                .loss(CrossEntropyLoss.count()).optimizer(new Adam(5e-3)).build()) {
            var run = TrainingRun.of(trainer, parts.get(0), batching).epochs(15).validate(parts.get(1)).build().run();
            System.out.println("right: " + run.history().getLast().validationAccuracy());
        }
        Path file = folder.resolve("stream.csv");
        Files.writeString(file, bar(3, random, 0) + bar(0, random, 16_000));
        try (var simulation = network.simulate(1); var events = EventSource.open(file)) {
            new EventStream(simulation, "lif2", binning, 16, 8).run(events, seen ->
                    System.out.println(seen.time() / 1_000 + " ms: way " + seen.label()));
        }
    }
}
