package dev.spikelane.engine;

import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a source in a block of steps, behind those of the steps before the block that delayed projections reach.
 *
 * @param <S> spikes or values
 */
final class SignalHistory<S extends Signal> {

    private final S all;
    private final S block;
    private final int history;
    private final int batch;
    /** The memory of the history. */
    private final MemorySegment past;

    private SignalHistory(S all, S block, int history, int batch) {
        this.all = all;
        this.block = block;
        this.history = history;
        this.batch = batch;
        this.past = all.segment().asSlice(0, all.rowOffset(history * batch));
    }

    static SignalHistory<SpikeMatrix> ofSpikes(Arena arena, int columns, int batch, int history, int blockSteps) {
        SpikeMatrix all = SpikeMatrix.zeros(arena, rows(history, blockSteps, batch), columns);
        return new SignalHistory<>(all, all.rows(history * batch, blockSteps * batch), history, batch);
    }

    static SignalHistory<FloatMatrix> ofValues(Arena arena, int columns, int batch, int history, int blockSteps) {
        FloatMatrix all = FloatMatrix.zeros(arena, rows(history, blockSteps, batch), columns);
        return new SignalHistory<>(all, all.rows(history * batch, blockSteps * batch), history, batch);
    }

    /** A track with a block of another length and the same history. */
    @SuppressWarnings("unchecked") // a matrix of the same kind
    SignalHistory<S> grown(Arena arena, int blockSteps) {
        int rows = rows(history, blockSteps, batch);
        Signal longer = all instanceof SpikeMatrix
                ? SpikeMatrix.zeros(arena, rows, all.columns())
                : FloatMatrix.zeros(arena, rows, all.columns());
        MemorySegment.copy(all.segment(), 0, longer.segment(), 0, bytes());
        return new SignalHistory<>((S) longer, (S) longer.rows(history * batch, blockSteps * batch), history, batch);
    }

    /** Throws if histories and blocks of such lengths do not fit a matrix. */
    static void requireRows(int history, int blockSteps, int batch) {
        rows(history, blockSteps, batch);
    }

    private static int rows(int history, int blockSteps, int batch) {
        long rows = ((long) history + blockSteps) * batch;
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("delays of " + history + " steps of batch " + batch + " need " + rows
                    + " rows, expected at most " + Integer.MAX_VALUE);
        }
        return (int) rows;
    }

    /** The rows of the block. */
    S block() {
        return block;
    }

    /** The rows of the step before the block; null if they are not kept. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    @Nullable
    S stepBefore() {
        return history == 0 ? null : (S) all.rows((history - 1) * batch, batch);
    }

    /** The rows of the block as they are seen after a delay. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    S delayed(int delay) {
        return delay == 0 ? block : (S) all.rows((history - delay) * batch, block.rows());
    }

    /** Copies the first rows of a matrix to a step of the block. */
    void put(Signal rows, int step) {
        MemorySegment.copy(rows.segment(), 0, block.segment(), block.rowOffset(step * batch), rows.rowOffset(batch));
    }

    /** Views of a block, so many rows each; the last may have fewer. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    static <S extends Signal> List<S> parts(S block, int rows) {
        List<S> parts = new ArrayList<>();
        for (int row = 0; row < block.rows(); row += rows) {
            parts.add((S) block.rows(row, Math.min(rows, block.rows() - row)));
        }
        return parts;
    }

    /** Views of some samples of a block, for each of its steps. */
    @SuppressWarnings("unchecked") // rows of a matrix are a matrix of the same kind
    static <S extends Signal> List<S> samples(S block, int batch, int first, int count) {
        List<S> samples = new ArrayList<>();
        for (int row = 0; row < block.rows(); row += batch) {
            samples.add((S) block.rows(row + first, count));
        }
        return samples;
    }

    /** Makes the last steps of a block the history of the next. */
    void advance(int steps) {
        if (history > 0) {
            long bytes = all.rowOffset(history * batch);
            MemorySegment.copy(all.segment(), all.rowOffset(steps * batch), all.segment(), 0, bytes);
        }
    }

    void reset() {
        past.fill((byte) 0);
    }

    /** Bytes of the history. */
    long bytes() {
        return past.byteSize();
    }

    /** Writes the history, each row in torch's order. */
    void write(Shape shape, ByteBuffer to) {
        if (history > 0) {
            MemorySegment written =
                    TorchLayout.inTorch(shape, all.rows(0, history * batch)).segment();
            to.put(written.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    /** Reads a history that was written. */
    void read(Shape shape, ByteBuffer from) {
        if (history == 0) {
            return;
        }
        int size = Math.toIntExact(bytes());
        MemorySegment written = MemorySegment.ofBuffer(from.slice(from.position(), size));
        past.copyFrom(written);
        TorchLayout.arrange(shape, all.rows(0, history * batch));
        from.position(from.position() + size);
    }
}
