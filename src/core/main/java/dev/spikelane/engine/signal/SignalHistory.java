package dev.spikelane.engine.signal;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.RowBytes;
import dev.spikelane.simd.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a source in a block of steps, behind those of the steps before the block that delayed projections reach.
 *
 * <p>Projections take the rows of several steps as one matrix, so that a block must not wrap around. In place of a ring
 * there is room behind the block: both move on in it, and only where it ends is the history brought to the front, which
 * is a row for each row that was written, however long delays are and however short the blocks.
 *
 * @param <S> spikes or values
 */
public final class SignalHistory<S extends Signal> implements SourceRun {

    /**
     * How many steps there is memory for.
     *
     * @param history steps before the block
     * @param block steps of a block, at most
     * @param spare steps behind the block, by which both move on
     */
    public record Steps(int history, int block, int spare) {

        /** For a run whose blocks stay where they are. */
        public static Steps fixed(int history, int block) {
            return new Steps(history, block, 0);
        }

        /** For a run whose blocks move on. */
        public static Steps moving(int history, int block) {
            return new Steps(history, block, history);
        }

        public Steps withBlock(int longer) {
            return new Steps(history, longer, spare);
        }

        /** Throws if a matrix cannot have so many rows. */
        public int rows(int batch) {
            long rows = ((long) history + block + spare) * batch;
            if (rows > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("delays of " + history + " steps of batch " + batch + " need " + rows
                        + " rows, expected at most " + Integer.MAX_VALUE);
            }
            return (int) rows;
        }
    }

    private final StepViews<S> all;
    private final Steps steps;
    private final int batch;
    /** The memory of a history at the front: a slice may be allocated where many kinds of them are in use. */
    private final MemorySegment front;

    /** The first step of the history. */
    private int base;

    private long version;

    private SignalHistory(S all, int batch, Steps steps) {
        this.all = new StepViews<>(all, batch);
        this.steps = steps;
        this.batch = batch;
        this.front = all.segment().asSlice(0, all.rowOffset(steps.history * batch));
    }

    /** Spikes, none of which has fired. */
    public static SignalHistory<SpikeMatrix> ofSpikes(Arena arena, int columns, int batch, Steps steps) {
        return new SignalHistory<>(SpikeMatrix.zeros(arena, steps.rows(batch), columns), batch, steps);
    }

    /** Values of zero. */
    public static SignalHistory<FloatMatrix> ofValues(Arena arena, int columns, int batch, Steps steps) {
        return new SignalHistory<>(FloatMatrix.zeros(arena, steps.rows(batch), columns), batch, steps);
    }

    /** Rows of a block that stand in a matrix of another owner, without a history. */
    public static SignalHistory<FloatMatrix> of(FloatMatrix rows, int batch) {
        return new SignalHistory<>(rows, batch, Steps.fixed(0, rows.rows() / batch));
    }

    /** The same with a block of another length. */
    @SuppressWarnings("unchecked") // a matrix of the same kind
    public SignalHistory<S> grown(Arena arena, int blockSteps) {
        Steps longer = steps.withBlock(blockSteps);
        int columns = all.all().columns();
        SignalHistory<S> made = (SignalHistory<S>)
                (all.all() instanceof SpikeMatrix
                        ? ofSpikes(arena, columns, batch, longer)
                        : ofValues(arena, columns, batch, longer));
        made.takeHistory(this);
        return made;
    }

    /** The rows of the block, and those behind it. */
    public S block() {
        return all.from(base + steps.history);
    }

    /** The most steps of a block. */
    public int blockSteps() {
        return steps.block;
    }

    /** The rows of the step before the block; null if they are not kept. */
    public @Nullable S stepBefore() {
        return steps.history == 0 ? null : all.steps(base + steps.history - 1, 1);
    }

    @Override
    public S from(int step, int delay) {
        return all.from(base + steps.history + step - delay);
    }

    @Override
    public long version() {
        return version;
    }

    /** Takes notice that rows of the block were written; other writers count by themselves. */
    public void written() {
        version++;
    }

    @Override
    public S steps(int first, int count, int delay) {
        return all.steps(base + steps.history + first - delay, count);
    }

    @Override
    public S samples(int step, int delay, SampleViews of) {
        return of.in(all.all(), base + steps.history + step - delay);
    }

    /** Copies the first rows of a matrix to some steps of the block. */
    public void put(Signal rows, int step, int count) {
        version++;
        copy(rows, 0, base + steps.history + step, rows.rowOffset(count * batch));
    }

    private void copy(Signal from, int fromStep, int toStep, long bytes) {
        S to = all.all();
        MemorySegment.copy(
                from.segment(), from.rowOffset(fromStep * batch), to.segment(), to.rowOffset(toStep * batch), bytes);
    }

    /** Makes the last of some steps of the block the history of the next. */
    public void advance(int count) {
        if (steps.history == 0) {
            return;
        }
        version++;
        if (base + count <= steps.spare) {
            base += count;
        } else {
            copy(all.all(), base + count, 0, bytes());
            base = 0;
        }
    }

    /** Takes the history of another one of the same source. */
    public void takeHistory(SignalHistory<S> other) {
        version++;
        base = 0;
        copy(other.all.all(), other.base, 0, bytes());
    }

    /** Makes the history zero. */
    public void reset() {
        version++;
        base = 0;
        front.fill((byte) 0);
    }

    /** Bytes of the history. */
    public long bytes() {
        return front.byteSize();
    }

    /**
     * Packs the history of a sample, or puts it in, and that of all others must follow before the next block.
     *
     * @param memory {@link MemorySegment#NULL} where bytes are counted alone
     * @return the offset behind it
     */
    public long pack(int sample, MemorySegment memory, long at, boolean out) {
        if (out) {
            version++;
            base = 0;
        }
        long next = at;
        for (int step = base; step < base + steps.history; step++) {
            next = Rows.pack(all.all(), step * batch + sample, memory, next, out);
        }
        return next;
    }

    /** The rows of the history, which begin the block anew where they are read. */
    public void walk(Shape shape, StateWalk walk) {
        if (walk.reads()) {
            version++;
            base = 0;
        }
        walk.rows(all.from(base), steps.history * batch, RowBytes.padded(all.all()), shape);
    }
}
