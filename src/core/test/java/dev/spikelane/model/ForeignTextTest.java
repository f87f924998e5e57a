package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Idx;
import dev.spikelane.io.NirFile;
import dev.spikelane.io.Npy;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Decoding;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Readers, and methods that take names, with texts that would fill or clear a screen, or reverse later text. */
final class ForeignTextTest extends FolderCase {

    private static final String CONTROL = "\u001b[2J\n\u202e\u0000";
    private static final String HOSTILE = CONTROL + "x".repeat(1_000) + CONTROL + "y".repeat(1_000) + CONTROL;
    /** The most of {@link FileText#escaped}. */
    private static final int MOST = 1_203;

    private static final int MUTATIONS = 30;

    private int refused;

    private interface Call {
        void run() throws IOException;
    }

    private interface Reader {
        Object read(String name, InputStream bytes) throws IOException;
    }

    /** Errors have a message that fits a line. */
    private void attack(Call call) {
        try {
            call.run();
        } catch (IOException | IllegalArgumentException | IllegalStateException failure) {
            refused++;
            String message = String.valueOf(failure.getMessage());
            assertTrue(message.length() <= MOST, () -> message.length() + " characters: " + failure);
            assertEquals(FileText.escaped(message), message);
        }
    }

    private void mustRefuse(Call call) {
        int before = refused;
        attack(call);
        if (refused == before) {
            fail("was not refused");
        }
    }

    /** Returns a reader of unchanged, cut and changed bytes. */
    private static Reader tensors(Tensors.Format format) {
        return (name, stream) -> Tensors.read(name, stream, format);
    }

