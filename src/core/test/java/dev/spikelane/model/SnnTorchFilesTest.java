package dev.spikelane.model;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Names, texts and tensors suffice to move networks from snnTorch to the library and back. */
final class SnnTorchFilesTest extends FolderCase {

    private static StateDict state(String... layers) {
        List<Tensor> tensors = new ArrayList<>();
        for (String each : layers) {
            tensors.add(Tensor.of(each + ".weight", new TorchRandom(tensors.size()).rand(3, 3), List.of(3, 3)));
        }
        return StateDict.of("x", Tensors.of(Map.of(), tensors));
    }

    /** safetensors files are sorted by name, and numbers of different modules are not comparable. */
    @Test
    void namesThatDoNotTellTheOrderAreRefused() throws IOException {
        for (String[] names : List.of(
                new String[] {"classifier.1", "features.0", "features.3"},
                new String[] {"fc1", "fc2", "out"},
                new String[] {"a", "b"},
                new String[] {"block1.fc", "fc"})) {
            Exception refused =
                    assertThrows(IOException.class, () -> state(names).network("Linear, ".repeat(names.length)));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("do not tell which comes first"),
                    refused.getMessage());
        }
        StateDict ordered = state("net.10", "net.2", "net.0.fc");
        assertThrows(IOException.class, () -> ordered.network("Linear, Linear, Linear, Leaky"));
    }

    private static Network trained(Reset reset) {
        return Networks.of(
                new TorchRandom(3),
                4,
                dense(5, new Leaky(0.9).withReset(reset)),
                dense(3, new Synaptic(0.8, 0.7).withReset(reset)));
    }

    @Test
    void aTextSaysTheReset() throws IOException {
        StateDict all = StateDict.of(trained(Reset.ZERO));
        String text =
                "4, fc1: Linear, lif1: Leaky(reset_mechanism='%s'), fc2: Linear, lif2: Synaptic(reset_mechanism=\"%s\")";
        assertEquals(
                trained(Reset.ZERO).toString(),
                all.network(text.formatted("zero", "zero")).toString());
        Exception refused = assertThrows(IOException.class, () -> all.network(text.formatted("zero", "none")));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("reset_mechanism='none', but the file says ZERO"),
                refused.getMessage());
        List<Tensor> silent = all.tensors().stream()
                .filter(each -> !each.name().endsWith("reset_mechanism_val"))
                .toList();
        StateDict without = StateDict.of("x", Tensors.of(Map.of(), silent));
        assertEquals(
                trained(Reset.NONE).toString(),
                without.network(text.formatted("none", "none")).toString());
    }

    /** A module with snnTorch's buffers takes them, and refuses any other. */
    @Test
    void ownFilesGoBackIntoTorch() throws IOException, InterruptedException {
        Path file = folder.resolve("model.safetensors");
        ModelFile.write(file, trained(Reset.ZERO));
        assertEquals(
                List.of(
                        "fc1.bias",
                        "fc1.weight",
                        "fc2.bias",
                        "fc2.weight",
                        "lif1.beta",
                        "lif1.graded_spikes_factor",
                        "lif1.reset_mechanism_val",
                        "lif1.threshold",
                        "lif2.alpha",
                        "lif2.beta",
                        "lif2.graded_spikes_factor",
                        "lif2.reset_mechanism_val",
                        "lif2.threshold"),
                Tensors.read(file, Tensors.Format.SAFETENSORS).tensors().stream()
                        .map(Tensor::name)
                        .sorted()
                        .toList());
        assertEquals(trained(Reset.ZERO).toString(), ModelFile.read(file).toString());
        List<Tensor> other =
                new ArrayList<>(Tensors.read(file, Tensors.Format.SAFETENSORS).tensors());
        other.replaceAll(
                each -> each.name().equals("lif2.reset_mechanism_val") ? Integers.count(each.name(), 0) : each);
        Path wrong = folder.resolve("wrong.safetensors");
        Tensors.of(Tensors.read(file, Tensors.Format.SAFETENSORS).metadata(), other)
                .write(wrong);
        Exception refused = assertThrows(IOException.class, () -> ModelFile.read(wrong));
        assertTrue(
                String.valueOf(refused.getMessage()).endsWith("expected 1 for the reset ZERO"), refused.getMessage());
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")));
        Process python = new ProcessBuilder("/usr/bin/python3", "-c", PYTHON, file.toString())
                .redirectErrorStream(true)
                .start();
        String declared = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(python.waitFor() != 3, declared);
        assertEquals("zero 1 1\n", declared);
    }

    private static final String PYTHON = """
            import json, sys
            try:
                import torch
            except ImportError:
                sys.exit(3)
            class Neuron(torch.nn.Module):
                def __init__(self, *floats):
                    super().__init__()
                    for name in floats + ("beta", "threshold", "graded_spikes_factor"):
                        self.register_buffer(name, torch.tensor(0.))
                    self.register_buffer("reset_mechanism_val", torch.tensor(0))
            class Net(torch.nn.Module):
                def __init__(self):
                    super().__init__()
                    self.fc1, self.lif1 = torch.nn.Linear(4, 5), Neuron()
                    self.fc2, self.lif2 = torch.nn.Linear(5, 3), Neuron("alpha")
            net = Net()
            raw = open(sys.argv[1], "rb").read()
            start = 8 + int.from_bytes(raw[:8], "little")
            types = {"F32": torch.float32, "I64": torch.int64}
            state = {}
            for name, said in json.loads(raw[8:start]).items():
                if name != "__metadata__":
                    first, end = said["data_offsets"]
                    part = bytearray(raw[start + first : start + end])
                    state[name] = torch.frombuffer(part, dtype=types[said["dtype"]]).reshape(said["shape"])
            net.load_state_dict(state, strict=True)
            print("zero", net.lif1.reset_mechanism_val.item(), net.lif2.reset_mechanism_val.item())
            """;

    @Test
    void aConvolutionTakesWhatAFileHas() {
        FloatMatrix rows = new TorchRandom(1).rand(6, 2 * 3 * 5);
        Tensor weights = Tensor.of("w", FloatMatrix.copyOf(6 * 2 * 3, 5, rows.toArray()), List.of(6, 2, 3, 5));
        Tensor bias = Tensor.of("b", FloatMatrix.vector(1, 2, 3, 4, 5, 6), List.of(6));
        Convolution made = Convolution.of(Kernel.of(3, 5), weights, bias);
        assertArrayEquals(rows.toArray(), made.weights().toArray());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, made.bias().toArray());
        assertEquals(2, Convolution.of(Kernel.of(3, 5), weights).inputs());
        Exception refused =
                assertThrows(IllegalArgumentException.class, () -> Convolution.of(Kernel.of(5, 3), weights));
        assertTrue(String.valueOf(refused.getMessage()).contains("and the kernel's [5, 3]"), refused.getMessage());
    }

    /** torch.manual_seed(7); torch.nn.LSTMCell(3, 2). */
    @Test
    void aCellStartsWithTorchsWeights() {
        SLstm.Cell cell = SLstm.random(3, 2, new TorchRandom(7));
        Network network =
                Network.builder(3).connect(cell.gates()).neuron(cell.neuron()).build();
        assertEquals(
                Float.intBitsToFloat(0x3d4a4aff),
                network.weights().get("fc1.weight").get(0, 0));
        assertEquals(
                Float.intBitsToFloat(0xbeda16fc),
                network.weights().get("fc1.weight").get(0, 1));
        assertEquals(
                Float.intBitsToFloat(0x3eae2871),
                network.weights().get("fc1.bias").get(0, 0));
        assertEquals(
                Float.intBitsToFloat(0x3e070361),
                network.weights().get("lif1.recurrent.weight").get(0, 1));
        assertEquals(
                Float.intBitsToFloat(0x3c9e45c0),
                network.weights().get("lif1.recurrent.bias").get(0, 7));
        FloatMatrix weights = FloatMatrix.zeros(8, 2);
        assertEquals(
                new SLstm(weights, FloatMatrix.zeros(1, 8), 1f).firing(),
                new SLstm(weights, FloatMatrix.zeros(1, 8)).firing());
    }
}
