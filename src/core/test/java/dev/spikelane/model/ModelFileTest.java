package dev.spikelane.model;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.assertPart;
import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.fixture.Layer.by;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.graph.RandomGraph;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The content of a model file, what it cannot hold, and what readers refuse. */
final class ModelFileTest extends FolderCase {

    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("model.safetensors");
    }

    private static Network network() {
        TorchRandom random = new TorchRandom(3);
        Dense feedback = Dense.linear(3, 3, random);
        return Networks.of(
                random,
                4,
                dense(3, new RLeaky(Recurrence.allToAll(feedback.weights(), feedback.bias()), 0.9f, 0.8f, 0.7f)),
                dense(1, new Leaky(0.9f).withThreshold(0.5f)));
    }

    @Test
    void notesStandInTheMetadata() throws IOException {
        Map<String, String> notes = Map.of("training.steps", "7", "training.code", "rate", "author", "nobody");
        ModelFile.write(file, network(), notes);
        Map<String, String> found =
                Tensors.read(file, Tensors.Format.SAFETENSORS).metadata();
        assertEquals(
                List.of("format", "spikelane", "author", "training.code", "training.steps"),
                List.copyOf(found.keySet()));
        notes.forEach((name, text) -> assertEquals(text, found.get(name)));
        assertEquals(network().weights().hash(), ModelFile.read(file).weights().hash());
        ModelFile.write8Bit(file, network(), notes);
        assertEquals(
                "7", Tensors.read(file, Tensors.Format.SAFETENSORS).metadata().get("training.steps"));
        assertPart(
                "name 'spikelane', expected another one",
                () -> ModelFile.write(file, network(), Map.of("spikelane", "{}")));
    }

    /** An unreadable file must not replace a readable one. */
    @Test
    void valuesThatAreNotFiniteAreRefused() throws IOException {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f), 2, 2);
        ModelFile.write(file, network);
        byte[] before = Files.readAllBytes(file);
        try (Trainer trainer = Trainers.of(network, 1, 1, CrossEntropyLoss.membrane(), new Sgd(1e300))) {
            trainer.step(TrainingBatch.of(FloatMatrix.of(new float[] {1, 2}), 1));
        }
        String message = assertThrows(IllegalArgumentException.class, () -> ModelFile.write(file, network))
                .getMessage();
        assertTrue(message.matches("'fc1.weight' has \\S+ at row 0, column 0, expected a finite number"), message);
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    void tensorsHaveTheNamesAndShapesOfAStateDict() throws IOException {
        ModelFile.write(file, network());
        Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
        Map<String, List<Integer>> shapes = new HashMap<>();
        content.tensors().forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
        assertEquals(
                Map.ofEntries(
                        Map.entry("lif1.reset_mechanism_val", List.of()),
                        Map.entry("lif1.graded_spikes_factor", List.of()),
                        Map.entry("lif2.reset_mechanism_val", List.of()),
                        Map.entry("fc1.weight", List.of(3, 4)),
                        Map.entry("fc1.bias", List.of(3)),
                        Map.entry("lif1.beta", List.of(3)),
                        Map.entry("lif1.threshold", List.of()),
                        Map.entry("lif1.recurrent.weight", List.of(3, 3)),
                        Map.entry("lif1.recurrent.bias", List.of(3)),
                        Map.entry("fc2.weight", List.of(1, 3)),
                        Map.entry("fc2.bias", List.of(1)),
                        Map.entry("lif2.beta", List.of()),
                        Map.entry("lif2.threshold", List.of()),
                        Map.entry("lif2.graded_spikes_factor", List.of())),
                shapes);
        assertTrue(content.tensors().stream()
                .allMatch(tensor -> tensor.type()
                        == (tensor.name().endsWith("reset_mechanism_val") ? Tensor.Type.I64 : Tensor.Type.F32)));
        assertEquals("pt", content.metadata().get("format"));
    }

    /** Each weight changes by at most half a level; a second time nothing changes. */
    @Test
    void weightsOfEightBitsAreRoundedToLevels() throws IOException {
        Network network = network();
        ModelFile.write8Bit(file, network);
        Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
        assertEquals(Tensor.Type.I8, content.tensor("fc1.weight").type());
        assertEquals(Tensor.Type.F32, content.tensor("fc1.bias").type());
        float[] scales = content.tensor("fc1.weight_scale").floats();
        Network read = ModelFile.read(file);
        FloatMatrix before = network.weights().get("fc1.weight");
        FloatMatrix after = read.weights().get("fc1.weight");
        for (int row = 0; row < 3; row++) {
            float largest = 0;
            for (int column = 0; column < 4; column++) {
                assertEquals(before.get(row, column), after.get(row, column), scales[row] * 0.5001f);
                largest = Math.max(largest, Math.abs(before.get(row, column)));
            }
            assertEquals(largest / 127, scales[row]);
        }
        assertArrayEquals(
                network.weights().get("lif1.beta").toArray(),
                read.weights().get("lif1.beta").toArray());
        byte[] first = Files.readAllBytes(file);
        ModelFile.write8Bit(file, read);
        assertArrayEquals(first, Files.readAllBytes(file));
        ModelFile.write(file, read);
        assertEquals(read.weights().hash(), ModelFile.read(file).weights().hash());
    }

    /** Networks of integers are stored and read as such; a file of 8 bits is read as floats, or as its integers. */
    @Test
    void integersStayIntegers() throws IOException {
        Network floats = network();
        for (ElementType type : RandomGraph.INTEGERS) {
            Network network = floats.quantized(type);
            ModelFile.write(file, network);
            Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
            Tensor stored = content.tensor("fc1.weight");
            switch (type) {
                case INT16 -> assertEquals("tensor 'fc1.weight' of I16 [3, 4]", stored.toString());
                case INT4 -> assertEquals("tensor 'fc1.weight' of U8 [3, 2]", stored.toString());
                case TERNARY -> assertEquals("tensor 'fc1.weight' of U8 [3, 1]", stored.toString());
                default -> assertEquals("tensor 'fc1.weight' of I8 [3, 4]", stored.toString());
            }
            assertEquals(List.of(3), content.tensor("fc1.weight_scale").shape());
            for (Network read : List.of(ModelFile.read(file), ModelFile.readIntegers(file))) {
                assertEquals(network.weights().names(), read.weights().names());
                assertEquals(network.weights().hash(), read.weights().hash());
                assertEquals(
                        network.weights().integers("fc1.weight"), read.weights().integers("fc1.weight"));
                assertEquals(network.toString(), read.toString());
            }
        }
        ModelFile.write8Bit(file, floats);
        Network widened = ModelFile.read(file);
        Network integers = ModelFile.readIntegers(file);
        assertEquals(ElementType.FLOAT32, widened.weights().type("fc1.weight"));
        assertEquals(
                IntegerMatrix.nearest(ElementType.INT8, floats.weights().get("fc1.weight")),
                integers.weights().integers("fc1.weight"));
        assertArrayEquals(
                widened.weights().get("fc1.weight").toArray(),
                integers.weights().get("fc1.weight").toArray());
        assertEquals(ElementType.FLOAT32, integers.weights().type("lif1.recurrent.weight"));
    }

    /** 16-bit items with one scale are also weights of a float connection. */
    @Test
    void oneScaleServesAllRows() throws IOException {
        ModelFile.write(file, network());
        Tensors plain = Tensors.read(file, Tensors.Format.SAFETENSORS);
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor tensor : plain.tensors()) {
            tensors.add(tensor);
            if (tensor.name().equals("fc1.weight")) {
                tensors.removeLast();
                IntegerMatrix items =
                        IntegerMatrix.of(3, 4, new short[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -32_768}, 0.5f);
                tensors.addAll(Integers.of("fc1.weight", items, List.of(items.rows(), items.columns())));
            }
        }
        Tensors.of(plain.metadata(), tensors).write(file);
        assertEquals(-16_384, ModelFile.read(file).weights().get("fc1.weight").get(2, 3));
        assertEquals(
                0.5f,
                ModelFile.readIntegers(file).weights().get("fc1.weight_scale").get(0, 0));
    }

    /** A projection may have the name of a population if no two of their values have equal names. */
    @Test
    void namesOfOneOwnerMayBeThoseOfAnother() throws IOException {
        NetworkBuilder same = Network.builder();
        same.project(
                "p",
                same.input("x", Shape.of(2)),
                same.population(
                        "p",
                        Shape.of(2),
                        new LeakyParallel(Recurrence.none(), Parameter.of(0), Parameter.of(1), Parameter.of(1))));
        Network network = same.build();
        ModelFile.write(file, network);
        Network read = ModelFile.read(file);
        assertEquals(network.weights().names(), read.weights().names());
        assertEquals(network.weights().hash(), read.weights().hash());
    }

    @Test
    void whatAFileCannotHoldIsNamed() {
        NetworkBuilder late = Network.builder();
        late.project("slow", late.input("x", Shape.of(2)), late.population("p", Shape.of(2), new Leaky(0.9f)))
                .delay(1_000_001);
        assertRefused(
                "projection 'slow' has a delay of 1000001 steps, expected at most 1000000 in a model file",
                late.build());
    }

    private void assertRefused(String start, Network network) {
        assertStart(start, () -> ModelFile.write(file, network));
        assertTrue(Files.notExists(file));
    }

    /** A file must not load a shared library. */
    @Test
    void connectionsOfOpenBlasAreNotForFiles() {
        assumeTrue(OpenBlas.isAvailable());
        assertRefused(
                "projection 'fc1' has the connection 'dense by OpenBLAS 3 -> 2', which a model file cannot hold",
                Networks.of(3, by(Dense.linear(3, 2, new TorchRandom(1)).byOpenBlas(), new Leaky(0.9f))));
    }

    @Test
    void severalConnectionsWithWeightsKeepTheirPlaces() throws IOException {
        NetworkBuilder builder = Network.builder();
        builder.project(
                "path",
                builder.input("x", Shape.of(2, 3, 1)),
                builder.population("p", Shape.of(2), new StateLeaky(0.5f).withKernelTruncation(3)),
                new OneToOne(1, 2, 3, 4, 5, 6),
                new Flatten(),
                new OneToOne(-0.0f, 2, 3, 4, 5, 6),
                Dense.linear(6, 2, new TorchRandom(1)));
        Network network = builder.build();
        ModelFile.write(file, network);
        Network read = ModelFile.read(file);
        assertEquals(network.weights().names(), read.weights().names());
        assertEquals(network.weights().hash(), read.weights().hash());
        assertEquals(network.toString(), read.toString());
    }

    /** Changes the description or the tensors of a file, and returns the error. */
    private String failure(String old, String replacement, Tensor... others) throws IOException {
        ModelFile.write(file, network());
        Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
        Map<String, String> metadata = new HashMap<>(content.metadata());
        String description = metadata.get("spikelane");
        assertTrue(description != null && description.contains(old), description);
        metadata.put("spikelane", description.replace(old, replacement));
        Map<String, Tensor> tensors = new HashMap<>();
        content.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        for (Tensor other : others) {
            tensors.put(other.name(), other);
        }
        Tensors.of(metadata, new ArrayList<>(tensors.values())).write(file);
        return assertThrows(IOException.class, () -> ModelFile.read(file))
                .getMessage()
                .replace(file + ": ", "");
    }

    private static Tensor row(String name, float... values) {
        return Tensor.of(name, FloatMatrix.vector(values), List.of(values.length));
    }

    @Test
    void whatAFileSaysWrongIsNamed() throws IOException {
        String text = "its metadata 'spikelane': ";
        String rule = "{\"text\":\"on pre\\nw += 1\",\"parameters\":{}}";
        assertEquals(
                text + "in 'projections' at 0 in 'plastic' is false, expected true, as there is a rule",
                failure("\"plastic\":false", "\"plastic\":false,\"rule\":" + rule));
        assertEquals(
                "has version 3 of the format, expected at most 2; a newer Spikelane wrote it",
                failure("\"version\":1", "\"version\":3"));
        assertEquals(
                text
                        + "in 'populations' at 1 in 'neuron' in 'model' is 'Other', expected a model of this library, such as Leaky",
                failure("\"model\":\"Leaky\"", "\"model\":\"Other\""));
        assertEquals(
                text
                        + "in 'projections' at 0 in 'path' at 0 in 'type' is 'x', expected dense, integer dense, recurrent,"
                        + " one to one, flatten, scale, batch norm, convolution, pool, psn or sparse",
                failure("\"type\":\"dense\",\"inputs\":4,", "\"type\":\"x\",\"inputs\":4,"));
        assertEquals(
                text
                        + "in 'projections' at 0 in 'path' at 0 in 'inputs' is 5, expected 4, as many as the tensor 'fc1.weight' has",
                failure("\"inputs\":4,", "\"inputs\":5,"));
        assertEquals(
                text + "in 'projections' at 1 in 'target' is 'input', expected the name of a population",
                failure("\"target\":\"lif2\"", "\"target\":\"input\""));
        assertTrue(failure("\"delay\":0", "\"delay\":0,\"more\":1")
                .contains("has 'more', expected nothing but delay, name"));
        assertTrue(failure("\"name\":\"lif2\"", "\"name\":\"lif1\"").contains("the name 'lif1' is used already"));
        assertTrue(failure("\"shape\":[3]", "\"shape\":[16777216]")
                .contains("expected at most 16777216 inputs and neurons in all"));
        assertTrue(failure("\"beta\":0.9,", "\"beta\":1e39,").contains("expected a number that float32 can hold"));
        assertTrue(failure("\"version\":1,", "").contains("the value has no 'version'"));
        assertTrue(failure("{\"version\"", "{version").contains("at character 1 is 'v', expected a string"));
        assertEquals(
                "has the tensors [extra], expected none but those of the network, "
                        + network().weights().names(),
                failure("", "", row("extra", 1)));
        assertEquals(
                "tensor 'fc1.bias' has NaN at row 0, column 1, expected a finite number",
                failure("", "", row("fc1.bias", 1, Float.NaN, 2)));
        assertTrue(failure("", "", row("lif1.beta", 1, 2)).contains("2"));
        assertTrue(failure("", "", row("lif1.threshold", 1, 2)).contains("2"));
        assertEquals(
                "has no tensor 'fc1.weight_scale', which its description needs; it has ",
                failure(
                                "",
                                "",
                                Tensor.of(
                                        "fc1.weight",
                                        Tensor.Type.I8,
                                        List.of(3, 4),
                                        MemorySegment.ofArray(new byte[12])))
                        .replaceAll("\\[.*", ""));
        assertEquals(
                "tensor 'fc1.weight' of U8 [3, 4], expected F32, F16, BF16, or I8 or I16 with scales",
                failure(
                                "",
                                "",
                                Tensor.of(
                                        "fc1.weight",
                                        Tensor.Type.U8,
                                        List.of(3, 4),
                                        MemorySegment.ofArray(new byte[12])))
                        .replaceAll(".*(tensor )", "$1"));
    }

    @Test
    void aStateDictIsNoModelFile() throws IOException {
        Tensors.of(Map.of(), List.of(row("fc1.bias", 1))).write(file);
        assertMessage(
                IOException.class,
                file
                        + ": its metadata have no 'spikelane', expected the description of a network; without it this is no model file, but tensors alone (a state_dict): StateDict.read reads them onto a network",
                () -> ModelFile.read(file));
    }

    @Test
    void bytesAreThoseOfAFile() throws IOException {
        Network network = network();
        ModelFile.write(file, network);
        byte[] bytes = ModelFile.toBytes(network);
        assertArrayEquals(Files.readAllBytes(file), bytes);
        assertEquals(network.weights().hash(), ModelFile.of(bytes).weights().hash());
        bytes[8] = 'x';
        String message = assertThrows(IllegalArgumentException.class, () -> ModelFile.of(bytes))
                .getMessage();
        assertTrue(message.startsWith("network of " + bytes.length + " bytes: "), message);
        assertEquals(1, message.lines().count(), message);
    }

    /** Changed bytes give a network, or an error that names the file. */
    @Test
    void damagedFilesGiveNothingButAnErrorThatNamesThem() throws IOException {
        ModelFile.write(file, network());
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] bytes = whole.clone();
            for (int j = random.nextInt(3); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt() : '0' + random.nextInt(10));
            }
            try {
                ModelFile.read("m", new ByteArrayInputStream(bytes)).simulate(1).close();
            } catch (IOException error) {
                refused++;
                assertTrue(error.getMessage().startsWith("m: "), error.getMessage());
                assertEquals(1, error.getMessage().lines().count(), error.getMessage());
            }
        }
        assertTrue(refused > 1_000, refused + " of 3000 were refused");
    }
}
