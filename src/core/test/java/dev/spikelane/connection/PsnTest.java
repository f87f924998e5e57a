package dev.spikelane.connection;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.session.SessionPool;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import dev.spikelane.train.TrainingRun;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Parallel spiking neurons process all steps of a series together. */
@EveryWidth
final class PsnTest {

    private static final int STEPS = 5;
    private static final int BATCH = 7;
    private static final int ROWS = STEPS * BATCH;
    private static final int INPUTS = 20;

    /** Neurons without a memory. */
    private static Leaky firing(double threshold) {
        return new Leaky(0).withThreshold(threshold).withReset(Reset.NONE);
    }

    private static Network network() {
        TorchRandom random = new TorchRandom(1);
        Network network = Networks.of(
                random,
                INPUTS,
                dense(70, firing(0), Psn.of(STEPS, random)),
                dense(4, firing(0), Psn.of(STEPS, random)));
        network.weights().replace("fc1.1.bias", FloatMatrix.zeros(1, STEPS)); // so that neurons fire
        network.weights().replace("fc2.1.bias", FloatMatrix.zeros(1, STEPS));
        return network;
    }

    private static FloatMatrix rows(int rows, int columns, int seed) {
        return Matrices.uniform(Arena.ofAuto(), rows, columns, new Random(seed));
    }

