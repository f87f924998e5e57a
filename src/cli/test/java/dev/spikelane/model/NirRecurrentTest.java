package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.certify.Certificate;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Tensor;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Graphs as snnTorch 0.9.4 (634fc22) exports its RSynaptic, with the spikes of the exporting network: 25 steps of two
 * samples and five neurons, as one number of 250 bits. No membrane is closer to its threshold than 0.01.
 */
final class NirRecurrentTest {

    private static final double DT = 1e-4;
    private static final int NEURONS = 5;
    private static final int STEPS = 25;
    private static final int BATCH = 2;

    private interface Value {
        double at(int row, int column);
    }

    private static Tensor tensor(int rows, int columns, Value value) {
        double[] all = new double[rows * columns];
        for (int i = 0; i < all.length; i++) {
            all[i] = value.at(i / columns, i % columns);
        }
        MemorySegment bytes = MemorySegment.ofArray(new byte[all.length * Double.BYTES]);
        MemorySegment.copy(
                MemorySegment.ofArray(all),
                ValueLayout.JAVA_DOUBLE,
                0,
                bytes,
                ValueLayout.JAVA_DOUBLE_UNALIGNED,
                0,
                all.length);
        return Tensor.of("", Tensor.Type.F64, rows == 1 ? List.of(columns) : List.of(rows, columns), bytes);
    }

    private static Tensor each(Value value) {
        return tensor(1, NEURONS, value);
    }

    private static double recurrence(int row, int column) {
        return ((7 * row + 5 * column) % 11 - 5) / 4.0;
    }

    /** As snntorch.export_nir writes it, in the outer graph or in an inner one. */
    private static NirFile.Graph graph(boolean all, boolean inside) {
        Map<String, Tensor> values = new LinkedHashMap<>();
        values.put("tau_syn", each((_, i) -> DT / (1 - (float) (.3 + .1 * i))));
        values.put("tau_mem", each((_, i) -> DT / (1 - (float) (.8 - .1 * i))));
        values.put("w_in", each((_, i) -> 1 / (1 - (float) (.3 + .1 * i))));
        values.put("r", each((_, i) -> 1 / (1 - (float) (.8 - .1 * i))));
        values.put("v_leak", each((_, _) -> 0));
        values.put("v_threshold", each((_, _) -> 1));
        values.put("v_reset", each((_, _) -> 0));
        String prefix = inside ? "" : "1.";
        Map<String, NirFile.Graph.Node> neurons = new LinkedHashMap<>();
        neurons.put(prefix + "lif", NirFile.Graph.Node.of("CubaLIF", values));
        Tensor weight = tensor(NEURONS, NEURONS, (r, c) -> all || r == c ? recurrence(r, c) : 0);
        neurons.put(
                prefix + "w_rec",
                all
                        ? NirFile.Graph.Node.of(
                                "Affine", Map.of("weight", weight, "bias", each((_, r) -> (3 * r % 5 - 2) / 8.0)))
                        : NirFile.Graph.Node.of("Linear", Map.of("weight", weight)));
        List<NirFile.Graph.Edge> edges = List.of(
                new NirFile.Graph.Edge(prefix + "lif", prefix + "w_rec"),
                new NirFile.Graph.Edge(prefix + "w_rec", prefix + "lif"));
        Tensor size = tensor(1, 1, (_, _) -> NEURONS);
        NirFile.Graph.Node input = NirFile.Graph.Node.of("Input", Map.of("shape", size));
        NirFile.Graph.Node output = NirFile.Graph.Node.of("Output", Map.of("shape", size));
        Map<String, NirFile.Graph.Node> nodes = new LinkedHashMap<>(Map.of("input", input, "output", output));
        nodes.put("0", NirFile.Graph.Node.of("Linear", Map.of("weight", tensor(NEURONS, NEURONS, (r, c) ->
                (float) (((5 * r + 3 * c) % 13 - 4) * .13)))));
        List<NirFile.Graph.Edge> outer = new ArrayList<>();
        String middle = inside ? "rnn" : "1.lif";
        if (inside) {
            neurons.put("input", input);
            neurons.put("output", output);
            List<NirFile.Graph.Edge> inner = new ArrayList<>(edges);
            inner.add(new NirFile.Graph.Edge("input", "lif"));
            inner.add(new NirFile.Graph.Edge("lif", "output"));
            nodes.put("rnn", new NirFile.Graph.Node("NIRGraph", Map.of(), Map.of(), new NirFile.Graph(neurons, inner)));
        } else {
            nodes.putAll(neurons);
            outer.addAll(edges);
        }
        outer.add(new NirFile.Graph.Edge("input", "0"));
        outer.add(new NirFile.Graph.Edge("0", middle));
        outer.add(new NirFile.Graph.Edge(middle, "output"));
        return new NirFile.Graph(nodes, outer);
    }

