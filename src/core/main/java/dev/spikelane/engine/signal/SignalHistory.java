package dev.spikelane.engine.signal;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a source in a block of steps, preceded by the earlier steps that delayed projections read.
 *
 * <p>Projections take the rows of several steps as one matrix, so a block must not wrap around. Instead of a ring there
 * is spare room after the block, into which history and block advance. Only at its end is the history copied back to
 * the front. This copies about one row for each row written, for any delay and any block length.
 *
 * @param <S> spikes or values
 */
public final class SignalHistory<S extends Signal> implements SourceRun {

    /**
     * The numbers of steps that have memory.
     *
     * @param history steps before the block
     * @param block steps of a block, at most
     * @param spare steps after the block, into which history and block advance
     */
    public record Steps(int history, int block, int spare) {

        /** Returns the steps of a run whose blocks stay in one place. */
        public static Steps fixed(int history, int block) {
            return new Steps(history, block, 0);
        }

        /** Returns the steps of a run whose blocks advance. */
        public static Steps moving(int history, int block) {
            return new Steps(history, block, history);
        }

        public Steps withBlock(int longer) {
            return new Steps(history, longer, spare);
        }

        /** Returns the number of rows; throws if a matrix cannot have so many. */
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
    /** Memory of a history at the front; kept, as slices may be allocated if many kinds of segments are in use. */
    private final MemorySegment front;

    /** First step of the history. */
    private int base;

    private long version;

    private SignalHistory(S all, int batch, Steps steps) {
        this.all = new StepViews<>(all, batch);
        this.steps = steps;
        this.batch = batch;
        this.front = all.segment().asSlice(0, all.rowOffset(steps.history * batch));
    }

    /** Creates a history of spikes, all of them 0. */
    public static SignalHistory<SpikeMatrix> ofSpikes(Arena arena, int columns, int batch, Steps steps) {
        return new SignalHistory<>(SpikeMatrix.zeros(arena, steps.rows(batch), columns), batch, steps);
    }

    /** Creates a history of values, all of them 0. */
    public static SignalHistory<FloatMatrix> ofValues(Arena arena, int columns, int batch, Steps steps) {
        return new SignalHistory<>(FloatMatrix.zeros(arena, steps.rows(batch), columns), batch, steps);
    }

    /** Wraps rows of a block in a matrix of another owner, without a history. */
    public static SignalHistory<FloatMatrix> of(FloatMatrix rows, int batch) {
        return new SignalHistory<>(rows, batch, Steps.fixed(0, rows.rows() / batch));
    }

    /** Returns a copy of this history, with a block of another length. */
    @SuppressWarnings("unchecked") // the matrix keeps its type
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

    /** Returns the rows of the block and all rows after it. */
    public S block() {
        return all.from(base + steps.history);
    }

    /** Returns the most steps of a block. */
    public int blockSteps() {
        return steps.block;
    }

    /** Returns the rows of the step before the block; null if they are not kept. */
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

    /** Marks the rows of the block as written; {@link #put} and others do this themselves. */
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

    /** Copies the history of another instance for the same source. */
    public void takeHistory(SignalHistory<S> other) {
        version++;
        base = 0;
        copy(other.all.all(), other.base, 0, bytes());
    }

    /** Sets the history to zero. */
    public void reset() {
        version++;
        base = 0;
        front.fill((byte) 0);
    }

    /** Returns the bytes of the history. */
    public long bytes() {
        return front.byteSize();
    }

    /** Visits the rows of the history; to read them moves the block to its first place. */
    public void visit(Shape shape, StateVisitor visitor) {
        if (visitor.reads()) {
            version++;
            base = 0;
        }
        if (steps.history > 0) {
            visitor.steps(all.from(base), steps.history, batch, shape);
        }
    }
}
