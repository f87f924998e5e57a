package dev.spikelane.network.maps;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.fixture.ResidualNetworks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.naive.NaiveArithmetic;
import dev.spikelane.network.naive.NaiveGradients;
import dev.spikelane.network.naive.NaiveLifBack;
import dev.spikelane.network.naive.NaiveNetwork;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Surrogate;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Residual networks equal a plain interpreter bit for bit, forward and back. */
@EveryWidth
final class ResidualNetworksTest {

    private static final int STEPS = 3;
    private static final int BATCH = 2;
    private static final Shape IMAGE = Shape.of(2, 8, 8);

    private final Arena arena = Arena.ofAuto();
    private final SpikeMatrix input = Matrices.spikes(arena, STEPS * BATCH, IMAGE.size(), 0.5, new Random(1));

    /** A network whose neurons fire often, so that all layers are active. */
    private static Network network(String kind, int depth) {
        TorchRandom random = new TorchRandom(3);
        Network made = kind.equals("MS")
                ? ResidualNetworks.msResNet(depth, 2, IMAGE, 5, random)
                : ResidualNetworks.sewResNet(depth, 2, IMAGE, 5, ResidualNetworks.Join.valueOf(kind), random);
        for (String name : made.weights().names()) {
            if (name.matches("(stem|block).*threshold")) {
                made.weights().replace(name, FloatMatrix.zeros(1, 1));
            }
        }
        return made;
    }

