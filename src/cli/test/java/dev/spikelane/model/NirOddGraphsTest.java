package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.certify.Certificate;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Incomplete or contradictory graphs are refused by name; odd but complete ones run. */
final class NirOddGraphsTest {

    private static final int STEPS = 20;

    private final LinkedHashMap<String, NirFile.Graph.Node> nodes = new LinkedHashMap<>();
    private final List<NirFile.Graph.Edge> edges = new ArrayList<>();

    private static Tensor tensor(List<Integer> shape, double... values) {
        double[] all = new double[shape.stream().reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < all.length; i++) {
            all[i] = values[i % values.length];
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[all.length * Double.BYTES]);
        ValueLayout.OfDouble layout = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        MemorySegment.copy(MemorySegment.ofArray(all), ValueLayout.JAVA_DOUBLE, 0, bytes, layout, 0, all.length);
        return Tensor.of("", Tensor.Type.F64, shape, bytes);
    }

    private static Tensor sizes(double... values) {
        return tensor(List.of(values.length), values);
    }

    private NirOddGraphsTest add(String name, NirFile.Graph.Node node) {
        if (!nodes.isEmpty()) {
            edges.add(new NirFile.Graph.Edge(nodes.lastEntry().getKey(), name));
        }
        nodes.put(name, node);
        return this;
    }

