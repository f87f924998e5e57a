package dev.spikelane.train.gradient;

import dev.spikelane.engine.TwoPhaseRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.TwoPhaseJob;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.norm.WindowBackward;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.Objects;

/**
 * The way back through a normalization, of whole steps at a time: when somebody asks for gradients of the rows that
 * were normalized, and those of the currents behind are there.
 */
final class GradientNorm implements TwoPhaseJob.Work {

    private final TwoPhaseRun forward;
    private final GradientProjection behind;
    private final RunSize size;
    /** The gradients of the rows that were normalized. */
    private final StoredCurrents rows;

    private final WindowBackward kernel;
    private final TwoPhaseJob halves;
    private FloatMatrix gradients;
    private final FloatMatrix values;
    private final Tile whole;
    /** Whether gradients behind are still where they were made. */
    private boolean copies;

    /** The first step whose gradients are there. */
    private int done;

    /**
     * Makes the way back.
     *
     * @param behind the chain that takes the normalized rows to the currents
     * @param rows the memory for gradients of the normalized rows
     */
    GradientNorm(
            TwoPhaseRun forward,
            GradientProjection behind,
            StoredCurrents rows,
            GradientRequest plan,
            WorkerPool workers) {
        this.forward = forward;
        this.behind = behind;
        this.rows = rows;
        this.size = plan.size();
        this.kernel =
                forward.operator().backward(plan.arena(), forward.step(), Objects.requireNonNull(behind.weights()[0]));
        this.halves = new TwoPhaseJob(this, forward.step().rows().blocks(), workers);
        this.gradients = forward.values();
        this.values = forward.values();
        this.whole = Tile.whole(values);
    }

    /** Returns the way forward. */
    TwoPhaseRun forward() {
        return forward;
    }

    /** Bytes of the arena that sums of blocks of so many samples take beyond those that grow with each sample. */
    long blockBytes(int samples) {
        long more = forward.moreBlocks(samples);
        return forward.step().blockBytes(more) + kernel.blockBytes(more);
    }

    /** Begins the way back. */
    void begin() {
        kernel.begin();
        done = size.steps();
    }

    /** Goes to a segment; the last one comes first. */
    void open(int firstOfSegment, int steps) {
        if (firstOfSegment + steps == size.steps()) {
            rows.open(firstOfSegment);
        } else {
            rows.back(firstOfSegment);
        }
    }

    /** Sees to it that the gradients from a step on are there: all of them, if they are made together. */
    void backTo(int last) {
        int step = forward.operator().joint() ? 0 : last;
        if (last >= done) {
            return;
        }
        behind.openCurrents(step, done - step);
        gradients = rows.all();
        whole.on(gradients);
        copies = true;
        run(step, done);
        done = step;
    }

    /** Whether all steps of the window have the same rows. */
    boolean isFrame() {
        return forward.frame() != null;
    }

    /** Takes gradients of a frame's currents, summed over the steps, back to those of the normalized rows. */
    void frameBack(FloatMatrix into) {
        behind.frameSum().pullWhole(into);
        gradients = into;
        copies = false;
        run(0, 1);
    }

    private void run(int firstStep, int endStep) {
        int end = firstStep + forward.run(halves, firstStep, endStep - firstStep);
        for (int step = end - 1; step >= firstStep; step--) {
            kernel.collect(size.inSegment(step), step);
        }
    }

    @Override
    public void measure(int step, int block) {
        int at = size.inSegment(step);
        if (copies) { // normalized rows pass the operators behind as they are
            int first = forward.step().rows().row(at, block);
            int end = forward.step().rows().row(at, block + 1);
            whole.copyFrom(behind.ofFirst(step), first - at * size.batch(), first, end - first);
        }
        kernel.measure(gradients, values, at, step, block);
    }

    @Override
    public void settle(int step) {
        kernel.settle(size.inSegment(step), step);
    }

    @Override
    public void make(int step, int block) {
        kernel.run(gradients, values, size.inSegment(step), block);
    }
}
