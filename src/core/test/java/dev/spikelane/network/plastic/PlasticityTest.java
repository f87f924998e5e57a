package dev.spikelane.network.plastic;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.description.NetworkFingerprint;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.CExport;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.model.NirModel;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules: what they support, what they refuse, and their costs. */
@EveryWidth
final class PlasticityTest {

    private static final String PAIR = """
            rule Pair
            param up = 0.25, down = 0.125
            trace pre x tau = 20
            trace post y tau = 20
            on pre
            w += -down * y
            on post
            w += up * x
            bounds -1, 1
            """;

    private static Network network(Connection learned) {
        return LearningNetwork.of(Shape.of(3), learned, Plasticity.of(PAIR), 0);
    }

    private static Dense dense(int inputs, int outputs) {
        return Dense.linear(inputs, outputs, new TorchRandom(1));
    }

    @Test
    void whatIsNoRuleIsRefused() {
        refused(
                "line 2, column 12: found the end of the text, expected a line 'w += ...' after 'on pre' or 'on post',"
                        + " or 'w = ...' after 'each step'",
                "rule A\nparam a = 1\n\n");
        refused(
                "line 1, column 1: 'w' gets a value before 'each step', 'on pre' or 'on post', expected one of these",
                "w += 1");
        refused(
                "line 2, column 1: 'w' gets a value on spikes, expected '+=' and w or a variable of synapses",
                "on pre\nw = 1");
        refused("line 2, column 1: 'w' is added to in each step, expected 'w = ...'", "each step\nw += 1");
        refused(
                "line 3, column 1: 'w' is a variable of synapses and takes 'x' of inputs, expected those of its own"
                        + " kind",
                "state pre x\neach step\nw = x");
        refused("line 3, column 6: 'pre' is not declared, expected one of [a, dt, w]", "param a = 1\non pre\nw += pre");
        refused("line 1, column 7: found 'both', expected pre, post or synapse", "state both x");
        refused("line 1, column 7: found 'pree', expected pre or post", "trace pree x tau = 1");
        refused(
                "line 2, column 1: found 'bound', expected rule, param, modulator, let, state, reads, trace, each step,"
                        + " on pre, on post, bounds, NAME = ... or NAME += ...; did you mean 'bounds'?",
                "rule A\nbound 0, 1");
        refused("line 1, column 13: no line reads 'x'; use it or remove it", "trace pre   x tau = 5\non pre\nw += 1");
        refused("line 3, column 1: there is a line 'bounds' already, expected one", "on pre\nbounds 0, 1\nbounds 0, 1");
        for (String bounds : List.of("2.0, 1.0", "NaN, 1.0", "-Infinity, 1.0")) {
            String declared = bounds.replace("NaN", "0 / 0").replace("Infinity", "1 / 0");
            refused(
                    "line 3, column 1: 'bounds' is " + bounds + ", expected two finite numbers, the lesser first",
                    "on pre\nw += 1\nbounds " + declared);
        }
        refused(
                "line 1, column 11: 'tau' of trace 'x' is 0.0, expected a number above 0",
                "trace pre x tau = 2 - 2\non post\nw += x");
        refused(
                "line 65, column 1: 'on' begins one block too many, expected at most 32",
                "on pre\nw += 1\n".repeat(33));
        refused("line 1, column 15: 'e' is NaN, expected a finite number", "state synapse e = 0 / 0\non pre\nw += e");
        refused(
                "line 4, column 1: 'bounds' depends on a modulator, expected other parameters",
                "modulator r = 1\nlet a = 2 * r\non pre\nbounds 0, a\nw += 1");
        refused(
                "line 2, column 5: 'a' depends on 'pre', expected parameters and numbers",
                "each step\nlet a = pre ? 1 : 2\non pre\nw += a");
        refused(
                "line 1, column 15: 'bias' is a word of the language, expected another name",
                "state synapse bias\non pre\nw += bias");
    }

    /** A trace reads the time of a step, even if no expression does. */
    @Test
    void theStepOfATraceIsAParameter() {
        Plasticity rule = Plasticity.of("param dt [ms] = 0.1\ntrace pre x tau = 20\non post\nw += x");
        assertEquals(Map.of("dt", 0.1f), rule.parameters());
    }

