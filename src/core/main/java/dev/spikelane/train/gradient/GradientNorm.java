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
 * The backward pass of a normalization, in whole steps, computed on demand when the current gradients after it are
 * complete.
 */
final class GradientNorm implements TwoPhaseJob.Work {

    private final TwoPhaseRun forward;
    private final GradientProjection behind;
    private final RunSize size;
    private final StoredCurrents rows;

    private final WindowBackward kernel;
    private final TwoPhaseJob halves;
    private FloatMatrix gradients;
    private final FloatMatrix values;
    private final Tile whole;
    /** True if the gradients after the norm have not been copied yet. */
    private boolean copies;

    /** First step with complete gradients. */
    private int done;

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

    TwoPhaseRun forward() {
        return forward;
    }

    /**
     * Returns the arena bytes of block sums for {@code samples} samples, without memory that is proportional to the
     * samples.
     */
    long blockBytes(int samples) {
        long more = forward.moreBlocks(samples);
        return forward.step().blockBytes(more) + kernel.blockBytes(more);
    }

    void begin() {
        kernel.begin();
        done = size.steps();
    }

    /** Opens a segment; the last segment comes first. */
    void open(int firstOfSegment, int steps) {
        if (firstOfSegment + steps == size.steps()) {
            rows.open(firstOfSegment);
        } else {
            rows.back(firstOfSegment);
        }
    }

    /** Completes the gradients from a step on; all of them, if the norm needs all steps at once. */
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

    /** Returns true if all steps of the window have the same rows. */
    boolean isFrame() {
        return forward.frame() != null;
    }

    /** Computes gradients of the normalized rows from a frame's current gradients, summed over the steps. */
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
        if (copies) { // later operators do not change normalized rows
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
