package dev.spikelane.memory;

import static dev.spikelane.Filled.bytes;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

final class SpikeMatrixProperties extends KernelCase {

    @Property
    void rowsAreWholeWords(@UpTo(9) int rows, @UpTo(300) int columns) {
        SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, columns);
        assertEquals(rows, spikes.rows());
        assertEquals(columns, spikes.columns());
        assertEquals((columns + 63) / 64, spikes.stride());
        assertEquals(0, spikes.segment().address() % 64);
        assertEquals(
                (long) rows * spikes.stride() * Long.BYTES, spikes.segment().byteSize());
        assertEquals((rows - 1L) * spikes.stride() * Long.BYTES, spikes.rowOffset(rows - 1));
        assertEquals(0, spikes.count());
    }

    @Property
    void keepsWhatIsWritten(@UpTo(9) int rows, @UpTo(200) int columns, @ForAll long seed) {
        byte[] bits = bits(rows * columns, seed);
        SpikeMatrix copy = SpikeMatrix.copyOf(arena, rows, columns, bits);
        assertArrayEquals(bits, copy.toArray());
        assertZeroPads(copy, "copyOf");

        SpikeMatrix written = SpikeMatrix.zeros(arena, rows, columns);
        for (int i = 0; i < bits.length; i++) {
            written.set(i / columns, i % columns, true);
            written.set(i / columns, i % columns, bits[i] != 0);
            assertEquals(bits[i] != 0, written.get(i / columns, i % columns));
        }
        assertSameBits(copy, written, "set");

        SpikeMatrix third = SpikeMatrix.zeros(arena, rows, columns);
        third.copyFrom(written);
        assertSameBits(copy, third, "copyFrom");
        third.clear();
        assertArrayEquals(new byte[bits.length], third.toArray());
    }

    @Property
    void countsItsSpikes(@UpTo(9) int rows, @UpTo(200) int columns, @ForAll long seed) {
        Random random = new Random(seed);
        int first = random.nextInt(rows);
        int count = 1 + random.nextInt(rows - first);
        byte[] bits = bits(rows * columns, seed);
        SpikeMatrix spikes = SpikeMatrix.copyOf(arena, rows, columns, bits);
        assertEquals(sum(bits, 0, bits.length), spikes.count());
        assertEquals((double) sum(bits, 0, bits.length) / bits.length, spikes.density());
        assertEquals(sum(bits, first * columns, (first + count) * columns), spikes.count(first, count));
        assertEquals(spikes.count(first, count), spikes.rows(first, count).count());
    }

    @Property
    void viewsShareTheirRowsAndNoOthers(@UpTo(9) int rows, @UpTo(200) int columns, @ForAll long seed) {
        Random random = new Random(seed);
        int first = random.nextInt(rows);
        int count = 1 + random.nextInt(rows - first);
        byte[] bits = bits(rows * columns, seed);
        SpikeMatrix spikes = SpikeMatrix.copyOf(arena, rows, columns, bits);
        SpikeMatrix view = spikes.rows(first, count);
        assertEquals(count, view.rows());
        assertEquals(columns, view.columns());
        assertEquals(spikes.get(first, columns - 1), view.get(0, columns - 1));
        view.clear();
        byte[] after = spikes.toArray();
        for (int i = 0; i < after.length; i++) {
            boolean inView = i / columns >= first && i / columns < first + count;
            assertEquals(inView ? 0 : bits[i], after[i]);
        }
        SpikeMatrix cleared = SpikeMatrix.copyOf(arena, rows, columns, bits);
        cleared.clear(first, count);
        assertArrayEquals(after, cleared.toArray());
        assertThrows(IndexOutOfBoundsException.class, () -> cleared.clear(first, rows - first + 1));
        spikes.set(first, 0, true);
        assertEquals(true, view.get(0, 0));
    }

    private static long sum(byte[] bits, int from, int to) {
        long sum = 0;
        for (int i = from; i < to; i++) {
            sum += bits[i];
        }
        return sum;
    }

    private static byte[] bits(int count, long seed) {
        Random random = new Random(seed);
        return bytes(count, i -> (byte) random.nextInt(2));
    }
}