    /** Equal weights that learn are stored, one for each synapse. */
    @Test
    void equalWeightsThatLearnAreStored() {
        Sparse equal = Sparse.of(Connectivity.outDegree(2)).to(3).weights(0.5);
        Network network = network(equal);
        assertEquals(0.5f, network.weights().get("x-p.weight").get(0, 5));
        assertEquals(6, network.weights().get("x-p.weight").columns());
        try (Simulation simulation = network.simulate(1)) {
            LearningNetwork.run(
                    simulation,
                    SpikeMatrix.copyOf(2, 3, new byte[] {1, 1, 1, 0, 0, 0}),
                    SpikeMatrix.copyOf(2, 3, new byte[] {0, 0, 0, 1, 0, 0}),
                    0,
                    2);
            float[] learned = simulation.plasticWeights().get("x-p.weight").toArray();
            assertTrue(learned[0] != learned[5] || learned[1] != learned[4]);
        }
    }

    private static void refused(String message, String text) {
        assertInvalid(message, () -> Plasticity.of(text));
    }

    @Test
    void parametersAreNumbersOfTheText() {
        Plasticity rule = Plasticity.of(PAIR);
        assertEquals(
                Map.of("dt", 1f, "up", 0.5f, "down", 0.125f),
                rule.with("up", 0.5).parameters());
        assertNotEquals(rule, rule.with("up", 0.5));
        assertInvalid("rule has no parameter 'upp', expected one of [dt, up, down]", () -> rule.with("upp", 1));
        assertInvalid("rule: 'up' is NaN, expected a finite number", () -> rule.with("up", Double.NaN));
        assertInvalid(
                "rule: 'tau' of trace 'x' is -1.0, expected a number above 0",
                () -> Plasticity.mstdp().with("tauPre", -1));
    }

    /** While parameters change one by one, intermediate values may be invalid. */
    @Test
    void parametersAreJudgedTogether() {
        Plasticity rule = Plasticity.pairStdp().with(Map.of("least", 2.0, "most", 3.0));
        assertEquals(2, rule.parameters().get("least"));
        assertInvalid(
                "rule: 'bounds' is 2.0, 1.0, expected two finite numbers, the lesser first",
                () -> Plasticity.pairStdp().with("least", 2));
    }

    /** A text of 20,000 characters with many parameters is parsed in linear time. */
    @Test
    void manyParametersAreReadOnce() {
        StringBuilder names = new StringBuilder("param p0 = 1");
        StringBuilder sum = new StringBuilder("p0");
        for (int i = 1; i < 1000; i++) {
            names.append(", p").append(i).append(" = 1");
            sum.append(" + p").append(i);
        }
        Plasticity rule = Plasticity.of(names + "\non pre\nw += " + sum);
        Map<String, Double> others = new HashMap<>();
        rule.parameters().keySet().forEach(each -> others.put(each, 2.0));
        ThreadMXBean clock = ManagementFactory.getThreadMXBean(); // stands still while the machine does
        long start = clock.getCurrentThreadCpuTime();
        Plasticity changed = rule;
        for (int i = 0; i < 1000; i++) {
            changed = changed.with("p" + i, 2);
        }
        long nanoseconds = clock.getCurrentThreadCpuTime() - start;
        assertEquals(rule.with(others), changed);
        assertTrue(nanoseconds < 20_000_000_000L, nanoseconds + " ns");
    }

    @Test
    void conditionsMayBeLong() {
        String text = "trace pre x tau = 20\non pre x >= 1" + " and x > 0.5".repeat(300) + "\nw += 1";
        try (Simulation simulation = LearningNetwork.of(Shape.of(3), dense(3, 2), Plasticity.of(text), 0)
                .simulate(1)) {
            byte[] first = {1, 0, 0};
            simulation.step(Map.of("x", SpikeMatrix.copyOf(1, 3, first), "told", SpikeMatrix.zeros(1, 2)));
            FloatMatrix weights = simulation.plasticWeights().get("x-p.weight");
            FloatMatrix before = dense(3, 2).weights();
            assertEquals(before.get(0, 0) + 1, weights.get(0, 0));
            assertEquals(before.get(0, 1), weights.get(0, 1));
        }
    }

