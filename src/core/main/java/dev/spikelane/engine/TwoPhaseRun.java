package dev.spikelane.engine;

import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.TwoPhaseJob;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.norm.BatchNormStep;
import dev.spikelane.kernel.norm.BatchStatistics;
import dev.spikelane.kernel.norm.NormRows;
import dev.spikelane.kernel.norm.WindowStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An operator that needs the whole batch, after the part of a path that computes its rows; it is the source of the next
 * part. Statistics of a window are kept, for rows that are computed again.
 */
public final class TwoPhaseRun implements SourceRun, TwoPhaseJob.Work {

    private final ProjectionRun rows;
    private final TwoStageOperator operator;
    private final RunSize size;
    private final WorkerPool workers;
    /** The rows of a segment, and the normalized rows. */
    private final StoredCurrents values;

    private final PortSum sum;
    private final StepViews<FloatMatrix> made;

    private final WindowStep step;
    private final boolean trains;
    /** True if all steps of a window are one, whose samples are all rows. */
    private final boolean joint;

    private final int window;

    private final boolean[] measured;
    /** Number of the first step of the block, counted from the last reset. */
    private int start;

    private final TwoPhaseJob halves;
    private @Nullable Signal frame;
    private long version;

    /**
     * Allocates the rows of a segment and the statistics of a window.
     *
     * @param rows the rows that are normalized
     * @param trains true to use the statistics of the batch, false to use the running values of each step
     */
    TwoPhaseRun(
            ProjectionRun rows,
            TwoStageOperator operator,
            Arena arena,
            RunSize size,
            WorkerPool workers,
            boolean trains) {
        this.rows = rows;
        this.operator = operator;
        this.size = size;
        this.workers = workers;
        this.values = new StoredCurrents(arena, size, operator.outputs(), 0);
        this.sum = new PortSum(List.of(rows), operator.outputs(), arena, size, values);
        this.made = new StepViews<>(FloatMatrix.zeros(arena, size.segmentRows(), operator.outputs()), size.batch());
        this.trains = trains;
        this.window = operator.steps() > 0 ? operator.steps() : size.steps();
        this.joint = operator.joint() && (trains || operator.steps() > 0);
        this.step = trains || joint
                ? operator.forward(arena, joint ? 1 : size.segment(), joint ? 1 : size.steps(), samples())
                : operator.ofRunning(arena, size.segment(), size.batch());
        this.halves = new TwoPhaseJob(this, step.rows().blocks(), workers);
        this.measured = new boolean[size.steps()];
    }

    /** Returns the rows of a segment before they are normalized. */
    public FloatMatrix values() {
        return values.all();
    }

    /** Returns the run that computes the rows. */
    public ProjectionRun rows() {
        return rows;
    }

    /** Returns the operator. */
    public TwoStageOperator operator() {
        return operator;
    }

    /** Returns the object that measures and normalizes a step. */
    public WindowStep step() {
        return step;
    }

    /** Returns the statistics of the window. */
    public BatchStatistics statistics() {
        return ((BatchNormStep) step).statistics();
    }

    /** Begins a block or window at a step, counted from the last reset. */
    public void begin(long firstStep) {
        start = (int) Math.min(firstStep, Integer.MAX_VALUE);
        step.begin(trains ? start : 0);
    }

    /** Returns the number of a step of the window, counted from the last reset. */
    public int number(int ofStep) {
        return start + ofStep;
    }

    /** Returns the row of the statistics that belongs to a step: all steps of a frame share one. */
    public int row(int ofStep) {
        if (frame != null) {
            return 0;
        }
        return trains ? ofStep : number(ofStep);
    }

    /** Returns the number of rows over which statistics are computed. */
    public int samples() {
        return joint ? window * size.batch() : size.batch();
    }

    /** Runs steps through both halves of an operation; returns their number, as a whole window may be one step. */
    public int run(TwoPhaseJob operation, int firstStep, int steps) {
        if (joint && steps != window) {
            throw new IllegalArgumentException(
                    "projection '" + rows.description().name() + "' takes " + window
                            + " steps together, and gets " + steps
                            + ", expected all at once, outside of loops and without recomputeEvery");
        }
        int some = joint ? 1 : steps;
        operation.run(firstStep, some);
        return some;
    }

    /**
     * Returns the number of row blocks that {@code more} samples need beyond the extrapolation from this batch and from
     * a batch one larger.
     */
    public long moreBlocks(int more) {
        int few = size.batch();
        long perSample = blocks(few + 1) - blocks(few);
        return blocks(more) - blocks(few) - perSample * (more - few);
    }

    private long blocks(int samples) {
        return NormRows.blocks((long) samples * (samples() / size.batch()));
    }

    /** Begins a window, once its rows are open; normalizes them at once if all steps share them. */
    @Override
    public void open() {
        frame = null;
        Arrays.fill(measured, false);
        if (rows.frame() != null && operator.steps() == 0 && !joint) {
            prepare(0, 1);
            frame = made.steps(0, 1);
        }
    }

    @Override
    public void prepare(int firstStep, int steps) {
        if (frame != null) {
            return;
        }
        version++;
        values.open(firstStep - size.inSegment(firstStep));
        sum.run(workers, firstStep, steps, workers.threads() > 1);
        run(halves, firstStep, steps);
        Arrays.fill(measured, firstStep, firstStep + steps, true);
    }

    @Override
    public void measure(int at, int block) {
        if (trains && !measured[at]) {
            step.measure(values.all(), size.inSegment(at), block);
        }
    }

    @Override
    public void settle(int at) {
        if (trains && !measured[at]) {
            step.settle(size.inSegment(at), at);
        }
        step.fold(size.inSegment(at), trains ? at : row(at));
    }

    @Override
    public void make(int at, int block) {
        step.normalize(values.all(), made.all(), size.inSegment(at), block);
    }

    /** Returns false: a batch is normalized as a whole. */
    @Override
    public boolean samplesApart() {
        return false;
    }

    @Override
    public @Nullable Signal frame() {
        return frame;
    }

    @Override
    public long frameVersion() {
        return version;
    }

    @Override
    public long version() {
        return version;
    }

    /** Returns the prepared rows; the delay is applied already. */
    @Override
    public FloatMatrix from(int ofStep, int delay) {
        return made.from(size.inSegment(ofStep));
    }

    @Override
    public FloatMatrix steps(int firstStep, int steps, int delay) {
        return made.steps(size.inSegment(firstStep), steps);
    }

    @Override
    public Signal samples(int ofStep, int delay, SampleViews of) {
        return of.in(made.all(), size.inSegment(ofStep));
    }
}
