package dev.spikelane.engine.signal;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.Rows;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Visits the content of a state in the order of its bytes, and writes, reads or counts them. Nothing is allocated.
 *
 * <p>A state of all samples has rows with padding in torch's order, little endian. A state of one sample has rows
 * without padding in the order of memory.
 */
public final class StateVisitor {

    private static final int ALL = -1;

    private @Nullable ByteBuffer buffer;
    private MemorySegment memory = MemorySegment.NULL;
    private int sample = ALL;
    private boolean reads;
    private long bytes;

    /** Begins a visit of all samples; without a buffer it counts bytes. */
    public StateVisitor begin(@Nullable ByteBuffer of, boolean in) {
        buffer = of;
        sample = ALL;
        reads = in;
        bytes = 0;
        return this;
    }

    /** Begins a visit of one sample, whose bytes begin at an offset; with {@link MemorySegment#NULL} it counts them. */
    public void begin(int one, MemorySegment of, long at, boolean in) {
        memory = of;
        sample = one;
        reads = in;
        bytes = at;
    }

    /** Forgets the memory, so that it can be freed. */
    public void end() {
        buffer = null;
        memory = MemorySegment.NULL;
    }

    public boolean reads() {
        return reads;
    }

    public boolean isOfAllSamples() {
        return sample == ALL;
    }

    /** Returns the number of counted bytes, or the offset after the bytes of one sample. */
    public long bytes() {
        return bytes;
    }

    /** Adds bytes to the count; returns false if the visitor writes or reads instead. */
    public boolean counts(long some) {
        bytes += buffer == null ? some : 0;
        return buffer == null;
    }

    /** Returns the flag that was read, or {@code value} if the visitor does not read. */
    public boolean flag(boolean value) {
        bytes++;
        if (buffer != null && !reads) {
            buffer.put((byte) (value ? 1 : 0));
        }
        return buffer != null && reads ? buffer.get() != 0 : value;
    }

    /** Visits the rows of some steps, step after step. */
    public void steps(Signal rows, int steps, int batch, Shape shape) {
        if (sample == ALL) {
            rows(rows, steps * batch, RowBytes.padded(rows), shape);
            return;
        }
        for (int step = 0; step < steps; step++) {
            bytes = Rows.pack(rows, step * batch + sample, memory, bytes, reads);
        }
    }

    /** Visits the first rows of a matrix, in the format of {@link RowBytes}. */
    public void rows(Signal rows, int count, int rowBytes, Shape shape) {
        bytes += (long) count * rowBytes;
        if (buffer != null && reads) {
            RowBytes.read(rows, count, rowBytes, shape, buffer);
        } else if (buffer != null) {
            RowBytes.write(rows, count, rowBytes, shape, buffer);
        }
    }

    public void neurons(NeuronState state, Shape shape) {
        if (sample != ALL) {
            bytes = state.pack(sample, memory, bytes, reads);
            return;
        }
        bytes += state.bytes();
        if (buffer != null && reads) {
            state.read(shape, buffer);
        } else if (buffer != null) {
            state.write(shape, buffer);
        }
    }
}