    /** In a step, a line after a trace sees the new trace. */
    @Test
    void linesBehindATraceSeeIt() {
        String text = "state pre p\neach step\ntrace pre x tau = 20\np = x\non pre\nw += p";
        try (Simulation simulation = LearningNetwork.of(Shape.of(3), dense(3, 2), Plasticity.of(text), 0)
                .simulate(1)) {
            byte[] first = {1, 0, 0};
            simulation.step(Map.of("x", SpikeMatrix.copyOf(1, 3, first), "told", SpikeMatrix.zeros(1, 2)));
            assertArrayEquals(
                    new float[] {1, 0, 0}, simulation.trace("x-p", "p").toArray());
        }
    }

    /** Variables of the library's neurons can be read by name. */
    @Test
    void variablesOfNeuronsAreNames() {
        for (String each : new Synaptic(0.5, 0.5).variables()) {
            Plasticity rule = Plasticity.of("reads post " + each + "\non post " + each + " > 0\nw += " + each);
            NetworkBuilder builder = Network.builder();
            builder.project(
                    "x-p",
                    builder.input("x", Shape.of(3)),
                    builder.population("p", Shape.of(2), new Synaptic(0.5, 0.5)),
                    dense(3, 2));
            builder.plastic(rule);
            try (Simulation simulation = builder.build().simulate(1)) {
                simulation.step(SpikeMatrix.copyOf(1, 3, new byte[] {1, 1, 1}));
                assertArrayEquals(
                        simulation.state("p").variable(each).toArray(),
                        simulation.trace("x-p", each).toArray());
            }
        }
    }

    /** Variables of synapses may become infinite, and a state holds them. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void infiniteVariablesAreRestored(boolean maps) {
        Plasticity rule = Plasticity.of("state synapse e = 1e30\non pre\nw += e\neach step\ne = e * 1e30");
        Shape source = maps ? Shape.of(3, 1, 1) : Shape.of(3);
        Connection learned = maps ? Convolution.of(3, 2, Kernel.of(1), new TorchRandom(1)) : dense(3, 2);
        try (Simulation simulation =
                LearningNetwork.of(source, learned, rule, 0).simulate(1)) {
            simulation.step(Map.of("x", SpikeMatrix.zeros(1, 3), "told", SpikeMatrix.zeros(1, 2)));
            byte[] bytes = simulation.snapshot().toBytes();
            simulation.restore(SimulationState.of(bytes));
            assertArrayEquals(bytes, simulation.snapshot().toBytes());
            assertEquals(
                    Float.POSITIVE_INFINITY,
                    simulation.plasticWeights().get("x-p.e").get(0, 0));
        }
    }

    /** Eligibility ends like traces: numbers below 1e-38 slow processors down. */
    @Test
    void eligibilityEnds() {
        try (Simulation simulation = LearningNetwork.of(Shape.of(1), dense(1, 1), Plasticity.mstdpet(), 0)
                .simulate(1)) {
            simulation.plasticWeights().replace("x-p.e", FloatMatrix.copyOf(1, 1, new float[] {-2e-30f}));
            simulation.runConstant(Map.of("x", SpikeMatrix.zeros(1, 1), "told", SpikeMatrix.zeros(1, 1)), 20);
            assertEquals(0, simulation.plasticWeights().get("x-p.e").get(0, 0));
        }
    }

