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

/** A projection: forward, and back from the gradients of its currents. */
public final class GradientProjection {

    private final ProjectionRun forward;
    private final GradientChain chain;
    /** The input where it starts; null if that is a population. */
    private final @Nullable GradientInput input;

    /** The dropout before the operators; null if nothing is dropped. */
    private final @Nullable GradientDropout dropout;

    private final StoredCurrents port;
    /** What is taken back to the source; the same but where gradients of a step go back by themselves. */
    private StoredCurrents pulled;
    /** The norm of the currents; null if there is none. */
    private final @Nullable GradientNorm norm;

    private final GradientRequest plan;
    private final RunSize size;
    private final boolean learns;
    /** The gradients of a frame. */
    private final GradientFrameSum frameSum;

    private final WorkerPool.Job toFirst = this::toFirst;
    private final WorkerPool.Job between = this::between;
    private final WorkerPool.Job toSourceRows = this::toSourceRows;
    /** A few rows of the currents at a time; made when they are needed. */
    private @Nullable StepViews<FloatMatrix> fewRows;

    private int stepsInPart;
    private int count;
    private boolean tiles;
    /** Whether the way back goes on to whole rows of the source. */
    private boolean toSource;

    /** The step of the currents that the first step that is taken back has given. */
    private int opened;

    /** How many steps from that one on have gradients between the operators. */
    private int taken;

    /** How many of them are made again there. */
    private int made;

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

    /** The way forward. */
    ProjectionRun forward() {
        return forward;
    }

    /** The input where it starts; null if that is a population. */
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

    /** The norm of the currents; null if there is none. */
    @Nullable
    GradientNorm norm() {
        return norm;
    }

    /** The gradients where all steps of a window have the same rows. */
    GradientFrameSum frameSum() {
        return frameSum;
    }

    boolean learns() {
        return learns;
    }

    /** The gradients of the weights of each operator; null where there are none. */
    @Nullable
    WeightGradients[] weights() {
        return chain.weights();
    }

    /** The weights as the way back of the only operator reads them; null if there is no such matrix. */
    @Nullable
    FloatMatrix packed() {
        return chain.packed();
    }

    int outputs() {
        return chain.outputs();
    }

    /** The dropout before the operators; null if nothing is dropped. */
    @Nullable
    public GradientDropout dropout() {
        return dropout;
    }

    /**
     * Computes the currents of a frame, if the source is one, and draws the dropouts of a window that begins at a
     * step.
     */
    void open(int firstStep) {
        if (dropout != null) {
            requireRows();
            dropout.draw(firstStep);
        }
        forward.open();
        frameSum.open();
        tiles = false;
        taken = 0;
    }

    private void requireRows() {
        if (input != null && input.isFrame() && input.wantsGradient()) {
            throw new IllegalArgumentException("gradients of the frame of input '"
                    + input.input().name()
                    + "' are wanted, and projection '" + forward.description().name()
                    + "' drops other parts of it in each step, expected rows for each step");
        }
    }

    /** The gradients of the currents of all steps of a window that is one segment. */
    FloatMatrix ofCurrents() {
        return port.from(0);
    }

    /** Whether some samples of a step can go back by themselves. */
    boolean samplesApart() {
        return chain.isOneOperator()
                && !chain.readsSource()
                && norm == null
                && forward.source().samplesApart();
    }

    /** Whether the output of a step of the source enters in this window. */
    boolean reaches(int step) {
        return step + delay() < plan.steps();
    }

    /** Writes the gradients of some samples in a step of the source, if it reaches that far. */
    void pull(int step, SampleViews samples, Tile into, int thread) {
        chain.pull(0, null, pulled.samples(step + delay(), samples), samples.count(), into, thread);
    }

    /** Says what is taken back to the source from now on. */
    void pullFrom(StoredCurrents other) {
        pulled = other;
    }

    /** Writes the gradients that the first rows of some others of currents give. */
    void pull(FloatMatrix ofCurrents, int rows, Tile into) {
        chain.pull(0, null, ofCurrents, rows, into, 0);
    }

    /**
     * Takes gradients of the currents that some steps of the source have given back to the outputs of the first
     * operator; returns how many of the steps have such currents.
     */
    int open(int first, int steps) {
        int reached = Math.min(steps, plan.steps() - delay() - first);
        if (first + delay() < 0) {
            reached = 0;
        }
        opened = first + delay();
        taken = 0;
        if (reached > 0) {
            backTo(opened);
            toFirst(reached);
        }
        return Math.max(0, reached);
    }

