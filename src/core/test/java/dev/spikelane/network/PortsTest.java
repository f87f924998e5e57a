package dev.spikelane.network;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Inputs of the ports of recurrent neurons: their recurrence as a projection, and other projections. */
@EveryWidth
final class PortsTest {

    private static final int SIZE = 70;

    private final Arena arena = Arena.ofAuto();
    private final Random random = new Random(1);

    private static List<Arguments> models() {
        Random drawn = new Random(2);
        Arena memory = Arena.ofAuto();
        Recurrence all = Recurrence.allToAll(
                Matrices.uniform(memory, SIZE, SIZE, drawn), Matrices.uniform(memory, 1, SIZE, drawn));
        FloatMatrix gates = Matrices.uniform(memory, 4 * SIZE, SIZE, drawn);
        FloatMatrix bias = Matrices.uniform(memory, 1, 4 * SIZE, drawn);
        return List.of(
                Arguments.of(new RLeaky(all, 0.9f)),
                Arguments.of(new RSynaptic(all, 0.8f, 0.9f)),
                Arguments.of(new SLstm(gates, bias, 0.1f)),
                Arguments.of(new LeakyParallel(all, Parameter.of(0), Parameter.of(1), Parameter.of(1))),
                Arguments.of(new LeakyParallel(all, Parameter.of(0), Parameter.of(1), Parameter.of(1))
                        .withDropout(0.3f, 7)));
    }

    private Network network(Neuron neuron) {
        int currents = SIZE * neuron.gates();
        return Network.builder(SIZE)
                .connect(Dense.of(Matrices.uniform(arena, currents, SIZE, new Random(3))))
                .neuron("r", neuron)
                .build();
    }

    private static List<Arguments> recurrences() {
        Random drawn = new Random(4);
        Arena memory = Arena.ofAuto();
        Shape maps = Shape.of(3, 4, 5);
        Shape row = Shape.of(SIZE);
        Dense dense = Dense.of(Matrices.uniform(memory, SIZE, SIZE, drawn), Matrices.uniform(memory, 1, SIZE, drawn));
        Recurrent gates = new Recurrent(
                Matrices.uniform(memory, 4 * maps.size(), maps.size(), drawn),
                Matrices.uniform(memory, 1, 4 * maps.size(), drawn));
        return List.of(
                Arguments.of(row, new RLeaky(Recurrence.by(dense), 0.9f)),
                Arguments.of(row, new RSynaptic(Recurrence.by(OneToOne.scale(0.5f)), 0.8f, 0.9f)),
                Arguments.of(row, new RLeaky(Recurrence.by(dense.nearest(ElementType.INT8)), 0.9f)),
                Arguments.of(maps, new RLeaky(Recurrence.by(new OneToOne(0.5f)), 0.9f)),
                Arguments.of(maps, new RLeaky(Recurrence.by(OneToOne.scale(0.5f)), 0.9f)),
                Arguments.of(maps, new SLstm(Recurrence.by(gates), ThresholdAndReset.DEFAULT.withThreshold(0.1))));
    }

