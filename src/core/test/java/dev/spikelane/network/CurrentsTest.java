package dev.spikelane.network;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded currents; random graphs compare all of them with an interpreter. */
@EveryWidth
final class CurrentsTest {

    private static final int STEPS = 12;
    private static final int BATCH = 3;

    private final Arena arena = Arena.ofAuto();
    private final Random random = new Random(1);

    private Network network() {
        return Networks.of(
                100,
                by(
                        Dense.of(Matrices.uniform(arena, 70, 100, random), Matrices.uniform(arena, 1, 70, random)),
                        new Leaky(0.9f)),
                by(
                        Dense.of(Matrices.uniform(arena, 10, 70, random), Matrices.uniform(arena, 1, 10, random)),
                        new Leaky(0.9f)));
    }

    /** Recording changes no spike, and stores the currents of a separate product, for any number of threads. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void areWhatAProductGives(int threads) {
        Network network = network();
        SpikeMatrix input = Matrices.spikes(arena, STEPS * BATCH, 100, 0.4, random);
        SpikeMatrix expected;
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.SpikeRecorder spikes = simulation.recordSpikes("lif1", STEPS);
            simulation.run(input);
            expected = spikes.spikes();
        }
        try (Simulation simulation = network.simulate(BATCH, threads)) {
            Population.SpikeRecorder spikes = simulation.recordSpikes("lif1", STEPS);
            Population.VariableRecorder first = simulation.record("lif1", "current", STEPS);
            Population.VariableRecorder second = simulation.record("lif2", "current", STEPS);
            simulation.run(input.rows(0, 5 * BATCH));
            simulation.run(input.rows(5 * BATCH, (STEPS - 5) * BATCH));
            assertEquals("current", first.variable());
            assertSameBits(expected, spikes.spikes(), "spikes");
            assertSameBits(product(network, "fc1", input), first.values(), "currents");
            assertSameBits(product(network, "fc2", spikes.spikes()), second.values(), "currents of the second layer");
        }
    }

    private FloatMatrix product(Network network, String name, SpikeMatrix input) {
        FloatMatrix weights = network.weights().get(name + ".weight");
        FloatMatrix product = FloatMatrix.zeros(arena, input.rows(), weights.rows());
        Matmul.Weights packed = Matmul.Weights.of(weights, network.weights().get(name + ".bias"));
        new Matmul(arena).multiply(input, packed, product);
        return product;
    }

    @Test
    void ofAConstantInputAreTheSameInEveryStep() {
        Network network = network();
        SpikeMatrix frame = Matrices.spikes(arena, BATCH, 100, 0.4, random);
        FloatMatrix product = product(network, "fc1", frame);
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.VariableRecorder currents = simulation.record("lif1", "current", STEPS);
            simulation.runConstant(frame, STEPS);
            for (int step = 0; step < STEPS; step++) {
                assertSameBits(product, currents.values().rows(step * BATCH, BATCH), "step " + step);
            }
        }
    }

    /** Currents of projections are added in the order of declaration, separately at each port. */
    @Test
    void ofEachPortAreASum() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(1));
        Population r = builder.population("r", Shape.of(1), new RLeaky(Recurrence.none(), 0));
        builder.project("one", x, r, new OneToOne(0.25f));
        builder.project("two", x, r, new OneToOne(0.5f)).delay(1);
        builder.project("back", x, r, new OneToOne(3)).port("feedback");
        try (Simulation simulation = builder.build().simulate(1)) {
            Population.VariableRecorder current = simulation.record("r", "current", 2);
            Population.VariableRecorder feedback = simulation.record("r", "feedback", 2);
            simulation.run(FloatMatrix.of(new float[] {1}, new float[] {2}));
            assertSameBits(FloatMatrix.of(new float[] {0.25f}, new float[] {1}), current.values(), "current");
            assertSameBits(FloatMatrix.of(new float[] {3}, new float[] {6}), feedback.values(), "feedback");
        }
    }

    /** Neurons with gates take four currents each, gate after gate. */
    @Test
    void ofGatesStandOneBehindTheOther() {
        int cells = 5;
        SLstm model = new SLstm(
                Matrices.uniform(arena, 4 * cells, cells, random), Matrices.uniform(arena, 1, 4 * cells, random), 0.1f);
        Network network = Network.builder(30)
                .connect(Dense.of(
                        Matrices.uniform(arena, 4 * cells, 30, random), Matrices.uniform(arena, 1, 4 * cells, random)))
                .neuron("lstm", model)
                .build();
        SpikeMatrix input = Matrices.spikes(arena, STEPS * BATCH, 30, 0.4, random);
        try (Simulation simulation = network.simulate(BATCH)) {
            Population.VariableRecorder currents = simulation.record("lstm", "current", STEPS);
            simulation.run(input);
            assertSameBits(product(network, "fc1", input), currents.values(), "currents");
        }
    }

    @Test
    void namesWhatCannotBeRecorded() {
        try (Simulation simulation = network().simulate(1)) {
            assertInvalid(
                    "population 'lif1' has neither a variable nor a port 'currents', expected one of [membrane] or"
                            + " [current]",
                    () -> simulation.record("lif1", "currents", 1));
            assertInvalid(
                    "population 'lif1' has no variable 'current', expected one of [membrane]",
                    () -> simulation.recordBeforeReset("lif1", "current", 1));
        }
        Network alone = Network.builder(1)
                .connect(Dense.of(FloatMatrix.of(new float[] {1}), FloatMatrix.zeros(1, 1)))
                .neuron("r", new RLeaky(Recurrence.none(), 0))
                .build();
        try (Simulation simulation = alone.simulate(1)) {
            assertInvalid(
                    "no projection enters the port 'feedback' of population 'r', expected one whose currents can be"
                            + " recorded; neurons that feed back to themselves one to one do so without",
                    () -> simulation.record("r", "feedback", 1));
        }
    }
}
