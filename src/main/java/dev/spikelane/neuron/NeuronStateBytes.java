package dev.spikelane.neuron;

import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** States as bytes, which do not depend on how their rows are padded. */
final class NeuronStateBytes {

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private NeuronStateBytes() {}

    static long count(NeuronState state) {
        long bytes = (long) state.steps().length * Long.BYTES;
        for (FloatMatrix matrix : state.matrices()) {
            bytes += matrix.rows() * rowBytes(matrix);
        }
        SpikeMatrix spikes = state.spikes();
        return state.recurrent() ? bytes + (long) spikes.rows() * rowBytes(spikes) : bytes;
    }

    static void write(NeuronState state, Shape shape, ByteBuffer to) {
        MemorySegment target = segment(state, to);
        long[] steps = state.steps();
        MemorySegment.copy(steps, 0, target, LONG, 0, steps.length);
        long offset = (long) steps.length * Long.BYTES;
        for (FloatMatrix inside : state.matrices()) {
            FloatMatrix matrix = TorchLayout.inTorch(shape, inside);
            for (int row = 0; row < matrix.rows(); row++, offset += rowBytes(matrix)) {
                MemorySegment.copy(
                        matrix.segment(),
                        ValueLayout.JAVA_FLOAT,
                        matrix.rowOffset(row),
                        target,
                        FLOAT,
                        offset,
                        matrix.columns());
            }
        }
        if (state.recurrent()) {
            writeSpikes(TorchLayout.inTorch(shape, state.spikes()), target, offset);
        }
        to.position(to.position() + (int) count(state));
    }

    static void read(NeuronState state, Shape shape, ByteBuffer from) {
        MemorySegment source = segment(state, from);
        long[] steps = state.steps();
        check(state, source);
        MemorySegment.copy(source, LONG, 0, steps, 0, steps.length);
        long offset = (long) steps.length * Long.BYTES;
        for (FloatMatrix matrix : state.matrices()) {
            for (int row = 0; row < matrix.rows(); row++, offset += rowBytes(matrix)) {
                MemorySegment.copy(
                        source,
                        FLOAT,
                        offset,
                        matrix.segment(),
                        ValueLayout.JAVA_FLOAT,
                        matrix.rowOffset(row),
                        matrix.columns());
            }
            TorchLayout.arrange(shape, matrix);
        }
        if (state.recurrent()) {
            readSpikes(source, offset, state.spikes());
            TorchLayout.arrange(shape, state.spikes());
        }
        from.position(from.position() + (int) count(state));
    }

    /** The rest of a buffer, if a state fits there. */
    private static MemorySegment segment(NeuronState state, ByteBuffer buffer) {
        long expected = count(state);
        if (buffer.remaining() < expected) {
            throw new IllegalArgumentException(
                    "buffer has " + buffer.remaining() + " bytes left, expected at least " + expected);
        }
        return MemorySegment.ofBuffer(buffer);
    }

    private static void check(NeuronState state, MemorySegment source) {
        for (int word = 0; word < state.steps().length; word++) {
            long steps = source.get(LONG, (long) word * Long.BYTES);
            if (steps < 0) {
                throw new IllegalArgumentException(
                        "neurons of word " + word + " have done " + steps + " steps, expected at least 0");
            }
        }
        SpikeMatrix spikes = state.spikes();
        int inLastByte = spikes.columns() % Byte.SIZE;
        if (!state.recurrent() || inLastByte == 0) {
            return;
        }
        long end = count(state);
        for (int row = spikes.rows() - 1; row >= 0; row--, end -= rowBytes(spikes)) {
            if (Byte.toUnsignedInt(source.get(ValueLayout.JAVA_BYTE, end - 1)) >>> inLastByte != 0) {
                throw new IllegalArgumentException("spikes of row " + row + " go on behind the last of "
                        + spikes.columns() + " neurons, expected zeros there");
            }
        }
    }

    private static void writeSpikes(SpikeMatrix spikes, MemorySegment target, long start) {
        long offset = start;
        for (int row = 0; row < spikes.rows(); row++) {
            for (int first = 0; first < spikes.columns(); first += Byte.SIZE, offset++) {
                target.set(ValueLayout.JAVA_BYTE, offset, (byte) (word(spikes, row, first) >>> first));
            }
        }
    }

    private static void readSpikes(MemorySegment source, long start, SpikeMatrix spikes) {
        spikes.clear();
        long offset = start;
        for (int row = 0; row < spikes.rows(); row++) {
            for (int first = 0; first < spikes.columns(); first += Byte.SIZE, offset++) {
                long bits = Byte.toUnsignedLong(source.get(ValueLayout.JAVA_BYTE, offset));
                spikes.segment()
                        .set(
                                ValueLayout.JAVA_LONG,
                                wordOffset(spikes, row, first),
                                word(spikes, row, first) | bits << first);
            }
        }
    }

    private static long word(SpikeMatrix spikes, int row, int column) {
        return spikes.segment().get(ValueLayout.JAVA_LONG, wordOffset(spikes, row, column));
    }

    private static long wordOffset(SpikeMatrix spikes, int row, int column) {
        return spikes.rowOffset(row) + (long) (column / Long.SIZE) * Long.BYTES;
    }

    private static long rowBytes(FloatMatrix matrix) {
        return (long) matrix.columns() * Float.BYTES;
    }

    private static int rowBytes(SpikeMatrix spikes) {
        return Math.ceilDiv(spikes.columns(), Byte.SIZE);
    }
}
