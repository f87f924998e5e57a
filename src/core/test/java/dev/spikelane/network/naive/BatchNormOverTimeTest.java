package dev.spikelane.network.naive;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Threshold-dependent batch norms: all steps of a window are normalized by the statistics of all their rows. */
@EveryWidth
final class BatchNormOverTimeTest {

    private static final int STEPS = 5;
    private static final int BATCH = 7;
    private static final int ROWS = STEPS * BATCH;
    private static final Shape MAPS = Shape.of(3, 4, 5);
    private static final int CLASSES = 4;

    /** Two norms, the second after a delay. */
    private static Network network(double threshold) {
        Leaky neuron = new Leaky(0.6f).withThreshold(threshold).withReset(Reset.NONE);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", MAPS);
        Population m = builder.population("m", MAPS, neuron);
        Population q = builder.population("q", Shape.of(CLASSES), neuron);
        FloatMatrix weights = Matrices.uniform(Arena.ofAuto(), 1, MAPS.size(), new Random(5));
        builder.project("x-m", x, m, new OneToOne(weights.toArray()), BatchNorm.td(3, 1, 0.5));
        builder.project(
                        "m-q",
                        threshold < 100 ? m : m.variable("membrane"),
                        q,
                        new Flatten(),
                        Dense.linear(MAPS.size(), CLASSES, new TorchRandom(1)),
                        BatchNorm.td(CLASSES, 0.5, 3))
                .delay(1);
        return builder.build();
    }

    private static FloatMatrix rows(int rows, int columns, int seed) {
        return Matrices.uniform(Arena.ofAuto(), rows, columns, new Random(seed));
    }

    private static List<float[]> list(FloatMatrix rows) {
        float[] all = rows.toArray();
        List<float[]> list = new ArrayList<>();
        for (int row = 0; row < rows.rows(); row++) {
            list.add(Arrays.copyOfRange(all, row * rows.columns(), (row + 1) * rows.columns()));
        }
        return list;
    }

