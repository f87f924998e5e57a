package dev.spikelane.train.maps;

import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static dev.spikelane.fixture.Layer.pooled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Users;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Pool;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Surrogate;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Networks of maps learn: with batch norms like torch's, and weights that become integers. */
@EveryWidth
final class ConvolutionalTrainingTest {

    private static final int CLASSES = 4;
    private static final int[] RIGHT = {1, 0, 1, 1};
    private static final int[] DOWN = {0, 1, 1, -1};

    private static final int STEPS = 5;
    private static final int BATCH = 32;
    private static final int SIDE = 12;
    private static final Batching BATCHING = new Batching(BATCH).withShuffle(1).withCode(InputEncoding.frame());

    /** Noisy lines in one of four directions, which wrap around an image. */
    static Dataset lines(int count, long seed) {
        Random random = new Random(seed);
        FloatMatrix images = FloatMatrix.zeros(count, SIDE * SIDE);
        int[] labels = new int[count];
        for (int image = 0; image < count; image++) {
            labels[image] = image % CLASSES;
            int right = RIGHT[labels[image]];
            int down = DOWN[labels[image]];
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                images.set(image, pixel, random.nextFloat(0.3f));
            }
            int y = random.nextInt(SIDE);
            int x = random.nextInt(SIDE);
            for (int along = 0; along < 7; along++) {
                int row = Math.floorMod(y + along * down, SIDE);
                images.set(image, row * SIDE + (x + along * right) % SIDE, 1);
            }
        }
        return Dataset.of(Shape.of(1, SIDE, SIDE), images, labels, CLASSES);
    }

    static void train(Network network) throws IOException {
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .surrogate(Surrogate.atan())
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(0.01))
                .threads(2)
                .build()) {
            TrainingRun.of(trainer, lines(256, 1), BATCHING).epochs(5).build().run();
        }
    }

    static Evaluator evaluator(Network network) {
        return new Evaluator(network, STEPS, BATCHING, 2).loss(CrossEntropyLoss.membrane());
    }

    /** The report is that of dense layers: equal classes for most images, with a quarter of the memory. Slow. */
    @Users
    @Test
    void learnedConvolutionsBecomeIntegers() throws IOException {
        Network network = Networks.of(
                new TorchRandom(42),
                Shape.of(1, SIDE, SIDE),
                maps(8, 3, new Leaky(0.5), BatchNorm.of(8), Pool.max(2)),
                maps(16, 3, new Leaky(0.5), BatchNorm.of(16)),
                flat(CLASSES, new Leaky(0.5)));
        train(network);
        try (Evaluator evaluator = evaluator(network.folded().network())) {
            Evaluator.Result.Quantized report = evaluator.quantize(ElementType.INT8, lines(100, 2));
            assertEquals(ElementType.INT8, report.network().weights().type("conv2.weight"));
            assertTrue(report.before().accuracy() > 0.8, report.toString());
            assertTrue(report.agreement() > 0.9, report.toString());
            assertEquals(0, report.accuracyChange(), 0.05, report.toString());
        }
    }

    /** Blocks of samples that threads complete in any order are added ascending. */
    @Test
    void threadsThatTakeBlockAfterBlockGiveTheSameBits() {
        long expected = learned(1);
        for (int threads : new int[] {2, 3, 6}) {
            assertEquals(expected, learned(threads), threads + " threads");
        }
    }

    private static long learned(int threads) {
        TorchRandom random = new TorchRandom(42);
        Network network = Networks.of(
                random,
                Shape.of(1, SIDE, SIDE),
                pooled(6, 3, new Leaky(0.5)),
                maps(5, 3, new Leaky(0.5)),
                flat(CLASSES, new Leaky(0.5)));
        int batch = 45;
        try (Trainer trainer = Trainer.of(network, STEPS, batch)
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Adam(0.01))
                .threads(threads)
                .build()) {
            for (int step = 0; step < 4; step++) {
                trainer.step(TrainingBatch.ofFrame(
                        random.rand(batch, SIDE * SIDE),
                        IntStream.range(0, batch).map(i -> i % CLASSES).toArray()));
            }
        }
        return network.weights().hash();
    }

    /**
     * Torch's running values after five iterations of six steps with SGD at a rate of 0.5, torch.manual_seed(1), rate
     * loss and arctangent, of torch 2.6 and snnTorch 0.9.4. No membrane is nearer than 3.6e-5 to its threshold.
     */
    @Test
    void runningStatisticsAreTorchs() {
        TorchRandom random = new TorchRandom(1);
        Network network = Networks.of(
                random,
                Shape.of(1, 10, 10),
                maps(4, 3, new Leaky(0.5), BatchNorm.of(4), Pool.max(2)),
                maps(6, 3, new Leaky(0.5), BatchNorm.of(6)),
                flat(3, new Leaky(0.5)));
        FloatMatrix weights = network.weights().get("fc1.weight");
        for (int column = 0; column < weights.columns(); column++) {
            for (int row = 0; row < weights.rows(); row++) {
                weights.set(row, column, 8 * weights.get(row, column)); // so that outputs fire, and everything learns
            }
        }
        network.weights().replace("fc1.weight", weights);
        double loss = 0;
        try (Trainer trainer = Trainer.of(network, 6, 8)
                .surrogate(Surrogate.atan())
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Sgd(0.5))
                .build()) {
            List<FloatMatrix> images =
                    Stream.generate(() -> random.rand(8, 100)).limit(5).toList();
            for (FloatMatrix batch : images) {
                loss = trainer.step(TrainingBatch.ofFrame(batch, new int[] {0, 1, 2, 0, 1, 2, 0, 1}));
            }
        }
        assertEquals(1.0478092432022095, loss, 1e-5);
        assertValues(network, "conv1.1.running_mean", 0.0421735f, 0.3677063f, 0.2761606f, -0.4634565f);
        assertValues(network, "conv1.1.running_var", 0.0836987f, 0.0918831f, 0.0787479f, 0.0959133f);
        assertValues(network, "conv1.1.num_batches_tracked", 30);
        assertValues(network, "conv1.1.weight", 1.0629472f, 0.9303133f, 1.0779603f, 0.9536958f);
        assertValues(
                network,
                "conv2.1.running_mean",
                0.3630309f,
                0.5285776f,
                0.4431262f,
                -0.2695212f,
                0.3709299f,
                0.0412027f);
        assertValues(
                network, "conv2.1.running_var", 0.1861000f, 0.1697734f, 0.1494245f, 0.1253749f, 0.1501460f, 0.1887099f);
    }

    private static void assertValues(Network network, String name, float... expected) {
        assertArrayEquals(expected, network.weights().get(name).toArray(), 2e-6f, name);
    }
}
