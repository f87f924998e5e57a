package dev.spikelane.example;

import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

public class TutorialSix {
    private static final int STEPS = 50; // num_steps
    private static final int BATCH = 128; // batch_size

    public static void main(String[] arguments) throws IOException {
        var folder = Path.of(arguments[0]); // with train-images-idx3-ubyte and train-labels-idx1-ubyte, plain or .gz
        var images = Dataset.idxTrain(folder);
        var network = network(new TorchRandom(42)); // torch.manual_seed(42)
        for (String name : network.weights().names()) {
            if (name.endsWith("weight")) {
                System.out.println(name + " " + network.weights().shape(name));
            }
        }
        train(network, images, 5);
        var file = folder.resolve("tutorial6.safetensors");
        ModelFile.write(file, network);
        var read = ModelFile.read(file);
        System.out.printf(Locale.ROOT, "right: %.3f%n", accuracy(read, images));
        runFrame(read);
        runSpikes(read);
    }

    private static Network network(TorchRandom random) {
        return Network.builder(Shape.of(1, 28, 28)) // channels, height, width
                .conv2d(12, 5, random).maxPool2d(2).neuron(new Leaky(0.5)) // conv1, lif1: 12 maps of 12 x 12
                .conv2d(64, 5, random).maxPool2d(2).neuron(new Leaky(0.5)) // conv2, lif2: 64 maps of 4 x 4
                .flatten().dense(10, random).neuron(new Leaky(0.5)) // fc1, lif3
                .build();
    }

    private static void train(Network network, Dataset images, int epochs) throws IOException {
        var batching = new Batching(BATCH).withShuffle(42).withCode(InputEncoding.frame()); // the image at each step
        try (var trainer = Trainer.of(network, STEPS, BATCH)
                .surrogate(Surrogate.fastSigmoid(25))
                .loss(CrossEntropyLoss.rate()) // SF.ce_rate_loss()
                .optimizer(new Adam(1e-2))
                .build()) {
            TrainingRun.of(trainer, images, batching).epochs(epochs).build().run();
        }
    }

    private static double accuracy(Network network, Dataset images) throws IOException { // SF.accuracy_rate
        var batching = new Batching(BATCH).withCode(InputEncoding.frame());
        try (var evaluator = new Evaluator(network, STEPS, batching, 1).loss(CrossEntropyLoss.rate())) {
            return evaluator.evaluate(images).accuracy();
        }
    }

    /** One image as currents, the same at each step. */
    private static void runFrame(Network network) {
        try (var simulation = network.simulate(1)) {
            var counts = simulation.countSpikes("lif3");
            var maps = simulation.recordSpikes("lif1", STEPS).spikes(); // a row of 12 * 12 * 12 for each step
            simulation.runConstant(new TorchRandom(1).rand(1, 784), STEPS); // a row has channels, rows, columns
            System.out.println("frame: label " + counts.label(0) + ", " + maps.count() + " spikes in lif1");
        }
    }

    /** The image as spikes: all steps at once, then step by step as they come. */
    private static void runSpikes(Network network) {
        var spikes = SpikeMatrix.zeros(STEPS, 784);
        new Rate().encode(new TorchRandom(1).rand(1, 784), spikes, 1);
        try (var whole = network.simulate(1); var stream = network.simulate(1)) {
            var expected = whole.recordMembranes("lif3", STEPS).values();
            whole.run(spikes);
            boolean same = true;
            for (int step = 0; step < STEPS; step++) {
                SpikeMatrix fired = stream.step(spikes.rows(step, 1)); // of lif3: ten bits
                FloatMatrix membranes = stream.state("lif3").membrane();
                same &= fired.columns() == 10
                        && Arrays.equals(membranes.toArray(), expected.rows(step, 1).toArray());
            }
            System.out.println("step by step the same membranes: " + same);
        }
    }
}
