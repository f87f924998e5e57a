package dev.spikelane.model;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.engine.StateHeader;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of commit 435617d, before networks had one description: a network of all storable connections, and its state
 * after five steps.
 */
final class OldFilesTest extends FolderCase {

    /** The old header of a state: magic, version, fingerprint, hash, batch, steps. */
    private static final int OLD_HEADER = 3 * Integer.BYTES + 3 * Long.BYTES;

    private static byte[] bytes(String name) throws IOException {
        try (InputStream stream = OldFilesTest.class.getResourceAsStream("/formats/" + name)) {
            return Objects.requireNonNull(stream, name).readAllBytes();
        }
    }

    private Path file(String name) throws IOException {
        return Files.write(folder.resolve(name), bytes(name));
    }

    @Test
    void modelsAreReadAndWrittenAsBefore() throws IOException {
        Network read = ModelFile.read(file("model.safetensors"));
        assertEquals(0xa915_e772_fccd_5ad4L, read.weights().hash());
        assertEquals(
                List.of("several.0.weight", "several.2.weight", "several.4.weight", "several.4.bias"),
                read.weights().names().subList(0, 4));
        Path again = folder.resolve("again.safetensors");
        ModelFile.write(again, read, Map.of("made.by", "435617d"));
        assertHoldsAllOf(folder.resolve("model.safetensors"), again);
    }

    /** The new file has the old content, and snnTorch's additional buffers. */
    private static void assertHoldsAllOf(Path old, Path written) throws IOException {
        Tensors before = Tensors.read(old, Tensors.Format.SAFETENSORS);
        Tensors after = Tensors.read(written, Tensors.Format.SAFETENSORS);
        assertEquals(before.metadata(), after.metadata());
        List<Tensor> kept = after.tensors().stream()
                .filter(each -> before.tensors().stream()
                        .anyMatch(tensor -> tensor.name().equals(each.name())))
                .toList();
        assertArrayEquals(
                Tensors.of(before.metadata(), before.tensors()).toBytes(),
                Tensors.of(after.metadata(), kept).toBytes());
        for (Tensor each : after.tensors()) {
            assertTrue(
                    kept.contains(each) || each.name().matches(".*\\.(reset_mechanism_val|graded_spikes_factor)"),
                    each.name());
        }
    }

    @Test
    void weightsOfEightBitsAreReadAsFloatsAndAsIntegers() throws IOException {
        Path file = file("model-8-bits.safetensors");
        assertEquals(0xea_8f6b_74e4_2c45L, ModelFile.read(file).weights().hash());
        assertEquals(
                0x3f46_cedd_ea72_3b82L, ModelFile.readIntegers(file).weights().hash());
        Path again = folder.resolve("again.safetensors");
        ModelFile.write8Bit(again, ModelFile.read(folder.resolve("model-8-bits.safetensors")));
        assertHoldsAllOf(file, again);
    }

    /** Weights of 2 and 4 bits with a byte each (commit bda7d31c); now they are packed. */
    @ParameterizedTest
    @CsvSource({"2, 0x0c38d254b6d2b1a2", "4, 0x5e2c3c5ff3307d7b"})
    void weightsOfFewBitsAreReadFromBytes(int bits, String hash) throws IOException {
        byte[] old = bytes("model-" + bits + "-bits-unpacked.safetensors");
        Network read = ModelFile.of(old);
        assertEquals(Long.decode(hash), read.weights().hash());
        byte[] packed = ModelFile.toBytes(read);
        assertEquals(read.weights().hash(), ModelFile.of(packed).weights().hash());
        int before = 7 * 36 + 3 * 4;
        int after = 7 * 36 / (8 / bits) + 3 * 4 / (8 / bits);
        assertEquals(before - after, items(old) - items(packed));
    }

    /** Returns the bytes after the header. */
    private static long items(byte[] file) {
        return file.length
                - ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    }

    /** The network behaves as before; only fingerprints of graphs have changed. */
    @Test
    void statesAreRefusedThoughNeuronsDoTheSame() throws IOException {
        byte[] old = bytes("state-2.spks");
        assertInvalid(
                "state has version 2, which an older Spikelane took, expected 5: run the steps again",
                () -> SimulationState.of(old));
        TorchRandom random = new TorchRandom(5);
        FloatMatrix x = FloatMatrix.zeros(10, 6);
        FloatMatrix y = FloatMatrix.zeros(10, 4);
        random.uniform(x, 0, 3);
        random.uniform(y, 0, 3);
        try (Simulation simulation = ModelFile.read(file("model.safetensors")).simulate(2)) {
            simulation.run(Map.of("x", x, "y", y));
            byte[] now = simulation.snapshot().toBytes();
            assertArrayEquals(
                    Arrays.copyOfRange(old, OLD_HEADER, old.length - Integer.BYTES),
                    Arrays.copyOfRange(now, StateHeader.BYTES, now.length));
            assertEquals(hash(old), SimulationState.of(now).valuesHash());
        }
    }

    private static long hash(byte[] state) {
        return ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN).getLong(2 * Integer.BYTES + Long.BYTES);
    }
}