    @Test
    void projectionsThatRulesCannotChangeAreRefused() {
        String expected = ", expected one dense connection, one convolution of floats, not transposed, or one sparse"
                + " connection with a stored float for each synapse, of spikes to neurons of one current";
        for (Connection each : List.of(
                dense(3, 3).nearest(ElementType.INT8),
                new OneToOne(1),
                Convolution.of(1, 1, Kernel.transposed(1).withStride(2), new TorchRandom(1)))) {
            Shape source = each instanceof Convolution ? Shape.of(1, 3, 1) : Shape.of(3);
            String why = each instanceof Convolution ? ", which is transposed" : "";
            assertInvalid(
                    "projection 'x-p' has a rule and is " + each + why + expected,
                    () -> LearningNetwork.of(source, each, Plasticity.of(PAIR), 0));
        }
        Sparse drawn = Sparse.of(Connectivity.outDegree(2))
                .weights(Distribution.uniform(0, 1))
                .to(3);
        Map<String, Sparse> refused =
                Map.of("is procedural", drawn.procedural(), "sums whole quanta", drawn.fixedPoint(0.5));
        refused.forEach((why, each) -> assertInvalid(
                "projection 'x-p' has a rule and is " + each + ", which " + why + expected,
                () -> LearningNetwork.of(Shape.of(3), each, Plasticity.of(PAIR), 0)));
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(3));
        Population p = builder.population("p", Shape.of(3), new Leaky(0.5));
        builder.project("x-p", x, p, dense(3, 3));
        builder.project("p-p", p.variable("membrane"), p, dense(3, 3)).delay(1).plastic(Plasticity.of(PAIR));
        assertInvalid("projection 'p-p' has a rule and is from a variable" + expected, builder::build);
        assertInvalid(
                "projection 'x-p' has a rule that reads 'u' of population 'p', expected one of [membrane]",
                () -> LearningNetwork.of(Shape.of(3), dense(3, 2), Plasticity.of("reads post u\non pre\nw += u"), 0));
    }

    @Test
    void valuesAreNoSpikes() {
        try (Simulation simulation = network(dense(3, 2)).simulate(1)) {
            Map<String, Signal> values = Map.of("x", FloatMatrix.zeros(1, 3), "told", SpikeMatrix.zeros(1, 2));
            assertInvalid(
                    "projection 'x-p' has a rule, which follows spikes, and gets values, expected spikes",
                    () -> simulation.run(values));
        }
    }

    @Test
    void formatsWithoutRulesRefuseThemByNameOrTakeWeightsThatStay() {
        NetworkBuilder builder = Network.builder();
        Population p = builder.population("p", Shape.of(2), new Leaky(0.5));
        builder.project("x-p", builder.input("x", Shape.of(3)), p, dense(3, 2)).plastic(Plasticity.of(PAIR));
        Network network = builder.build();
        String rule = "projection 'x-p' changes by the rule Pair{dt=1.0, up=0.25, down=0.125}, which ";
        String expected = " cannot say, expected what fixed() makes of the network, with weights that stay";
        assertInvalid(rule + "C" + expected, () -> CExport.of(network).text());
        assertInvalid(rule + "NIR" + expected, () -> NirModel.export(Model.of(network), 1e-3));
        FloatMatrix learned = FloatMatrix.copyOf(2, 3, new float[] {1, 2, 3, 4, 5, 6});
        network.weights().replace("x-p.weight", learned);
        Network fixed = network.fixed();
        assertArrayEquals(learned.toArray(), fixed.weights().get("x-p.weight").toArray());
        assertEquals(fixed.weights().hash(), network.weights().hash());
        assertEquals(Plasticity.NONE, fixed.projections().getFirst().plasticity());
        NirModel.export(Model.of(fixed), 1e-3);
        NetworkBuilder plain = Network.builder();
        Input x = plain.input("x", Shape.of(3));
        Population same = plain.population("p", Shape.of(2), new Leaky(0.5));
        plain.project("x-p", x, same, Dense.of(learned, dense(3, 2).bias()));
        assertEquals(CExport.of(plain.build()).text(), CExport.of(fixed).text());
        SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), 9, 3, 0.5, new Random(1));
        try (Simulation simulation = fixed.simulate(1);
                Simulation serving = network.serve(1, 1)) {
            simulation.run(spikes);
            serving.run(spikes);
            assertArrayEquals(
                    serving.state("p").membrane().toArray(),
                    simulation.state("p").membrane().toArray());
        }
    }

    @Test
    void modelFilesHoldRules(@TempDir Path folder) throws IOException {
        Plasticity rule = Plasticity.of(PAIR.replace("bounds -1, 1", "param least = 0, most = 1\nbounds least, most"))
                .with(Map.of("up", 0.1, "least", 2.0, "most", 3.0));
        Network network = LearningNetwork.of(Shape.of(3), dense(3, 2), rule, 1);
        Path file = folder.resolve("learning.safetensors");
        ModelFile.write(file, network);
        Network read = ModelFile.read(file);
        assertEquals(fingerprint(network), fingerprint(read));
        assertEquals(rule, read.projections().getFirst().plasticity());
        assertNotEquals(
                fingerprint(network),
                fingerprint(LearningNetwork.of(Shape.of(3), dense(3, 2), Plasticity.BY_PROGRAM, 1)));
        assertEquals(
                List.of(true, false),
                read.projections().stream().map(Projection::plastic).toList());
    }

    private static long fingerprint(Network network) {
        return NetworkFingerprint.of(network.laidOut().description());
    }

    /** With weights that change after each step, a constant frame must be multiplied again. */
    @Test
    void constantInputsMeetNewWeightsInEachStep() {
        Network network = network(dense(3, 70));
        SpikeMatrix x = Matrices.spikes(Arena.ofAuto(), 2, 3, 0.7, new Random(1));
        SpikeMatrix told = Matrices.spikes(Arena.ofAuto(), 2, 70, 0.5, new Random(2));
        try (Simulation one = network.simulate(2);
                Simulation other = network.simulate(2)) {
            one.runConstant(Map.of("x", x, "told", told), 5);
            for (int step = 0; step < 5; step++) {
                other.step(Map.of("x", x, "told", told));
            }
            assertArrayEquals(other.snapshot().toBytes(), one.snapshot().toBytes());
            assertArrayEquals(
                    other.state("p").membrane().toArray(),
                    one.state("p").membrane().toArray());
        }
    }

    @Test
    void aResetBeginsVariablesAnewAndKeepsWeights() {
        try (Simulation simulation = network(dense(3, 2)).simulate(1)) {
            byte[] all = {1, 1, 1};
            simulation.step(
                    Map.of("x", SpikeMatrix.copyOf(1, 3, all), "told", SpikeMatrix.copyOf(1, 2, new byte[] {1, 0})));
            float[] learned = simulation.plasticWeights().get("x-p.weight").toArray();
            assertNotEquals(dense(3, 2).weights().get(0, 0), learned[0]);
            long hash = simulation.plasticWeights().hash();
            simulation.reset();
            assertArrayEquals(new float[3], simulation.trace("x-p", "x").toArray());
            assertArrayEquals(
                    learned, simulation.plasticWeights().get("x-p.weight").toArray());
            simulation.step(
                    Map.of("x", SpikeMatrix.copyOf(1, 3, all), "told", SpikeMatrix.copyOf(1, 2, new byte[] {1, 0})));
            assertNotEquals(hash, simulation.plasticWeights().hash());
            simulation
                    .network()
                    .weights()
                    .replace("x-p.weight", simulation.plasticWeights().get("x-p.weight"));
        }
    }

    /** Weights stay finite for a rule without bounds. */
    @Test
    void weightsThatExplodeAreFinite() {
        String text = "each step\nw = w * 1e30 - w * 1e30 * 2\n";
        try (Simulation simulation = LearningNetwork.of(Shape.of(3), dense(3, 2), Plasticity.of(text), 0)
                .simulate(1)) {
            for (int step = 0; step < 5; step++) {
                simulation.step(Map.of("x", SpikeMatrix.zeros(1, 3), "told", SpikeMatrix.zeros(1, 2)));
            }
            for (float weight : simulation.plasticWeights().get("x-p.weight").toArray()) {
                assertEquals(Float.MAX_VALUE, Math.abs(weight));
            }
        }
    }

    /** Products with spike values may overflow, but weights that a program sets must not cause this. */
    @Test
    void weightsThatExplodeAreRestored() {
        Plasticity rule = Plasticity.of("each step\nw = w < 0 ? -3e38 : 3e38\n");
        Sparse sparse = Sparse.of(Connectivity.probability(0.8)).weights(Distribution.uniform(-1, 1));
        Kernel kernel = Kernel.of1d(3).withPadding(1);
        for (Connection each : List.of(dense(4, 3), sparse.to(3), Convolution.of(1, 2, kernel, new TorchRandom(1)))) {
            Shape from = each instanceof Convolution ? Shape.of(1, 4) : Shape.of(4);
            NetworkBuilder builder = Network.builder();
            Population p = builder.population("p", from, new Leaky(0.5).withGradedSpikesFactor(4));
            Population q = builder.population("q", each.outputShape(from), new Leaky(0.5));
            builder.project("x-p", builder.input("x", from), p, new OneToOne(2));
            builder.project("p-q", p, q, each).plastic(rule);
            Network network = builder.build();
            try (Simulation simulation = network.simulate(1);
                    Simulation other = network.simulate(1)) {
                simulation.run(Matrices.spikes(Arena.ofAuto(), 3, 4, 0.5, new Random(1)));
                SimulationState state = simulation.snapshot();
                other.restore(state);
                assertEquals(state, other.snapshot(), each.toString());
            }
        }
    }

    /** Weights that a program sets out of bounds stay there until a spike changes them. */
    @Test
    void boundsHoldWeightsThatChange() {
        byte[][] spikes = {{1, 1, 1, 1, 1}, {0, 0, 0, 0, 0}, {0, 1, 0, 0, 0}, {0, 0, 0, 0, 1}};
        float[][] expected = {{}, {5, 5, 5, 5, 5, 5}, {5, 1, 5, 5, 1, 5}, {5, 1, 5, 1, 1, 1}};
        try (Simulation simulation = network(dense(3, 2)).simulate(1)) {
            for (int step = 0; step < spikes.length; step++) {
                simulation.step(Map.of(
                        "x", SpikeMatrix.copyOf(1, 3, Arrays.copyOf(spikes[step], 3)),
                        "told", SpikeMatrix.copyOf(1, 2, Arrays.copyOfRange(spikes[step], 3, 5))));
                FloatMatrix weights = simulation.plasticWeights().get("x-p.weight");
                if (step == 0) {
                    weights.fill(5);
                    simulation.plasticWeights().replace("x-p.weight", weights);
                } else {
                    assertArrayEquals(expected[step], weights.toArray(), "step " + step);
                }
            }
        }
    }

    /** An output at the edge of a map has no synapse to padding, and changes no weight by it. */
    @Test
    void paddingChangesNoWeight() {
        Kernel kernel = Kernel.of1d(3).withPadding(1).withoutBias();
        Connection learned = Convolution.of(kernel, FloatMatrix.copyOf(1, 3, new float[] {5, 5, 5}));
        try (Simulation simulation = LearningNetwork.of(Shape.of(1, 3), learned, Plasticity.of(PAIR), 0)
                .simulate(1)) {
            SpikeMatrix silent = SpikeMatrix.zeros(1, 3);
            simulation.step(Map.of("x", silent, "told", SpikeMatrix.copyOf(1, 3, new byte[] {1, 0, 0})));
            assertArrayEquals(
                    new float[] {5, 1, 1},
                    simulation.plasticWeights().get("x-p.weight").toArray());
        }
    }

    /** A name derived from parameters may also be a bound. */
    @Test
    void boundsFollowFromOtherNames() {
        Plasticity rule = Plasticity.of("param a = 1\nlet b = 2 * a\non pre\nw += 8\nbounds -b, b + 1");
        try (Simulation simulation = LearningNetwork.of(Shape.of(3), dense(3, 1), rule.with("a", 0.5), 0)
                .simulate(1)) {
            byte[] all = {1, 1, 1};
            simulation.step(Map.of("x", SpikeMatrix.copyOf(1, 3, all), "told", SpikeMatrix.zeros(1, 1)));
            assertArrayEquals(
                    new float[] {2, 2, 2},
                    simulation.plasticWeights().get("x-p.weight").toArray());
        }
    }

    /** A modulator may end and restart a trace at any time. */
    @Test
    void aTraceKeepsNothingWhereAModulatorMakesItsTimeNoTime() {
        Plasticity rule = Plasticity.of("modulator m = 1\ntrace pre x tau = 20 * m\non post\nw += x");
        try (Simulation simulation =
                LearningNetwork.of(Shape.of(1), dense(1, 1), rule, 0).simulate(1)) {
            Map<String, SpikeMatrix> fires =
                    Map.of("x", SpikeMatrix.copyOf(1, 1, new byte[] {1}), "told", SpikeMatrix.zeros(1, 1));
            simulation.step(fires);
            for (float time : new float[] {0, -1, -0.0f, 1}) {
                simulation.plasticWeights().replace("x-p.m", FloatMatrix.copyOf(1, 1, new float[] {time}));
                simulation.step(fires);
                float kept = time > 0 ? (float) StrictMath.exp(-1 / 20.0) : 0;
                assertEquals(kept + 1, simulation.trace("x-p", "x").get(0, 0), "tau is 20 times " + time);
            }
        }
    }

    /** A tiny trace becomes 0. */
    @Test
    void tracesEnd() {
        try (Simulation simulation = network(dense(3, 2)).simulate(1)) {
            simulation.step(
                    Map.of("x", SpikeMatrix.copyOf(1, 3, new byte[] {1, 0, 0}), "told", SpikeMatrix.zeros(1, 2)));
            simulation.runConstant(Map.of("x", SpikeMatrix.zeros(1, 3), "told", SpikeMatrix.zeros(1, 2)), 1_380);
            assertTrue(simulation.trace("x-p", "x").get(0, 0) >= 1e-30f);
            simulation.runConstant(Map.of("x", SpikeMatrix.zeros(1, 3), "told", SpikeMatrix.zeros(1, 2)), 3);
            assertEquals(0, simulation.trace("x-p", "x").get(0, 0));
        }
    }

    /** A silent step visits no synapse; a spike visits a row for an input, a column for an output. */
    @Test
    void stepsPassOverTheSynapsesOfSpikesAlone() {
        Network network = network(dense(3, 2));
        NetworkRun run = NetworkRun.of(this, network.laidOut(), 1, 4, 1);
        assertEquals(0, passed(run, new byte[] {0, 0, 0}, new byte[] {0, 0}));
        assertEquals(2, passed(run, new byte[] {0, 1, 0}, new byte[] {0, 0}));
        assertEquals(3, passed(run, new byte[] {0, 0, 0}, new byte[] {0, 1}));
        assertEquals(7, passed(run, new byte[] {1, 0, 1}, new byte[] {1, 0}));
        run.close();
    }

    private static long passed(NetworkRun run, byte[] inputs, byte[] outputs) {
        long before = run.rule("x-p").passed();
        run.open(0, SpikeMatrix.copyOf(1, inputs.length, inputs), 0, false);
        run.open(1, SpikeMatrix.copyOf(1, outputs.length, outputs), 0, false);
        run.load(0, 1);
        run.run(0, 1, false);
        run.advance(1);
        return run.rule("x-p").passed() - before;
    }

    private static Network sparse(int delay) {
        Sparse drawn = Sparse.of(Connectivity.outDegree(2))
                .weights(Distribution.uniform(0, 1))
                .delays(Distribution.uniform(0, 2));
        return LearningNetwork.of(Shape.of(5), drawn.to(4), Plasticity.of(PAIR), delay);
    }

    /** Learned weights go back to the network; files keep the rule, also of drawn synapses. */
    @Test
    void sparseNetworksWithRulesAreFilesAndTakeWeights(@TempDir Path folder) throws IOException {
        Network network = sparse(1);
        Random random = new Random(1);
        SpikeMatrix inputs = Matrices.spikes(Arena.ofAuto(), 20, 5, 0.5, random);
        SpikeMatrix outputs = Matrices.spikes(Arena.ofAuto(), 20, 4, 0.5, random);
        Path file = folder.resolve("learning.safetensors");
        try (Simulation simulation = network.simulate(1)) {
            long hash = simulation.plasticWeights().hash();
            LearningNetwork.run(simulation, inputs, outputs, 0, 10);
            assertNotEquals(hash, simulation.plasticWeights().hash());
            network.weights().replace("x-p.weight", simulation.plasticWeights().get("x-p.weight"));
            ModelFile.write(file, network);
            Network read = ModelFile.read(file);
            assertEquals(fingerprint(network), fingerprint(read));
            try (Simulation anew = network.simulate(1);
                    Simulation other = read.simulate(1)) {
                LearningNetwork.run(anew, inputs, outputs, 10, 10);
                LearningNetwork.run(other, inputs, outputs, 10, 10);
                assertEquals(
                        anew.plasticWeights().hash(), other.plasticWeights().hash());
            }
        }
    }

    /**
     * A silent step visits no listed synapse; a spike visits a row of each delay for an input, a column for an output.
     */
    @Test
    void stepsPassOverTheListedSynapsesOfSpikesAlone() {
        Sparse listed = Sparse.of(Connectivity.of(new int[] {0, 0, 1}, new int[] {0, 1, 1}))
                .weights(Distribution.list(0.5f, 0.5f, 0.5f))
                .delays(Distribution.list(0, 1, 0))
                .to(2);
        Network network = LearningNetwork.of(Shape.of(3), listed, Plasticity.of(PAIR), 0);
        NetworkRun run = NetworkRun.of(this, network.laidOut(), 1, 4, 1);
        assertEquals(0, passed(run, new byte[] {0, 0, 0}, new byte[] {0, 0}));
        assertEquals(1, passed(run, new byte[] {1, 0, 1}, new byte[] {0, 0}));
        assertEquals(1 + 2, passed(run, new byte[] {0, 0, 0}, new byte[] {0, 1}));
        assertEquals(1, passed(run, new byte[] {0, 1, 0}, new byte[] {0, 0}));
        assertEquals(0, passed(run, new byte[] {0, 0, 0}, new byte[] {0, 0}));
        run.close();
    }
}