    /**
     * Lets threads share some steps from the one that was opened on: all of a path, some rows at a time. Where each row
     * is made by itself, parts are as small as can be, so that threads end together.
     */
    private void run(WorkerPool.Job job, int steps) {
        count = steps;
        stepsInPart = chain.makesRows() ? 1 : Math.min(size.turn(), Math.ceilDiv(steps, size.threads()));
        chain.workers().run(job, Math.ceilDiv(steps, stepsInPart));
    }

    private void toFirst(int part, int thread) {
        int from = part * stepsInPart;
        int row = size.inSegment(opened + from) * size.batch();
        chain.toFirst(port.from(opened + from), from, rowsOfPart(from), row, thread, toSource);
    }

    private void toSourceRows(int part, int thread) {
        int first = port.row(opened) / chain.fewRows();
        chain.toSource(Objects.requireNonNull(fewRows).from(first + part), part, thread);
    }

    private int rowsOfPart(int from) {
        return Math.min(stepsInPart, count - from) * size.batch();
    }

    /** Makes the rows between the operators, and their gradients. */
    private void between(int part, int thread) {
        int from = part * stepsInPart;
        chain.again(forward.source().from(opened + from, delay()), from, rowsOfPart(from), thread);
        toFirst(part, thread);
    }

    /**
     * Writes the gradients of some steps of the source, counted from the first that was opened; not of more than were
     * reached.
     */
    void pull(int from, int count, Tile into) {
        if (chain.makesRows()) {
            chain.copyRows(from, count * size.batch(), into);
        } else {
            Signal source = chain.readsSource() ? forward.source().from(opened + from, delay()) : null;
            chain.pull(0, source, ofFirst(opened + from), count * size.batch(), into, 0);
        }
        if (dropout != null) {
            dropout.back(into, opened + from, count);
        }
    }

    /** Takes gradients back to those of currents, which were normalized, from a step on. */
    void backTo(int step) {
        if (norm != null) {
            norm.backTo(step);
        }
    }

    private void toFirst(int steps) {
        toSource = true;
        if (chain.readsMade() || !chain.isOneOperator() || chain.makesRows()) {
            take(steps, chain.readsMade());
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
        taken = steps;
        made = again ? steps : 0;
    }

    /** Takes gradients of some steps of currents back to the output of the first operator. */
    void openCurrents(int step, int steps) {
        backTo(step);
        opened = step;
        toFirst(steps);
    }

    /** The gradients of the first operator's output, from a step on that was opened. */
    FloatMatrix ofFirst(int step) {
        return chain.isOneOperator() ? pulled.from(step) : chain.ofFirst(step - opened);
    }

    /** Whether all steps of the window have the same rows. */
    boolean isFrame() {
        return forward.frame() != null;
    }

    /** Adds the gradients of weights in some steps, or of a frame when those of all steps are there. */
    void addWeights(int first, int steps) {
        if (isFrame()) {
            frameSum.addWeights(first, steps);
            return;
        }
        backTo(first); // the segment before needs the memory of the gradients
        if (learns) {
            boolean there = opened == first && taken == steps && (made == steps || !chain.makesAgain());
            if (!chain.isOneOperator() && !there) {
                opened = first;
                toSource = false;
                take(steps, chain.makesAgain());
            }
            int row = size.inSegment(first) * size.batch();
            chain.take(forward.source().steps(first, steps, delay()), port.steps(first, steps), row);
            chain.addWeights(first + steps == plan.steps(), first == 0);
        }
    }

    /**
     * Prepares for gradients of weights that come a tile of a few steps at a time: where gradients of currents serve
     * the weights alone, so that nobody keeps them, as their source is outside and wants none. Returns the object that
     * takes them; null if they are added as others are.
     *
     * @param blocks the most blocks in a tile
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

    /**
     * Prepares for gradients of a frame's currents that are summed up as soon as they are there, which serve nothing
     * else. Returns the object that takes them; null if they are kept.
     */
    @Nullable
    GradientFrameSum openFrameSum() {
        boolean sums = isFrame() && norm == null && size.segments() == 1 && delay() == 0;
        if (sums) {
            frameSum.openTiles();
        }
        return sums ? frameSum : null;
    }

    /** Whether gradients of weights come in tiles, before those of all currents are there. */
    boolean takesTiles() {
        return tiles;
    }

    /** The jobs after a change of weights, parts that threads may share. */
    List<Runnable> updates() {
        return chain.updates();
    }
}
