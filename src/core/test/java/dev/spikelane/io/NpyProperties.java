package dev.spikelane.io;

import static dev.spikelane.Filled.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Awkward.ZeroTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class NpyProperties extends KernelCase {

    private static Path file = Path.of("");

    @BeforeContainer
    static void makeFile() throws IOException {
        file = Files.createTempDirectory("spikelane").resolve("file.npy");
    }

    @AfterContainer
    static void deleteFile() throws IOException {
        Files.deleteIfExists(file);
        Files.delete(file.getParent());
    }

    /** Rows of up to 40,000 floats exceed the buffers of reader and writer. */
    @Property(tries = 60)
    void floatsComeBackBitForBit(@UpTo(5) int steps, @UpTo(3) int batch, @UpTo(40_000) int neurons, @ForAll long seed)
            throws IOException {
        FloatMatrix values = FloatMatrix.zeros(arena, steps * batch, neurons);
        Random random = new Random(seed);
        for (int row = 0; row < values.rows(); row++) {
            for (int column = 0; column < neurons; column++) {
                long offset = values.rowOffset(row) + (long) column * Float.BYTES;
                values.segment().set(ValueLayout.JAVA_INT, offset, random.nextInt());
            }
        }
        Npy.write(file, values, steps, batch, neurons);
        Npy<FloatMatrix> read = Npy.readFloats(file, arena);
        assertEquals(List.of(steps, batch, neurons), read.shape());
        assertEquals(-1, values.segment().mismatch(read.matrix().segment()));
    }

    @Property(tries = 60)
    void spikesComeBackAndPadsStayZero(@UpTo(40) int rows, @UpTo(5_000) int columns, @ForAll long seed)
            throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, columns);
        Random random = new Random(seed);
        byte[] bits = bytes(rows * columns, i -> (byte) random.nextInt(2));
        spikes.copyFrom(bits);
        Npy.write(file, spikes);
        Npy<SpikeMatrix> read = Npy.readSpikes(file, arena);
        assertEquals(List.of(rows, columns), read.shape());
        assertEquals(-1, spikes.segment().mismatch(read.matrix().segment()));
        byte[] content = Files.readAllBytes(file);
        assertEquals(0, (content.length - bits.length) % 64, "the data is aligned");
        assertArrayEquals(bits, Arrays.copyOfRange(content, content.length - bits.length, content.length));
    }

    @FewerTries(fullWidth = 4)
    @Property(tries = 1000)
    void damagedFilesGiveNothingButAnExceptionThatNamesThem(
            @ZeroTo(135) int position, @ForAll byte value, @ForAll boolean cut) throws IOException {
        Npy.write(file, FloatMatrix.vector(arena, 1, 2), 2);
        byte[] content = Files.readAllBytes(file);
        content[position] = value;
        Files.write(file, cut ? Arrays.copyOf(content, position) : content);
        try {
            assertEquals(2, Npy.readFloats(file, arena).matrix().toArray().length);
        } catch (IOException error) {
            assertTrue(String.valueOf(error.getMessage()).startsWith(file + ": "), error.getMessage());
        }
    }
}
