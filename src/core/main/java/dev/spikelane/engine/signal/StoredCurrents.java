package dev.spikelane.engine.signal;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The currents of a port in a segment of steps, all of which stay: training writes membranes in their place where these
 * suffice, and at last their gradients; behind them stand the gradients of the steps after the segment that delayed
 * projections reach.
 */
public final class StoredCurrents {

    private final Arena arena;
    private final RunSize size;
    private final int columns;
    private final int behind;
    /** Made when they are needed: a frame needs none. */
    private @Nullable StepViews<FloatMatrix> rows;

    private int segmentStart;

    /**
     * Keeps currents.
     *
     * @param behind steps after a segment that are kept too
     */
    public StoredCurrents(Arena arena, RunSize size, int columns, int behind) {
        this.arena = arena;
        this.size = size;
        this.columns = columns;
        this.behind = size.segments() > 1 ? behind : 0;
    }

    private StepViews<FloatMatrix> views() {
        StepViews<FloatMatrix> made = rows;
        if (made == null) {
            int all = (size.segment() + behind) * size.batch();
            made = new StepViews<>(FloatMatrix.zeros(arena, all, columns), size.batch());
            rows = made;
        }
        return made;
    }

    /** All rows. */
    public FloatMatrix all() {
        return views().all();
    }

    /** The rows of some samples in a step. */
    public FloatMatrix samples(int step, SampleViews of) {
        return of.in(all(), step - segmentStart);
    }

    /** The rows from a step on. */
    public FloatMatrix from(int step) {
        return views().from(step - segmentStart);
    }

    /** The rows of some steps, for a reader that takes all rows of a matrix. */
    public FloatMatrix steps(int first, int count) {
        return views().steps(first - segmentStart, count);
    }

    /** The row of a step. */
    public int row(int step) {
        return (step - segmentStart) * size.batch();
    }

    /** Goes to a segment. */
    public void open(int firstStep) {
        segmentStart = firstStep;
    }

    /** Goes to the segment before, and keeps the gradients that it needs. */
    public void back(int firstStep) {
        FloatMatrix matrix = all();
        long bytes = matrix.rowOffset(behind * size.batch());
        long to = matrix.rowOffset(size.segmentRows());
        MemorySegment.copy(matrix.segment(), 0, matrix.segment(), to, bytes);
        segmentStart = firstStep;
    }
}
