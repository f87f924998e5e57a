package dev.spikelane.cli.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.model.NirImport;
import dev.spikelane.model.StateDict;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The commands {@code show} and {@code convert}, and {@code run} with a file of tensors. */
@Users
final class FormatCommandsTest extends FolderCase {

    private Path write(String kind, String name, String file) throws IOException {
        GoldenCase found = GoldenSet.interop(kind).cases().stream()
                .filter(golden -> golden.name().equals(name))
                .findFirst()
                .orElseThrow();
        return Files.write(folder.resolve(file), found.file(file));
    }

    private Path model() throws IOException {
        Path file = folder.resolve("trained.safetensors");
        ModelFile.write(file, Networks.dense(new TorchRandom(1), new Leaky(0.9), 36, 20, 4));
        return file;
    }

    /** The leak is a tenth of a step, or all of it. */
    @Test
    void allCommandsTakeTheTimeStepOfAGraph() throws IOException {
        String graph = write("nir", "nir_lif_r_one", "graph.nir").toString();
        Path input = Files.write(
                folder.resolve("input.npy"),
                GoldenSet.interop("nir").cases().stream()
                        .filter(golden -> golden.name().equals("nir_lif_r_one"))
                        .findFirst()
                        .orElseThrow()
                        .file("input.npy"));
        String usual = CommandRun.of("show", graph).requireSuccess();
        assertTrue(usual.contains("steps of 1.0E-4 s, which the file does not say"), usual);
        String declared =
                CommandRun.of("show", graph, "--time-step", "0.0005", "--exact").requireSuccess();
        assertTrue(declared.contains("steps of 5.0E-4 s; exact decay"), declared);
        String ran = CommandRun.of("run", "--model", graph, "--data", input.toString())
                .requireSuccess();
        String same = CommandRun.of("run", "--model", graph, "--data", input.toString(), "--time-step", "0.0001")
                .requireSuccess();
        assertEquals(ran, same);
        String other = CommandRun.of("run", "--model", graph, "--data", input.toString(), "--time-step", "0.0005")
                .requireSuccess();
        assertNotEquals(ran, other);
        CommandRun refused = CommandRun.of("show", model().toString(), "--time-step", "0.001");
        assertTrue(refused.err().contains("--time-step and --exact are for graphs of NIR, found "), refused::err);
    }

