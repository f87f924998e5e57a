package dev.spikelane.engine;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    public S steps(int first, int count, int delay) {
        return all.steps(history + first - delay, count);
    }

    @Override
    public S samples(int step, int delay, SampleViews of) {
        return of.in(all.all(), history + step - delay);
    }

    /** Copies the first rows of a matrix to some steps of the block. */
    public void put(Signal rows, int step, int count) {
        MemorySegment.copy(
                rows.segment(), 0, block.segment(), block.rowOffset(step * batch), rows.rowOffset(count * batch));
    }

    /** Makes the last of some steps of the block the history of the next. */
    public void advance(int steps) {
        if (history > 0) {
            MemorySegment rows = all.all().segment();
            MemorySegment.copy(rows, all.all().rowOffset(steps * batch), rows, 0, bytes());
        }
    }

    /** Takes the history of another one of the same source. */
    public void takeHistory(SignalHistory<S> other) {
        past.copyFrom(other.past);
    }

    /** Makes the history zero. */
    public void reset() {
        past.fill((byte) 0);
    }

    /** Bytes of the history. */
    long bytes() {
        return past.byteSize();
    }

    /** Writes the history, each row in torch's order. */
    void write(Shape shape, ByteBuffer to) {
        if (history > 0) {
            Signal rows = all.all().rows(0, history * batch);
            MemorySegment written = shape.reordered() ? outside(shape, rows).segment() : past;
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
        if (shape.reordered()) {
            inside(shape, all.all().rows(0, history * batch));
        }
        from.position(from.position() + size);
    }

    private static Signal outside(Shape shape, Signal rows) {
        return switch (rows) {
            case SpikeMatrix spikes -> {
                SpikeMatrix outside = SpikeMatrix.zeros(rows.rows(), rows.columns());
                shape.toTorch(spikes, 0, outside, 0, rows.rows());
                yield outside;
            }
            case FloatMatrix values -> {
                FloatMatrix outside = FloatMatrix.zeros(rows.rows(), rows.columns());
                shape.toTorch(values, 0, outside, 0, rows.rows());
                yield outside;
            }
        };
    }

    /** Brings rows from torch's order into their own. */
    private static void inside(Shape shape, Signal rows) {
        switch (rows) {
            case SpikeMatrix spikes -> {
                SpikeMatrix torch = SpikeMatrix.zeros(rows.rows(), rows.columns());
                torch.copyFrom(spikes);
                shape.toInside(torch, 0, spikes, 0, rows.rows());
            }
            case FloatMatrix values -> {
                FloatMatrix torch = FloatMatrix.zeros(rows.rows(), rows.columns());
                torch.copyFrom(values);
                shape.toInside(torch, 0, values, 0, rows.rows());
            }
        }
    }
}