    private void attack(byte[] bytes, Reader... readers) {
        Random random = new Random(1);
        for (Reader reader : readers) {
            attack(() -> reader.read(HOSTILE, new ByteArrayInputStream(bytes)));
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] other = i % 3 == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
                for (int j = 0; j < i % 3 && other.length > 0; j++) {
                    // Formats have more than names at the start and at the end.
                    int at = Math.min(other.length - 1, random.nextInt(200));
                    other[random.nextBoolean() ? at : other.length - 1 - at] = (byte) random.nextInt(256);
                }
                attack(() -> reader.read(HOSTILE, new ByteArrayInputStream(other)));
            }
        }
    }

    private static Network network() {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9), 2, 2);
    }

    private static byte[] zip(Map<String, byte[]> members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> each : members.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                CRC32 sum = new CRC32();
                sum.update(each.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(each.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void tensors() throws IOException {
        List<Tensor> hostile = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            hostile.add(Tensor.of(i + HOSTILE, FloatMatrix.of(new float[] {1, 2}), List.of(2)));
        }
        Path file = folder.resolve("file");
        Tensors.of(Map.of(HOSTILE, HOSTILE), hostile).write(file);
        attack(Files.readAllBytes(file), tensors(Tensors.Format.SAFETENSORS), ModelFile::read, ModelFile::readModel);
        Tensors.of(Tensors.Format.NUMPY, hostile).write(file);
        attack(Files.readAllBytes(file), tensors(Tensors.Format.NUMPY), tensors(Tensors.Format.PYTORCH));
        Tensors content = Tensors.of(Map.of(), hostile);
        mustRefuse(() -> content.tensor("none"));
        mustRefuse(() -> content.tensor(HOSTILE));
        mustRefuse(() -> Tensors.of(Map.of(), List.of(hostile.getFirst(), hostile.getFirst())));
        Tensors.of(Map.of(), hostile).write(file);
        StateDict dict = StateDict.read(file);
        mustRefuse(() -> dict.part(HOSTILE));
        mustRefuse(() -> dict.withPrefix(HOSTILE + "z", HOSTILE));
        mustRefuse(() -> dict.network());
        mustRefuse(() -> dict.network(HOSTILE));
        mustRefuse(() -> dict.network("Linear(in_features=2, " + HOSTILE + "=3)"));
        mustRefuse(() -> dict.loadInto(network()));
    }

    @Test
    void arrays() throws IOException {
        for (String header : List.of(
                "{'descr': '" + HOSTILE + "', 'fortran_order': False, 'shape': (1,), }",
                "{'" + HOSTILE + "': '<f4', 'fortran_order': False, 'shape': (1,), }",
                "{'descr': '<f4', 'fortran_order': " + HOSTILE + ", 'shape': (1,), }",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9".repeat(2_000) + ",), }")) {
            byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
            ByteBuffer bytes = ByteBuffer.allocate(10 + text.length + 4).order(ByteOrder.LITTLE_ENDIAN);
            bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) text.length);
            bytes.put(text);
            attack(bytes.array(), Npy::readFloats, Npy::readSpikes);
            attack(zip(Map.of(HOSTILE + ".npy", bytes.array())), tensors(Tensors.Format.NUMPY));
        }
        mustRefuse(() -> Idx.read(HOSTILE, new ByteArrayInputStream(new byte[] {0, 0, 8, 1, 0, 0, 0, 9, 1})));
    }

    @Test
    void pickles() throws IOException {
        byte[] name = HOSTILE.getBytes(StandardCharsets.UTF_8);
        byte[] text = ByteBuffer.allocate(5 + name.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'X')
                .putInt(name.length)
                .put(name)
                .array();
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2, '}'});
        pickle.write(text);
        pickle.write(text);
        pickle.write(new byte[] {'s', '.'});
        attack(zip(Map.of("archive/data.pkl", pickle.toByteArray())), tensors(Tensors.Format.PYTORCH));
        byte[] global = ("\u0080\u0002c" + HOSTILE.replace("\n", "") + "\n" + HOSTILE.replace("\n", "") + "\n.")
                .getBytes(StandardCharsets.ISO_8859_1);
        attack(zip(Map.of("archive/data.pkl", global)), tensors(Tensors.Format.PYTORCH));
    }

    @Test
    void descriptionsOfNetworks() throws IOException {
        Path file = folder.resolve("model");
        ModelFile.write(file, network());
        Tensors model = Tensors.read(file, Tensors.Format.SAFETENSORS);
        String declared = model.metadata().get("spikelane");
        for (String word : declared.split("[^A-Za-z0-9_]+")) {
            Map<String, String> metadata = new HashMap<>(model.metadata());
            String json =
                    HOSTILE.replace("\n", "\\n").replace("\u001b", "\\u001b").replace("\u0000", "\\u0000");
            metadata.put("spikelane", declared.replace("\"" + word + "\"", "\"" + json + "\""));
            Tensors.of(metadata, model.tensors()).write(file);
            attack(() -> ModelFile.read(file));
        }
        assertTrue(refused > 10, refused + " were refused");
    }

    @Test
    void graphs() throws IOException {
        Path file = folder.resolve("graph.nir");
        for (String type : List.of(HOSTILE, "Affine", "LIF", "NIRGraph", "Conv2d")) {
            try (WritableHdfFile nir = HdfFile.write(file)) {
                nir.putDataset("version", HOSTILE);
                WritableGroup node = nir.putGroup("node");
                node.putDataset("type", "NIRGraph");
                WritableGroup inner = node.putGroup("nodes").putGroup(HOSTILE.replace("\u0000", ""));
                inner.putDataset("type", type);
                inner.putDataset(HOSTILE.replace("\u0000", ""), HOSTILE);
            }
            attack(Files.readAllBytes(file), (name, bytes) -> NirImport.DEFAULT.read(name, bytes));
            Files.delete(file);
            NirFile.Graph.Node node = new NirFile.Graph.Node(
                    type, Map.of(), Map.of(HOSTILE, HOSTILE), new NirFile.Graph(Map.of(), List.of()));
            attack(() -> NirImport.DEFAULT.of(new NirFile.Graph(Map.of(HOSTILE, node), List.of())));
        }
        mustRefuse(() -> new NirFile.Graph(Map.of(), List.of(new NirFile.Graph.Edge(HOSTILE, HOSTILE))));
        mustRefuse(() -> NirFile.read(HOSTILE, new ByteArrayInputStream(new byte[9])));
    }

    @Test
    void namesOfUsers() {
        Network network = network();
        mustRefuse(() -> Network.builder().input(HOSTILE, Shape.of(1)));
        mustRefuse(() -> network.population(HOSTILE));
        mustRefuse(() -> network.weights().get(HOSTILE));
        mustRefuse(() -> network.populations().getFirst().variable(HOSTILE));
        mustRefuse(() -> InputEncoding.named(HOSTILE, 1));
        mustRefuse(() -> Decoding.named(HOSTILE));
        mustRefuse(() -> Model.of(network).with(Model.STEPS, HOSTILE));
        mustRefuse(() -> Model.of(network).with(Model.POPULATION, HOSTILE));
        mustRefuse(() -> Model.of(network).with(Model.CLASS_NAMES, HOSTILE));
        mustRefuse(() -> CExport.of(network).withName(HOSTILE));
        try (Simulation simulation = network.simulate(1)) {
            mustRefuse(() -> simulation.run(Map.of(HOSTILE, FloatMatrix.zeros(1, 2))));
            mustRefuse(() -> simulation.recordSpikes(HOSTILE, 1));
        }
        for (String text : List.of(
                HOSTILE,
                "x".repeat(5_000),
                "param " + "9".repeat(5_000),
                "\u202e",
                "state v\n# " + HOSTILE + "\nv = w")) {
            mustRefuse(() -> EquationNeuron.of(text));
        }
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            many.append("let parameter_").append(i).append(" = 1\n");
        }
        mustRefuse(() -> EquationNeuron.of(many + "state v\nv = w\nspike v > 1"));
    }

    @Test
    void namesOfFiles() {
        Path missing =
                folder.resolve(("x".repeat(50) + "\u001b\n\u202e").repeat(4)).resolve("\u001b");
        mustRefuse(() -> Npy.readFloats(missing));
        mustRefuse(() -> Tensors.read(missing, Tensors.Format.SAFETENSORS));
        mustRefuse(() -> NirImport.DEFAULT.read(missing));
        mustRefuse(() -> ModelFile.write(missing, network()));
        mustRefuse(() -> ModelFile.read(Path.of("x/".repeat(2_000))));
    }
}
