package dev.spikelane.neuron;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Named ports, which the text adds, like a single port in the network. */
@EveryWidth
final class EquationPortsTest {

    private static final int STEPS = 9;
    private static final int NEURONS = 70;

    /** Conductances that spikes open and that decay. */
    static final String CONDUCTANCES = """
            neuron Coba
            param tau = 10, fall = 0.8, threshold = 0.3
            state v [mV], ge, gi
            input excitatory [nS], inhibitory [nS]
            ge = fall * ge + excitatory
            gi = fall * gi + inhibitory
            dv/dt = (ge * (3 - v) + gi * (-1 - v) - v) / tau : exact
            spike v > threshold
            reset v = 0
            """;

    private static String adding(String inputs, String sum) {
        return "param beta = 0.9\nstate u, x\ninput " + inputs + "\nx = 0.5 * x + (" + sum
                + ")\nu = beta * u + x - (u > 0.4) * 0.4\nspike u > 0.4";
    }

    /** Three sources of a population: an input, a delayed input, and the population itself. */
    private static Network network(String text, boolean loop, String... ports) {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(20));
        Population hidden = builder.population("hidden", Shape.of(NEURONS), EquationNeuron.of(text));
        Population out = builder.population("out", Shape.of(4), new Leaky(0.9));
        Connection third = loop ? Dense.linear(NEURONS, NEURONS, random) : Dense.linear(20, NEURONS, random);
        builder.project("first", x, hidden, Dense.linear(20, NEURONS, random)).port(ports[0]);
        builder.project("second", x, hidden, Dense.linear(20, NEURONS, random))
                .delay(2)
                .port(ports[1]);
        builder.project("third", loop ? hidden : x, hidden, third).delay(1).port(ports[2]);
        builder.project("hidden-out", hidden, out, Dense.linear(NEURONS, 4, random));
        return builder.build();
    }

    @ParameterizedTest
    @CsvSource({"false, 1, 0", "false, 2, 3", "true, 1, 0", "true, 2, 3"})
    void whatEntersSeveralPortsIsAsWhatEntersOne(boolean loop, int threads, int window) {
        Network several = network(adding("left, right, back", "(left + right) + back"), loop, "left", "right", "back");
        Network one = network(adding("current", "current"), loop, "current", "current", "current");
        TrainingBatch batch = TrainingBatch.of(
                Matrices.spikes(Arena.ofAuto(), STEPS * 6, 20, 0.3, new Random(4)), new int[] {0, 1, 2, 3, 0, 1});
        double[] losses = new double[2];
        for (Network each : List.of(several, one)) {
            var recipe = Trainer.of(each, STEPS, 6)
                    .loss(CrossEntropyLoss.count())
                    .optimizer(new Adam(0.01))
                    .learn("hidden.beta")
                    .threads(threads);
            try (Trainer trainer = (window == 0 ? recipe.recomputeEvery(4) : recipe.truncateEvery(window)).build()) {
                trainer.step(batch);
                losses[each == several ? 0 : 1] = trainer.step(batch);
            }
        }
        assertEquals(losses[1], losses[0]);
        assertEquals(one.weights().names(), several.weights().names());
        for (String name : one.weights().names()) {
            assertSameBits(one.weights().get(name), several.weights().get(name), name);
        }
    }

    private static Network conductances() {
        TorchRandom random = new TorchRandom(5);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(20));
        Population cells = builder.population("cells", Shape.of(NEURONS), EquationNeuron.of(CONDUCTANCES));
        builder.project("more", x, cells, Dense.of(magnitudes(random))).port("excitatory");
        builder.project("less", x, cells, Dense.of(magnitudes(random)))
                .port("inhibitory")
                .delay(1);
        builder.project("among", cells, cells, new OneToOne(0.5f))
                .port("inhibitory")
                .delay(1);
        return builder.build();
    }

    private static FloatMatrix magnitudes(TorchRandom random) {
        return random.rand(NEURONS, 20);
    }

    /** Without a network, recorded port currents lead these neurons through equal steps. */
    @Test
    void portsAreRecordedAndServeNeuronsAlone(@TempDir Path folder) throws IOException {
        Network network = conductances();
        ModelFile.write(folder.resolve("cells.safetensors"), network);
        Arena arena = Arena.ofAuto();
        SpikeMatrix input = Matrices.spikes(arena, STEPS * 2, 20, 0.3, new Random(6));
        for (Network each : List.of(network, ModelFile.read(folder.resolve("cells.safetensors")))) {
            try (Simulation simulation = each.simulate(2)) {
                Population.VariableRecorder more = simulation.record("cells", "excitatory", STEPS);
                Population.VariableRecorder less = simulation.record("cells", "inhibitory", STEPS);
                var membranes = simulation.recordMembranes("cells", STEPS);
                var spikes = simulation.recordSpikes("cells", STEPS);
                simulation.run(input);
                NeuronGroup group = EquationNeuron.of(CONDUCTANCES).bind(arena, NEURONS);
                assertEquals(List.of("excitatory", "inhibitory"), group.ports());
                NeuronState state = group.newState(arena, 2);
                SpikeMatrix fired = SpikeMatrix.zeros(STEPS * 2, NEURONS);
                FloatMatrix seen = FloatMatrix.zeros(STEPS * 2, NEURONS);
                group.record(List.of(more.values(), less.values()), state, fired, seen);
                assertSameBits(seen, membranes.values(), "membranes");
                assertSameBits(fired, spikes.spikes(), "spikes");
                assertNotEquals(0, fired.count());
                state.reset();
                group.run(List.of(more.values(), less.values()), state, fired);
                assertSameBits(fired, spikes.spikes(), "spikes");
            }
        }
        assertEquals("nS", network.population("cells").neuron().unit("inhibitory"));
    }

    /** The name of a single port has no effect. */
    @ParameterizedTest
    @ValueSource(strings = {"feedback", "drive"})
    void aSinglePortHasAnyName(String port) {
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), STEPS, 20, 0.3, new Random(7));
        List<SpikeMatrix> fired = new ArrayList<>();
        for (String name : List.of("current", port)) {
            Network network = Network.builder(20)
                    .dense(NEURONS, new TorchRandom(3))
                    .neuron(EquationNeuron.of(adding(name, name)))
                    .port(name)
                    .build();
            try (Simulation simulation = network.simulate(1)) {
                var spikes = simulation.recordSpikes("lif1", STEPS);
                simulation.run(input);
                fired.add(spikes.spikes());
            }
        }
        assertNotEquals(0, fired.getFirst().count());
        assertSameBits(fired.getFirst(), fired.getLast(), "spikes");
    }

    @Test
    void whatDoesNotEnterIsRefusedByName() {
        EquationNeuron neuron = EquationNeuron.of(CONDUCTANCES);
        TorchRandom random = new TorchRandom(1);
        assertInvalid(
                "projection 'fc1' from 'input' to 'lif1' enters the port 'current', expected one of [excitatory,"
                        + " inhibitory] for " + neuron,
                () -> Network.builder(3).dense(4, random).neuron(neuron).build());
        assertIllegalState(
                "population 'lif1' has no projection to its port 'inhibitory'",
                () -> Network.builder(3)
                        .dense(4, random)
                        .neuron(neuron)
                        .port("excitatory")
                        .build());
        NeuronGroup group = neuron.bind(Arena.ofAuto(), 4);
        assertInvalid(
                "currents are of one port, expected those of [excitatory, inhibitory]",
                () -> group.run(
                        List.of(FloatMatrix.zeros(1, 4)), group.newState(Arena.ofAuto(), 1), SpikeMatrix.zeros(1, 4)));
        assertInvalid(
                "currents are of 0 ports, expected those of [excitatory, inhibitory]",
                () -> group.run(List.of(), group.newState(Arena.ofAuto(), 1), SpikeMatrix.zeros(1, 4)));
        assertInvalid(
                "currents are of 3 ports, expected those of [excitatory, inhibitory]",
                () -> group.record(
                        List.of(FloatMatrix.zeros(1, 4), FloatMatrix.zeros(1, 4), FloatMatrix.zeros(1, 4)),
                        group.newState(Arena.ofAuto(), 1),
                        SpikeMatrix.zeros(1, 4),
                        FloatMatrix.zeros(1, 4)));
        assertInvalid(
                "inhibitory is blocks [0, 1) of 5 columns, expected blocks [0, 1) of 4 columns",
                () -> group.run(
                        List.of(FloatMatrix.zeros(1, 4), FloatMatrix.zeros(1, 5)),
                        group.newState(Arena.ofAuto(), 1),
                        SpikeMatrix.zeros(1, 4)));
    }
}
