package dev.spikelane.connection;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainerBuilder;
import dev.spikelane.train.TrainingBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Batch norm through time: each step has its own weights and statistics. */
@EveryWidth
class BatchNormTtTest {

    private static final int STEPS = 5;
    private static final int BATCH = 9;
    private static final Shape MAPS = Shape.of(3, 4, 5);

    /** Norms after the input, in a loop, and after a dense layer. */
    private static Network network() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", MAPS);
        Population m = builder.population("m", MAPS, new Leaky(0.8f).withThreshold(0.4));
        Population q = builder.population("q", Shape.of(4), new Leaky(0.9f).withThreshold(0.5));
        builder.project("x-m", x, m, OneToOne.scale(1.5f), BatchNorm.tt(3, STEPS));
        builder.project("m-m", m, m, new OneToOne(0.5f), BatchNorm.tt(3, STEPS)).delay(2);
        builder.project(
                "m-q", m, q, new Flatten(), Dense.linear(MAPS.size(), 4, new TorchRandom(1)), BatchNorm.tt(4, STEPS));
        return builder.build();
    }

    private static FloatMatrix frame(int seed) {
        return Matrices.uniform(Arena.ofAuto(), BATCH, MAPS.size(), new Random(seed));
    }

    private static FloatMatrix rows(int seed) {
        return Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, MAPS.size(), new Random(seed));
    }

    private static FloatMatrix repeated(FloatMatrix frame) {
        return fill(FloatMatrix.zeros(STEPS * BATCH, MAPS.size()), (row, column) -> frame.get(row % BATCH, column));
    }

    private static long trained(TrainingBatch batch, UnaryOperator<TrainerBuilder> wish) {
        Network network = network();
        try (Trainer trainer = wish.apply(Trainer.of(network, STEPS, BATCH)
                        .loss(CrossEntropyLoss.membrane())
                        .optimizer(new Sgd(0.1)))
                .build()) {
            trainer.step(batch);
            trainer.step(batch);
        }
        return network.weights().hash();
    }

    @Test
    void whateverServesItLeavesTheSameBits() {
        TrainingBatch batch = TrainingBatch.of(rows(1), new int[BATCH]);
        long expected = trained(batch, trainer -> trainer);
        List<UnaryOperator<TrainerBuilder>> wishes = List.of(
                trainer -> trainer.threads(2),
                trainer -> trainer.recomputeEvery(1).threads(3),
                trainer -> trainer.recomputeEvery(2),
                trainer -> trainer.onGradients((loss, gradients) -> true));
        for (int i = 0; i < wishes.size(); i++) {
            assertEquals(expected, trained(batch, wishes.get(i)), "wish " + i);
        }
        long windows = trained(batch, trainer -> trainer.truncateEvery(2));
        assertNotEquals(expected, windows);
        assertEquals(windows, trained(batch, trainer -> trainer.truncateEvery(2).threads(2)));
        long shards = trained(batch, trainer -> trainer.shards(2));
        assertNotEquals(expected, shards);
        assertEquals(shards, trained(batch, trainer -> trainer.shards(2).threads(2)));
    }

    /** Torch's optimizers skip values without a gradient, even with momentum. */
    @Test
    void windowsChangeTheWeightsOfTheirStepsAlone() {
        Network network = network();
        List<float[]> before = new ArrayList<>();
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.membrane())
                .optimizer(new Adam(0.1))
                .truncateEvery(2)
                .onGradients((loss, gradients) -> {
                    for (int set = 0; set < STEPS; set++) {
                        before.add(
                                network.weights().get("x-m." + set + ".weight").toArray());
                    }
                    return true;
                })
                .build()) {
            for (int i = 0; i < 3; i++) {
                trainer.step(TrainingBatch.of(rows(1), new int[BATCH]));
            }
        }
        assertEquals(9 * STEPS, before.size());
        for (int window = 0; window < 8; window++) {
            for (int set = 0; set < STEPS; set++) {
                boolean same = Arrays.equals(before.get(window * STEPS + set), before.get((window + 1) * STEPS + set));
                assertEquals(set / 2 != window % 3, same, "set " + set + " in window " + window);
            }
        }
    }

    /** A frame is computed once, and each step normalizes it differently. */
    @Test
    void framesAreNormalizedStepByStep() {
        TrainingBatch frame = TrainingBatch.ofFrame(frame(1), new int[BATCH]);
        TrainingBatch rows = TrainingBatch.of(repeated(frame(1)), new int[BATCH]);
        long expected = trained(frame, trainer -> trainer);
        assertEquals(expected, trained(frame, trainer -> trainer.threads(2).recomputeEvery(2)));
        assertEquals(expected, trained(rows, trainer -> trainer)); // the layer before the norm does not learn
    }

    private static Network learned() {
        Network network = network();
        try (Trainer trainer = Trainers.of(network, STEPS, BATCH, CrossEntropyLoss.membrane(), new Sgd(0.5))) {
            for (int i = 0; i < 3; i++) {
                trainer.step(TrainingBatch.of(rows(i), new int[BATCH]));
            }
        }
        return network;
    }

    private interface Runs {
        void run(Simulation simulation);
    }

    private static String spikes(Network network, int threads, Runs runs) {
        try (Simulation simulation = network.simulate(BATCH, threads)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes("m", STEPS);
            runs.run(simulation);
            return HexFormat.of().formatHex(recorder.spikes().segment().toArray(ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void simulationsKnowTheirStep() {
        Network network = learned();
        FloatMatrix x = rows(7);
        String expected = spikes(network, 1, simulation -> simulation.run(x));
        assertEquals(expected, spikes(network, 2, simulation -> simulation.run(x)));
        assertEquals(expected, spikes(network, 1, simulation -> {
            for (int step = 0; step < STEPS; step++) {
                simulation.step(x.rows(step * BATCH, BATCH));
            }
        }));
        assertEquals(expected, spikes(network, 1, simulation -> {
            simulation.run(x.rows(0, 2 * BATCH));
            simulation.run(x.rows(2 * BATCH, 3 * BATCH));
        }));
        assertEquals(expected, spikes(ModelFile.of(ModelFile.toBytes(network)), 1, simulation -> simulation.run(x)));
        FloatMatrix frame = frame(3);
        assertEquals(
                spikes(network, 1, simulation -> simulation.run(repeated(frame))),
                spikes(network, 1, simulation -> simulation.runConstant(frame, STEPS)));
    }

    @Test
    void thereIsNothingBehindTheLastStep() {
        Network network = network();
        Signal x = rows(1);
        String message = "step 5 is behind the last of a connection that has values for 5 steps, expected at most so"
                + " many steps from a reset on";
        try (Simulation simulation = network.simulate(BATCH)) {
            simulation.run(x);
            assertInvalid(message, () -> simulation.step(frame(1)));
            assertEquals(STEPS, simulation.steps());
            simulation.reset();
            simulation.run(x);
        }
        assertInvalid(message, () -> Gradients.of(network, STEPS + 1, BATCH));
        assertInvalid(message, () -> Trainer.of(network, STEPS + 1, BATCH));
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH).build()) {
            gradients.forward(x);
            assertInvalid(message.replace("step 5", "step 9"), () -> gradients.forward(x));
        }
    }

    @Test
    void valuesHaveSnnTorchsNames() {
        List<String> names = network().weights().names();
        assertEquals(
                List.of("x-m.0.weight", "x-m.0.running_mean", "x-m.0.running_var", "x-m.0.num_batches_tracked"),
                names.subList(0, 4));
        assertEquals(
                "m-q.1.4.num_batches_tracked",
                names.stream().filter(name -> name.startsWith("m-q")).toList().getLast());
        assertInvalid("steps is 0, expected at least 1", () -> BatchNorm.tt(3, 0));
    }
}
