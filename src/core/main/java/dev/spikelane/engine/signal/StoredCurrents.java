package dev.spikelane.engine.signal;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The currents of a port in a segment of steps, all of which are kept. Training overwrites them with membranes if these
 * suffice, and finally with their gradients. After them are the gradients of later steps that delayed projections
 * reach.
 */
public final class StoredCurrents {

    private final Arena arena;
    private final RunSize size;
    private final int columns;
    private final int behind;
    /** Created when first needed: a frame needs none. */
    private @Nullable StepViews<FloatMatrix> rows;

    private int segmentStart;

    /**
     * Allocates currents.
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

    /** Returns all rows. */
    public FloatMatrix all() {
        return views().all();
    }

    /** Returns the rows of some samples in a step. */
    public FloatMatrix samples(int step, SampleViews of) {
        return of.in(all(), step - segmentStart);
    }

    /** Returns the rows from a step on. */
    public FloatMatrix from(int step) {
        return views().from(step - segmentStart);
    }

    /** Returns the rows of exactly some steps, for readers that take all rows of a matrix. */
    public FloatMatrix steps(int first, int count) {
        return views().steps(first - segmentStart, count);
    }

    /** Returns the row of a step. */
    public int row(int step) {
        return (step - segmentStart) * size.batch();
    }

    /** Moves to a segment. */
    public void open(int firstStep) {
        segmentStart = firstStep;
    }

    /** Moves to the segment before, and keeps the gradients that it needs. */
    public void back(int firstStep) {
        FloatMatrix matrix = all();
        long bytes = matrix.rowOffset(behind * size.batch());
        long to = matrix.rowOffset(size.segmentRows());
        MemorySegment.copy(matrix.segment(), 0, matrix.segment(), to, bytes);
        segmentStart = firstStep;
    }
}
