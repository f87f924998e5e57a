package dev.spikelane.simd;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Converts rows of matrices to bytes and back: little endian in a buffer with any byte order, each row in torch's
 * order. The caller sets the bytes of a row; bytes after its columns are zero. All NaNs have one bit pattern. Nothing
 * is allocated, and the position of a buffer moves past the bytes.
 */
public final class RowBytes {

    /** The shape of rows in torch's order, with any number of columns. */
    public static final Shape IN_ORDER = Shape.of(1);

    private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private RowBytes() {}

    public static int padded(Signal rows) {
        return Math.toIntExact(rows.rowOffset(1));
    }

    public static int least(Signal rows) {
        return rows instanceof SpikeMatrix ? Math.ceilDiv(rows.columns(), Byte.SIZE) : rows.columns() * Float.BYTES;
    }

    public static void write(Signal from, int rows, int rowBytes, Shape shape, ByteBuffer to) {
        for (int row = 0; row < rows; row++) {
            long offset = from.rowOffset(row);
            int start = to.position();
            if (LITTLE && to.hasArray() && !TorchLayout.differs(shape)) {
                MemorySegment.copy(from.segment(), JAVA_BYTE, offset, to.array(), to.arrayOffset() + start, rowBytes);
            } else {
                for (int i = 0; i < rowBytes; i++) {
                    to.put(start + i, (byte) 0);
                }
                switch (from) {
                    case FloatMatrix values -> write(values, offset, shape, to);
                    case SpikeMatrix spikes -> write(spikes, offset, shape, to);
                }
            }
            if (from instanceof FloatMatrix) {
                Nans.unify(to, start, start + from.columns() * Float.BYTES);
            }
            to.position(start + rowBytes);
        }
    }

    private static void write(FloatMatrix from, long offset, Shape shape, ByteBuffer to) {
        for (int i = 0; i < from.columns(); i++) {
            int bits = from.segment().get(JAVA_INT, offset + (long) i * Float.BYTES);
            int place = TorchLayout.differs(shape) ? TorchLayout.placeInTorch(shape, i) : i;
            to.putInt(to.position() + place * Float.BYTES, little(bits, to));
        }
    }

    private static void write(SpikeMatrix from, long offset, Shape shape, ByteBuffer to) {
        for (int word = 0; word < from.stride(); word++) {
            long bits = from.segment().get(JAVA_LONG, offset + (long) word * Long.BYTES);
            for (; bits != 0; bits &= bits - 1) {
                int inside = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                int torch = TorchLayout.differs(shape) ? TorchLayout.placeInTorch(shape, inside) : inside;
                int place = to.position() + torch / Byte.SIZE;
                to.put(place, (byte) (to.get(place) | 1 << torch % Byte.SIZE));
            }
        }
    }

    /** Reads the first rows of a matrix. Padding stays zero; bits after the columns are ignored. */
    public static void read(Signal to, int rows, int rowBytes, Shape shape, ByteBuffer from) {
        for (int row = 0; row < rows; row++) {
            int start = from.position();
            switch (to) {
                case FloatMatrix values -> read(values, to.rowOffset(row), shape, from);
                case SpikeMatrix spikes -> read(spikes, to.rowOffset(row), shape, from);
            }
            from.position(start + rowBytes);
        }
    }

    private static void read(FloatMatrix to, long offset, Shape shape, ByteBuffer from) {
        if (LITTLE && from.hasArray() && !TorchLayout.differs(shape)) {
            int place = from.arrayOffset() + from.position();
            MemorySegment.copy(from.array(), place, to.segment(), JAVA_BYTE, offset, to.columns() * Float.BYTES);
            return;
        }
        for (int i = 0; i < to.columns(); i++) {
            int place = TorchLayout.differs(shape) ? TorchLayout.placeInTorch(shape, i) : i;
            int bits = from.getInt(from.position() + place * Float.BYTES);
            to.segment().set(JAVA_INT, offset + (long) i * Float.BYTES, little(bits, from));
        }
    }

    private static void read(SpikeMatrix to, long offset, Shape shape, ByteBuffer from) {
        for (int word = 0; word < to.stride(); word++) {
            to.segment().set(JAVA_LONG, offset + (long) word * Long.BYTES, 0);
        }
        for (int i = 0; i < least(to); i++) {
            int last = Math.min(to.columns() - i * Byte.SIZE, Byte.SIZE);
            int bits = from.get(from.position() + i) & (1 << last) - 1;
            for (; bits != 0; bits &= bits - 1) {
                int torch = i * Byte.SIZE + Integer.numberOfTrailingZeros(bits);
                int neuron = TorchLayout.differs(shape) ? TorchLayout.placeInside(shape, torch) : torch;
                long place = offset + (long) (neuron / Long.SIZE) * Long.BYTES;
                to.segment().set(JAVA_LONG, place, to.segment().get(JAVA_LONG, place) | 1L << neuron);
            }
        }
    }

    static int little(int bits, ByteBuffer buffer) {
        return buffer.order() == ByteOrder.LITTLE_ENDIAN ? bits : Integer.reverseBytes(bits);
    }

    public static long little(long bits, ByteBuffer buffer) {
        return buffer.order() == ByteOrder.LITTLE_ENDIAN ? bits : Long.reverseBytes(bits);
    }
}
