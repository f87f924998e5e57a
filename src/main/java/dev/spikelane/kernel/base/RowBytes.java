package dev.spikelane.kernel.base;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Rows of matrices as bytes: little endian whatever the order of the buffer, each row in torch's order. A row takes as
 * many bytes as the caller says, at least those of its columns; the others are zero. All NaNs have one bit pattern.
 * Nothing is allocated, and buffers' positions move behind what was read or written.
 */
public final class RowBytes {

    /** For rows that are in torch's order themselves, whatever their columns. */
    public static final Shape IN_ORDER = Shape.of(1);

    private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private RowBytes() {}

    /** Writes the first rows of a matrix. */
    public static void write(FloatMatrix from, int rows, int rowBytes, Shape shape, ByteBuffer to) {
        boolean reordered = TorchLayout.differs(shape);
        for (int row = 0; row < rows; row++) {
            long offset = from.rowOffset(row);
            int start = to.position();
            if (LITTLE && to.hasArray() && !reordered) {
                copy(from.segment(), offset, rowBytes, to);
            } else {
                clear(to, start, rowBytes);
                for (int i = 0; i < from.columns(); i++) {
                    int bits = from.segment().get(JAVA_INT, offset + (long) i * Float.BYTES);
                    to.putInt(
                            start + (reordered ? TorchLayout.placeInTorch(shape, i) : i) * Float.BYTES,
                            little(bits, to));
                }
            }
            Nans.unify(to, start, start + from.columns() * Float.BYTES);
            to.position(start + rowBytes);
        }
    }

    /** Reads the first rows of a matrix, whose padding stays zero. */
    public static void read(FloatMatrix to, int rows, int rowBytes, Shape shape, ByteBuffer from) {
        boolean reordered = TorchLayout.differs(shape);
        for (int row = 0; row < rows; row++) {
            long offset = to.rowOffset(row);
            int start = from.position();
            if (LITTLE && from.hasArray() && !reordered) {
                int place = from.arrayOffset() + start;
                MemorySegment.copy(from.array(), place, to.segment(), JAVA_BYTE, offset, to.columns() * Float.BYTES);
            } else {
                for (int i = 0; i < to.columns(); i++) {
                    int bits = from.getInt(start + (reordered ? TorchLayout.placeInTorch(shape, i) : i) * Float.BYTES);
                    to.segment().set(JAVA_INT, offset + (long) i * Float.BYTES, little(bits, from));
                }
            }
            from.position(start + rowBytes);
        }
    }

    /** Writes the first rows of spikes, a bit a neuron. */
    public static void write(SpikeMatrix from, int rows, int rowBytes, Shape shape, ByteBuffer to) {
        boolean reordered = TorchLayout.differs(shape);
        for (int row = 0; row < rows; row++) {
            long offset = from.rowOffset(row);
            int start = to.position();
            if (LITTLE && to.hasArray() && !reordered) {
                copy(from.segment(), offset, rowBytes, to);
            } else {
                clear(to, start, rowBytes);
                for (int word = 0; word < from.stride(); word++) {
                    long bits = from.segment().get(JAVA_LONG, offset + (long) word * Long.BYTES);
                    for (; bits != 0; bits &= bits - 1) {
                        int inside = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                        int torch = reordered ? TorchLayout.placeInTorch(shape, inside) : inside;
                        int place = start + torch / Byte.SIZE;
                        to.put(place, (byte) (to.get(place) | 1 << torch % Byte.SIZE));
                    }
                }
            }
            to.position(start + rowBytes);
        }
    }

    /** Reads the first rows of spikes; bits behind the last neuron are left out. */
    public static void read(SpikeMatrix to, int rows, int rowBytes, Shape shape, ByteBuffer from) {
        boolean reordered = TorchLayout.differs(shape);
        int bytes = Math.ceilDiv(to.columns(), Byte.SIZE);
        for (int row = 0; row < rows; row++) {
            long offset = to.rowOffset(row);
            int start = from.position();
            for (int word = 0; word < to.stride(); word++) {
                to.segment().set(JAVA_LONG, offset + (long) word * Long.BYTES, 0);
            }
            for (int i = 0; i < bytes; i++) {
                int last = Math.min(to.columns() - i * Byte.SIZE, Byte.SIZE);
                int bits = from.get(start + i) & (1 << last) - 1;
                for (; bits != 0; bits &= bits - 1) {
                    int torch = i * Byte.SIZE + Integer.numberOfTrailingZeros(bits);
                    set(to.segment(), offset, reordered ? TorchLayout.placeInside(shape, torch) : torch);
                }
            }
            from.position(start + rowBytes);
        }
    }

    private static void set(MemorySegment rows, long offset, int neuron) {
        long place = offset + (long) (neuron / Long.SIZE) * Long.BYTES;
        rows.set(JAVA_LONG, place, rows.get(JAVA_LONG, place) | 1L << neuron);
    }

    private static void copy(MemorySegment from, long offset, int bytes, ByteBuffer to) {
        MemorySegment.copy(from, JAVA_BYTE, offset, to.array(), to.arrayOffset() + to.position(), bytes);
    }

    private static void clear(ByteBuffer to, int start, int bytes) {
        for (int i = 0; i < bytes; i++) {
            to.put(start + i, (byte) 0);
        }
    }

    static int little(int bits, ByteBuffer buffer) {
        return buffer.order() == ByteOrder.LITTLE_ENDIAN ? bits : Integer.reverseBytes(bits);
    }

    /** A number in little endian, for {@code putLong} and from {@code getLong}. */
    public static long little(long bits, ByteBuffer buffer) {
        return buffer.order() == ByteOrder.LITTLE_ENDIAN ? bits : Long.reverseBytes(bits);
    }
}
