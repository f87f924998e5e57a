package dev.spikelane.engine;

import dev.spikelane.kernel.base.RowBytes;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a source in a block of steps, behind those of the steps before the block that delayed projections reach.
 *
 * @param <S> spikes or values
 */
public final class SignalHistory<S extends Signal> implements SourceRun {

    private final StepViews<S> all;
    private final S block;
    private final int history;
    private final int batch;
    /** The memory of the history: a slice made in each block may be allocated where many kinds of them are in use. */
    private final MemorySegment past;

    private long version;

    private SignalHistory(S all, int batch, int history) {
        this.all = new StepViews<>(all, batch);
        this.block = this.all.from(history);
        this.history = history;
        this.batch = batch;
        this.past = all.segment().asSlice(0, all.rowOffset(history * batch));
    }

    /** Spikes, none of which has fired. */
    public static SignalHistory<SpikeMatrix> ofSpikes(
            Arena arena, int columns, int batch, int history, int blockSteps) {
        return new SignalHistory<>(SpikeMatrix.zeros(arena, rows(history, blockSteps, batch), columns), batch, history);
    }

    /** Values of zero. */
    public static SignalHistory<FloatMatrix> ofValues(
            Arena arena, int columns, int batch, int history, int blockSteps) {
        return new SignalHistory<>(FloatMatrix.zeros(arena, rows(history, blockSteps, batch), columns), batch, history);
    }

    /** Rows of a block that stand in a matrix of another owner, without a history. */
    public static SignalHistory<FloatMatrix> of(FloatMatrix rows, int batch) {
        return new SignalHistory<>(rows, batch, 0);
    }

    /** The same with a block of another length. */
    @SuppressWarnings("unchecked") // a matrix of the same kind
    SignalHistory<S> grown(Arena arena, int blockSteps) {
        int rows = rows(history, blockSteps, batch);
        Signal longer = block instanceof SpikeMatrix
                ? SpikeMatrix.zeros(arena, rows, block.columns())
                : FloatMatrix.zeros(arena, rows, block.columns());
        MemorySegment.copy(past, 0, longer.segment(), 0, bytes());
        return new SignalHistory<>((S) longer, batch, history);
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
    public S block() {
        return block;
    }

    /** The rows of the step before the block; null if they are not kept. */
    public @Nullable S stepBefore() {
        return history == 0 ? null : all.steps(history - 1, 1);
    }

    @Override
    public S from(int step, int delay) {
        return all.from(history + step - delay);
    }

    @Override
    public long version() {
        return version;
    }

    /** Takes notice that rows of the block were written; what else writes counts by itself. */
    public void written() {
        version++;
    }

    @Override
    public S steps(int first, int count, int delay) {
        return all.steps(history + first - delay, count);
    }

    @Override
    public S samples(int step, int delay, SampleViews of) {
        return of.in(all.all(), history + step - delay);
    }

    /** Copies the first rows of a matrix to some steps of the block. */
    public void put(Signal rows, int step, int count) {
        version++;
        MemorySegment.copy(
                rows.segment(), 0, block.segment(), block.rowOffset(step * batch), rows.rowOffset(count * batch));
    }

    /** Makes the last of some steps of the block the history of the next. */
    public void advance(int steps) {
        if (history > 0) {
            version++;
            MemorySegment rows = all.all().segment();
            MemorySegment.copy(rows, all.all().rowOffset(steps * batch), rows, 0, bytes());
        }
    }

    /** Takes the history of another one of the same source. */
    public void takeHistory(SignalHistory<S> other) {
        version++;
        past.copyFrom(other.past);
    }

    /** Makes the history zero. */
    public void reset() {
        version++;
        past.fill((byte) 0);
    }

    /** Bytes of the history. */
    long bytes() {
        return past.byteSize();
    }

    /** Writes the history, each row in torch's order. */
    void write(Shape shape, ByteBuffer to) {
        int rowBytes = Math.toIntExact(all.all().rowOffset(1));
        switch (all.all()) {
            case SpikeMatrix spikes -> RowBytes.write(spikes, history * batch, rowBytes, shape, to);
            case FloatMatrix values -> RowBytes.write(values, history * batch, rowBytes, shape, to);
        }
    }

    /** Reads a history that was written. */
    void read(Shape shape, ByteBuffer from) {
        version++;
        int rowBytes = Math.toIntExact(all.all().rowOffset(1));
        switch (all.all()) {
            case SpikeMatrix spikes -> RowBytes.read(spikes, history * batch, rowBytes, shape, from);
            case FloatMatrix values -> RowBytes.read(values, history * batch, rowBytes, shape, from);
        }
    }
}
