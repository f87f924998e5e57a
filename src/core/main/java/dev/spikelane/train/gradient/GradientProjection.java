package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Tile;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A projection, forward and backward. */
public final class GradientProjection {

    private final ProjectionRun forward;
    private final GradientChain chain;
    /** The source, if it is an input; null for a population. */
    private final @Nullable GradientInput input;

    private final @Nullable GradientDropout dropout;

    private final StoredCurrents port;
    /**
     * Current gradients for the source; they differ from {@code ofCurrents} only if gradients of single steps go back
     * separately.
     */
    private StoredCurrents pulled;

    private final @Nullable GradientNorm norm;

    private final GradientRequest plan;
    private final RunSize size;
    private final boolean learns;
    private final GradientFrameSum frameSum;

    private final WorkerPool.Job toFirst = this::toFirst;
    private final WorkerPool.Job between = this::between;
    private final WorkerPool.Job toSourceRows = this::toSourceRows;
    private @Nullable StepViews<FloatMatrix> fewRows;

    private int stepsInPart;
    private int count;
    private boolean tiles;
    /** True if whole rows of the source get gradients. */
    private boolean toSource;

    /** Arrival step of the first open step of the source. */
    private int firstArrival;

    /** Open steps with gradients between the operators. */
    private int gradientSteps;

    /** Open steps with recomputed rows between the operators. */
    private int activationSteps;

    GradientProjection(
            ProjectionRun forward,
            GradientChain chain,
            @Nullable GradientInput input,
            @Nullable GradientDropout dropout,
            StoredCurrents port,
            @Nullable GradientNorm norm,
            GradientRequest plan,
            boolean learns) {
        this.forward = forward;
        this.chain = chain;
        this.input = input;
        this.dropout = dropout;
        this.port = port;
        this.pulled = port;
        this.norm = norm;
        this.plan = plan;
        this.size = plan.size();
        this.learns = learns;
        this.frameSum = new GradientFrameSum(this, chain, plan);
    }

    ProjectionRun forward() {
        return forward;
    }

    @Nullable
    GradientInput input() {
        return input;
    }

    private int delay() {
        return forward.description().delay();
    }

    StoredCurrents port() {
        return port;
    }

    @Nullable
    GradientNorm norm() {
        return norm;
    }

    GradientFrameSum frameSum() {
        return frameSum;
    }

    boolean learns() {
        return learns;
    }

    @Nullable
    WeightGradients[] weights() {
        return chain.weights();
    }

    @Nullable
    FloatMatrix packed() {
        return chain.packed();
    }

    int outputs() {
        return chain.outputs();
    }

    @Nullable
    public GradientDropout dropout() {
        return dropout;
    }

    /**
     * Computes the currents of a frame, if the source is one, and draws the dropouts of a window that begins at a step.
     */
    void open(int firstStep) {
        if (dropout != null) {
            requireRows();
            dropout.draw(firstStep);
        }
        forward.open();
        frameSum.open();
        tiles = false;
        gradientSteps = 0;
    }

    private void requireRows() {
        if (input != null && input.isFrame() && input.wantsGradient()) {
            throw new IllegalArgumentException("gradients of the frame of input '"
                    + input.input().name()
                    + "' are wanted, and projection '" + forward.description().name()
                    + "' drops other parts of it in each step, expected rows for each step");
        }
    }

    FloatMatrix ofCurrents() {
        return port.from(0);
    }

    /** Returns true if some samples of a step can go back without the other samples. */
    boolean samplesApart() {
        return chain.isOneOperator()
                && !chain.readsSource()
                && norm == null
                && forward.source().samplesApart();
    }

    /** Returns true if the source's output at a step arrives in this window. */
    boolean reaches(int step) {
        return step + delay() < plan.steps();
    }

    /** Writes the gradients of some samples at a step of the source, if it arrives in this window. */
    void pull(int step, SampleViews samples, Tile into, int thread) {
        chain.pull(0, pulled.samples(step + delay(), samples), samples.count(), into, thread);
    }

    void pullFrom(StoredCurrents other) {
        pulled = other;
    }

    /** Writes the source's gradients from the first rows of other current gradients. */
    void pull(FloatMatrix ofCurrents, int rows, Tile into) {
        chain.pull(0, ofCurrents, rows, into, 0);
    }

    /**
     * Computes the first operator's output gradients for some steps of the source. Returns the number of these steps
     * whose currents arrive.
     */
    int open(int first, int steps) {
        int reached = Math.min(steps, plan.steps() - delay() - first);
        if (first + delay() < 0) {
            reached = 0;
        }
        firstArrival = first + delay();
        gradientSteps = 0;
        if (reached > 0) {
            backTo(firstArrival);
            toFirst(reached);
        }
        return Math.max(0, reached);
    }