    private static NaiveNetwork interpreted(Network network, SpikeMatrix input) {
        Map<String, FloatMatrix> values = new HashMap<>();
        network.weights().names().stream()
                .filter(name -> name.endsWith("threshold"))
                .forEach(name -> values.put(name, network.weights().get(name)));
        return new NaiveNetwork(network, Map.of("image", input), BATCH).begin(values);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ADD", "AND", "IAND", "MS"})
    void runs(String kind) {
        Network network = network(kind, 18);
        NaiveNetwork expected = interpreted(network, input);
        expected.run(STEPS);
        float greatest = compareLast(network, expected);
        assertEquals(kind.equals("ADD") ? 3 : kind.equals("MS") ? 0 : 1, greatest, "the greatest joined number");
    }

    /** Compares the last variables of all populations; returns the greatest joined number. */
    private float compareLast(Network network, NaiveNetwork expected) {
        float greatest = 0;
        try (Simulation simulation = network.simulate(BATCH, 2)) {
            Map<Population, FloatMatrix> recorded = new HashMap<>();
            for (Population population : network.populations()) {
                String last = population.neuron().variables().getLast();
                recorded.put(
                        population,
                        simulation.record(population.name(), last, STEPS).values());
            }
            simulation.run(input);
            for (Population population : network.populations()) {
                String last = population.neuron().variables().getLast();
                FloatMatrix want = FloatMatrix.zeros(STEPS * BATCH, population.size());
                for (int row = 0; row < want.rows(); row++) {
                    for (int i = 0; i < want.columns(); i++) {
                        want.set(row, i, expected.value(population.name(), last, row / BATCH, row % BATCH, i));
                        greatest = last.equals("out") ? Math.max(greatest, want.get(row, i)) : greatest;
                    }
                }
                assertSameBits(want, recorded.get(population), population.name());
            }
        }
        return greatest;
    }

    /** Three bits, only the first with the bias, of groups, rows and maps, and of small windows with a pool. */
    @Test
    void addsBiasesOnce() {
        TorchRandom random = new TorchRandom(4);
        NetworkBuilder builder = Network.builder();
        Input image = builder.input("image", IMAGE);
        Population sum = builder.population("sum", IMAGE, ResidualNetworks.Join.ADD.neuron(7));
        builder.project("in", image, sum, OneToOne.scale(2));
        builder.project("four", image, sum, OneToOne.scale(4)).port("identity");
        builder.project("two", sum, sum, OneToOne.scale(2)).delay(1).port("identity");
        Projection.Source out = sum.variable("out");
        Leaky neuron = new Leaky(0.5);
        Population conv = builder.population("conv", Shape.of(6, 8, 8), neuron);
        Kernel groups = Kernel.of(3).withPadding(1).withGroups(2);
        builder.project("conv", out, conv, Convolution.of(2, 6, groups, random));
        Population dense = builder.population("dense", Shape.of(70), neuron);
        builder.project("dense", out, dense, new Flatten(), Dense.linear(IMAGE.size(), 70, random));
        Population few = builder.population("few", Shape.of(3), neuron);
        builder.project("few", out, few, new Flatten(), Dense.linear(IMAGE.size(), 3, random))
                .delay(1);
        Population pooled = builder.population("pooled", Shape.of(6, 3, 3), neuron);
        builder.project("pooled", out, pooled, Convolution.of(2, 6, Kernel.of(3), random), Pool.max(2));
        Network network = builder.build();
        NaiveNetwork expected = interpreted(network, input);
        expected.run(STEPS);
        assertEquals(7, compareLast(network, expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ADD", "AND", "IAND", "MS"})
    void goesBack(String kind) {
        Network network = network(kind, kind.equals("ADD") ? 18 : 10);
        NaiveNetwork forward = interpreted(network, input).training();
        forward.run(STEPS);
        Random random = new Random(2);
        float[][] given = new float[STEPS][BATCH * 5];
        for (float[] step : given) {
            for (int i = 0; i < step.length; i++) {
                step[i] = random.nextFloat() - 0.5f;
            }
        }
        NaiveGradients expected = new NaiveGradients(
                NaiveArithmetic.SINGLE, network, forward, BATCH, STEPS, Map.of("classes.membrane", given));
        expected.run();
        try (Gradients gradients = Gradients.of(network, STEPS, BATCH)
                .surrogate(Surrogate.custom("plain", NaiveLifBack::surrogate))
                .threads(2)
                .startAt("classes", "membrane")
                .build()) {
            FloatMatrix to = gradients.given("classes", "membrane");
            for (int row = 0; row < to.rows(); row++) {
                for (int i = 0; i < 5; i++) {
                    to.set(row, i, given[row / BATCH][row % BATCH * 5 + i]);
                }
            }
            gradients.forward(Map.of("image", input));
            gradients.backward();
            int learned = 0;
            for (Projection projection : network.projections()) {
                learned += compare(network, expected, gradients, projection);
            }
            assertTrue(learned > 1000, learned + " gradients are not 0");
        }
    }

    private static int compare(Network network, NaiveGradients expected, Gradients gradients, Projection projection) {
        int learned = 0;
        int number = network.projections().indexOf(projection);
        for (OperatorDescription each : network.laidOut().description().operators(number)) {
            double[] want = each.values().isEmpty() ? new double[0] : expected.ofValues(projection, each.place());
            int k = 0;
            for (NamedValues values : each.values()) {
                if (values.declared().role() != ValueDescription.Role.BUFFER) {
                    for (float got : gradients.gradient(values.name()).toArray()) {
                        assertEquals((float) want[k], got, values.name() + " " + k);
                        learned += got == 0 ? 0 : 1;
                        k++;
                    }
                }
            }
            assertEquals(want.length, k, projection.name());
        }
        return learned;
    }

    @Test
    void bitsAreNotExported() {
        CExport export = CExport.of(network("ADD", 10).folded().network());
        var refused = assertThrows(IllegalArgumentException.class, () -> export.write(Path.of("none.c")));
        assertTrue(
                refused.getMessage().startsWith("projection 'block2.conv1' has conv")
                        && refused.getMessage().endsWith("written in C: it multiplies bits of whole numbers"),
                refused.getMessage());
    }

    @Test
    void refusesWhatIsNoNetwork() {
        TorchRandom random = new TorchRandom(1);
        var depth =
                assertThrows(IllegalArgumentException.class, () -> ResidualNetworks.msResNet(20, 2, IMAGE, 5, random));
        assertEquals("depth is 20, expected one of [10, 18, 34]", depth.getMessage());
        assertPart("expected maps", () -> ResidualNetworks.msResNet(10, 2, Shape.of(8), 5, random));
        for (int channels : new int[] {0, 1 << 28}) {
            assertInvalid(
                    "channels are " + channels + ", expected 1 to 268435455",
                    () -> ResidualNetworks.msResNet(10, channels, Shape.of(1, 1, 1), 5, random));
        }
        assertPart("whole number, 1 to 15", () -> ResidualNetworks.Join.ADD.neuron(16));
        var numbers = assertThrows(
                IllegalArgumentException.class,
                () -> Gradients.of(network("ADD", 10), STEPS, BATCH).dropout("block2.conv1", 0.5));
        assertTrue(numbers.getMessage().contains("whole numbers of 'block1.out'"), numbers.getMessage());
        Gradients.of(network("ADD", 18), STEPS, BATCH).dropout("block2.identity", 0.5); // no multiplication of bits
    }
}