    /** A window is one step whose samples are its rows. */
    @Test
    void windowsAreNormalizedAsOneStep() {
        for (int channels : new int[] {1, 3, 20}) {
            Shape maps = Shape.of(channels, 2, 3);
            NetworkBuilder builder = Network.builder();
            Input x = builder.input("x", maps);
            Leaky neuron = new Leaky(0).withThreshold(1e9).withReset(Reset.NONE);
            Population m = builder.population("m", maps, neuron);
            BatchNorm declared = BatchNorm.td(channels, 0.5, 1.5);
            builder.project("x-m", x, m, OneToOne.scale(1), declared);
            FloatMatrix input = rows(ROWS, maps.size(), 2);
            FloatMatrix given = rows(ROWS, maps.size(), 3);
            float[] gain = new float[channels];
            Arrays.fill(gain, 0.75f);
            NaiveBatchNorm expected = new NaiveBatchNorm(declared, list(input), gain);
            Network network = builder.build();
            for (int threads = 1; threads <= 3; threads++) {
                try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                        .threads(threads)
                        .startAt("m", "membrane")
                        .keep("m", "membrane")
                        .toInput("x")
                        .build()) {
                    gradients.forward(input);
                    gradients.given("m", "membrane").copyFrom(given);
                    FloatMatrix made = gradients.values("m", "membrane");
                    List<double[]> back = list(given).stream()
                            .map(BatchNormOverTimeTest::doubles)
                            .toList();
                    FloatMatrix normalized = FloatMatrix.zeros(ROWS, maps.size());
                    FloatMatrix ofInput = FloatMatrix.zeros(ROWS, maps.size());
                    for (int row = 0; row < ROWS; row++) {
                        float[] y = expected.normalized(row, new float[channels]);
                        double[] of = expected.back(NaiveArithmetic.SINGLE, back, row);
                        for (int i = 0; i < y.length; i++) {
                            normalized.set(row, i, 0 + y[i]);
                            ofInput.set(row, i, (float) of[i]);
                        }
                    }
                    Matrices.assertSameBits(normalized, made, "rows of " + channels + " channels");
                    gradients.backward();
                    Matrices.assertSameBits(ofInput, gradients.gradientOfInput("x"), "gradients");
                }
            }
        }
    }

    private static double[] doubles(float[] row) {
        double[] values = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            values[i] = row[i];
        }
        return values;
    }

    /** The network in float64, by its equations. */
    private record Loops(Map<String, double[]> values, double[] statistics) {

        private static final int CHANNEL = MAPS.size() / 3;

        /** Returns the membranes of the last population. */
        double[][] membranes(boolean isFrame) {
            double[] x = values.get("x");
            double[][] currents = new double[ROWS][MAPS.size()];
            for (int row = 0; row < ROWS; row++) {
                int from = (isFrame ? row % BATCH : row) * MAPS.size();
                for (int i = 0; i < MAPS.size(); i++) {
                    currents[row][i] = values.get("x-m.0.weight")[i] * x[from + i];
                }
            }
            normalize(currents, "x-m.1.", CHANNEL);
            double[][] m = leak(currents);
            double[][] sums = new double[ROWS][CLASSES];
            for (int row = 0; row < ROWS; row++) {
                for (int k = 0; k < CLASSES; k++) {
                    sums[row][k] = values.get("m-q.0.bias")[k];
                    for (int i = 0; row >= BATCH && i < MAPS.size(); i++) {
                        sums[row][k] += values.get("m-q.0.weight")[k * MAPS.size() + i] * m[row - BATCH][i];
                    }
                }
            }
            normalize(sums, "m-q.1.", 1);
            return leak(sums);
        }

        private void normalize(double[][] rows, String name, int positions) {
            double count = (double) rows.length * positions;
            for (int channel = 0; channel < rows[0].length / positions; channel++) {
                double mean = 0;
                double variance = 0;
                for (double[] row : rows) {
                    for (int i = channel * positions; i < (channel + 1) * positions; i++) {
                        mean += row[i] / count;
                    }
                }
                for (double[] row : rows) {
                    for (int i = channel * positions; i < (channel + 1) * positions; i++) {
                        variance += (row[i] - mean) * (row[i] - mean) / count;
                    }
                }
                statistics[positions == 1 ? 2 : 0] = 0.1 * mean;
                statistics[positions == 1 ? 3 : 1] = 0.9 + 0.1 * variance * count / (count - 1);
                for (double[] row : rows) {
                    for (int i = channel * positions; i < (channel + 1) * positions; i++) {
                        row[i] = values.get(name + "weight")[channel] * (row[i] - mean) / Math.sqrt(variance + 1e-5)
                                + values.get(name + "bias")[channel];
                    }
                }
            }
        }

        private static double[][] leak(double[][] currents) {
            for (int row = BATCH; row < ROWS; row++) {
                for (int i = 0; i < currents[row].length; i++) {
                    currents[row][i] += (double) 0.6f * currents[row - BATCH][i];
                }
            }
            return currents;
        }
    }

    private static Loops loops(Network network, FloatMatrix x) {
        Map<String, double[]> values = new HashMap<>();
        values.put("x", doubles(x.toArray()));
        for (String name : network.weights().names()) {
            values.put(name, doubles(network.weights().get(name).toArray()));
        }
        return new Loops(values, new double[4]);
    }

    private static double loss(Loops of, FloatMatrix given, boolean isFrame) {
        double loss = 0;
        double[][] membranes = of.membranes(isFrame);
        for (int row = 0; row < ROWS; row++) {
            for (int k = 0; k < CLASSES; k++) {
                loss += given.get(row, k) * membranes[row][k];
            }
        }
        return loss;
    }

    /** With membranes between populations the network is smooth; rows for each step, and a frame. */
    @Test
    void membranesAndGradientsAreThoseOfTheEquations() {
        for (boolean isFrame : new boolean[] {false, true}) {
            Network network = network(1e9);
            FloatMatrix x = rows(isFrame ? BATCH : ROWS, MAPS.size(), 1);
            FloatMatrix given = rows(ROWS, CLASSES, 2);
            Loops loops = loops(network, x);
            try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                    .threads(2)
                    .startAt("q", "membrane")
                    .keep("q", "membrane")
                    .toInput("x")
                    .build()) {
                if (isFrame) {
                    gradients.forwardConstant(x);
                } else {
                    gradients.forward(x);
                }
                double[][] expected = loops.membranes(isFrame);
                for (int row = 0; row < ROWS; row++) {
                    for (int k = 0; k < CLASSES; k++) {
                        float made = gradients.values("q", "membrane").get(row, k);
                        assertEquals(expected[row][k], made, 1e-4, "step " + row / BATCH);
                    }
                }
                gradients.given("q", "membrane").copyFrom(given);
                gradients.backward();
                for (String name :
                        List.of("x", "x-m.0.weight", "x-m.1.weight", "x-m.1.bias", "m-q.0.weight", "m-q.1.weight")) {
                    float[] made =
                            (name.equals("x") ? gradients.gradientOfInput("x") : gradients.gradient(name)).toArray();
                    double[] values = loops.values.get(name);
                    for (int i = 0; i < values.length; i += Math.max(1, values.length / 20)) {
                        double value = values[i];
                        values[i] = value + 1e-5;
                        double above = loss(loops, given, isFrame);
                        values[i] = value - 1e-5;
                        double below = loss(loops, given, isFrame);
                        values[i] = value;
                        assertEquals((above - below) / 2e-5, made[i], 2e-3, name + " " + i + " of a frame: " + isFrame);
                    }
                }
            }
        }
    }

    private static Trainer trainer(Network network, UnaryOperator<TrainerBuilder> wish) {
        return wish.apply(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .optimizer(new Sgd(0.1)))
                .build();
    }

    private static long trained(TrainingBatch batch, UnaryOperator<TrainerBuilder> wish) {
        Network network = network(0.5);
        try (Trainer trainer = trainer(network, wish)) {
            trainer.step(batch);
            trainer.step(batch);
        }
        return network.weights().hash();
    }

    @Test
    void whateverServesItLeavesTheSameBits() {
        TrainingBatch batch = TrainingBatch.of(rows(ROWS, MAPS.size(), 1), new int[BATCH]);
        long expected = trained(batch, trainer -> trainer);
        assertEquals(expected, trained(batch, trainer -> trainer.threads(2)));
        assertEquals(expected, trained(batch, trainer -> trainer.threads(3).onGradients((loss, gradients) -> true)));
        assertNotEquals(expected, trained(batch, trainer -> trainer.truncateEvery(2)));
        assertEquals(
                trained(batch, trainer -> trainer.shards(2)),
                trained(batch, trainer -> trainer.shards(2).threads(2)));
    }

    @Test
    void runningValuesMoveOnceAWindow() {
        Network network = network(1e9);
        FloatMatrix x = rows(ROWS, MAPS.size(), 1);
        Loops loops = loops(network, x);
        loops.membranes(false);
        assertEquals(0.5f, network.weights().get("x-m.1.weight").get(0, 2));
        try (Trainer trainer = trainer(network, builder -> builder)) {
            trainer.step(TrainingBatch.of(x, new int[BATCH]));
        }
        String[] names = {"x-m.1.running_mean", "x-m.1.running_var", "m-q.1.running_mean", "m-q.1.running_var"};
        for (int i = 0; i < names.length; i++) { // of the last channel
            FloatMatrix made = network.weights().get(names[i]);
            assertEquals(loops.statistics[i], made.get(0, made.columns() - 1), 1e-6, names[i]);
        }
        assertEquals(1, network.weights().count("x-m.1.num_batches_tracked"));
    }

    /** Also from shards elsewhere. */
    @Test
    void shardsMoveThemInTurn() {
        TrainingBatch batch = TrainingBatch.of(rows(ROWS, MAPS.size(), 1), new int[BATCH]);
        Network whole = network(0.5);
        Network apart = network(0.5);
        try (Trainer one = trainer(whole, builder -> builder.shards(2));
                Trainer other = trainer(apart, builder -> builder.shards(2))) {
            one.step(batch);
            other.update(List.of(other.gradients(batch, 0), other.gradients(batch, 1)));
        }
        assertEquals(whole.weights().hash(), apart.weights().hash());
        assertEquals(2, whole.weights().count("x-m.1.num_batches_tracked"));
    }

    /** Running values apply, so steps may come one by one, and the norm can be folded. */
    @Test
    void simulationsNeedNoSeries() {
        Network network = network(0.5);
        FloatMatrix x = rows(ROWS, MAPS.size(), 4);
        try (Trainer trainer = trainer(network, builder -> builder)) {
            trainer.step(TrainingBatch.of(x, new int[BATCH]));
        }
        Network read = ModelFile.of(ModelFile.toBytes(network));
        assertEquals(network.projections().toString(), read.projections().toString());
        assertEquals(network.weights().hash(), read.weights().hash());
        SpikeMatrix expected = spikes(network, x, STEPS);
        Matrices.assertSameBits(expected, spikes(read, x, 1), "steps one by one");
    }

    private static SpikeMatrix spikes(Network network, FloatMatrix x, int atATime) {
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("q", STEPS);
            for (int step = 0; step < STEPS; step += atATime) {
                simulation.run(x.rows(step * BATCH, atATime * BATCH));
            }
            return SpikeMatrix.copyOf(ROWS, CLASSES, recorder.spikes().toArray());
        }
    }

    @Test
    void refusesWhatGivesNoWindowAtOnce() {
        TrainingBatch batch = TrainingBatch.of(rows(ROWS, MAPS.size(), 1), new int[BATCH]);
        String message =
                "projection 'x-m' takes 5 steps together, and gets 2, expected all at once, outside of loops and"
                        + " without recomputeEvery";
        assertInvalid(message, () -> trained(batch, trainer -> trainer.recomputeEvery(2)));
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", MAPS);
        Population m = builder.population("m", MAPS, new Leaky(0.5));
        builder.project("x-m", x, m, OneToOne.scale(1));
        builder.project("m-m", m, m, OneToOne.scale(1), BatchNorm.td(3, 1, 1)).delay(2);
        Network loop = builder.build();
        assertInvalid(message.replace("'x-m'", "'m-m'"), () -> {
            try (Gradients gradients = Gradients.of(loop, STEPS, BATCH).build()) {
                gradients.forward(rows(ROWS, MAPS.size(), 1));
            }
        });
        spikes(network(0.5), rows(ROWS, MAPS.size(), 1), 1);
        assertInvalid("alpha is 0.0, expected a finite number above 0", () -> {
            BatchNorm.td(3, 0, 1);
        });
        assertInvalid(
                "gain is 1.0, expected 0 or, where steps have no values of their own, more",
                () -> new BatchNorm(3, 1e-5, 0.1, true, 2, 1));
    }
}