    /** The projection that a network makes of a recurrence equals the neurons' feedback. */
    @ParameterizedTest
    @MethodSource("recurrences")
    void anyConnectionIsARecurrence(Shape shape, Neuron neuron) {
        Shape currents = shape.times(neuron.gates());
        NetworkBuilder builder = Network.builder();
        builder.project("x-r", builder.input("x", currents), builder.population("r", shape, neuron));
        int batch = 3;
        FloatMatrix input = Matrices.uniform(arena, 20 * batch, currents.size(), random);
        FloatMatrix inside = FloatMatrix.zeros(arena, input.rows(), currents.size());
        currents.toInside(input, 0, inside, 0, input.rows());
        NeuronGroup group = neuron.bind(arena, shape);
        NeuronState state = group.newState(arena, batch);
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, input.rows(), shape.size());
        group.run(List.of(inside), state, spikes);
        assertTrue(spikes.count() > 0, "somebody fired");
        try (Simulation simulation = builder.build().simulate(batch)) {
            simulation.run(input);
            FloatMatrix membranes = FloatMatrix.zeros(arena, batch, shape.size());
            shape.toTorch(state.membrane(), 0, membranes, 0, batch);
            assertSameBits(membranes, simulation.state("r").membrane(), "membranes");
        }
    }

    @Test
    void recurrencesThatDoNotFitAreRefused() {
        Dense dense = Dense.of(FloatMatrix.zeros(3, 4), FloatMatrix.zeros(1, 3));
        RLeaky model = new RLeaky(Recurrence.by(dense), 0.5f);
        assertInvalid(
                "dense 4 -> 3 feeds back currents of shape [3], expected [4] for " + model, () -> model.bind(arena, 4));
        assertInvalid(
                "projection 'n.recurrent' from 'n' to 'n' (port 'feedback') makes currents of shape [3], expected [4] for "
                        + "n [4], " + model,
                () -> twoPorts(model, "current", 4).build());
        assertInvalid(
                "batch norm 4 stands first in its path, expected a connection before it",
                () -> new RLeaky(Recurrence.by(BatchNorm.of(4)), 0.5f).bind(arena, 4));
        SLstm none = new SLstm(Recurrence.none(), ThresholdAndReset.DEFAULT);
        assertInvalid(
                "nothing enters the port 'feedback', expected a recurrence, or projections to that port, for " + none,
                () -> none.bind(arena, 16));
        assertInvalid("18 currents, expected 4 for each neuron of " + none, () -> none.bind(arena, 18));
    }

    @ParameterizedTest
    @MethodSource("models")
    void weightsOfARecurrenceHaveANameAndCanBeReplaced(Neuron neuron) {
        Network network = network(neuron);
        int rows = SIZE * neuron.gates();
        assertEquals(
                List.of("fc1.weight", "r.recurrent.weight", "r.recurrent.bias"),
                network.weights().names().subList(0, 3));
        FloatMatrix other = Matrices.uniform(arena, rows, SIZE, random);
        FloatMatrix otherBias = Matrices.uniform(arena, 1, rows, random);
        SpikeMatrix input = Matrices.spikes(arena, 20, SIZE, 0.3, random);
        long hash = network.weights().hash();
        long fingerprint = network.fingerprint();
        try (Simulation simulation = network.simulate(1)) {
            simulation.run(input.rows(0, 10));
            SimulationState state = simulation.snapshot();
            network.weights().replace("r.recurrent.weight", other);
            network.weights().replace("r.recurrent.bias", otherBias);
            assertNotEquals(hash, network.weights().hash());
            assertEquals(fingerprint, network.fingerprint());
            assertSameBits(other, network.weights().get("r.recurrent.weight"), "weights");
            simulation.run(input.rows(10, 10));
            Network changed = network(with(neuron, Recurrence.allToAll(other, otherBias)));
            assertEquals(network.weights().hash(), changed.weights().hash());
            try (Simulation from = changed.simulate(1)) {
                from.restore(state);
                from.run(input.rows(10, 10));
                assertSameBits(from.state(0).membrane(), simulation.state(0).membrane(), "membranes");
            }
        }
    }

    private static Neuron with(Neuron neuron, Recurrence recurrence) {
        return switch (neuron) {
            case RLeaky model -> new RLeaky(model.beta(), recurrence, model.firing());
            case RSynaptic model -> new RSynaptic(model.alpha(), model.beta(), recurrence, model.firing());
            case SLstm model -> new SLstm(recurrence, model.firing());
            case LeakyParallel model ->
                new LeakyParallel(
                        recurrence,
                        model.bias(),
                        model.threshold(),
                        model.gradedSpikesFactor(),
                        model.dropout(),
                        model.seed());
            default -> throw new AssertionError(neuron);
        };
    }

    /** A network's projection and the neurons' loop without a network are one model. */
    @ParameterizedTest
    @MethodSource("models")
    void recurrenceIsThatOfNeuronsWithoutANetwork(Neuron neuron) {
        Network network = network(neuron);
        SpikeMatrix input = Matrices.spikes(arena, 30, SIZE, 0.3, random);
        FloatMatrix currents = FloatMatrix.zeros(30, SIZE * neuron.gates());
        network.laidOut().chain(0).operators().getFirst().multiply(input, 30, Tile.whole(currents), new Scratch(arena));
        NeuronGroup group = neuron.bind(arena, currents.columns());
        NeuronState state = group.newState(arena, 3);
        SpikeMatrix spikes = SpikeMatrix.zeros(30, SIZE);
        FloatMatrix membranes = FloatMatrix.zeros(30, SIZE);
        group.record(List.of(currents), state, spikes, membranes);
        try (Simulation simulation = network.simulate(3, 2)) {
            Population.SpikeRecorder fired = simulation.recordSpikes(0, 10);
            Population.VariableRecorder recorder = simulation.recordMembranes(0, 10);
            simulation.run(input);
            assertSameBits(spikes, fired.spikes(), "spikes");
            assertSameBits(membranes, recorder.values(), "membranes");
        }
    }

    /** Each neuron's V stays in the neurons' loop, unless other projections enter the port. */
    @Test
    void oneToOneIsAParameterOrAProjection() {
        Neuron neuron = new RLeaky(Recurrence.oneToOne(0.5f), 0.9f);
        assertEquals(
                List.of("fc1.weight", "r.beta", "r.V", "r.threshold"),
                network(neuron).weights().names());
        NetworkBuilder builder = Network.builder(SIZE)
                .connect(Dense.of(Matrices.uniform(arena, SIZE, SIZE, random)))
                .neuron("r", neuron);
        Population r = builder.population("s", Shape.of(SIZE), neuron);
        Input x = builder.input("x", Shape.of(SIZE));
        builder.project("x-s", x, r);
        builder.project("x-s feedback", x, r, new OneToOne(0)).port("feedback");
        Network both = builder.build();
        assertEquals(
                List.of(
                        "x-s feedback.weight",
                        "s.recurrent.weight",
                        "r.beta",
                        "r.V",
                        "r.threshold",
                        "s.beta",
                        "s.threshold"),
                both.weights().names().stream()
                        .filter(name -> !name.startsWith("fc1") && !name.equals("x-s.weight"))
                        .toList());
    }

    /** By hand: U = (0.5 U + I) + F, with F from neurons that fire two steps earlier. */
    @Test
    void othersEnterThePortFeedback() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(2));
        Population a = builder.population("a", Shape.of(2), new Leaky(0f).withThreshold(0.5f));
        Population b = builder.population("b", Shape.of(2), new RLeaky(Recurrence.none(), 0.5f).withThreshold(9));
        builder.project("x-a", x, a);
        builder.project("x-b", x, b);
        builder.project("a-b", a, b, new OneToOne(0.25f)).delay(2).port("feedback");
        try (Simulation simulation = builder.build().simulate(1)) {
            Population.VariableRecorder recorder = simulation.recordMembranes("b", 4);
            simulation.run(SpikeMatrix.copyOf(4, 2, new byte[] {1, 0, 0, 1, 0, 0, 0, 0}));
            assertArrayEquals(
                    new float[] {1, 0, 0.5f, 1, 0.5f, 0.5f, 0.25f, 0.5f},
                    recorder.values().toArray());
        }
    }

    @Test
    void errorsNameProjectionPopulationAndPort() {
        Recurrence three = Recurrence.allToAll(FloatMatrix.zeros(3, 3));
        Leaky leaky = new Leaky(0.5f);
        assertInvalid(
                "projection 'p' from 'x' to 'n' enters the port 'feedback', expected one of [current] for " + leaky,
                () -> twoPorts(leaky, "feedback", 4).build());
        Neuron recurrent = new RLeaky(Recurrence.none(), 0.5f);
        assertInvalid(
                "projection 'p' from 'x' to 'n' enters the port 'gate', expected one of [current, feedback] for "
                        + recurrent,
                () -> twoPorts(recurrent, "gate", 4).build());
        assertInvalid(
                "projection 'p' from 'x' to 'n' (port 'feedback') makes currents of shape [3], expected [4] for n [4], "
                        + recurrent,
                () -> twoPorts(recurrent, "feedback", 3).build());
        assertInvalid(
                "projection 'n.recurrent' from 'n' to 'n' (port 'feedback'): recurrent 3 -> 3 has 3 inputs, expected 4 to"
                        + " match its source",
                () -> twoPorts(new RLeaky(three, 0.5f), "feedback", 4).build());
        assertInvalid(
                "the name 'n.recurrent' is used already by a projection, expected another, because it is that of the"
                        + " recurrence of population 'n'",
                () -> {
                    NetworkBuilder builder = twoPorts(new RLeaky(Recurrence.oneToOne(1), 0.5f), "feedback", 4);
                    Population m = builder.population("m", Shape.of(4), leaky);
                    builder.project("n.recurrent", m, m);
                    builder.build();
                });
    }

    private static NetworkBuilder twoPorts(Neuron neuron, String port, int made) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(4));
        Population n = builder.population("n", Shape.of(4), neuron);
        builder.project("x-n", x, n);
        builder.project("p", x, n, Dense.of(FloatMatrix.zeros(made, 4))).port(port);
        return builder;
    }

    @Test
    void onlyFeedbackIsNotEnough() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(4));
        Population n = builder.population("n", Shape.of(4), new RLeaky(Recurrence.none(), 0.5f));
        builder.project("x-n", x, n).port("feedback");
        assertIllegalState("population 'n' has no projection to its port 'current'", builder::build);
    }

    @Test
    void groupsSayWhichCurrentsTheyTake() {
        NeuronGroup one = new RLeaky(Recurrence.none(), 0.5f).bind(arena, 3);
        NeuronGroup both = new RLeaky(Recurrence.none(), 0.5f).bindPorts(arena, 3);
        FloatMatrix current = FloatMatrix.zeros(1, 3);
        SpikeMatrix spikes = SpikeMatrix.zeros(1, 3);
        assertInvalid(
                "currents are of one port, expected those of [current, feedback]",
                () -> both.run(List.of(current), both.newState(arena, 1), spikes));
        assertInvalid(
                "currents are of 2 ports, expected those of [current]",
                () -> one.run(List.of(current, FloatMatrix.zeros(1, 3)), one.newState(arena, 1), spikes));
        Leaky leaky = new Leaky(0.5f);
        assertInvalid(leaky + " has the ports [current], expected 'feedback' too", () -> leaky.bindPorts(arena, 3));
    }
}
