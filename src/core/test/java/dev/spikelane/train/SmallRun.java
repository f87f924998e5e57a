package dev.spikelane.train;

import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** A run of one second with all random numbers; {@link #main} runs it in a JVM to be killed. */
public final class SmallRun {

    public static final int SAMPLES = 75;
    public static final int BATCH = 16;
    public static final int STEPS = 6;
    static final int CLASSES = 4;
    static final int EPOCHS = 3;

    private SmallRun() {}

    public static Network network() {
        return Networks.of(new TorchRandom(5), 12, dense(20, new Leaky(0.9f)), dense(CLASSES, new Leaky(0.8f)));
    }

    /** With maps and batch norms. */
    static Network normalized() {
        return Networks.of(
                new TorchRandom(5),
                Shape.of(1, 4, 3),
                maps(5, Kernel.of(3).withPadding(1), new Leaky(0.9f), BatchNorm.of(5), Pool.max(2)),
                flat(CLASSES, new Leaky(0.8f)));
    }

    /** Images with noise, and a bright line in the row of the class, which flips do not move. */
    public static Dataset data(int samples, long seed) {
        Random random = new Random(seed);
        FloatMatrix values = FloatMatrix.zeros(samples, 12);
        int[] labels = new int[samples];
        for (int sample = 0; sample < samples; sample++) {
            labels[sample] = random.nextInt(CLASSES);
            for (int i = 0; i < 12; i++) {
                values.set(sample, i, i / 3 == labels[sample] ? 0.9f : 0.6f * random.nextFloat());
            }
        }
        return Dataset.of(Shape.of(1, 4, 3), values, labels, CLASSES);
    }

    public static Batching batching() {
        return new Batching(BATCH)
                .withShuffle(3)
                .withSeed(4)
                .withAugmentations(Batching.Augmentation.flip(0.5))
                .withCode(InputEncoding.rate(new Rate(), STEPS));
    }

    public static TrainerBuilder trainer(Network network) {
        return Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .surrogate(Surrogate.spikeRateEscape())
                .learn("lif1.beta")
                .seed(9)
                .optimizer(new Adam(0.02));
    }

    public static TrainingRunBuilder run(Trainer trainer) {
        return TrainingRun.of(trainer, data(SAMPLES, 1), batching())
                .epochs(EPOCHS)
                .schedule(Schedule.cosine(EPOCHS * 5L, 0).afterWarmUp(0.1, 2))
                .validate(data(33, 2))
                .keepBest();
    }

    /** Trains, and saves after each step, to the file of the argument. */
    public static void main(String[] arguments) throws IOException {
        try (Trainer trainer = trainer(normalized()).build()) {
            run(trainer)
                    .checkpoint(Path.of(arguments[0]))
                    .checkpointEvery(1)
                    .resume()
                    .build()
                    .run();
        }
    }
}
