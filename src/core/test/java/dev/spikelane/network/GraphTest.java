package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.engine.ComponentPlan;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Graphs small enough to compute by hand, and errors of a builder. */
@EveryWidth
final class GraphTest {

    private final NetworkBuilder builder = Network.builder();
    private final Random random = new Random(20261125);

    /** A neuron that fires one step after any input: its spikes show the delay of the path. */
    private static Leaky relay() {
        return new Leaky(0).withThreshold(0.5f);
    }

    private static SpikeMatrix pulse(int steps, int at) {
        SpikeMatrix pulse = SpikeMatrix.zeros(steps, 1);
        pulse.set(at, 0, true);
        return pulse;
    }

    private static List<Integer> times(SpikeMatrix spikes) {
        return IntStream.range(0, spikes.rows())
                .filter(step -> spikes.get(step, 0))
                .boxed()
                .toList();
    }

    @Test
    void delaysAddUpAlongAChain() {
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), relay().withReset(Reset.NONE));
        Population b = builder.population("b", Shape.of(1), relay().withReset(Reset.NONE));
        builder.project("x-a", x, a, new OneToOne(1)).delay(3);
        builder.project("a-b", a, b, new OneToOne(1)).delay(2);
        try (Simulation simulation = builder.build().simulate(1)) {
            Population.SpikeRecorder ofA = simulation.recordSpikes("a", 20);
            Population.SpikeRecorder ofB = simulation.recordSpikes("b", 20);
            simulation.run(pulse(20, 4));
            assertEquals(List.of(7), times(ofA.spikes()));
            assertEquals(List.of(9), times(ofB.spikes()));
        }
    }

    /** Programs that do not want this use {@code OneToOne.scale(1)}. */
    @Test
    void noConnectionIsWeightsOfOneThatLearn() {
        Input x = builder.input("x", Shape.of(3));
        builder.project("x-a", x, builder.population("a", Shape.of(3), relay()));
        Network network = builder.build();
        assertTrue(network.weights().names().contains("x-a.weight"));
        assertSameBits(
                FloatMatrix.of(new float[][] {{1, 1, 1}}), network.weights().get("x-a.weight"), "weights");
        try (Arena arena = Arena.ofConfined()) {
            var learned = network.laidOut().chain(0).operators().getFirst().weightGradients(arena, 1);
            assertEquals(1, learned.learned().size());
        }
        network.weights().replace("x-a.weight", FloatMatrix.of(new float[][] {{1, 0, 1}}));
        try (Simulation simulation = network.simulate(1)) {
            Population.SpikeRecorder fired = simulation.recordSpikes("a", 2);
            simulation.run(FloatMatrix.of(new float[][] {{1, 1, 1}, {1, 1, 1}}));
            assertEquals(2, fired.spikes().count());
        }
    }

    @Test
    void aSpikeGoesRoundALoop() {
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), relay().withReset(Reset.NONE));
        Population b = builder.population("b", Shape.of(1), relay().withReset(Reset.NONE));
        builder.project("x-a", x, a, new OneToOne(1));
        builder.project("a-b", a, b, new OneToOne(1)).delay(1);
        builder.project("b-a", b, a, new OneToOne(1)).delay(2);
        Network network = builder.build();
        assertEquals(
                List.of(new ComponentPlan.Component(List.of(0, 1), 2)),
                network.laidOut().components());
        try (Simulation simulation = network.simulate(1)) {
            Population.SpikeRecorder ofA = simulation.recordSpikes("a", 12);
            Population.SpikeRecorder ofB = simulation.recordSpikes("b", 12);
            simulation.run(pulse(12, 1));
            assertEquals(List.of(1, 4, 7, 10), times(ofA.spikes()));
            assertEquals(List.of(2, 5, 8, 11), times(ofB.spikes()));
        }
    }

    @Test
    void inputsOfTwoKindsMeetInOnePopulation() {
        Input bits = builder.input("bits", Shape.of(2));
        Input numbers = builder.input("numbers", Shape.of(2));
        Population sum = builder.population("sum", Shape.of(2), new Leaky(0).withThreshold(100));
        builder.project("bits-sum", bits, sum, new OneToOne(2, 4));
        builder.project("numbers-sum", numbers, sum, new OneToOne(10));
        try (Simulation simulation = builder.build().simulate(1)) {
            SpikeMatrix spikes = SpikeMatrix.copyOf(1, 2, new byte[] {1, 0});
            FloatMatrix values = FloatMatrix.of(new float[] {0.5f, -1});
            simulation.step(Map.of("bits", spikes, "numbers", values));
            assertEquals(
                    List.of(7f, -10f),
                    List.of(
                            simulation.state("sum").membrane().get(0, 0),
                            simulation.state("sum").membrane().get(0, 1)));
            assertInvalid(
                    "the network has the inputs [bits, numbers], expected a map from their names",
                    () -> simulation.step(spikes));
            IllegalArgumentException missing =
                    assertThrows(IllegalArgumentException.class, () -> simulation.run(Map.of("bits", spikes)));
            assertTrue(missing.getMessage().startsWith("input 'numbers' is missing"), missing.getMessage());
            Map<String, Signal> turned = new LinkedHashMap<>();
            turned.put("numbers", FloatMatrix.zeros(3, 2));
            turned.put("bits", spikes);
            assertMessage( // the first input determines the steps, in any order of the map
                    IllegalArgumentException.class,
                    "input 'numbers' is [3 x 2], expected [1 x 2]",
                    () -> simulation.run(turned));
        }
    }

    /** After a flattened source, weights have torch's order, whatever the order of the rows. */
    @Test
    void aDenseConnectionBehindFlattenTakesTorchsOrder() {
        Shape shape = Shape.of(3, 2, 4);
        FloatMatrix weights = Matrices.uniform(Arena.ofAuto(), 5, shape.size(), random);
        Network shaped = Networks.of(shape, by(new Flatten(), new Leaky(0).withThreshold(1e6f), Dense.of(weights)));
        assertSameBits(weights, shaped.weights().get("fc1.weight"), "weights");
        for (int one = 0; one < shape.size(); one++) {
            SpikeMatrix input = SpikeMatrix.zeros(1, shape.size());
            input.set(0, one, true);
            try (Simulation simulation = shaped.simulate(1)) {
                simulation.step(input);
                for (int output = 0; output < 5; output++) {
                    assertEquals(
                            weights.get(output, one),
                            simulation.state(0).membrane().get(0, output),
                            "input " + one);
                }
            }
        }
    }

    @Test
    void shapedPopulationsAreRecordedInTorchsOrder() {
        Shape shape = Shape.of(3, 2, 2);
        Network network = Network.builder(shape).scale(1).neuron(relay()).build();
        try (Simulation simulation = network.simulate(1)) {
            Population.SpikeRecorder recorder = simulation.recordSpikes(0, 1);
            SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), 1, 12, 0.5, random);
            SpikeMatrix output = simulation.step(input);
            assertSameBits(input, output, "step");
            assertSameBits(input, recorder.spikes(), "recording");
        }
    }

    @Test
    void weightsAreReplacedBetweenStepsOnly() {
        Network network = Networks.of(
                3,
                by(
                        Dense.of(FloatMatrix.of(new float[] {1, 2, 3}), FloatMatrix.zeros(1, 1)),
                        new Leaky(0.5f).withThreshold(100)));
        Weights weights = network.weights();
        assertEquals(
                List.of("fc1.weight", "fc1.bias", "lif1.beta", "lif1.threshold", "lif1.gradedSpikesFactor"),
                weights.names());
        long before = weights.hash();
        SpikeMatrix input = SpikeMatrix.copyOf(1, 3, new byte[] {1, 0, 1});
        try (Simulation simulation = network.simulate(1)) {
            simulation.step(input);
            assertEquals(4, simulation.state(0).membrane().get(0, 0));
            weights.replace("fc1.weight", FloatMatrix.of(new float[] {10, 20, 30}));
            weights.replace("fc1.bias", FloatMatrix.of(new float[] {1}));
            weights.replace("lif1.beta", FloatMatrix.of(new float[] {0.25f}));
            simulation.step(input);
            assertEquals(0.25f * 4 + 41, simulation.state(0).membrane().get(0, 0));
            assertFalse(before == weights.hash());
            simulation.observe(0, (firstStep, steps, spikes, membranes) -> {
                assertStart(
                        IllegalStateException.class,
                        "weights cannot change while a simulation of this network runs",
                        () -> weights.replace("fc1.bias", FloatMatrix.of(new float[] {2})));
            });
            simulation.step(input);
        }
        assertInvalid(
                "there are no values named 'fc2.weight', expected one of " + weights.names(),
                () -> weights.get("fc2.weight"));
        assertThrows(
                IllegalArgumentException.class,
                () -> weights.replace("fc1.weight", FloatMatrix.of(new float[] {1, Float.NaN, 3})));
        assertSameBits(FloatMatrix.of(new float[] {10, 20, 30}), weights.get("fc1.weight"), "weights");
    }

    @Test
    void gradedFactorsStayApartFromWeights() {
        Network network = Networks.of(
                1,
                by(new OneToOne(1), relay().withGradedSpikesFactor(3)),
                by(Dense.of(FloatMatrix.of(new float[] {7})), new Leaky(0).withThreshold(100)));
        SpikeMatrix input = pulse(1, 0);
        try (Simulation simulation = network.simulate(1)) {
            simulation.step(input);
            assertEquals(21, simulation.state(1).membrane().get(0, 0));
            assertEquals(7, network.weights().get("fc2.weight").get(0, 0));
            network.weights().replace("lif1.gradedSpikesFactor", FloatMatrix.of(new float[] {-2}));
            simulation.reset();
            simulation.step(input);
            assertEquals(-14, simulation.state(1).membrane().get(0, 0));
        }
    }

    @Test
    void plasticValuesBelongToTheSimulation() {
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), new Leaky(0).withThreshold(100));
        builder.project("x-a", x, a, new OneToOne(1)).plastic();
        Network network = builder.build();
        try (Simulation one = network.simulate(1);
                Simulation other = network.simulate(1)) {
            one.plasticWeights().replace("x-a.weight", FloatMatrix.of(new float[] {5}));
            try (Simulation fork = one.fork()) {
                for (Simulation each : List.of(one, other, fork)) {
                    each.step(pulse(1, 0));
                }
                assertEquals(5, one.state("a").membrane().get(0, 0));
                assertEquals(1, other.state("a").membrane().get(0, 0));
                assertEquals(5, fork.state("a").membrane().get(0, 0));
            }
        }
    }

    /** The network owns spike values, and plastic projections of running simulations follow them. */
    @Test
    void plasticProjectionsFollowWhatSpikesCarry() {
        Network network = gradedPlastic();
        try (Simulation living = network.simulate(1)) {
            living.plasticWeights().replace("h-a.weight", FloatMatrix.of(new float[] {10}));
            SimulationState state = living.snapshot();
            network.weights().replace("h.gradedSpikesFactor", FloatMatrix.of(new float[] {5}));
            try (Simulation fork = living.fork();
                    Simulation restored = network.simulate(1)) {
                restored.restore(state);
                for (Simulation each : List.of(living, fork, restored)) {
                    each.step(pulse(1, 0));
                    assertEquals(50, each.state("a").membrane().get(0, 0));
                }
            }
            living.plasticWeights().replace("h-a.weight", FloatMatrix.of(new float[] {3}));
            living.reset();
            living.step(pulse(1, 0));
            assertEquals(15, living.state("a").membrane().get(0, 0));
        }
    }

    /** If one simulation refuses weights, none takes them. */
    @Test
    void plasticProjectionsRefuseWhatSpikesCannotCarry() {
        Network network = gradedPlastic();
        try (Simulation first = network.simulate(1);
                Simulation second = network.simulate(1);
                Simulation third = network.simulate(1)) {
            Simulation closed = network.simulate(1);
            closed.close();
            second.plasticWeights().replace("h-a.weight", FloatMatrix.of(new float[] {1e30f}));
            FloatMatrix tooMuch = FloatMatrix.of(new float[] {1e20f});
            assertThrows(
                    IllegalArgumentException.class, () -> network.weights().replace("h.gradedSpikesFactor", tooMuch));
            assertEquals(2, network.weights().get("h.gradedSpikesFactor").get(0, 0));
            for (Simulation each : List.of(first, third)) {
                each.step(pulse(1, 0));
                assertEquals(2, each.state("a").membrane().get(0, 0));
            }
            second.step(pulse(1, 0));
            assertEquals(2e30f, second.state("a").membrane().get(0, 0));
        }
    }

    private Network gradedPlastic() {
        Input x = builder.input("x", Shape.of(1));
        Population h = builder.population("h", Shape.of(1), relay().withGradedSpikesFactor(2));
        Population a = builder.population("a", Shape.of(1), new Leaky(0).withThreshold(1e35f));
        builder.project("x-h", x, h);
        FloatMatrix one = FloatMatrix.of(new float[] {1});
        builder.project("h-a", h, a, Dense.of(one, FloatMatrix.zeros(1, 1))).plastic();
        return builder.build();
    }

    @Test
    void membranesBeforeTheResetAreThoseComparedWithTheThreshold() {
        Leaky resetsAtOnce = new Leaky(0).withFiring(ThresholdAndReset.DEFAULT.withResetTime(Reset.Time.SAME_STEP));
        Network network = Networks.of(1, by(new OneToOne(1.5f), resetsAtOnce));
        try (Simulation simulation = network.simulate(1)) {
            Population.VariableRecorder before = simulation.recordBeforeReset("lif1", "membrane", 1);
            Population.VariableRecorder after = simulation.record("lif1", "membrane", 1);
            simulation.run(pulse(1, 0));
            assertEquals(1.5f, before.values().get(0, 0));
            assertEquals(0.5f, after.values().get(0, 0));
        }
    }

    @Test
    void refusesACycleWithoutDelay() {
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), relay());
        Population b = builder.population("b", Shape.of(1), relay());
        builder.project("x-a", x, a);
        builder.project("a-b", a, b);
        builder.project("b-a", b, a);
        assertIllegalState(
                "cycle without delay: 'a' -> 'b' by 'a-b', 'b' -> 'a' by 'b-a'; give one of these projections a delay of"
                        + " at least 1 step",
                builder::build);
    }

    @Test
    void namesWhatDoesNotFit() {
        Input x = builder.input("x", Shape.of(3));
        Population a = builder.population("a", Shape.of(2), relay());
        assertInvalid(
                "the name 'x' is used already by an input or a population",
                () -> builder.population("x", Shape.of(1), relay()));
        Population alien = Network.builder().population("alien", Shape.of(2), new HandLif(0.5f));
        assertInvalid(
                "projection 'p' names 'alien', which is not a part of this network",
                () -> builder.project("p", x, alien));
        assertInvalid(
                "population 'a' has no variable 'synapse', expected one of [membrane]", () -> a.variable("synapse"));
        assertIllegalState("population 'a' has no projection to its port 'current'", builder::build);
        builder.project("x-a", x, a);
        assertInvalid("the name 'x-a' is used already by a projection", () -> builder.project("x-a", x, a));
        IllegalArgumentException shape = assertThrows(IllegalArgumentException.class, builder::build);
        assertTrue(
                shape.getMessage()
                        .startsWith("projection 'x-a' from 'x' to 'a' makes currents of shape [3], expected [2]"),
                shape.getMessage());
    }

    @Test
    void valuesOfOneNameAreRefused() {
        Input x = builder.input("x", Shape.of(2));
        Population a = builder.population("a", Shape.of(2), relay());
        builder.project("p", x, a, new OneToOne(1), new OneToOne(2));
        builder.project("p.1", x, a, new OneToOne(3));
        assertInvalid(
                "two matrices of the network are named 'p.1.weight', expected names of projections and populations under"
                        + " which each has its own",
                builder::build);
    }

    /** Delay, port and plasticity apply only to the projection that was added last. */
    @Test
    void optionsConcernTheLatestProjection() {
        assertIllegalState(
                "there is no projection yet, expected project() before what is said of it", () -> builder.delay(1));
        Input x = builder.input("x", Shape.of(2));
        Population a = builder.population("a", Shape.of(2), relay());
        Network network = builder.project("x-a", x, a)
                .project("a-a", a, a, new OneToOne(1))
                .delay(3)
                .plastic()
                .project("x-a again", x, a)
                .build();
        assertEquals(
                List.of(0, 3, 0),
                network.projections().stream().map(Projection::delay).toList());
        assertEquals(
                List.of(false, true, false),
                network.projections().stream().map(Projection::plastic).toList());
    }

    @Test
    void namesAPortThatIsNotThere() {
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), relay());
        builder.project("x-a", x, a).port("excitatory");
        IllegalArgumentException port = assertThrows(IllegalArgumentException.class, builder::build);
        assertTrue(
                port.getMessage()
                        .startsWith(
                                "projection 'x-a' from 'x' to 'a' enters the port 'excitatory', expected one of [current]"),
                port.getMessage());
    }

    @Test
    void refusesAnotherNumberOfSpikeValues() {
        for (int count : new int[] {2, 4}) {
            Parameter values = Parameter.of(new float[count]);
            for (Connection connection :
                    List.of(Dense.linear(3, 2, new TorchRandom(1)), new OneToOne(1), OneToOne.scale(2))) {
                assertInvalid(
                        "there are values for " + count + " spikes, expected 1 or 3, one for each input",
                        () -> ConnectionKinds.of(connection).bind(Arena.ofAuto(), connection, Shape.of(3), values));
            }
        }
    }

    @Test
    void aDelayedInputKeepsItsKind() {
        Input x = builder.input("x", Shape.of(1));
        Population a = builder.population("a", Shape.of(1), relay());
        builder.project("x-a", x, a).delay(1);
        try (Simulation simulation = builder.build().simulate(1)) {
            simulation.step(pulse(1, 0));
            FloatMatrix value = FloatMatrix.of(new float[] {1});
            assertThrows(IllegalArgumentException.class, () -> simulation.step(value));
            simulation.reset();
            simulation.step(value);
        }
    }

    /** Old values of a tile must not reach the lanes after the last neuron, where they would count as spikes. */
    @Test
    void nobodyFiresBehindTheLastNeuron() {
        Shape maps = Shape.of(2, 3, 50);
        FloatMatrix values = FloatMatrix.zeros(1, maps.size());
        values.fill(2);
        for (Connection connection : new Connection[] {new Flatten(), OneToOne.scale(2)}) {
            NetworkBuilder builder = Network.builder();
            Input x = builder.input("x", maps);
            Shape shape = connection instanceof Flatten ? Shape.of(maps.size()) : maps;
            builder.project("x-n", x, builder.population("n", shape, new Leaky(0.5f)), connection);
            try (Simulation simulation = builder.build().simulate(1)) {
                SpikeMatrix fired = simulation.step(Map.of("x", values));
                assertZeroPads(fired, "spikes");
                assertEquals(maps.size(), fired.count(), connection + "");
            }
        }
    }
}
