package dev.spikelane.train;

import dev.spikelane.engine.SampleViews;
import dev.spikelane.engine.SourceRun;
import dev.spikelane.engine.StepViews;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where currents enter a population: the currents of a segment of steps, later the membranes in their place where these suffice, and at last their
 * gradients; behind them the gradients of the steps after the segment that delayed projections reach.
 */
final class GradientPort {

    private final GradientSize size;
    private final Arena arena;
    private final int currents;
    /** Made when they are needed: a frame needs none. */
    private @Nullable StepViews<FloatMatrix> rows;

    private final List<GradientTerm> terms = new ArrayList<>();
    private final Tile[] scratch;
    /** The rows that a thread fills. */
    private final Tile[] filled;

    private final int behind;
    private int segmentStart;
    private int ahead;

    /**
     * Makes a port.
     *
     * @param several whether it has several projections
     * @param behind steps after a segment whose gradients are kept
     */
    GradientPort(Arena arena, GradientSize size, int currents, boolean several, int behind) {
        this.size = size;
        this.behind = size.segments() > 1 ? behind : 0;
        this.arena = arena;
        this.currents = currents;
        this.filled = new Tile[size.threads()];
        FloatMatrix none = FloatMatrix.zeros(arena, 1, 1);
        for (int i = 0; i < filled.length; i++) {
            filled[i] = Tile.whole(none);
        }
        this.scratch = new Tile[several ? size.threads() : 0];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = Tile.whole(FloatMatrix.zeros(arena, size.segment() * size.batch(), currents));
        }
    }

    List<GradientTerm> terms() {
        return terms;
    }

    private StepViews<FloatMatrix> views() {
        StepViews<FloatMatrix> made = rows;
        if (made == null) {
            int all = (size.segment() + behind) * size.batch();
            made = new StepViews<>(FloatMatrix.zeros(arena, all, currents), size.batch());
            rows = made;
        }
        return made;
    }

    FloatMatrix all() {
        return views().all();
    }

    /** The rows of some samples in a step; or their gradients, once it was taken back. */
    FloatMatrix samples(int step, SampleViews of) {
        return of.in(all(), step - segmentStart);
    }

    /** How many of the projections, the first ones, are filled ahead of the steps of a loop. */
    int ahead() {
        return ahead;
    }

    /** Fills the currents of projections that start outside of a loop ahead of its steps, as far as the order of sums allows. */
    void fillAhead(Predicate<SourceRun> inner) {
        int outer = 0;
        while (outer < terms.size() && !inner.test(terms.get(outer).source())) {
            outer++;
        }
        ahead = outer;
    }

    int columns() {
        return currents;
    }

    int blocks() {
        return Math.ceilDiv(columns(), Long.SIZE);
    }

    /** Goes to a segment, forward. */
    void open(int firstStep) {
        segmentStart = firstStep;
    }

    /** Goes to the segment before, and keeps the gradients that it needs. */
    void back(int firstStep) {
        FloatMatrix matrix = all();
        long bytes = matrix.rowOffset(behind * size.batch());
        long to = matrix.rowOffset(size.segment() * size.batch());
        MemorySegment.copy(matrix.segment(), 0, matrix.segment(), to, bytes);
        segmentStart = firstStep;
    }

    /** The row of a step. */
    int row(int step) {
        return (step - segmentStart) * size.batch();
    }

    /** The rows from a step on; or their gradients, once it was taken back. */
    FloatMatrix from(int step) {
        return views().from(step - segmentStart);
    }

    /** The gradients of some steps, for those who take all rows of a matrix. */
    FloatMatrix gradients(int first, int count) {
        return views().steps(first - segmentStart, count);
    }

    void prepare(int first, int count) {
        views(); // before threads share it
        for (int i = 0; i < terms.size(); i++) {
            terms.get(i).prepare(first, count);
        }
    }

    /** Computes the currents of frames, before threads take some steps or samples of them. */
    void hold() {
        for (int i = 0; i < terms.size(); i++) {
            terms.get(i).forward().hold();
        }
    }

    /** Whether threads may each fill some steps: nothing was prepared for all steps together, and nothing is added up. */
    boolean fillsAnySteps() {
        return terms.size() == 1 && terms.getFirst().forward().fillsAnySteps();
    }

    /** Whether threads may each fill the currents of some samples. */
    boolean samplesApart() {
        return terms.stream().allMatch(GradientTerm::samplesApart);
    }

    /** Fills the currents of some steps for some blocks, each term complete before it is added. */
    void fill(int first, int count, int firstBlock, int endBlock, int thread) {
        fill(first, count, filled[thread].on(from(first)).at(firstBlock, endBlock), terms.size(), thread);
    }

    /** Fills the currents that come ahead of the steps of a loop. */
    void fillAhead(int first, int count, int thread) {
        if (ahead > 0) {
            fill(first, count, filled[thread].on(from(first)), ahead, thread);
        }
    }

    private void fill(int first, int count, Tile into, int some, int thread) {
        for (int i = 0; i < some; i++) {
            if (i == 0) {
                terms.get(i).forward().fill(first, count, into, thread);
            } else {
                Tile added = scratch[thread].at(into);
                terms.get(i).forward().fill(first, count, added, thread);
                RowSum.add(into, added, count * size.batch());
            }
        }
    }
}