    private static SpikeMatrix input() {
        SpikeMatrix fired = SpikeMatrix.zeros(STEPS * BATCH, NEURONS);
        for (int row = 0; row < fired.rows(); row++) {
            int step = row / BATCH;
            int sample = row % BATCH;
            for (int i = 0; i < NEURONS; i++) {
                fired.set(row, i, (step * step + 3 * sample * step + 2 * i + sample) % 3 == 0);
            }
        }
        return fired;
    }

    private static String fired(NirImport options, NirFile.Graph graph) {
        NirModel model = options.of(graph);
        float[] sent = new NirRun(model, input(), STEPS, BATCH)
                .sent(model.outputs().values().iterator().next());
        BigInteger bits = BigInteger.ZERO;
        for (float spike : sent) {
            bits = bits.shiftLeft(1).add(spike == 0 ? BigInteger.ZERO : BigInteger.ONE);
        }
        return bits.toString(16);
    }

    /** By reset_mechanism "zero" and "subtract", with a dense and a one-to-one recurrence. */
    @Test
    void theSpikesAreThoseOfSnnTorch() {
        String[] zero = {
            "12eb4008a410e841888400ee40088418e84008e500a8418c8410ea4008841",
            "818e000282084c8808a0002c208488808e000282084c8808a0002c20848880"
        };
        String[] subtract = {
            "12eb629046298c719ac7298c639cc639cc639cc6398c7398c7398c7398c73",
            "818e020000a8c8838082202a030ca8a0082282c028c88202e2200a020c88b8"
        };
        NirImport subtracting = NirImport.DEFAULT.withReset(Reset.SUBTRACT, Reset.Time.NEXT_STEP);
        for (boolean inside : new boolean[] {false, true}) {
            for (int i = 0; i < 2; i++) {
                NirFile.Graph graph = graph(i == 0, inside);
                assertEquals(zero[i], fired(NirImport.DEFAULT, graph));
                assertEquals(subtract[i], fired(subtracting, graph));
            }
        }
    }

    /** The reference reads the graph independently and finds the same reset. */
    @Test
    void theCertificateKnowsTheReset() {
        for (boolean inside : new boolean[] {false, true}) {
            NirFile.Graph graph = graph(true, inside);
            NirModel model = NirImport.DEFAULT.of(graph);
            assertTrue(
                    model.semantics().endsWith("lif] at the NEXT_STEP, as RSynaptic of snnTorch"), model.semantics());
            Map<String, SpikeMatrix> input = Map.of("input", input());
            Certificate same = Certificate.of(graph, NirImport.DEFAULT, model.network(), input, BATCH);
            assertTrue(same.equal(), same::toString);
            NirImport declared = NirImport.DEFAULT.withReset(Reset.CLEAR, Reset.Time.SAME_STEP);
            Certificate other =
                    Certificate.of(graph, NirImport.DEFAULT, declared.of(graph).network(), input, BATCH);
            assertTrue(other.causes().getFirst().startsWith("reset kind"), other::toString);
            Certificate asSaid =
                    Certificate.of(graph, declared, declared.of(graph).network(), input, BATCH);
            assertTrue(asSaid.equal(), asSaid::toString);
        }
    }

    /** The written graph has other parameters with the same meaning. */
    @Test
    void itComesBack() {
        for (boolean inside : new boolean[] {false, true}) {
            NirFile.Graph graph = graph(true, inside);
            NirFile.Graph written = NirImport.DEFAULT.of(graph).export().graph();
            assertEquals(fired(NirImport.DEFAULT, graph), fired(NirImport.DEFAULT, written));
        }
    }
}
