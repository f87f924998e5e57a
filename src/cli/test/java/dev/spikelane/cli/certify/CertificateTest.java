package dev.spikelane.cli.certify;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Tries;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.NirFile;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.Model;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.NirModel;
import dev.spikelane.model.NirRun;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A certificate is positive exactly if the network agrees with its file. */
final class CertificateTest {

    private static final List<String> MUTATED = List.of(
            "nir_branched",
            "nir_lif",
            "nir_cubalif",
            "nir_recurrent",
            "nir_if_reset",
            "nir_snn_rleaky",
            "nir_delay",
            "nir_conv2d_groups");

    private static NirFile.Graph graph(GoldenCase golden) throws IOException {
        return NirFile.read(golden.name(), new ByteArrayInputStream(golden.file("graph.nir")))
                .graph();
    }

    private static GoldenCase golden(String name) {
        return GoldenSet.interop("nir").cases().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Certificate certificate(GoldenCase golden, NirFile.Graph graph, NirModel model) {
        Map<String, Signal> input = Map.of(model.network().inputs().getFirst().name(), NirRun.input(golden));
        return Certificate.of(
                graph,
                NirImport.DEFAULT,
                model.network(),
                input,
                golden.shape("input").get(1));
    }

    @Test
    void whatIsImportedIsEqual() throws IOException {
        int ran = 0;
        for (GoldenCase golden : GoldenSet.interop("nir").cases()) {
            if (golden.inputs().contains("input") && !golden.name().equals("nir_many_nodes")) {
                NirFile.Graph graph = graph(golden);
                Certificate certificate = certificate(golden, graph, NirImport.DEFAULT.of(graph));
                assertTrue(certificate.equal(), () -> golden + ": " + certificate);
                JsonNode json = new ObjectMapper().readTree(certificate.json(Map.of("file_sha256", "abc")));
                assertTrue(json.path("equal").booleanValue());
                assertEquals("abc", json.path("file_sha256").asText());
                ran++;
            }
        }
        assertTrue(ran > 40, "ran " + ran);
    }

    /** Integers of any width are exported as equal floats. */
    @Test
    void integersThatAreExportedAreEqual() throws IOException {
        int ran = 0;
        for (String name : List.of("nir_snn_leaky", "nir_branched", "nir_conv2d_groups", "nir_snn_conv")) {
            GoldenCase golden = golden(name);
            Network floats = NirImport.DEFAULT.of(graph(golden)).network();
            for (ElementType type : List.of(ElementType.INT8, ElementType.INT4, ElementType.TERNARY)) {
                Network integers = floats.quantized(type);
                NirFile.Graph graph = NirModel.export(Model.of(integers), NirImport.DEFAULT.timeStep())
                        .graph();
                Map<String, Signal> input = Map.of(integers.inputs().getFirst().name(), NirRun.input(golden));
                Certificate certificate = Certificate.of(
                        graph,
                        NirImport.DEFAULT,
                        integers,
                        input,
                        golden.shape("input").get(1));
                assertTrue(certificate.equal(), () -> golden + " " + type + ": " + certificate);
                ran += integers.toString().contains(type.name()) ? 1 : 0;
            }
        }
        assertTrue(ran >= 9, "integers ran in " + ran);
    }

    /** At night, 1,000 changed weights and parameters: each is reported, or changes only the rounding. */
    @Test
    void changedValuesAreToldOrHarmless() throws IOException {
        Random random = new Random(27);
        int told = 0;
        int harmless = 0;
        int each = Tries.beforeTheNight(1_000 / MUTATED.size());
        for (String name : MUTATED) {
            GoldenCase golden = golden(name);
            NirFile.Graph graph = graph(golden);
            NirModel model = NirImport.DEFAULT.of(graph);
            NirRun right = new NirRun(model, golden);
            for (int i = 0; i < each; i++) {
                List<String> names = model.network().weights().names().stream()
                        .filter(value -> !isNoSynapse(model.network(), value))
                        .toList();
                String changed = names.get(random.nextInt(names.size()));
                FloatMatrix before = model.network().weights().get(changed);
                change(model, changed, before, random);
                Certificate certificate = certificate(golden, graph, model);
                if (certificate.equal()) {
                    assertSame(right, new NirRun(model, golden), name + ", " + changed);
                    harmless++;
                } else {
                    assertFalse(certificate.causes().isEmpty());
                    told++;
                }
                model.network().weights().replace(changed, before);
            }
        }
        System.out.println("Certificate: " + told + " changed values told, " + harmless + " harmless on their input");
        assertTrue(told > each * MUTATED.size() / 2, "told " + told);
    }

    /** A synapse of 0 is no variable of neurons, and stays 0. */
    private static boolean isNoSynapse(Network network, String name) {
        return name.endsWith(".synapse") && network.weights().get(name).get(0, 0) == 0;
    }

    private static void change(NirModel model, String name, FloatMatrix before, Random random) {
        FloatMatrix after = FloatMatrix.zeros(before.rows(), before.columns());
        after.copyFrom(before);
        int row = random.nextInt(after.rows());
        int column = random.nextInt(after.columns());
        float value = Math.clamp(after.get(row, column), -1e6f, 1e6f);
        double size = Math.pow(10, -4 * random.nextDouble());
        after.set(
                row,
                column,
                switch (random.nextInt(3)) {
                    case 0 -> -value;
                    case 1 -> (float) (value * (1 + size));
                    default -> (float) (value + size);
                });
        model.network().weights().replace(name, after);
    }

    private static void assertSame(NirRun right, NirRun changed, String what) {
        for (String population : right.populations()) {
            boolean read = right.model().network().population(population).neuron() instanceof Lif lif
                    && lif.firing().reset() != Reset.NONE;
            assertTrue(!read || Arrays.equals(right.spikes(population), changed.spikes(population)), what);
            float[] expected = right.membrane(population);
            float[] got = changed.membrane(population);
            for (int i = 0; i < expected.length; i++) {
                assertEquals(expected[i], got[i], 1e-4f * Math.max(1, Math.abs(expected[i])), what);
            }
        }
    }

    @Test
    void anotherResetIsNamed() throws IOException {
        assertTold(
                "nir_snn_leaky_default_reset",
                NirImport.DEFAULT.withReset(Reset.SUBTRACT, Reset.Time.NEXT_STEP),
                "reset kind");
    }

    /** Neurons without spikes have parameters too. */
    @Test
    void parametersCountWhereNothingFires() throws IOException {
        GoldenCase golden = golden("nir_snn_leaky");
        NirFile.Graph graph = graph(golden);
        NirModel model = NirImport.DEFAULT.of(graph);
        FloatMatrix silence =
                FloatMatrix.zeros(8, model.network().inputs().getFirst().shape().size());
        for (String name : model.network().weights().names()) {
            if (isNoSynapse(model.network(), name)) {
                continue;
            }
            FloatMatrix before = model.network().weights().get(name);
            FloatMatrix after = FloatMatrix.zeros(before.rows(), before.columns());
            after.copyFrom(before);
            after.set(0, 0, before.get(0, 0) * 1.05f + (before.get(0, 0) == 0 ? .05f : 0));
            model.network().weights().replace(name, after);
            Certificate certificate =
                    Certificate.of(graph, NirImport.DEFAULT, model.network(), Map.of("input", silence), 2);
            assertFalse(certificate.equal(), name);
            assertTrue(
                    certificate.causes().toString().contains(name.replaceFirst(".*\\.", "")) || name.endsWith("leak"),
                    name + " " + certificate);
            model.network().weights().replace(name, before);
        }
        Certificate same = Certificate.of(graph, NirImport.DEFAULT, model.network(), Map.of("input", silence), 2);
        assertTrue(same.equal(), same::toString);
    }

    /** Models of snnTorch do not scale their input, so their parameters have another scale than the file's. */
    @Test
    void parametersOfOtherModelsCount() throws IOException {
        TorchRandom random = new TorchRandom(1);
        Network network = Networks.of(
                3,
                by(Dense.of(random.rand(4, 3)), new Leaky(0.9, 0.8, 0.7, 0.6).withThreshold(0.5)),
                by(Dense.of(random.rand(2, 4)), new Synaptic(0.7, 0.9).withReset(Reset.NONE)));
        NirFile.Graph graph = NirModel.export(Model.of(network), 1e-4).graph();
        Map<String, Signal> silence = Map.of("input", FloatMatrix.zeros(4, 3));
        for (String name : network.weights().names()) {
            FloatMatrix before = network.weights().get(name);
            Certificate same = Certificate.of(graph, NirImport.DEFAULT, network, silence, 1);
            assertTrue(same.equal(), same::toString);
            if (name.matches("lif.\\.(alpha|beta|threshold)")) {
                FloatMatrix after = FloatMatrix.zeros(before.rows(), before.columns());
                after.copyFrom(before);
                after.set(0, 0, before.get(0, 0) * 1.05f);
                network.weights().replace(name, after);
                Certificate other = Certificate.of(graph, NirImport.DEFAULT, network, silence, 1);
                String declared = name.replace("lif1.", "'lif1' has a ").replace("lif2.", "'lif2' has a ");
                assertTrue(other.causes().toString().contains(declared), name + " " + other);
                network.weights().replace(name, before);
            }
        }
    }

    @Test
    void anotherTimeStepIsNamed() throws IOException {
        assertTold("nir_lif", NirImport.DEFAULT.withTimeStep(1e-3), "dt");
    }

    @Test
    void exactDecayIsNotEulers() throws IOException {
        assertTold("nir_lif", NirImport.DEFAULT.withExactDecay(), "discretization");
    }

    private static void assertTold(String name, NirImport wrong, String cause) throws IOException {
        GoldenCase golden = golden(name);
        NirFile.Graph graph = graph(golden);
        Certificate certificate = certificate(golden, graph, wrong.of(graph));
        assertFalse(certificate.equal());
        assertTrue(certificate.first().isPresent());
        assertTrue(certificate.causes().getFirst().startsWith(cause), certificate::toString);
    }

    @Test
    void transposedWeightsAreNamed() throws IOException {
        GoldenCase golden = golden("nir_recurrent");
        NirFile.Graph graph = graph(golden);
        NirModel model = NirImport.DEFAULT.of(graph);
        String name = "lif.w_rec.weight";
        model.network()
                .weights()
                .replace(name, model.network().weights().get(name).transposed());
        Certificate certificate = certificate(golden, graph, model);
        assertFalse(certificate.equal());
        assertTrue(certificate.causes().toString().contains("transposed"), certificate::toString);
    }

    @Test
    void swappedEdgesAreNamed() throws IOException {
        GoldenCase golden = golden("nir_branched");
        NirFile.Graph graph = graph(golden);
        List<NirFile.Graph.Edge> edges = new ArrayList<>(graph.edges());
        edges.remove(new NirFile.Graph.Edge("lif", "lif2"));
        edges.add(new NirFile.Graph.Edge("a", "lif2"));
        NirModel model = NirImport.DEFAULT.of(new NirFile.Graph(graph.nodes(), edges));
        Certificate certificate = certificate(golden, graph, model);
        assertFalse(certificate.equal());
        assertTrue(certificate.causes().toString().contains("edges"), certificate::toString);
    }

    @Test
    void missingNeuronsAreNamed() throws IOException {
        GoldenCase golden = golden("nir_branched");
        NirFile.Graph graph = graph(golden);
        Map<String, NirFile.Graph.Node> nodes = new LinkedHashMap<>(graph.nodes());
        nodes.put("lif2", nodes.get("skip"));
        List<NirFile.Graph.Edge> edges = new ArrayList<>(graph.edges());
        NirModel model = NirImport.DEFAULT.of(new NirFile.Graph(nodes, edges));
        assertFalse(certificate(golden, graph, model).equal());
    }
}