    private static NirFile.Graph.Node declared(String type, Object... values) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < values.length; i += 2) {
            tensors.put((String) values[i], (Tensor) values[i + 1]);
        }
        return NirFile.Graph.Node.of(type, tensors);
    }

    private static NirFile.Graph.Node lif(List<Integer> shape, double... thresholds) {
        Tensor tau = tensor(shape, 1e-3);
        return declared(
                "LIF", "tau", tau, "r", tau, "v_leak", tensor(shape, 0), "v_threshold", tensor(shape, thresholds));
    }

    private static NirFile.Graph.Node convolution() {
        return declared("Conv2d", "weight", tensor(List.of(3, 2, 3, 3), .3, -.1, .2, .05, .4));
    }

    private static NirFile.Graph.Node scale(double factor) {
        return declared("Scale", "scale", tensor(List.of(), factor));
    }

    private NirFile.Graph graph() {
        return new NirFile.Graph(nodes, edges);
    }

    private void refuse(String expected) {
        NirFile.Graph graph = graph();
        Exception refused = assertThrows(IllegalArgumentException.class, () -> NirImport.DEFAULT.of(graph));
        assertTrue(String.valueOf(refused.getMessage()).contains(expected), refused.getMessage());
    }

    private Certificate run() {
        NirModel model = NirImport.DEFAULT.of(graph());
        SpikeMatrix input = input(model.network().inputs().getFirst().shape().size());
        return Certificate.of(graph(), NirImport.DEFAULT, model.network(), Map.of("input", input), 1);
    }

    private static SpikeMatrix input(int size) {
        SpikeMatrix input = SpikeMatrix.zeros(STEPS, size);
        for (int i = 0; i < STEPS * input.columns(); i++) {
            input.set(i / input.columns(), i % input.columns(), i % 3 > 0);
        }
        return input;
    }

    @Test
    void valuesThatAreMissingAreNamed() {
        add("input", declared("Input", "shape", sizes(2, 4)))
                .add("f", declared("Flatten", "start_dim", sizes()))
                .add("output", declared("Output"))
                .refuse("node 'f', Flatten, has 0 values in 'start_dim', expected 1");
    }

    @Test
    void parametersOfTurnedShapeAreNotTaken() {
        add("input", declared("Input", "shape", sizes(3, 4)))
                .add("n", lif(List.of(4, 3), 1, 2))
                .add("output", declared("Output"))
                .refuse("has 'tau' of shape [4, 3], expected one value or [3, 4]");
    }

    @Test
    void shapesThatAreSaidTwiceHaveToAgree() {
        add("input", declared("Input", "shape", sizes(3)))
                .add("n", lif(List.of(3), 1))
                .add("output", declared("Output", "shape", sizes(4)))
                .refuse("node 'output', Output, says the shape [4], but gets [3]");
        nodes.clear();
        edges.clear();
        Map<String, Tensor> values = new LinkedHashMap<>(convolution().values());
        values.put("input_shape", sizes(5, 6));
        add("input", declared("Input", "shape", sizes(2, 6, 5)))
                .add("c", NirFile.Graph.Node.of("Conv2d", values))
                .add("output", declared("Output"))
                .refuse("says the input_shape [5, 6], but gets [6, 5]");
    }

    @Test
    void nothingEntersAnInput() {
        add("input", declared("Input", "shape", sizes(3)))
                .add("n", lif(List.of(3), 1))
                .add("output", declared("Output"));
        edges.add(new NirFile.Graph.Edge("n", "input"));
        refuse("node 'input', Input, gets what other nodes send");
    }

    @Test
    void aParameterMayDifferByRows() {
        add("input", declared("Input", "shape", sizes(1, 2, 6, 5)))
                .add("c", convolution())
                .add("n", lif(List.of(1, 4, 1), .1, .5, 1, 2))
                .add("output", declared("Output", "shape", sizes(3, 4, 3)));
        Certificate certificate = run();
        assertTrue(certificate.equal(), certificate::toString);
    }

    @Test
    void anInnerOutputBehindAScaleIsSeenByWhatGetsIt() {
        add("input", declared("Input", "shape", sizes(3))).add("s", scale(2)).add("output", declared("Output"));
        NirFile.Graph inner = graph();
        nodes.clear();
        edges.clear();
        add("input", declared("Input", "shape", sizes(3)))
                .add("g", new NirFile.Graph.Node("NIRGraph", Map.of(), Map.of(), inner))
                .add("n", lif(List.of(3), 1))
                .add("output", declared("Output"));
        Certificate certificate = run();
        assertTrue(certificate.equal(), certificate::toString);
    }

    @Test
    void numbersThatNoArrayHasAreRefusedByName() {
        Map<String, Tensor> values = new LinkedHashMap<>(convolution().values());
        values.put("padding", sizes(1 << 30, 1 << 30));
        add("input", declared("Input", "shape", sizes(2, 6, 5)))
                .add("c", NirFile.Graph.Node.of("Conv2d", values))
                .add("output", declared("Output"))
                .refuse("node 'c', Conv2d");
        nodes.clear();
        edges.clear();
        add("input", declared("Input", "shape", sizes(1 << 20, 1 << 20)))
                .add("n", lif(List.of(), 1))
                .add("output", declared("Output"))
                .refuse("node 'input', Input");
        nodes.clear();
        edges.clear();
        add("input", declared("Input", "shape", sizes(2, 6, 5)))
                .add("p", declared("SumPool2d", "kernel_size", sizes(2), "stride", sizes(2), "padding", sizes(1 << 30)))
                .add("output", declared("Output"))
                .refuse("node 'p', SumPool2d");
    }

    /** Nodes of the file may have the names of relays. */
    @Test
    void nodesMayHaveNamesOfRelays() {
        add("input", declared("Input", "shape", sizes(3)))
                .add("n", scale(2))
                .add("n.sum", scale(1))
                .add("m", lif(List.of(3), 1));
        edges.add(new NirFile.Graph.Edge("input", "n.sum"));
        edges.add(new NirFile.Graph.Edge("m", "n"));
        nodes.put("output", declared("Output"));
        edges.add(new NirFile.Graph.Edge("m", "output"));
        Certificate certificate = run();
        assertTrue(certificate.equal(), certificate::toString);
    }

    /** At the first step the loop has no input, and nothing defines its size. */
    @Test
    void aLoopThroughPoolsStartsWithTheShapeOfItsNeurons() {
        add("input", declared("Input", "shape", sizes(2, 6, 4)))
                .add("n", lif(List.of(), .5))
                .add("s", declared("SumPool2d", "kernel_size", sizes(3), "stride", sizes(1), "padding", sizes(1)));
        edges.add(new NirFile.Graph.Edge("s", "n"));
        nodes.put("output", declared("Output"));
        edges.add(new NirFile.Graph.Edge("n", "output"));
        Certificate certificate = run();
        assertTrue(certificate.equal(), certificate::toString);
    }

    /** Names of values once took quadratic memory, and a recursive reference overflowed the stack. */
    @Test
    void thousandsOfNodesInARowRun() {
        add("input", declared("Input", "shape", sizes(1)));
        for (int i = 0; i < 3_000; i++) {
            add("scale" + i, scale(1));
        }
        add("n", lif(List.of(), 1)).add("output", declared("Output"));
        Certificate certificate = run();
        assertTrue(certificate.equal(), certificate::toString);
    }

    /** Written files rename nodes of inner graphs, and the search for causes once did not end in cycles. */
    @Test
    void aGraphInsideAnotherIsEqualAfterItIsWritten() {
        add("input", declared("Input", "shape", sizes(3)))
                .add("n", lif(List.of(3), 1))
                .add("s", scale(.5));
        edges.add(new NirFile.Graph.Edge("s", "n"));
        nodes.put("output", declared("Output"));
        edges.add(new NirFile.Graph.Edge("n", "output"));
        NirFile.Graph inner = graph();
        nodes.clear();
        edges.clear();
        add("input", declared("Input", "shape", sizes(3)))
                .add("g", new NirFile.Graph.Node("NIRGraph", Map.of(), Map.of(), inner))
                .add("output", declared("Output"));
        NirModel written =
                NirImport.DEFAULT.of(NirImport.DEFAULT.of(graph()).export().graph());
        SpikeMatrix input = SpikeMatrix.zeros(STEPS, 3);
        input.set(1, 1, true);
        Certificate same = Certificate.of(graph(), NirImport.DEFAULT, written.network(), Map.of("input", input), 1);
        assertTrue(same.equal(), same::toString);
        NirImport other = NirImport.DEFAULT.withTimeStep(2e-4);
        Certificate differs = Certificate.of(graph(), other, written.network(), Map.of("input", input), 1);
        assertFalse(differs.equal());
        assertFalse(differs.causes().isEmpty());
    }

    /** The shape follows nir's rule, numbers keep torch's order, and files have it. */
    @Test
    void someDimensionsAreFlattened() throws IOException {
        assertFlattened(1, -1, 2, 12);
        assertFlattened(1, 2, 2, 12);
        assertFlattened(-2, -1, 2, 12);
        assertFlattened(0, 1, 6, 4);
        assertFlattened(0, -1, 24);
        assertFlattened(0, 2, 24);
        assertFlattened(2, 2, 2, 3, 4);
    }

    private void assertFlattened(int first, int last, Integer... made) throws IOException {
        nodes.clear();
        edges.clear();
        double[] thresholds = new double[24];
        Arrays.setAll(thresholds, i -> .05 + .003 * i);
        List<Integer> sizes = List.of(made);
        add("input", declared("Input", "shape", sizes(2, 3, 4)))
                .add("m", lif(List.of(2, 3, 4), thresholds))
                .add("f", declared("Flatten", "start_dim", sizes(first), "end_dim", sizes(last)))
                .add("n", lif(sizes, thresholds))
                .add("output", declared("Output"));
        NirModel model = NirImport.DEFAULT.of(graph());
        assertEquals(List.of(), model.warnings());
        assertEquals(sizes, model.network().population("n").shape().sizes());
        Network read = ModelFile.of(ModelFile.toBytes(model.network()));
        Network again = NirImport.DEFAULT.of(model.export().graph()).network();
        for (Network each : List.of(model.network(), read, again)) {
            Certificate certificate = Certificate.of(graph(), NirImport.DEFAULT, each, Map.of("input", input(24)), 1);
            assertTrue(certificate.equal(), certificate::toString);
        }
    }

    @Test
    void dimensionsCountedWithTheBatchAreToldByWhatIsBehind() {
        add("input", declared("Input", "shape", sizes(2, 3, 4)))
                .add("f", declared("Flatten", "start_dim", sizes(1), "end_dim", sizes(-1)))
                .add("fc", declared("Linear", "weight", tensor(List.of(5, 24), .2, -.1, .3)))
                .add("n", lif(List.of(5), .5))
                .add("output", declared("Output"));
        Certificate certificate = run();
        assertTrue(certificate.equal(), certificate::toString);
        assertEquals(
                List.of("node 'f', Flatten, flattens from dimension 1: taken as counted with the batch"),
                NirImport.DEFAULT.of(graph()).warnings());
    }

    @Test
    void aResetHasTheShapeOfItsThreshold() {
        for (int length : new int[] {1, 2}) {
            nodes.clear();
            edges.clear();
            Map<String, Tensor> values = new LinkedHashMap<>(lif(List.of(3), 1).values());
            values.put("v_reset", sizes(new double[length]));
            add("input", declared("Input", "shape", sizes(3)))
                    .add("n", NirFile.Graph.Node.of("LIF", values))
                    .add("output", declared("Output"))
                    .refuse("node 'n', LIF, has 'v_reset' of shape [" + length
                            + "], expected that of 'v_threshold', [3]");
        }
    }

    /** sinabs writes time constants in steps, for which the time step must be 1. */
    @Test
    void timeConstantsInStepsAreOdd() {
        Map<String, Tensor> values = new LinkedHashMap<>(lif(List.of(3), 1).values());
        values.put("tau", sizes(20, 20, 20));
        add("input", declared("Input", "shape", sizes(3)))
                .add("n", NirFile.Graph.Node.of("LIF", values))
                .add("output", declared("Output"));
        List<String> warnings = NirImport.DEFAULT.of(graph()).warnings();
        assertEquals(1, warnings.size(), warnings::toString);
        assertTrue(
                warnings.getFirst().startsWith("node 'n', LIF, has a 'tau' of 20.0, 200000 time steps"),
                warnings::toString);
        assertEquals(List.of(), NirImport.DEFAULT.withTimeStep(1).of(graph()).warnings());
    }

    @Test
    void numbersWithoutASignStayPositive() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[] {0, 0, 0, 0, 0, 0, 0, (byte) 0x80});
        NirFile.Graph.Node node = declared(
                "Scale",
                "whole",
                Tensor.of("whole", Tensor.Type.U64, List.of(1), bytes),
                "halves",
                Tensor.of("halves", Tensor.Type.U32, List.of(2), bytes));
        assertEquals(0x1p63, node.numbers("whole")[0]);
        assertEquals(0x1p31, node.numbers("halves")[1]);
    }

    @Test
    void aCertificateNeedsAStepAndTheGraphsInputs() {
        add("input", declared("Input", "shape", sizes(3)))
                .add("n", lif(List.of(3), 1))
                .add("output", declared("Output"));
        NirModel model = NirImport.DEFAULT.of(graph());
        Map<String, Signal> two = Map.of("input", SpikeMatrix.zeros(2, 3));
        for (int batch : new int[] {0, 3}) {
            Exception refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> Certificate.of(graph(), NirImport.DEFAULT, model.network(), two, batch));
            assertEquals(
                    "input has 2 rows, expected at least one for each of " + batch + " samples", refused.getMessage());
        }
        NirFile.Graph other = new NirFile.Graph(
                Map.of("in", nodes.get("input"), "n", nodes.get("n"), "output", nodes.get("output")),
                List.of(new NirFile.Graph.Edge("in", "n"), new NirFile.Graph.Edge("n", "output")));
        Exception refused = assertThrows(
                IllegalArgumentException.class,
                () -> Certificate.of(other, NirImport.DEFAULT, model.network(), two, 1));
        assertTrue(String.valueOf(refused.getMessage()).startsWith("node 'in' gets rows of 0"), refused.getMessage());
    }
}