    @Test
    void samplesWithoutASpikeHaveNoLabel() throws IOException {
        Path silent = folder.resolve("silent.npy");
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 36), }";
        String padded = header + " ".repeat(118 - 1 - header.length()) + "\n" + "\0".repeat(72);
        Files.writeString(silent, "\u0093NUMPY\1\0\u0076\0" + padded, StandardCharsets.ISO_8859_1);
        String out = CommandRun.of("run", "--model", model().toString(), "--data", silent.toString(), "--json")
                .requireSuccess();
        JsonNode sample = new ObjectMapper().readTree(out).get("samples").get(0);
        assertEquals(0, sample.get("spikes").asInt());
        assertEquals(-1, sample.get("label").asInt());
    }

    @Test
    void showSaysTheTensorsOfEachFormat() throws IOException {
        for (Path file : List.of(
                write("pth", "pth_net_f32", "model.pth"),
                write("npz", "npz_net", "weights.npz"),
                write("safetensors", "st_net_f32", "model.safetensors"))) {
            String text = CommandRun.of("show", file.toString()).requireSuccess();
            assertTrue(text.contains("lif1.graded_spikes_factor"), text);
            JsonNode json = new ObjectMapper()
                    .readTree(CommandRun.of("show", file.toString(), "--json").requireSuccess());
            assertEquals(12, json.path("tensors").size(), json::toString);
            assertEquals(Files.size(file), json.path("bytes").longValue());
        }
        String array = CommandRun.line("show %s", write("npy", "npy_dtypes", "f64_c.npy"))
                .requireSuccess();
        assertTrue(array.contains("F64"), array);
    }

    @Test
    void showSaysPopulationsAndProjectionsOfAModel() throws IOException {
        String text = CommandRun.of("show", model().toString()).requireSuccess();
        for (String part :
                List.of("Populations", "lif1", "reset=SUBTRACT", "Projections", "dense 36 -> 20", "fc2.bias")) {
            assertTrue(text.contains(part), text);
        }
    }

    @Test
    void showSaysUnits() throws IOException {
        Path file = folder.resolve("units.safetensors");
        Network network = Network.builder(3)
                .dense(2, new TorchRandom(1))
                .neuron(
                        "p",
                        EquationNeuron.of("param low [mV] = -70\nstate v [mV] = low\ninput current [pA]\n"
                                + "v = v + current\nspike v > low"))
                .build();
        network.weights().replace("p.low", FloatMatrix.of(new float[] {-60}));
        ModelFile.write(file, network);
        String json = CommandRun.of("show", file.toString(), "--json").requireSuccess();
        assertEquals(
                "[{\"population\":\"p\",\"name\":\"membrane\",\"unit\":\"mV\"},"
                        + "{\"population\":\"p\",\"name\":\"current\",\"unit\":\"pA\"},"
                        + "{\"population\":\"p\",\"name\":\"low\",\"unit\":\"mV\"}]",
                new ObjectMapper().readTree(json).path("units").toString());
        String text = CommandRun.of("show", file.toString()).requireSuccess();
        assertTrue(text.contains("Units") && text.contains("low=-60.0"), text);
        String none = CommandRun.of("show", model().toString()).requireSuccess();
        assertFalse(none.contains("Units"), none);
    }

    @Test
    void convertKeepsEveryTensor() throws IOException {
        Path pth = write("pth", "pth_net_f32", "model.pth");
        Path npz = folder.resolve("net.npz");
        Path safetensors = folder.resolve("net.safetensors");
        CommandRun.of("convert", pth.toString(), npz.toString()).requireSuccess();
        CommandRun.of("convert", npz.toString(), safetensors.toString()).requireSuccess();
        Tensors first = Tensors.read(pth);
        Tensors last = Tensors.read(safetensors, Tensors.Format.SAFETENSORS);
        first.tensors()
                .forEach(tensor -> assertEquals(
                        -1, tensor.bytes().mismatch(last.tensor(tensor.name()).bytes())));
        assertEquals(first.tensors().size(), last.tensors().size());
    }

    @Test
    void aModelComesBackFromItsStateDict() throws IOException {
        Path file = model();
        Path npz = folder.resolve("net.npz");
        CommandRun.of("convert", file.toString(), npz.toString()).requireSuccess();
        Network network = ModelFile.read(file);
        assertEquals(
                network.weights().hash(),
                StateDict.read(npz).network().weights().hash());
        assertTrue(StateDict.read(npz).compare(network).isWhole());
    }

    /** A file of few bits is small, runs as reported, and can be certified as a NIR graph. */
    @Test
    void convertToIntegersSaysWhatChanges() throws IOException {
        Path file = model();
        String images = SmallImages.write(folder.resolve("images")).toString();
        Path small = folder.resolve("small.safetensors");
        String declared = CommandRun.line("convert --to ternary --data %s %s %s", images, file, small)
                .requireSuccess();
        assertTrue(declared.contains(String.format("%s, %,d bytes; %s has", small, Files.size(small), file)), declared);
        assertTrue(
                declared.matches("(?s).*Spikes +'lif1': \\d+ of 8,000 decisions differ on a random input.*"), declared);
        assertTrue(
                declared.matches("(?s).*Accuracy +[\\d.]+ % before, [\\d.]+ % after, the same class for .*"), declared);
        assertEquals(ElementType.TERNARY, ModelFile.read(small).weights().type("fc1.weight"));
        Path other = folder.resolve("other.safetensors");
        CommandRun.of("convert", "--to", "int4", small.toString(), other.toString())
                .requireFailureWith(1, "has no float weights of dense connections or convolutions");
        CommandRun.of("convert", "--to", "float", file.toString(), other.toString())
                .requireFailureWith(2, "--to");
        CommandRun.of("convert", "--data", images, file.toString(), other.toString())
                .requireFailureWith(2, "--data and --sample go with --to, and without --check");
        CommandRun.of("convert", "--to", "int8", "--sample", file.toString(), other.toString())
                .requireFailureWith(1, "cannot be compared");
        assertFalse(Files.exists(other));
        Path graph = write("nir", "nir_snn_leaky", "graph.nir");
        Path few = folder.resolve("few.safetensors");
        CommandRun.of("convert", "--to", "int4", graph.toString(), few.toString())
                .requireSuccess();
        String certificate = CommandRun.line("convert --check random %s %s", few, folder.resolve("few.nir"))
                .requireSuccess();
        assertTrue(certificate.startsWith("{\"equal\":true,"), certificate);
    }

    /** A file of ReLUs becomes a model with the reported accuracy. */
    @Test
    void convertToSpikingSaysTheAccuracyBySteps() throws IOException {
        List<Tensor> tensors = StateDict.of(ModelFile.read(model())).tensors().stream()
                .filter(each -> each.name().startsWith("fc"))
                .toList();
        Path file = folder.resolve("relu.npz");
        Tensors.of(Tensors.Format.NUMPY, tensors).write(file);
        String images = SmallImages.write(folder.resolve("images")).toString();
        String out = folder.resolve("spiking.safetensors").toString();
        String[] command = {
            "convert", "--to", "spiking", "--layers", "Linear, ReLU, Linear", "--data", images, file.toString(), out
        };
        String declared = CommandRun.of(command).requireSuccess();
        assertTrue(
                declared.matches("(?s).*Threshold +of 150 images of .*Accuracy +[\\d.]+ % by values, on .*"), declared);
        Matcher found = Pattern.compile("Accuracy +([\\d.]+) % in 32 steps, [+-][\\d.]+")
                .matcher(declared);
        assertTrue(found.find(), declared);
        assertEquals(5, declared.split(" steps, ", -1).length - 1, declared);
        double run = Double.parseDouble(
                accuracy("run", "--model", out, "--data", images, "--json").replaceAll("[^\\d.]", ""));
        assertEquals(Double.parseDouble(found.group(1)), 100 * run, 0.01);
        command[4] = "Linear, ReLU, Linear, ReLU"; // outputs fire
        CommandRun.of(command).requireSuccess();
        assertEquals(
                "count",
                ModelFile.readModel(Path.of(out)).decoding().orElseThrow(),
                "a membrane behind a spike is what is left of it");
        command[4] = "Linear, Sigmoid, Linear";
        CommandRun.of(command).requireFailureWith(1, "layer Sigmoid is none that is read");
        CommandRun.of("convert", "--to", "spiking", "--sample", model().toString(), out)
                .requireFailureWith(1, "population 'lif1' is Leaky[");
        CommandRun.of("convert", "--to", "int8", "--percentile", "99", model().toString(), out)
                .requireFailureWith(2, "--percentile goes with --to spiking");
    }

    @Test
    void runTakesAStateDict() throws IOException {
        Path file = model();
        Path npz = folder.resolve("net.npz");
        CommandRun.of("convert", file.toString(), npz.toString()).requireSuccess();
        String images = SmallImages.write(folder.resolve("images")).toString();
        String ofModel = accuracy("run", "--model", file.toString(), "--data", images, "--steps", "5", "--json");
        assertEquals(ofModel, accuracy("run", "--model", npz.toString(), "--data", images, "--steps", "5", "--json"));
    }

    /** Image options are refused for arrays, and arrays that do not fit the input are refused. */
    @Test
    void runRefusesArraysAndOptionsThatDoNotGoTogether() throws IOException {
        String model = model().toString();
        Path input = folder.resolve("input.npy");
        FloatMatrix rows = FloatMatrix.zeros(2, 36);
        Npy.write(input, rows, 2, 1, 36);
        CommandRun.of("run", "--model", model, "--data", input.toString(), "--early", "1")
                .requireFailureWith(2, "are for images");
        rows.set(1, 3, Float.NaN);
        Npy.write(input, rows, 2, 1, 36);
        CommandRun.of("run", "--model", model, "--data", input.toString())
                .requireFailureWith(1, "spikelane: " + input + ": ");
        Path empty = folder.resolve("empty.npz");
        Tensors.of(Tensors.Format.NUMPY, List.of()).write(empty);
        Path out = folder.resolve("out.npz");
        CommandRun.of("convert", "--check", empty.toString(), model, out.toString())
                .requireFailureWith(1, empty + ": has no array, expected one");
    }

    /** Runs torch's network from a checkpoint and the text that torch prints. */
    @Test
    void runTakesACheckpointWithItsLayersAndAnArray() throws IOException {
        Path pth = write("layers", "layers_conv", "net.pth");
        Path input = write("layers", "layers_conv", "input.npy");
        GoldenCase golden = GoldenSet.interop("layers").cases().getFirst();
        String layers = "1x10x10\n" + golden.fact("text").asText();
        Path out = folder.resolve("out.npz");
        JsonNode json = new ObjectMapper()
                .readTree(CommandRun.line(
                                "run --model %s --part model --layers %s --data %s --out %s --json",
                                pth, layers, input, out)
                        .requireSuccess());
        byte[] spikes = golden.bytes("spk");
        assertArrayEquals(
                spikes,
                Tensors.read(out, Tensors.Format.NUMPY).tensor("spikes").bytes().toArray(ValueLayout.JAVA_BYTE));
        golden.assertClose(
                "mem",
                Tensors.read(out, Tensors.Format.NUMPY).tensor("membranes").floats());
        int fired = 0;
        for (int step = 0; step < 10; step++) {
            fired += spikes[step * 6 + 3 + 1];
        }
        assertEquals(fired, json.path("samples").path(1).path("counts").path(1).intValue(), json::toString);
        Path model = folder.resolve("net.safetensors");
        CommandRun.of("convert", pth.toString(), model.toString(), "--part", "model", "--layers", layers)
                .requireSuccess();
        String shown = CommandRun.of("show", model.toString()).requireSuccess();
        assertTrue(shown.contains("average pool 2 x 2"), shown);
        CommandRun.of("run", "--model", model.toString(), "--data", input.toString(), "--steps", "3")
                .requireFailureWith(2, "are for images");
        CommandRun.of("show", model.toString(), "--part", "model").requireFailureWith(1, "expected a file of tensors");
        CommandRun.of("show", pth.toString(), "--part", "x").requireFailureWith(2, "expected one of [model]");
    }

    @Test
    void roundingIsAskedForAndSaid() throws IOException {
        Path npz = folder.resolve("net.npz");
        CommandRun.of("convert", model().toString(), npz.toString()).requireSuccess();
        List<Tensor> tensors = new ArrayList<>(Tensors.read(npz).tensors());
        double[] wide = new double[20];
        Arrays.fill(wide, 0.1);
        MemorySegment bytes = MemorySegment.ofArray(new byte[160]).copyFrom(MemorySegment.ofArray(wide));
        tensors.replaceAll(each ->
                each.name().equals("fc1.bias") ? Tensor.of("fc1.bias", Tensor.Type.F64, List.of(20), bytes) : each);
        Tensors.of(Tensors.Format.NUMPY, tensors).write(npz);
        Path out = folder.resolve("out.nir");
        CommandRun.of("convert", npz.toString(), out.toString())
                .requireFailureWith(1, "expected a number that float32");
        String declared = CommandRun.of("convert", "--round", npz.toString(), out.toString())
                .requireSuccess();
        assertTrue(
                declared.contains("'fc1.bias' of F64 [20]: 20 of 20 numbers were rounded to float32, by 1.5e-08"),
                declared);
    }

    @Test
    void aCheckPrintsTheWarningsOfTheFile() throws IOException {
        NirFile.Graph graph = NirFile.read(write("nir", "nir_lif", "graph.nir")).graph();
        Map<String, NirFile.Graph.Node> nodes = new LinkedHashMap<>(graph.nodes());
        for (var each : graph.nodes().entrySet()) {
            Map<String, Tensor> values = new LinkedHashMap<>(each.getValue().values());
            values.computeIfPresent("tau", (name, tau) -> {
                FloatMatrix steps = FloatMatrix.zeros(1, Math.toIntExact(tau.count()));
                steps.fill(20);
                return Tensor.of(name, steps, tau.shape());
            });
            nodes.put(each.getKey(), NirFile.Graph.Node.of(each.getValue().type(), values));
        }
        Path odd = folder.resolve("odd.nir");
        NirFile.write(odd, new NirFile.Graph(nodes, graph.edges()));
        Path out = folder.resolve("out.nir");
        JsonNode json = new ObjectMapper()
                .readTree(CommandRun.of("convert", "--check", "random", odd.toString(), out.toString())
                        .requireSuccess());
        String warnings = json.path("warnings").toString();
        assertTrue(warnings.contains("has a 'tau' of 20.0, 200000 time steps"), json::toString);
    }

    /** This input makes membranes infinite in float32 only. */
    @Test
    void whatIsNotEqualIsNotWritten() throws IOException {
        Path graph = write("nir", "nir_recurrent", "graph.nir");
        Path out = Files.writeString(folder.resolve("out.safetensors"), "precious");
        Path input = folder.resolve("huge.npy");
        FloatMatrix huge = FloatMatrix.zeros(
                4,
                NirImport.DEFAULT
                        .read(graph)
                        .network()
                        .inputs()
                        .getFirst()
                        .shape()
                        .size());
        huge.fill(Float.MAX_VALUE);
        Npy.write(input, huge, 4, 1, huge.columns());
        CommandRun run = CommandRun.of("convert", "--check", input.toString(), graph.toString(), out.toString());
        assertEquals(1, run.code(), run.err());
        assertEquals("precious", Files.readString(out));
    }

    @Test
    void otherFilesAreCheckedByTheirMargins() throws IOException {
        Path npz = folder.resolve("net.npz");
        JsonNode json = new ObjectMapper()
                .readTree(CommandRun.of("convert", "--check", "random", model().toString(), npz.toString())
                        .requireSuccess());
        assertTrue(json.path("equal").booleanValue(), json::toString);
        assertEquals(0, json.path("float").path(0).path("largest_difference").doubleValue());
        assertTrue(json.path("float").path(1).path("smallest_margin").doubleValue() > 0, json::toString);
        assertEquals("lif2", json.path("int8").path(1).path("population").asText());
        Path nir = folder.resolve("net.nir"); // resets to 0 in the same step, but the model subtracts
        CommandRun run = CommandRun.of("convert", "--check", "random", npz.toString(), nir.toString());
        assertEquals(1, run.code(), run.err());
        assertTrue(run.out().contains("\"equal\":false") && run.out().contains("\"first_flip\":"), run.out());
        assertFalse(Files.exists(nir));
    }

    /** The text has the layers of both files. */
    @Test
    void filesOfTensorsAreCheckedByTheLayersThatAreSaid() throws IOException {
        Path pth = write("layers", "layers_conv", "net.pth");
        String layers = "1x10x10\n"
                + GoldenSet.interop("layers").cases().getFirst().fact("text").asText();
        Path out = folder.resolve("out.npz");
        String json = CommandRun.line("convert --check random --part model --layers %s %s %s", layers, pth, out)
                .requireSuccess();
        assertTrue(json.contains("\"equal\":true") && Files.exists(out), json);
    }

    @Test
    void aGraphWithNanIsShown() throws IOException {
        Path graph = write("nir", "malformed_nir", "nan_weight.nir");
        String shown = CommandRun.of("show", graph.toString()).requireSuccess();
        assertTrue(shown.contains("has NaN in 'weight'") && shown.contains("fc.weight"), shown);
        CommandRun.of("run", "--model", graph.toString()).requireFailureWith(1, "'fc.weight' has NaN at row 0");
    }

    private static String accuracy(String... arguments) throws IOException {
        return new ObjectMapper()
                .readTree(CommandRun.of(arguments).requireSuccess())
                .path("accuracy")
                .toString();
    }

    @Test
    void whatIsBrokenEndsWithOneLineAndNoFile() throws IOException {
        Path out = Files.writeString(folder.resolve("out.npz"), "precious");
        byte[] before = Files.readAllBytes(out);
        for (String kind : List.of("pth", "npz", "npy", "nir", "safetensors")) {
            GoldenCase broken = GoldenSet.interop(kind).cases().stream()
                    .filter(golden -> golden.name().startsWith("malformed"))
                    .findFirst()
                    .orElseThrow();
            for (var each : broken.fact("files").properties()) {
                if (each.getValue().path("expect").asText().equals("reject")) {
                    Path in = Files.write(folder.resolve(each.getKey()), broken.file(each.getKey()));
                    CommandRun.of("convert", in.toString(), out.toString())
                            .requireFailureWith(1, "spikelane: " + in + ": ");
                    CommandRun.of("show", in.toString()).requireFailureWith(1, "spikelane: " + in + ": ");
                    Files.delete(in);
                }
            }
        }
        assertArrayEquals(before, Files.readAllBytes(out));
        assertEquals(List.of("out.npz"), List.of(folder.toFile().list()));
    }

    @Test
    void wrongArguments() throws IOException {
        Path file = model();
        CommandRun.of("convert", file.toString(), folder.resolve("net.xyz").toString())
                .requireFailureWith(
                        2, "'net.xyz' does not say a format, expected a name that ends in .safetensors or .npz");
        CommandRun.of("convert", file.toString(), file.toString()).requireFailureWith(2, "IN and OUT are one file");
        CommandRun.of("convert", file.toString(), folder.resolve("net.pth").toString())
                .requireFailureWith(1, "net.pth: is of a format that is read alone");
        CommandRun.line("convert --check random %s %s", file, folder.resolve("net.pth"))
                .requireFailureWith(1, "net.pth: is of a format that is read alone");
        assertFalse(Files.exists(folder.resolve("net.pth")));
        CommandRun.of("run", "--model", file.toString(), "--data", "spikes.npy", "--out", "o.xyz")
                .requireFailureWith(2, "--out is o.xyz, expected a name that ends in .npz");
        CommandRun.of("run", "--model", file.toString(), "--report", "x.pdf")
                .requireFailureWith(2, "--report is x.pdf, expected a name that ends in .html");
    }

    @Test
    void aGraphOfNirIsShownAndConvertedWithACertificate() throws IOException {
        Path graph = write("nir", "nir_recurrent", "graph.nir");
        String text = CommandRun.of("show", graph.toString()).requireSuccess();
        for (String part : List.of("NIR", "lif.lif", "lif.w_rec", "which the file does not say", "Euler's method")) {
            assertTrue(text.contains(part), text);
        }
        Path input = write("nir", "nir_recurrent", "input.npy");
        for (String out : List.of("model.safetensors", "again.nir")) {
            Path written = folder.resolve(out);
            String json = CommandRun.of("convert", "--check", input.toString(), graph.toString(), written.toString())
                    .requireSuccess();
            JsonNode certificate = new ObjectMapper().readTree(json);
            assertTrue(certificate.path("equal").booleanValue(), json);
            assertEquals(64, certificate.path("in_sha256").asText().length());
            assertEquals(64, certificate.path("out_sha256").asText().length());
            assertEquals(2, certificate.path("int8").size(), json);
            assertTrue(Files.exists(written));
        }
        String notices = CommandRun.line("convert %s %s", model(), folder.resolve("trained.nir"))
                .requireSuccess();
        assertTrue(notices.contains("reset kind: 'lif1' has the reset SUBTRACT at the NEXT_STEP"), notices);
        assertTrue(notices.contains("the time step"), notices);
    }

    @Test
    void aGraphOfNirThatIsBrokenLeavesNothing() throws IOException {
        Path broken = write("nir", "malformed_nir", "tau_zero.nir");
        Path out = folder.resolve("out.safetensors");
        CommandRun run = CommandRun.of("convert", "--check", "random", broken.toString(), out.toString());
        assertEquals(1, run.code());
        assertEquals(1, run.err().lines().count(), run.err());
        assertFalse(Files.exists(out));
    }
}
