package dev.spikelane.io;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Failures.assertStart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Arrays from streams, and of float64. */
final class NpyStreamTest extends FolderCase {

    @Test
    void streamsHoldWhatFilesHold() throws IOException {
        FloatMatrix values = FloatMatrix.of(new float[] {1, -2.5f}, new float[] {Float.NaN, 3e38f});
        Path file = folder.resolve("values.npy");
        Npy.write(file, values, 1, 2, 2);
        Npy<FloatMatrix> read = Npy.readFloats("values", stream(Files.readAllBytes(file)));
        assertEquals(List.of(1, 2, 2), read.shape());
        assertArrayEquals(values.toArray(), read.matrix().toArray());
        assertArrayEquals(values.toArray(), Npy.readFloats(file).matrix().toArray());

        SpikeMatrix spikes = SpikeMatrix.copyOf(2, 3, new byte[] {1, 0, 0, 0, 1, 1});
        Npy.write(file, spikes);
        assertArrayEquals(
                spikes.toArray(),
                Npy.readSpikes("spikes", stream(Files.readAllBytes(file)))
                        .matrix()
                        .toArray());
        assertArrayEquals(spikes.toArray(), Npy.readSpikes(file).matrix().toArray());
    }

    @Test
    void brokenStreamsAreNamed() throws IOException {
        Path file = folder.resolve("values.npy");
        Npy.write(file, FloatMatrix.zeros(2, 3));
        byte[] whole = Files.readAllBytes(file);
        assertFails("s: ends inside its header, expected ", Arrays.copyOf(whole, 20));
        assertFails("s: ends inside its data, expected 1 more bytes", Arrays.copyOf(whole, whole.length - 1));
        assertFails(
                "s: goes on after the items of shape (2, 3), expected its end", Arrays.copyOf(whole, whole.length + 1));
    }

    @Test
    void doublesAreRoundedOnRequest() throws IOException {
        double[] values = {0.1, -1e-50, 1 + 0x1p-24, Double.NEGATIVE_INFINITY, Double.NaN, 3.4028235e38};
        Path file = Files.write(folder.resolve("doubles.npy"), doubles(values));
        float[] read = Npy.readRounded(file).matrix().toArray();
        for (int i = 0; i < values.length; i++) {
            assertEquals((float) values[i], read[i]);
        }
        IOException refused = assertThrows(IOException.class, () -> Npy.readFloats(file));
        assertTrue(
                refused.getMessage()
                        .endsWith(
                                "has item type '<f8', expected '<f4' (float32); Npy.readRounded takes float64 as well"),
                refused.getMessage());
        Npy.write(folder.resolve("floats.npy"), FloatMatrix.of(new float[] {7}));
        assertEquals(7, Npy.readRounded(folder.resolve("floats.npy")).matrix().get(0, 0));
    }

    @Test
    void doublesThatFloatsCannotHoldAreRefused() throws IOException {
        Path file = Files.write(folder.resolve("doubles.npy"), doubles(1, 1e39));
        assertMessage(
                IOException.class,
                file + ": item 1 of row 0 is 1.0E39, which float32 cannot hold",
                () -> Npy.readRounded(file));
    }

    private static byte[] doubles(double... values) {
        byte[] header = new NpyHeader("<f8", false, List.of(values.length)).toBytes();
        ByteBuffer file = ByteBuffer.allocate(header.length + Double.BYTES * values.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(header);
        for (double value : values) {
            file.putDouble(value);
        }
        return file.array();
    }

    private static void assertFails(String start, byte[] bytes) {
        assertStart(IOException.class, start, () -> Npy.readFloats("s", stream(bytes)));
    }

    private static ByteArrayInputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }
}
