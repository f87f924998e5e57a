package dev.spikelane.connection;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.fixture.Networks;
import dev.spikelane.fixture.Trainers;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import dev.spikelane.network.Weights;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The number of batches has 64 bits, like torch's, in memory, in training and in files. */
@EveryWidth
class BatchCountTest {

    private static final String NAME = "fc1.1.num_batches_tracked";
    /** The first whole number that float32 cannot represent. */
    private static final long LARGE = (1L << 24) + 1;

    private static Network network() {
        return Networks.of(5, dense(3, new Leaky(0.9f), BatchNorm.of(3)));
    }

    private static Network counted(long count) {
        Network network = network();
        network.weights().replace(NAME, count);
        return network;
    }

    @Test
    void trainingCountsBeyondWhatFloatsHave() {
        Network network = counted(LARGE);
        try (Trainer trainer = Trainers.of(network, 3, 4, CrossEntropyLoss.membrane(), new Sgd(0.1))) {
            FloatMatrix x = Matrices.uniform(Arena.ofAuto(), 12, 5, new Random(1));
            trainer.step(TrainingBatch.of(x, new int[4]));
        }
        assertEquals(LARGE + 3, network.weights().count(NAME));
        assertEquals(LARGE + 3, network.weights().get(NAME).get(0, 0));
    }

    @Test
    void filesHoldItAsTorchDoes() throws IOException {
        byte[] bytes = ModelFile.toBytes(counted(LARGE));
        Tensor tensor = find(bytes);
        assertEquals(Tensor.Type.I64, tensor.type());
        assertEquals(List.of(), tensor.shape());
        assertEquals(LARGE, ModelFile.of(bytes).weights().count(NAME));
    }

    @Test
    void floatsOfOlderFilesAreRead() throws IOException {
        byte[] bytes = ModelFile.toBytes(counted(7));
        assertEquals(7, ModelFile.of(with(bytes, floats(7))).weights().count(NAME));
        for (float wrong : new float[] {0.5f, -1}) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> ModelFile.of(with(bytes, floats(wrong))))
                    .getMessage();
            assertEquals("expected a whole number from 0, of I64", message.substring(message.indexOf("expected")));
        }
    }

    private static Tensor floats(float value) {
        return Tensor.of(NAME, FloatMatrix.vector(value), List.of());
    }

    private static byte[] with(byte[] file, Tensor other) throws IOException {
        Tensors content = Tensors.read("file", new ByteArrayInputStream(file), Tensors.Format.SAFETENSORS);
        List<Tensor> tensors = new ArrayList<>(content.tensors());
        tensors.replaceAll(tensor -> tensor.name().equals(NAME) ? other : tensor);
        return Tensors.of(content.metadata(), tensors).toBytes();
    }

    private static Tensor find(byte[] file) throws IOException {
        return Tensors.read("file", new ByteArrayInputStream(file), Tensors.Format.SAFETENSORS).tensors().stream()
                .filter(tensor -> tensor.name().equals(NAME))
                .findFirst()
                .orElseThrow();
    }

    /** Reading as a float and replacing keeps the number, and a refused value leaves it. */
    @Test
    void matricesRoundItAndPutItBack() {
        Network network = counted(LARGE);
        Weights weights = network.weights();
        assertEquals(ElementType.INT64, weights.type(NAME));
        weights.replace(NAME, weights.get(NAME));
        assertEquals(LARGE, weights.count(NAME));
        Map<String, FloatMatrix> bad = new LinkedHashMap<>();
        bad.put(NAME, FloatMatrix.vector(3));
        bad.put("fc1.1.running_var", FloatMatrix.vector(1, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> weights.replaceAll(bad));
        assertEquals(LARGE, weights.count(NAME));
        weights.replace(NAME, FloatMatrix.vector(3));
        assertEquals(3, weights.count(NAME));
    }

    @Test
    void refusesWhatIsNoNumberOfBatches() {
        Weights weights = network().weights();
        assertInvalid("'num_batches_tracked' is -1, expected a whole number from 0", () -> weights.replace(NAME, -1));
        assertInvalid(
                "'num_batches_tracked' is 0.5, expected a whole number from 0",
                () -> weights.replace(NAME, FloatMatrix.vector(0.5f)));
        assertIllegalState("'bias' has elements of FLOAT32, expected INT64", () -> weights.count("fc1.0.bias"));
        assertIllegalState(
                "'num_batches_tracked' has elements of INT64, expected INT8, INT16, INT4 or TERNARY",
                () -> weights.integers(NAME));
    }
}
