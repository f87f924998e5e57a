package dev.spikelane.neuron;

import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.RowBytes;
import java.nio.ByteBuffer;

/** States as bytes, which do not depend on how their rows are padded. */
final class NeuronStateBytes {

    private NeuronStateBytes() {}

    static long count(NeuronState state) {
        long bytes = (long) state.steps().length * Long.BYTES;
        for (Signal part : state.parts()) {
            bytes += (long) part.rows() * RowBytes.least(part);
        }
        return bytes;
    }

    static void write(NeuronState state, Shape shape, ByteBuffer to) {
        requireRoom(state, to);
        for (long steps : state.steps()) {
            to.putLong(RowBytes.little(steps, to));
        }
        for (Signal part : state.parts()) {
            RowBytes.write(part, part.rows(), RowBytes.least(part), shape, to);
        }
    }

    static void read(NeuronState state, Shape shape, ByteBuffer from) {
        requireRoom(state, from);
        check(state, from);
        long[] steps = state.steps();
        for (int word = 0; word < steps.length; word++) {
            steps[word] = RowBytes.little(from.getLong(), from);
        }
        for (Signal part : state.parts()) {
            RowBytes.read(part, part.rows(), RowBytes.least(part), shape, from);
        }
    }

    private static void requireRoom(NeuronState state, ByteBuffer buffer) {
        long expected = count(state);
        if (buffer.remaining() < expected) {
            throw new IllegalArgumentException(
                    "buffer has " + buffer.remaining() + " bytes left, expected at least " + expected);
        }
    }

    private static void check(NeuronState state, ByteBuffer from) {
        for (int word = 0; word < state.steps().length; word++) {
            long steps = RowBytes.little(from.getLong(from.position() + word * Long.BYTES), from);
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
        int end = from.position() + (int) count(state);
        for (int row = spikes.rows() - 1; row >= 0; row--, end -= RowBytes.least(spikes)) {
            if (Byte.toUnsignedInt(from.get(end - 1)) >>> inLastByte != 0) {
                throw new IllegalArgumentException("spikes of row " + row + " go on behind the last of "
                        + spikes.columns() + " neurons, expected zeros there");
            }
        }
    }
}