    /**
     * Lets threads share open steps, some rows at a time. If each row is computed separately, parts are as small as
     * possible, so that threads end together.
     */
    private void run(WorkerPool.Job job, int steps) {
        count = steps;
        stepsInPart = chain.makesRows() ? 1 : Math.min(size.turn(), Math.ceilDiv(steps, size.threads()));
        chain.workers().run(job, Math.ceilDiv(steps, stepsInPart));
    }

    private void toFirst(int part, int thread) {
        int from = part * stepsInPart;
        int row = size.inSegment(firstArrival + from) * size.batch();
        Signal source = toSource ? forward.source().from(firstArrival + from, delay()) : null;
        chain.toFirst(port.from(firstArrival + from), from, rowsOfPart(from), row, thread, source);
    }

    private void toSourceRows(int part, int thread) {
        int first = port.row(firstArrival) / chain.fewRows();
        chain.toSource(Objects.requireNonNull(fewRows).from(first + part), part, thread);
    }

    private int rowsOfPart(int from) {
        return Math.min(stepsInPart, count - from) * size.batch();
    }

    /** Recomputes the rows between the operators, and computes their gradients. */
    private void between(int part, int thread) {
        int from = part * stepsInPart;
        chain.again(forward.source().from(firstArrival + from, delay()), from, rowsOfPart(from), thread);
        toFirst(part, thread);
    }

    /**
     * Writes the gradients of some steps of the source, counted from the first open step, at most as many as arrive.
     */
    void pull(int from, int count, Tile into) {
        if (chain.makesRows()) {
            chain.copyRows(from, count * size.batch(), into);
        } else {
            chain.pull(0, ofFirst(firstArrival + from), count * size.batch(), into, 0);
        }
        if (dropout != null) {
            dropout.back(into, firstArrival + from, count);
        }
    }

    void backTo(int step) {
        if (norm != null) {
            norm.backTo(step);
        }
    }

    private void toFirst(int steps) {
        toSource = true;
        if (chain.readsActivations() || !chain.isOneOperator() || chain.makesRows()) {
            take(steps, chain.readsActivations());
        }
    }

    private void take(int steps, boolean again) {
        if (chain.fewRows() > 0) {
            StepViews<FloatMatrix> some = fewRows;
            fewRows = some == null ? new StepViews<>(port.all(), chain.fewRows()) : some;
            chain.workers().run(toSourceRows, steps * size.batch() / chain.fewRows());
        } else {
            run(again ? between : toFirst, steps);
        }
        gradientSteps = steps;
        activationSteps = again ? steps : 0;
    }

    /** Computes the first operator's output gradients for some steps of currents. */
    void openCurrents(int step, int steps) {
        backTo(step);
        firstArrival = step;
        toFirst(steps);
    }

    FloatMatrix ofFirst(int step) {
        return chain.isOneOperator() ? pulled.from(step) : chain.ofFirst(step - firstArrival);
    }

    boolean isFrame() {
        return forward.frame() != null;
    }

    /** Adds the gradients of weights at some steps; for a frame, after the gradients of all steps. */
    void addWeights(int first, int steps) {
        if (isFrame()) {
            frameSum.addWeights(first, steps);
            return;
        }
        backTo(first); // the previous segment reuses the memory of the gradients
        if (learns) {
            boolean there = firstArrival == first
                    && gradientSteps == steps
                    && (activationSteps == steps || !chain.keepsActivations());
            if (!chain.isOneOperator() && !there) {
                firstArrival = first;
                toSource = false;
                take(steps, chain.keepsActivations());
            }
            int row = size.inSegment(first) * size.batch();
            chain.take(forward.source().steps(first, steps, delay()), port.steps(first, steps), row);
            chain.addWeights(first + steps == plan.steps(), first == 0);
        }
    }

    /**
     * Returns the weight gradients that add tiles of a few steps, if nothing else reads the current gradients; null
     * otherwise.
     */
    @Nullable
    WeightGradients openTiles(int blocks) {
        WeightGradients weights = chain.only();
        tiles = weights != null
                && learns
                && !isFrame()
                && size.segments() == 1
                && delay() == 0
                && input != null
                && !input.wantsGradient();
        if (weights == null || !tiles) {
            return null;
        }
        weights.open(
                chain.take(forward.source().steps(0, plan.steps(), 0), null, 0).steps(true, true));
        tiles = weights.takesTiles(size.turn(), blocks);
        if (tiles) {
            chain.workers().run(weights);
        }
        return tiles ? weights : null;
    }

    /** Returns the sum of a frame's current gradients, if nothing else reads them; null if they are stored. */
    @Nullable
    GradientFrameSum openFrameSum() {
        boolean sums = isFrame() && norm == null && size.segments() == 1 && delay() == 0;
        if (sums) {
            frameSum.openTiles();
        }
        return sums ? frameSum : null;
    }

    /** Returns true if weight gradients are added in tiles, before all current gradients are complete. */
    boolean takesTiles() {
        return tiles;
    }

    List<Runnable> updates() {
        return chain.updates();
    }
}
