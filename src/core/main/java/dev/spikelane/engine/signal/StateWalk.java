package dev.spikelane.engine.signal;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.RowBytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A walk over the content of a state, in the order of its bytes. It writes the bytes, reads the state from them, or
 * counts them without a buffer. Nothing is allocated.
 */
public final class StateWalk {

    private @Nullable ByteBuffer buffer;
    private boolean reads;
    private long bytes;

    public StateWalk begin(@Nullable ByteBuffer of, boolean out) {
        buffer = of;
        reads = out;
        bytes = 0;
        return this;
    }

    /** Forgets the buffer, so that it can be freed. */
    public void end() {
        buffer = null;
    }

    public boolean reads() {
        return reads;
    }

    /** Returns the number of counted bytes. */
    public long bytes() {
        return bytes;
    }

    /** Adds bytes to the count; returns false if the walk writes or reads instead. */
    public boolean counts(long some) {
        bytes += buffer == null ? some : 0;
        return buffer == null;
    }

    /** Returns the flag that was read, or {@code value} if the walk does not read. */
    public boolean flag(boolean value) {
        bytes++;
        if (buffer != null && !reads) {
            buffer.put((byte) (value ? 1 : 0));
        }
        return buffer != null && reads ? buffer.get() != 0 : value;
    }

    /** Walks the first rows of a matrix, in the format of {@link RowBytes}. */
    public void rows(Signal rows, int count, int rowBytes, Shape shape) {
        bytes += (long) count * rowBytes;
        if (buffer != null && reads) {
            RowBytes.read(rows, count, rowBytes, shape, buffer);
        } else if (buffer != null) {
            RowBytes.write(rows, count, rowBytes, shape, buffer);
        }
    }

    public void neurons(NeuronState state, Shape shape) {
        bytes += state.bytes();
        if (buffer != null && reads) {
            state.read(shape, buffer);
        } else if (buffer != null) {
            state.write(shape, buffer);
        }
    }
}
