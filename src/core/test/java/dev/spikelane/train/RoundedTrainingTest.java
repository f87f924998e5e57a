package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.data.Dataset;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.product.integer.RoundedWeights;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.gradient.FiniteDifferencesTest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights that are trained as integers: gradients, and training. */
@EveryWidth
class RoundedTrainingTest extends FolderCase {

    private static final int STEPS = 5;
    private static final int BATCH = 3;
    private static final float NEVER = 1000;

    static Stream<WeightQuantization> ways() {
        return Stream.of(WeightQuantization.ternary(), WeightQuantization.int4(), WeightQuantization.int8())
                .flatMap(type -> Stream.of(type.byLargest(), type.byMean(), type.learned()));
    }

    /** Maps and a dense connection without spikes. */
    private static Network smooth() {
        TorchRandom random = new TorchRandom(4);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(2, 4, 4));
        Population p = builder.population("p", Shape.of(3, 2, 2), new Leaky(0.8).withThreshold(NEVER));
        Population q = builder.population("q", Shape.of(4), new Leaky(0.5).withThreshold(NEVER));
        builder.project("x-p", x, p, Convolution.of(2, 3, Kernel.of(3), random));
        builder.project("p-q", p.variable("membrane"), q, new Flatten(), Dense.linear(12, 4, random));
        Network network = builder.build();
        FloatMatrix weights = network.weights().get("p-q.weight");
        weights.set(1, 3, 1);
        weights.set(2, 7, -1.5f);
        network.weights().replace("p-q.weight", weights);
        return network;
    }

    private static Gradients gradients(Network network, WeightQuantization way) {
        return Gradients.of(network, STEPS, BATCH)
                .startAt("q", "membrane")
                .weights(way)
                .build();
    }

    /**
     * With frozen rounding, a weight changes its rounded value equally: gradients are the slopes of the dequantized
     * floats, and zero out of range.
     */
    @ParameterizedTest
    @MethodSource("ways")
    void gradientsAreSlopesOfTheFloatsWithFrozenRounding(WeightQuantization way) {
        Random random = new Random(7);
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, 32, 0.4, random);
        FloatMatrix upstream = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, 4, random);
        Network network = smooth();
        Network integers;
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(Loss.spikeRatePenalty(1))
                .weights(way)
                .build()) {
            integers = trainer.quantized();
        }
        Network twin = smooth();
        for (String name : List.of("x-p.weight", "p-q.weight")) {
            twin.weights().replace(name, integers.weights().get(name));
        }
        int clipped = 0;
        try (Gradients rounded = gradients(network, way);
                Gradients floats = gradients(twin, WeightQuantization.float32())) {
            assertEquals(
                    FiniteDifferencesTest.loss(floats, input, upstream),
                    FiniteDifferencesTest.loss(rounded, input, upstream),
                    1e-4);
            rounded.given("q", "membrane").copyFrom(upstream);
            rounded.backward();
            floats.given("q", "membrane").copyFrom(upstream);
            floats.backward();
            for (String name : List.of("x-p.weight", "p-q.weight")) {
                FloatMatrix present = network.weights().get(name);
                FloatMatrix found = rounded.gradient(name);
                FloatMatrix whole = floats.gradient(name);
                IntegerMatrix items = integers.weights().integers(name);
                boolean learns = way.toString().contains("learned");
                for (int row = 0; row < present.rows(); row++) {
                    float limit =
                            limit(way, items.scale(row), present.rows(row, 1).toArray());
                    double sum = 0;
                    for (int column = 0; column < present.columns(); column++) {
                        float weight = present.get(row, column);
                        boolean inside = Math.abs(weight) < limit;
                        double slope = slope(twin, floats, name, row, column, input, upstream);
                        double expected = inside ? slope : 0;
                        clipped += inside ? 0 : 1;
                        assertEquals(expected, found.get(row, column), 2e-3 + 0.01 * Math.abs(expected), name);
                        int item = items.item(row, column);
                        sum += whole.get(row, column) * (inside ? item - (double) weight / items.scale(row) : item);
                    }
                    if (learns) {
                        double root = Math.sqrt(
                                (double) present.columns() * way.type().greatest());
                        double expected = sum / root / items.scale(row);
                        double scale = rounded.gradient(name + "_scale").get(0, row);
                        assertEquals(expected, scale, 1e-4 * (1 + Math.abs(expected)), name + " scale " + row);
                    }
                }
            }
        }
        boolean clips = !way.toString().contains("largest") && way.type() == ElementType.TERNARY;
        assertTrue(!clips || clipped > 1, clipped + " clipped");
    }

    private static float limit(WeightQuantization way, float scale, float[] row) {
        String rule = way.toString();
        if (rule.contains("largest")) {
            return Float.POSITIVE_INFINITY;
        }
        if (rule.contains("learned")) {
            return way.type().greatest() * scale;
        }
        float sum = 0;
        for (float weight : row) {
            sum += Math.abs(weight);
        }
        boolean ternary = way.type() == ElementType.TERNARY;
        return ternary ? 2.1f * (sum / row.length) : (way.type().greatest() + 0.5f) * scale;
    }

    private static double slope(
            Network network,
            Gradients gradients,
            String name,
            int row,
            int column,
            SpikeMatrix input,
            FloatMatrix upstream) {
        FloatMatrix values = network.weights().get(name);
        float value = values.get(row, column);
        float change = 0.0625f;
        double difference = 0;
        for (int sign = -1; sign <= 1; sign += 2) {
            values.set(row, column, value + sign * change);
            network.weights().replace(name, values);
            difference += sign * FiniteDifferencesTest.loss(gradients, input, upstream);
        }
        values.set(row, column, value);
        network.weights().replace(name, values);
        return difference / (2 * change);
    }

    /** Spikes, loss and decoded classes of each step equal the network of integers. */
    @ParameterizedTest
    @MethodSource("ways")
    void stepsAndValidationRunTheIntegers(WeightQuantization way) throws IOException {
        Network network = SmallRun.normalized();
        FloatMatrix before = network.weights().get("conv1.0.weight");
        Dataset data = SmallRun.data(33, 2);
        try (Trainer trainer = SmallRun.trainer(network)
                .weights(way)
                .weights(WeightQuantization.float32(), "fc1")
                .build()) {
            TrainingRun run = TrainingRun.of(trainer, SmallRun.data(SmallRun.SAMPLES, 1), SmallRun.batching())
                    .epochs(2)
                    .validate(data)
                    .build();
            EpochResult last = run.run().history().getLast();
            Network integers = trainer.quantized();
            assertEquals(way.type(), integers.weights().type("conv1.0.weight"));
            assertEquals(ElementType.FLOAT32, integers.weights().type("fc1.weight"));
            assertEquals(ElementType.FLOAT32, network.weights().type("conv1.0.weight"));
            try (Evaluator evaluator =
                    new Evaluator(integers, SmallRun.STEPS, SmallRun.batching(), 1).loss(CrossEntropyLoss.membrane())) {
                Evaluator.Result result = evaluator.evaluate(data);
                assertEquals(result.loss(), last.validationLoss());
                assertEquals(result.accuracy(), last.validationAccuracy());
            }
            if (way.toString().equals("int8 by largest")) {
                assertEquals(
                        IntegerMatrix.nearest(
                                ElementType.INT8, network.weights().get("conv1.0.weight")),
                        integers.weights().integers("conv1.0.weight"));
            }
        }
        assertNotEquals(
                -1,
                before.segment()
                        .mismatch(network.weights().get("conv1.0.weight").segment()));
    }

    /** Including learned scales. */
    @Test
    void resumedRunHasTheBitsOfAnUninterruptedOne() throws IOException {
        Path file = folder.resolve("run.safetensors");
        WeightQuantization way = WeightQuantization.ternary().learned();
        long expected = 0;
        for (int stopAfter : new int[] {0, 7, -1}) {
            Network network = SmallRun.network();
            try (Trainer trainer = SmallRun.trainer(network).weights(way).build()) {
                int[] steps = {0};
                TrainingRun[] runs = new TrainingRun[1];
                TrainingRunBuilder builder = TrainingRun.of(
                                trainer, SmallRun.data(SmallRun.SAMPLES, 1), SmallRun.batching())
                        .epochs(3)
                        .onStep(_ -> {
                            if (++steps[0] == stopAfter) {
                                runs[0].stop();
                            }
                        });
                runs[0] = stopAfter == 0
                        ? builder.build()
                        : builder.checkpoint(file).resume().build();
                runs[0].run();
                long found = trainer.quantized().weights().hash();
                if (stopAfter == 0) {
                    expected = found;
                } else {
                    assertEquals(stopAfter < 0, expected == found);
                    assertEquals(stopAfter < 0 ? 8 : 7, steps[0]);
                }
            }
        }
    }

    /** For any cut of the work. */
    @ParameterizedTest
    @MethodSource("ways")
    void threadsAndObserversLeaveTheSameBits(WeightQuantization way) {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), SmallRun.STEPS * 8, 12, 0.4, new Random(3));
        TrainingBatch batch = TrainingBatch.of(input, 0, 1, 2, 3, 0, 1, 2, 3);
        String expected = "";
        for (int i = 0; i < 4; i++) {
            Network network = i < 2 ? SmallRun.network() : SmallRun.normalized();
            TrainerBuilder builder = SmallRun.trainer(network).weights(way);
            builder.threads(1 + i % 2);
            if (i % 2 == 1) {
                builder.recomputeEvery(2).onGradients((loss, gradients) -> true);
            }
            try (Trainer trainer = builder.build()) {
                double loss = 0;
                for (int step = 0; step < 6; step++) {
                    loss += trainer.step(batch);
                }
                String found = loss + " " + network.weights().hash() + " "
                        + trainer.quantized().weights().hash();
                if (i % 2 == 1) {
                    assertEquals(expected, found);
                }
                expected = found;
            }
        }
    }

    /** Gradients of one builder may run in parallel, so each has its integers. */
    @Test
    void gradientsOfOneBuilderRoundApart() {
        GradientsBuilder builder = Gradients.of(smooth(), STEPS, BATCH).weights(WeightQuantization.int8());
        Network first = builder.running();
        try (Gradients one = builder.build();
                Gradients other = builder.build()) {
            assertNotSame(first, builder.running(), one + " and " + other);
        }
    }

    /** As in torch: decay applies only to weights. */
    @Test
    void scalesDoNotDecay() {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), SmallRun.STEPS * 8, 12, 0.4, new Random(3));
        TrainingBatch batch = TrainingBatch.of(input, 0, 1, 2, 3, 0, 1, 2, 3);
        float[][] scales = new float[2][];
        long[] weights = new long[2];
        for (int i = 0; i < 2; i++) {
            Network network = SmallRun.network();
            try (Trainer trainer = SmallRun.trainer(network)
                    .optimizer(Adam.decoupled(0.01).withWeightDecay(0.5 * i))
                    .weights(WeightQuantization.int4().learned())
                    .build()) {
                trainer.step(batch);
                scales[i] = trainer.quantized().weights().integers("fc1.weight").scales();
                weights[i] = network.weights().hash();
            }
        }
        assertArrayEquals(scales[0], scales[1]);
        assertNotEquals(weights[0], weights[1]);
    }

    /** If a scale is learned from a row of zeros on, its weights can still change. */
    @Test
    void rowsOfZerosLearn() {
        Network network = SmallRun.network();
        network.weights().replace("fc2.weight", FloatMatrix.zeros(SmallRun.CLASSES, 20));
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), SmallRun.STEPS * 8, 12, 0.4, new Random(3));
        TrainingBatch batch = TrainingBatch.of(input, 0, 1, 2, 3, 0, 1, 2, 3);
        try (Trainer trainer = SmallRun.trainer(network)
                .weights(WeightQuantization.int4().learned())
                .build()) {
            for (int step = 0; step < 12; step++) {
                trainer.step(batch);
            }
            FloatMatrix integers = trainer.quantized().weights().get("fc2.weight");
            float largest = 0;
            for (float weight : integers.toArray()) {
                largest = Math.max(largest, Math.abs(weight));
            }
            assertTrue(largest > 0.01 && largest < 2, "largest is " + largest);
        }
    }

    /** Integers are added for spikes of 1, and refuse later spike values. */
    @Test
    void refusesSpikesThatBecomeGraded() {
        Network network = SmallRun.network();
        TrainingBatch batch = TrainingBatch.of(SpikeMatrix.zeros(SmallRun.STEPS, 12), 0);
        String refused = "population 'lif1' has graded spikes, expected ones where weights of INT8 are trained";
        try (Trainer trainer =
                SmallRun.trainer(network).weights(WeightQuantization.int8()).build()) {
            trainer.step(batch);
            network.weights().replace("lif1.gradedSpikesFactor", FloatMatrix.vector(2));
            assertInvalid(refused, () -> trainer.step(batch));
            assertInvalid(refused, trainer::quantized);
            network.weights().replace("lif1.gradedSpikesFactor", FloatMatrix.vector(1));
            trainer.step(batch);
        }
        TrainerBuilder builder = SmallRun.trainer(network).weights(WeightQuantization.int8());
        assertTrue(builder.bytes() > 0);
        builder.learn("lif1.gradedSpikesFactor");
        assertInvalid(refused, builder::build);
    }

    /** Integers and dequantized floats exist once, whatever parts compute a batch. */
    @Test
    void foretellsTheMemoryOfIntegersOnce() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 512, 512);
        TrainerBuilder builder =
                Trainer.of(network, 2, 7).loss(CrossEntropyLoss.membrane()).shards(3);
        long floats = builder.bytes();
        builder.weights(WeightQuantization.int8());
        long ofIntegers = builder.running()
                .laidOut()
                .roundings()
                .mapToLong(RoundedWeights::bytes)
                .sum();
        assertEquals(floats + ofIntegers, builder.bytes(), 0.5 * ofIntegers);
    }

    /** Validation rounds the current values of the network. */
    @Test
    void validationSeesWhatAListenerHasChanged() throws IOException {
        Network network = SmallRun.network();
        Dataset data = SmallRun.data(33, 2);
        FloatMatrix other = Matrices.uniform(Arena.ofAuto(), SmallRun.CLASSES, 20, new Random(8));
        try (Trainer trainer =
                SmallRun.trainer(network).weights(WeightQuantization.ternary()).build()) {
            TrainingRun run = TrainingRun.of(trainer, SmallRun.data(SmallRun.SAMPLES, 1), SmallRun.batching())
                    .validate(data)
                    .onStep(_ -> network.weights().replace("fc2.weight", other))
                    .build();
            double found = run.run().history().getLast().validationLoss();
            try (Evaluator expected = new Evaluator(trainer.quantized(), SmallRun.STEPS, SmallRun.batching(), 1)
                    .loss(CrossEntropyLoss.membrane())) {
                assertEquals(expected.evaluate(data).loss(), found);
            }
        }
    }

    @Test
    void saysWhatCannotBe() {
        Network network = SmallRun.network();
        assertInvalid(
                "there is no projection 'fc3', expected one of [fc1, fc2]",
                () -> SmallRun.trainer(network).weights(WeightQuantization.int8(), "fc3"));
        try (Trainer trainer = SmallRun.trainer(network).build()) {
            assertIllegalState(
                    "weights are trained as floats, expected rounded ones: call TrainerBuilder.weights",
                    trainer::quantized);
        }
        try (Trainer trainer = SmallRun.trainer(network)
                .weights(WeightQuantization.int4().learned())
                .build()) {
            assertInvalid(
                    "the best epoch is kept of the network's values, and the trainer learns scales beside them,"
                            + " expected weights whose scales follow from them",
                    () -> SmallRun.run(trainer).build());
            assertInvalid(
                    "shards come from elsewhere, where the network's values are known, and the trainer learns"
                            + " [fc1.weight_scale, fc2.weight_scale] beside them, expected values of the network alone",
                    () -> TrainingRun.of(trainer, SmallRun.data(SmallRun.SAMPLES, 1), SmallRun.batching())
                            .shardsFrom(_ -> List.of())
                            .build());
        }
        Network graded = Networks.of(3, dense(4, new Leaky(0.9).withGradedSpikesFactor(1.5)), dense(2, new Leaky(0.9)));
        TrainerBuilder ofGraded = Trainer.of(graded, 2, 2).loss(CrossEntropyLoss.membrane());
        assertInvalid(
                "population 'lif1' has graded spikes, expected ones where weights of INT8 are trained",
                () -> ofGraded.weights(WeightQuantization.int8()).build());
        assertInvalid(
                "weights are rounded to integers, expected floats for online gradients",
                () -> SmallRun.trainer(network)
                        .learnOnly("fc1.weight")
                        .weights(WeightQuantization.int8())
                        .online(EProp.symmetric())
                        .build());
    }
}