    /** Each step depends on each other step; loops use the documented order. */
    @Test
    void rowsAndGradientsAreThoseOfLoops() {
        for (int columns : new int[] {1, 100}) {
            Psn declared = new Psn(rows(STEPS, STEPS, 1), rows(1, STEPS, 2));
            NetworkBuilder builder = Network.builder();
            Input x = builder.input("x", Shape.of(columns));
            Population h = builder.population("h", Shape.of(columns), firing(1e9));
            builder.project("x-h", x, h, OneToOne.scale(1), declared);
            Network network = builder.build();
            FloatMatrix input = rows(ROWS, columns, 3);
            FloatMatrix given = rows(ROWS, columns, 4);
            for (int threads = 1; threads <= 3; threads++) {
                try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                        .threads(threads)
                        .startAt("h", "membrane")
                        .keep("h", "membrane")
                        .toInput("x")
                        .build()) {
                    gradients.forward(input);
                    gradients.given("h", "membrane").copyFrom(given);
                    FloatMatrix made = FloatMatrix.zeros(ROWS, columns);
                    FloatMatrix back = FloatMatrix.zeros(ROWS, columns);
                    loops(declared, input, given, made, back);
                    Matrices.assertSameBits(made, gradients.values("h", "membrane"), "rows");
                    gradients.backward();
                    Matrices.assertSameBits(back, gradients.gradientOfInput("x"), "gradients");
                    FloatMatrix ofWeights = FloatMatrix.zeros(STEPS, STEPS);
                    FloatMatrix ofBias = FloatMatrix.zeros(1, STEPS);
                    for (int to = 0; to < STEPS; to++) {
                        for (int from = 0; from < STEPS; from++) {
                            ofWeights.set(to, from, product(given, to, input, from));
                        }
                        ofBias.set(0, to, product(given, to, null, 0));
                    }
                    Matrices.assertSameBits(ofWeights, gradients.gradient("x-h.weight"), "weights");
                    Matrices.assertSameBits(ofBias, gradients.gradient("x-h.bias"), "bias");
                }
            }
        }
    }

    private static void loops(Psn declared, FloatMatrix x, FloatMatrix given, FloatMatrix made, FloatMatrix back) {
        for (int row = 0; row < ROWS; row++) {
            int step = row / BATCH;
            for (int i = 0; i < x.columns(); i++) {
                float sum = declared.bias().get(0, step);
                float of = 0;
                for (int other = 0; other < STEPS; other++) {
                    int place = other * BATCH + row % BATCH;
                    sum = Math.fma(x.get(place, i), declared.weights().get(step, other), sum);
                    of = Math.fma(given.get(place, i), declared.weights().get(other, step), of);
                }
                made.set(row, i, 0 + sum);
                back.set(row, i, of);
            }
        }
    }

    private static float product(FloatMatrix given, int to, FloatMatrix x, int from) {
        double sum = 0;
        for (int sample = 0; sample < BATCH; sample++) {
            double own = 0;
            for (int i = 0; i < given.columns(); i++) {
                double factor = x == null ? 1 : x.get(from * BATCH + sample, i);
                own += given.get(to * BATCH + sample, i) * factor;
            }
            sum += own;
        }
        return (float) sum;
    }

    private static long trained(TrainingBatch batch, UnaryOperator<TrainerBuilder> wish) {
        Network network = network();
        try (Trainer trainer = wish.apply(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .optimizer(new Sgd(0.1)))
                .build()) {
            float before = network.weights().get("fc1.1.weight").get(0, STEPS - 1);
            trainer.step(batch);
            trainer.step(batch);
            assertTrue(before != network.weights().get("fc1.1.weight").get(0, STEPS - 1));
        }
        return network.weights().hash();
    }

    @Test
    void whateverServesItLeavesTheSameBits() {
        TrainingBatch batch = TrainingBatch.of(rows(ROWS, INPUTS, 1), new int[BATCH]);
        long expected = trained(batch, trainer -> trainer);
        assertEquals(expected, trained(batch, trainer -> trainer.threads(2)));
        assertEquals(expected, trained(batch, trainer -> trainer.threads(3).onGradients((loss, gradients) -> true)));
        trained(TrainingBatch.ofFrame(rows(BATCH, INPUTS, 1), new int[BATCH]), trainer -> trainer.shards(2));
    }

    private static SpikeMatrix spikes(Network network, FloatMatrix x, int batch, int steps) {
        try (Simulation simulation = network.simulate(batch, 2)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("lif2", steps);
            simulation.run(x);
            simulation.reset();
            simulation.run(x);
            return SpikeMatrix.copyOf(steps * batch, 4, recorder.spikes().toArray());
        }
    }

    /** Like training; from files; with a frame. */
    @Test
    void simulationsRunWholeSeries() {
        Network network = network();
        FloatMatrix x = rows(ROWS, INPUTS, 2);
        SpikeMatrix made = spikes(network, x, BATCH, STEPS);
        assertTrue(made.count(0, ROWS) > 0 && made.count(0, ROWS) < 4L * ROWS);
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH).build()) {
            gradients.forward(x);
            Matrices.assertSameBits(gradients.spikes("lif2"), made, "as in training");
        }
        Network read = ModelFile.of(ModelFile.toBytes(network));
        Matrices.assertSameBits(made, spikes(read, x, BATCH, STEPS), "from a file");
        assertEquals(network.projections().toString(), read.projections().toString());
        FloatMatrix frame = rows(BATCH, INPUTS, 3);
        FloatMatrix repeated = FloatMatrix.zeros(ROWS, INPUTS);
        for (int step = 0; step < STEPS; step++) {
            repeated.rows(step * BATCH, BATCH).copyFrom(frame);
        }
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("lif2", STEPS);
            simulation.runConstant(frame, STEPS);
            Matrices.assertSameBits(
                    spikes(network, repeated, BATCH, STEPS),
                    SpikeMatrix.copyOf(ROWS, 4, recorder.spikes().toArray()),
                    "of a frame");
        }
    }

    @Test
    void runsAndEvaluatorsHaveWholeSeries() throws IOException {
        Dataset data = Dataset.of(Shape.of(INPUTS), rows(30, INPUTS, 6), new int[30], 4);
        Batching batching = new Batching(BATCH).withCode(InputEncoding.rate(new Rate(), STEPS));
        Network network = network();
        try (Trainer trainer = Trainers.of(network, STEPS, BATCH, CrossEntropyLoss.membrane(), new Sgd(0.1))) {
            TrainingRun.of(trainer, data, batching)
                    .epochs(1)
                    .validate(data)
                    .build()
                    .run();
        }
        try (Evaluator evaluator = new Evaluator(network, STEPS, batching, 2).loss(CrossEntropyLoss.membrane())) {
            assertTrue(Double.isFinite(evaluator.evaluate(data).loss()));
        }
    }

    /** A block has the length of a series for any number of rows. */
    @Test
    void manySamplesGiveTheBitsOfFew() {
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(INPUTS) // the input layer would take fewer steps at a time
                .dense(70, random)
                .neuron(new Leaky(0.5).withThreshold(0.1))
                .dense(4, random)
                .connect(new Psn(rows(STEPS, STEPS, 1), rows(1, STEPS, 2)))
                .neuron(firing(0))
                .build();
        int many = 300;
        FloatMatrix x = rows(STEPS * many, INPUTS, 5);
        SpikeMatrix made = spikes(network, x, many, STEPS);
        FloatMatrix one = FloatMatrix.zeros(STEPS, INPUTS);
        for (int step = 0; step < STEPS; step++) {
            one.rows(step, 1).copyFrom(x.rows(step * many + 299, 1));
        }
        SpikeMatrix alone = spikes(network, one, 1, STEPS);
        for (int step = 0; step < STEPS; step++) {
            for (int i = 0; i < 4; i++) {
                assertEquals(alone.get(step, i), made.get(step * many + 299, i));
            }
        }
    }

    @Test
    void manySamplesAreServedBesidePlasticProjections() {
        TorchRandom random = new TorchRandom(1);
        Network network = Network.builder(INPUTS)
                .dense(70, random)
                .neuron(new Leaky(0.5).withThreshold(0.1))
                .plastic()
                .dense(4, random)
                .connect(new Psn(rows(STEPS, STEPS, 1), rows(1, STEPS, 2)))
                .neuron(firing(0))
                .build();
        int many = 300;
        FloatMatrix x = rows(STEPS * many, INPUTS, 5);
        try (Simulation simulation = network.serve(many, 1)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("lif2", STEPS);
            simulation.run(x);
            Matrices.assertSameBits(
                    spikes(network, x, many, STEPS),
                    SpikeMatrix.copyOf(STEPS * many, 4, recorder.spikes().toArray()),
                    "served");
        }
    }

    @Test
    void refusesWhateverHasNoWholeSeries() {
        Network network = network();
        FloatMatrix x = rows(ROWS, INPUTS, 2);
        String message = "a connection takes 5 steps together, and gets 1, expected a run of 5 steps behind a reset";
        try (Simulation simulation = network.simulate(BATCH)) {
            assertInvalid(message, () -> simulation.step(x.rows(0, BATCH)));
            assertInvalid(
                    message.replace("gets 1", "gets other lengths"),
                    () -> simulation.run(x, new int[] {5, 5, 4, 5, 5, 5, 5}));
            simulation.run(x);
        }
        TrainingBatch batch = TrainingBatch.of(x, new int[BATCH]);
        String together =
                "projection 'fc1' takes 5 steps together, and gets 2, expected all at once, outside of loops and"
                        + " without recomputeEvery";
        assertInvalid(together, () -> trained(batch, trainer -> trainer.recomputeEvery(2)));
        assertInvalid(together, () -> trained(batch, trainer -> trainer.truncateEvery(2)));
        assertInvalid(
                "samples have different lengths, and a connection takes all rows together, expected samples of the same"
                        + " length",
                () -> trained(batch.withLengths(5, 5, 4, 5, 5, 5, 5), trainer -> trainer));
        assertInvalid(
                "projection 'fc1' has values for each step, expected equal at all steps, as sessions of a batch"
                        + " are at different steps",
                () -> SessionPool.builder(network).build());
        assertInvalid(
                "projection 'fc1' has psn of 5 steps, which cannot be written in C: it takes all steps together",
                () -> CExport.of(network).text());
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(INPUTS));
        Population m = builder.population("m", Shape.of(INPUTS), firing(1));
        builder.project("x-m", input, m, OneToOne.scale(1));
        builder.project("m-m", m, m, OneToOne.scale(1), Psn.of(STEPS, new TorchRandom(1)))
                .delay(2);
        try (Simulation simulation = builder.build().simulate(BATCH)) {
            assertInvalid(together.replace("fc1", "m-m"), () -> simulation.run(x));
        }
        assertInvalid(
                "weights is [2 x 3], expected [2 x 2]",
                () -> new Psn(FloatMatrix.zeros(2, 3), FloatMatrix.zeros(1, 2)));
    }
}
