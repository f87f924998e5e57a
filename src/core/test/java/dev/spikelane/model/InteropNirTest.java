package dev.spikelane.model;

import static dev.spikelane.Filled.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.Tries;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.InteropFiles;
import dev.spikelane.io.NirFile;
import dev.spikelane.kernel.Reset;
import dev.spikelane.network.Projection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Graphs of snnTorch and the nir package run as their files say; damaged ones are refused by name. */
final class InteropNirTest extends FolderCase {

    /** Graphs of snnTorch's RSynaptic run as in snnTorch, unless a reset is set. */
    private static final NirImport AS_THE_FILE_SAYS = NirImport.DEFAULT.withReset(Reset.CLEAR, Reset.Time.SAME_STEP);

    @Test
    void graphsRunAsTheFileSays() {
        GoldenSet.interop("nir")
                .check(golden -> InteropFiles.read(golden, folder, (file, facts) -> {
                    NirFile found = NirFile.read(file);
                    try {
                        return read(golden, NirImport.DEFAULT.of(file.toString(), found), found);
                    } catch (IOException refused) {
                        // A file may have NaN weights, a network may not.
                        if (facts.path("expect").asText().startsWith("accept with")
                                && !found.warnings().isEmpty()) {
                            return found.warnings();
                        }
                        throw refused;
                    }
                }));
    }

    private static List<String> read(GoldenCase golden, NirModel model, NirFile file) throws IOException {
        if (!golden.outputs().isEmpty()) {
            NirRun run = new NirRun(model, golden);
            NirRun everyNode = new NirRun(NirImport.DEFAULT.of(file.graph(), true), golden);
            NirRun reference = new NirRun(AS_THE_FILE_SAYS.of(file.graph(), true), golden);
            for (String output : golden.outputs()) {
                compare(golden, output, output.startsWith("reference_") ? reference : everyNode);
            }
            for (String output : model.outputs().keySet()) {
                assertNear(everyNode.sent(output), run.sent(output), "without relays: " + output);
            }
        }
        return model.warnings();
    }

    /** Written and read networks behave equally, also in the reference. */
    @Test
    void graphsComeBack() throws IOException {
        List<GoldenCase> cases = GoldenSet.interop("nir").cases().stream()
                .filter(golden -> golden.inputs().contains("input"))
                .toList();
        for (GoldenCase golden : Tries.beforeTheNight(4, cases)) {
            NirModel model = NirImport.DEFAULT.of(graph(golden));
            Path written = folder.resolve("again.nir");
            NirFile.write(written, model.export().graph());
            NirImport options = NirImport.DEFAULT.withTimeStep(NirImport.DEFAULT.dt());
            NirModel again = options.read(written);
            NirRun run = new NirRun(model, golden);
            NirRun second = new NirRun(again, golden);
            for (String output : model.outputs().keySet()) {
                assertNear(run.sent(output), second.sent(output), golden.name());
            }
            assertEquals(List.of(), again.warnings(), golden.name());
        }
    }

    private static void assertNear(float[] expected, float[] got, String of) {
        assertEquals(expected.length, got.length, of);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], got[i], 1e-5f * Math.max(1, Math.abs(expected[i])), of);
        }
    }

    private static NirFile.Graph graph(GoldenCase golden) throws IOException {
        return NirFile.read(golden.name(), new ByteArrayInputStream(golden.file("graph.nir")))
                .graph();
    }

    private static void compare(GoldenCase golden, String output, NirRun run) throws IOException {
        JsonNode declared = golden.fact("outputs").path(output);
        String node = declared.path("node").asText();
        if (output.equals("exporter_out")) {
            compareWithExporter(golden, run);
        } else if (output.equals("snntorch_out")) {
            compare(
                    golden,
                    output,
                    run.sent(run.model().outputs().values().iterator().next()));
        } else if (output.startsWith("snntorch_mem_")) {
            compareMembrane(golden, output, run, neurons(declared.path("module").asText(), run));
        } else if (output.equals("reference_" + node)) {
            compare(golden, output, run.sent(node));
        } else if (output.equals("reference_" + node + "_v")) {
            compare(golden, output, run.membrane(node));
        } else {
            assertTrue(output.endsWith("_i"), output);
            compareCurrent(golden, output, run, node);
        }
    }

    private static void compare(GoldenCase golden, String output, float[] got) {
        if (golden.isFloat(output)) {
            golden.assertClose(output, got);
            return;
        }
        golden.assertSpikes(output, spikes(got));
    }

    private static byte[] spikes(float... sent) {
        return bytes(sent.length, i -> (byte) sent[i]);
    }

    /** A node has the name of a snnTorch module, or starts with it. */
    private static String neurons(String module, NirRun run) {
        String name = module.replaceFirst("^nir_node_", "");
        return Stream.of(name, name + ".lif", name + "/lif")
                .filter(each -> run.membrane(each) != null)
                .findFirst()
                .orElseThrow();
    }

    /** snnTorch's neurons do not scale their input, so membranes and thresholds are larger by this factor. */
    private static void compareMembrane(GoldenCase golden, String output, NirRun run, String node) throws IOException {
        NirFile.Graph.Node declared = declared(run, node);
        double dt = NirImport.DEFAULT.dt();
        boolean synaptic = declared.type().equals("CubaLIF");
        double[] tau = declared.numbers(synaptic ? "tau_mem" : "tau");
        double[] r = declared.numbers("r");
        float[] got = run.membrane(node).clone();
        for (int i = 0; i < got.length; i++) {
            double scale = dt * r[i % r.length] / tau[i % tau.length];
            scale *= synaptic
                    ? dt * declared.numbers("w_in")[i % r.length] / declared.numbers("tau_syn")[i % r.length]
                    : 1;
            got[i] = (float) (got[i] / scale);
        }
        compare(golden, output, got);
    }

    private static NirFile.Graph.Node declared(NirRun run, String node) throws IOException {
        return FlatGraph.of(run.model().graph()).nodes.get(node).declared;
    }

    /** Synapses here hold the current times r. */
    private static void compareCurrent(GoldenCase golden, String output, NirRun run, String node) throws IOException {
        double[] r = declared(run, node).numbers("r");
        float[] got = run.synapse(node).clone();
        for (int i = 0; i < got.length; i++) {
            got[i] /= (float) r[i % r.length];
        }
        compare(golden, output, got);
    }

    /** The reader supplies facts that a file lacks: snnTorch subtracts at the next step. */
    private static void compareWithExporter(GoldenCase golden, NirRun run) throws IOException {
        String differs = golden.fact("exporter_differs_from_reference").asText();
        NirRun exporter = run;
        Projection.Source output = run.model().outputs().values().iterator().next();
        if (!differs.startsWith("0 of") && !Arrays.equals(spikes(run.sent(output)), golden.bytes("exporter_out"))) {
            NirImport subtracting = NirImport.DEFAULT.withReset(Reset.SUBTRACT, Reset.Time.NEXT_STEP);
            exporter = new NirRun(subtracting.of(run.model().graph()), golden);
        }
        compare(
                golden,
                "exporter_out",
                exporter.sent(exporter.model().outputs().keySet().iterator().next()));
        assertFalse(exporter.model().semantics().isEmpty());
    }
}
