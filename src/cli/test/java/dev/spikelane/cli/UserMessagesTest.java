package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.model.NirImport;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.plot.Report;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages about mistakes name the mistake and the correction. */
final class UserMessagesTest extends FolderCase {

    private static Network network(int neurons) {
        return Networks.dense(new TorchRandom(1), new Leaky(0.9), 4, neurons - 2, 2);
    }

    private static String refused(Executable call) {
        return assertThrows(Exception.class, call).getMessage();
    }

    @Test
    void aFileOfPyTorchNamesWhatReadsIt() throws IOException {
        Path file = folder.resolve("weights.pth");
        Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0});
        String message = refused(() -> Tensors.read(file, Tensors.Format.SAFETENSORS));
        assertTrue(message.contains("read it with dev.spikelane.model.StateDict"), message);
    }

    @Test
    void convertListsWhatCanBeWritten() throws IOException {
        Path model = folder.resolve("model.safetensors");
        ModelFile.write(model, network(30));
        CommandRun.of("convert", model.toString(), folder.resolve("out.xyz").toString())
                .requireFailureWith(2, "ends in .safetensors or .npz or .nir");
    }

    @Test
    void hdf5OfOthersSaysWhatToDoInPython() throws IOException {
        Path file = folder.resolve("data.h5");
        try (WritableHdfFile data = HdfFile.write(file)) {
            data.putDataset("x", new float[] {1, 2});
        }
        String message = refused(() -> NirImport.DEFAULT.read(file));
        assertTrue(message.contains("in Python with safetensors.numpy.save_file or numpy.save"), message);
    }

    @Test
    void aMissingArrayIsNoFolderOfImages() throws IOException {
        Path model = folder.resolve("model.safetensors");
        ModelFile.write(model, network(30));
        Path missing = folder.resolve("missing.npy");
        CommandRun.of("run", "--model", model.toString(), "--data", missing.toString())
                .requireFailureWith(1, "spikelane: " + missing + ": no such file\n");
    }

    @Test
    void aStateOfAnotherNetworkSaysWhatDiffers() {
        try (Simulation simulation = network(30).simulate(1);
                Simulation other = network(31).simulate(1);
                Simulation same = network(31).simulate(1)) {
            String message = refused(() -> simulation.restore(other.snapshot()));
            assertTrue(message.startsWith("state is of a network of 31 neurons, expected 30 ("), message);
            same.restore(other.snapshot());
        }
    }

    @Test
    void channelsThatComeLastAreSaid() {
        Convolution convolution = Convolution.of(Kernel.of(3), FloatMatrix.zeros(8, 9), FloatMatrix.zeros(1, 8));
        String message = refused(() -> convolution.outputShape(Shape.of(28, 28, 1)));
        assertTrue(
                message.endsWith("28 channels, expected 1: shapes are channels first, as torch's, found [28 x 28 x 1]"),
                message);
        message = refused(() -> convolution.outputShape(Shape.of(2, 28, 28)));
        assertTrue(message.endsWith("2 channels, expected 1"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"stpes", "training.stpes", "steps"})
    void aNoteThatIsNearlyOneWithAMeaningIsRefused(String name) {
        assertEquals(
                "a note has the name '" + name + "', expected 'training.steps'",
                refused(() -> new Model(network(30), Map.of(name, "25"))));
        assertEquals("x", new Model(network(30), Map.of("author", "x")).notes().get("author"));
    }

    @Test
    void aReportIsAPage() {
        Path file = folder.resolve("report.pdf");
        String message = refused(() -> Report.of("x").write(file));
        assertEquals("report is to be written to " + file + ", expected .html, as it is a page", message);
        assertFalse(Files.exists(file));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e30, -1, Double.NaN})
    void ratesThatLearnNothingAreRefused(double rate) {
        String message = "rate is " + rate + ", expected more than 0 and at most 1000.0";
        assertEquals(message, refused(() -> new Adam(rate)));
        assertEquals(message, refused(() -> Adam.decoupled(rate)));
    }

    @Test
    void labelsOf64BitsAreRead() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(3 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(7).putLong(-1).putLong(2_147_483_647);
        Tensor labels = Tensor.of("labels", Tensor.Type.I64, List.of(3), MemorySegment.ofArray(bytes.array()));
        Path file = folder.resolve("labels.npz");
        Tensors.of(Tensors.Format.NUMPY, List.of(labels)).write(file);
        assertArrayEquals(
                new int[] {7, -1, 2_147_483_647},
                Tensors.read(file, Tensors.Format.NUMPY).tensor("labels").integers());
        bytes.putLong(0, 1L << 31);
        String message = refused(labels::integers);
        assertTrue(message.endsWith("is 2147483648, expected a number that int has"), message);
        Tensor floats = Tensor.of("floats", Tensor.Type.F32, List.of(6), labels.bytes());
        assertTrue(refused(floats::integers).endsWith("is of floats, expected whole numbers"));
    }
}
