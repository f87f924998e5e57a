package dev.spikelane.train;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Networks with several inputs are trained and evaluated. */
@EveryWidth
class SeveralInputsTest {

    private static final int STEPS = 6;
    private static final int BATCH = 9;
    private static final int SAMPLES = 40;
    private static final int X = 70;
    private static final int Y = 13;
    private static final int CLASSES = 3;
    private static final List<InputEncoding> CODES =
            List.of(InputEncoding.rate(new Rate(), STEPS), InputEncoding.frame());

    private static Network network() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(X));
        Input y = builder.input("y", Shape.of(Y));
        Population hidden = builder.population("hidden", Shape.of(30), new Leaky(0.9).withThreshold(0.4));
        Population out = builder.population("out", Shape.of(CLASSES), new Leaky(0.8).withThreshold(0.4));
        builder.project("x-hidden", x, hidden, Dense.linear(X, 30, random));
        builder.project("y-hidden", y, hidden, Dense.linear(Y, 30, random));
        builder.project("hidden-out", hidden, out, Dense.linear(30, CLASSES, random));
        return builder.build();
    }

    private static Dataset xs() {
        int[] labels = new Random(3).ints(SAMPLES, 0, CLASSES).toArray();
        FloatMatrix values = Matrices.uniform(Arena.ofAuto(), SAMPLES, X, new Random(1));
        return Dataset.of(Shape.of(X), positive(values), labels, CLASSES);
    }

    /** This input determines the class. */
    private static Dataset ys() {
        int[] labels = new Random(3).ints(SAMPLES, 0, CLASSES).toArray();
        FloatMatrix values = positive(Matrices.uniform(Arena.ofAuto(), SAMPLES, Y, new Random(2)));
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int i = 0; i < Y; i++) {
                values.set(sample, i, i % CLASSES == labels[sample] ? 1 : values.get(sample, i) / 4);
            }
        }
        return Dataset.of(Shape.of(Y), values, new int[SAMPLES], 1);
    }

    private static FloatMatrix positive(FloatMatrix values) {
        return fill(values, (row, column) -> Math.abs(values.get(row, column)) % 1);
    }

    private static Trainer trainer(Network network) {
        return Trainers.of(network, STEPS, BATCH, CrossEntropyLoss.membrane(), new Adam(0.02));
    }

    private static Batching batching(InputEncoding code) {
        return new Batching(BATCH).withShuffle(1).withCode(code);
    }

    /** A run equals steps with inputs that a program gives by name. */
    @Test
    void runsGiveEachInputItsValues() throws IOException {
        Dataset data = xs().beside(ys());
        for (InputEncoding code : CODES) {
            Network network = network();
            try (Trainer trainer = trainer(network)) {
                TrainingRun.of(trainer, data, batching(code)).epochs(2).build().run();
            }
            Network byHand = network();
            try (Trainer trainer = trainer(byHand);
                    BatchLoader loader = new BatchLoader(data, batching(code))) {
                for (int epoch = 0; epoch < 2; epoch++) {
                    loader.start(epoch);
                    while (loader.next()) {
                        Signal all = loader.batch().input();
                        int[] labels = Arrays.copyOf(
                                loader.batch().labels(), loader.batch().count());
                        Map<String, Signal> inputs = Map.of("x", columns(all, 0, X), "y", columns(all, X, Y));
                        trainer.step(
                                all.rows() == labels.length
                                        ? TrainingBatch.ofFrames(inputs, labels)
                                        : TrainingBatch.of(inputs, labels));
                    }
                }
            }
            assertEquals(byHand.weights().hash(), network.weights().hash(), code.toString());
        }
    }

    private static Signal columns(Signal all, int first, int count) {
        if (all instanceof SpikeMatrix spikes) {
            return fill(SpikeMatrix.zeros(all.rows(), count), (row, column) -> spikes.get(row, first + column));
        }
        return fill(
                FloatMatrix.zeros(all.rows(), count), (row, column) -> ((FloatMatrix) all).get(row, first + column));
    }

    /** Information of the second input is learned, and evaluators use it. */
    @Test
    void runsLearnAndEvaluate() throws IOException {
        Dataset data = xs().beside(ys());
        for (InputEncoding code : CODES) {
            Network network = network();
            try (Trainer trainer = trainer(network);
                    Evaluator evaluator =
                            new Evaluator(network, STEPS, batching(code), 2).loss(CrossEntropyLoss.membrane())) {
                double before = evaluator.evaluate(data).loss();
                TrainingRun run = TrainingRun.of(trainer, data, batching(code))
                        .epochs(12)
                        .validate(data)
                        .build()
                        .run();
                Evaluator.Result after = evaluator.evaluate(data);
                assertTrue(after.accuracy() > 0.8, after.accuracy() + " with " + code);
                assertTrue(after.loss() < before / 2, after.loss() + " after " + before);
                assertEquals(after.loss(), run.history().getLast().validationLoss(), 1e-12);
            }
        }
    }

    @Test
    void gradientsOfSeveralFramesAreThoseOfRepeatedOnes() {
        Network network = network();
        FloatMatrix x = Matrices.uniform(Arena.ofAuto(), BATCH, X, new Random(1));
        FloatMatrix y = Matrices.uniform(Arena.ofAuto(), BATCH, Y, new Random(2));
        int[] labels = new Random(3).ints(BATCH, 0, CLASSES).toArray();
        Network other = network();
        double expected;
        try (Trainer trainer = trainer(other)) {
            expected = trainer.step(TrainingBatch.of(Map.of("x", repeated(x), "y", repeated(y)), labels));
        }
        try (Trainer trainer = trainer(network)) {
            assertEquals(expected, trainer.step(TrainingBatch.ofFrames(Map.of("x", x, "y", y), labels)));
        }
        assertTrue(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .framesOnly()
                        .bytes()
                > 0);
    }

    private static FloatMatrix repeated(FloatMatrix frame) {
        FloatMatrix[] all = new FloatMatrix[STEPS];
        Arrays.fill(all, frame);
        return FloatMatrix.concatenate(all);
    }

    /** An unknown name is an error wherever inputs are given. */
    @Test
    void inputsThatNobodyReadsAreRefused() {
        Network network = network();
        long before = network.weights().hash();
        SpikeMatrix x = SpikeMatrix.zeros(STEPS * BATCH, X);
        SpikeMatrix y = SpikeMatrix.zeros(STEPS * BATCH, Y);
        Map<String, Signal> steps = new LinkedHashMap<>(Map.of("x", x, "y", y));
        steps.put("z", y);
        Map<String, Signal> frames = new LinkedHashMap<>();
        steps.forEach((name, signal) -> frames.put(name, SpikeMatrix.zeros(BATCH, signal.columns())));
        List<Executable> takers = new ArrayList<>();
        try (Trainer trainer = trainer(network);
                Gradients gradients =
                        Gradients.of(network, STEPS, BATCH).startAtSpikes("out").build();
                var simulation = network.simulate(BATCH)) {
            takers.add(() -> trainer.step(TrainingBatch.of(steps, new int[BATCH])));
            takers.add(() -> trainer.step(TrainingBatch.ofFrames(frames, new int[BATCH])));
            takers.add(() -> trainer.warmUp(TrainingBatch.of(steps, new int[BATCH])));
            takers.add(() -> gradients.forward(steps));
            takers.add(() -> gradients.forwardConstant(frames));
            takers.add(() -> simulation.run(steps));
            takers.add(() -> simulation.runConstant(frames, STEPS));
            takers.add(() -> simulation.step(frames));
            String all = "inputs are " + steps.keySet() + ", expected [x, y]";
            for (Executable taker : takers) {
                assertInvalid(all, taker);
            }
        }
        assertEquals(before, network.weights().hash());
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeTheFirstStep() {
        try (Trainer trainer = trainer(network())) {
            TrainingRunBuilder run = TrainingRun.of(trainer, xs(), batching(InputEncoding.frame()));
            assertInvalid(
                    "training data has samples of shape [70], which become 70 values a step, expected 83, the network's"
                            + " inputs [x, y] side by side",
                    run::build);
            TrainingBatch one = TrainingBatch.of(SpikeMatrix.zeros(STEPS, X), 1);
            assertInvalid(
                    "input 'x' is missing, found one without a name, expected a map from the names of all inputs",
                    () -> trainer.step(one));
            TrainingBatch half = TrainingBatch.of(Map.of("x", SpikeMatrix.zeros(STEPS, X)), 1);
            assertInvalid("input 'y' is missing, found [x]", () -> trainer.step(half));
        }
        try (Trainer trainer = trainer(network())) {
            for (int rows : new int[] {BATCH - 1, BATCH + 1}) { // the first input determines the samples
                TrainingBatch steps = TrainingBatch.of(
                        Map.of("x", SpikeMatrix.zeros(STEPS * BATCH, X), "y", SpikeMatrix.zeros(STEPS * rows, Y)),
                        new int[BATCH]);
                assertInvalid(
                        "input 'y' is [" + STEPS * rows + " x 13], expected [54 x 13]", () -> trainer.step(steps));
                TrainingBatch frames = TrainingBatch.ofFrames(
                        Map.of("x", SpikeMatrix.zeros(BATCH, X), "y", SpikeMatrix.zeros(rows, Y)), new int[BATCH]);
                assertInvalid("input 'y' is [" + rows + " x 13], expected [9 x 13]", () -> trainer.step(frames));
            }
        }
        try (Evaluator evaluator = new Evaluator(network(), STEPS, batching(InputEncoding.frame()), 1)) {
            assertInvalid(
                    "samples become 70 values a step, expected 83, those of the inputs [x, y] side by side",
                    () -> evaluator.evaluate(xs()));
        }
        assertInvalid("other has 5 samples, expected 40, one for each", () -> xs().beside(ys().range(0, 5)));
    }
}
