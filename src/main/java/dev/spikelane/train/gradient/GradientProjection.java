package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.engine.KeptCurrents;
import dev.spikelane.engine.ProjectionRun;
import dev.spikelane.engine.RunSize;
import dev.spikelane.engine.WorkerPool;
import dev.spikelane.engine.view.SampleViews;
import dev.spikelane.kernel.base.Lazy;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A projection: forward, and what it takes back from the gradients of its currents. */
public final class GradientProjection {

    private final ProjectionRun forward;
    private final GradientChain path;
    /** The input where it starts; null if that is a population. */
    private final @Nullable GradientInput input;

    /** What stands before the operators; null if nothing is dropped. */
    private final @Nullable GradientDropout dropout;

    private final KeptCurrents port;
    /** What normalizes the currents; null if they are as they are. */
    private final @Nullable GradientNorm norm;

    private final RunSize size;
    private final boolean learns;
    /** The sum over the steps of the gradients of a frame's currents. */
    private final Lazy<Tile> ofFrame;

    /** Gradients of a step, which are added to that sum. */
    private final Tile ofStep;
    /** Whole rows of the source. */
    private final Tile whole;

    private final Arena arena;
    private final WorkerPool.Job toFirst = this::toFirst;
    private final WorkerPool.Job between = this::between;
    private int stepsInPart;
    private int count;
    private boolean summed;
    private boolean added;
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
            GradientChain path,
            @Nullable GradientInput input,
            @Nullable GradientDropout dropout,
            KeptCurrents port,
            @Nullable GradientNorm norm,
            GradientBlueprint plan,
            boolean learns) {
        this.forward = forward;
        this.path = path;
        this.input = input;
        this.dropout = dropout;
        this.port = port;
        this.norm = norm;
        this.size = plan.size();
        this.learns = learns;
        this.arena = plan.arena();
        this.ofFrame = new Lazy<>(() -> Tile.whole(FloatMatrix.zeros(arena, size.batch(), path.outputs())));
        this.ofStep = Tile.whole(FloatMatrix.zeros(1, path.outputs()));
        this.whole = ofStep.another();
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
        return forward.projection().delay();
    }

    boolean learns() {
        return learns;
    }

    /** The gradients of the weights of each operator; null where there are none. */
    @Nullable
    WeightGradients[] weights() {
        return path.weights();
    }

    /** The weights as the way back of the only operator reads them; null if there is no such matrix. */
    @Nullable
    FloatMatrix packed() {
        return path.packed();
    }

    int outputs() {
        return path.outputs();
    }

    /** What stands before the operators; null if nothing is dropped. */
    @Nullable
    public GradientDropout dropout() {
        return dropout;
    }

    /**
     * Computes the currents of a frame, if the source is one, and draws what is dropped in a window that begins at a
     * step.
     */
    void open(int firstStep) {
        if (dropout != null) {
            requireRows();
            dropout.draw(firstStep);
        }
        forward.open();
        summed = false;
        added = false;
        tiles = false;
        taken = 0;
    }

    private void requireRows() {
        if (input != null && input.isFrame() && input.wantsGradient()) {
            throw new IllegalArgumentException("gradients of the frame of input '"
                    + input.input().name()
                    + "' are wanted, and projection '" + forward.projection().name()
                    + "' drops other parts of it in each step, expected rows for each step");
        }
    }

    /** Says that gradients of a frame's currents come summed over the steps, a block after the other. */
    void openSums() {
        summed = true;
        WeightGradients weights = path.only();
        if (!takesSums()) {
            ofFrame.get();
            return;
        }
        added = true;
        if (learns && weights != null) {
            weights.open(path.takeFrame(frame(), forward.source().frameVersion(), null)
                    .steps(true, true));
            path.crew().run(weights);
        }
    }

    /** Whether blocks of sums go into the weights' gradients at once; else something needs all of them. */
    private boolean takesSums() {
        return path.takesBlocks() && !Objects.requireNonNull(input).wantsGradient();
    }

    /** Takes such a block. */
    void takeSums(Tile sums, int thread) {
        WeightGradients weights = path.only();
        if (!takesSums()) {
            sums.copyTo(0, ofFrame.get().matrix(), 0, size.batch());
        } else if (learns && weights != null) {
            weights.add(sums, 0, 1, thread);
        }
    }

    private FloatMatrix frame() {
        return input == null ? (FloatMatrix) Objects.requireNonNull(forward.frame()) : input.frame();
    }

    /** The gradients of the currents of all steps of a window that is one segment. */
    FloatMatrix ofCurrents() {
        return port.from(0);
    }

    /** Whether some samples of a step can go back by themselves. */
    boolean samplesApart() {
        return path.isOneOperator()
                && !path.readsSource()
                && norm == null
                && forward.source().samplesApart();
    }

    /** Whether what a step of the source has given enters in this window. */
    boolean reaches(int step) {
        return step + delay() < size.steps();
    }

    /** Writes the gradients of some samples in a step of the source, if it reaches that far. */
    void pull(int step, SampleViews samples, Tile into, int thread) {
        path.pull(null, port.samples(step + delay(), samples), samples.count(), into, thread);
    }

    /**
     * Takes gradients of the currents that some steps of the source have given back to what the first operator makes;
     * returns how many of the steps have such currents.
     */
    int open(int first, int steps) {
        int reached = Math.min(steps, size.steps() - delay() - first);
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

    /** Lets threads share some steps from the one that was opened on: all of a path, some rows at a time. */
    private void run(WorkerPool.Job job, int steps) {
        count = steps;
        stepsInPart = Math.min(size.turn(), Math.ceilDiv(steps, size.threads()));
        path.crew().run(job, Math.ceilDiv(steps, stepsInPart));
    }

    private void toFirst(int part, int thread) {
        int from = part * stepsInPart;
        int row = size.inSegment(opened + from) * size.batch();
        path.toFirst(port.from(opened + from), from, rowsOfPart(from), row, thread, toSource);
    }

    private int rowsOfPart(int from) {
        return Math.min(stepsInPart, count - from) * size.batch();
    }

    /** What stands between the operators, and its gradients. */
    private void between(int part, int thread) {
        int from = part * stepsInPart;
        path.again(forward.source().from(opened + from, delay()), from, rowsOfPart(from), thread);
        toFirst(part, thread);
    }

    /**
     * Writes the gradients of some steps of the source, counted from the first that was opened; not of more than were
     * reached.
     */
    void pull(int from, int count, Tile into) {
        if (path.makesRows()) {
            path.copyRows(from, count * size.batch(), into);
        } else {
            FloatMatrix ofFirst = path.isOneOperator() ? port.from(opened + from) : path.ofFirst(from);
            Signal source = path.readsSource() ? forward.source().from(opened + from, delay()) : null;
            path.pull(source, ofFirst, count * size.batch(), into, 0);
        }
        if (dropout != null) {
            dropout.back(into, opened + from, count);
        }
    }

    /** Takes gradients back to those of currents, which were normalized, from a step on. */
    private void backTo(int step) {
        if (norm != null) {
            norm.backTo(step);
        }
    }

    private void toFirst(int steps) {
        toSource = true;
        if (path.readsMade() || !path.isOneOperator() || path.makesRows()) {
            take(steps, path.readsMade());
        }
    }

    private void take(int steps, boolean again) {
        run(again ? between : toFirst, steps);
        taken = steps;
        made = again ? steps : 0;
    }

    /** Writes the gradients of whole rows of the source that some steps of currents have. */
    void pullWhole(int step, int steps, FloatMatrix into) {
        backTo(step);
        opened = step;
        toFirst(steps);
        pull(0, steps, whole.on(into));
    }

    /** The same of a frame, when all steps were taken back. */
    void pullFrameWhole(FloatMatrix into) {
        openFrame();
        pullFrame(whole.on(into));
    }

    /** Takes the gradients of a frame back to what the first operator makes, when all steps were taken back. */
    void openFrame() {
        if (path.readsMade()) {
            path.again(frame(), 0, size.batch(), 0);
        }
        path.toFirst(ofFrame.get().matrix(), 0, size.batch(), 0, 0, true);
    }

    /** Writes the gradients of a frame, behind {@link #openFrame}. */
    void pullFrame(Tile into) {
        if (path.makesRows()) {
            path.copyRows(0, size.batch(), into);
        } else {
            Signal source = path.readsSource() ? frame() : null;
            path.pull(source, path.isOneOperator() ? ofFrame.get().matrix() : path.ofFirst(0), size.batch(), into, 0);
        }
    }

    /** Whether all steps of the window have the same rows. */
    boolean isFrame() {
        return forward.frame() != null;
    }

    /** Adds the gradients of weights in some steps, or of a frame when those of all steps are there. */
    void addWeights(int first, int steps) {
        if (isFrame()) {
            addOfFrame(first, steps);
            return;
        }
        backTo(first); // the segment before needs the memory of the gradients
        if (learns) {
            boolean there = opened == first && taken == steps && (made == steps || !path.makesAgain());
            if (!path.isOneOperator() && !there) {
                opened = first;
                toSource = false;
                take(steps, path.makesAgain());
            }
            path.take(forward.source().steps(first, steps, delay()), port.steps(first, steps));
            path.addWeights(first + steps == size.steps(), first == 0);
        }
    }

    private void addOfFrame(int first, int steps) {
        if (norm != null && norm.isFrame()) {
            if (first == 0) {
                norm.frameBack(ofFrame.get().matrix());
            }
        } else if (!summed) {
            backTo(first);
            sumUp(first, steps);
        }
        if (learns && first == 0 && !added) {
            FloatMatrix sums = ofFrame.get().matrix();
            if (path.makesAgain()) {
                path.again(frame(), 0, size.batch(), 0);
            }
            path.toFirst(sums, 0, size.batch(), 0, 0, false);
            path.takeFrame(frame(), forward.source().frameVersion(), sums);
            path.addWeights(true, true);
        }
    }

    private void sumUp(int first, int count) {
        if (first + count == size.steps()) {
            ofFrame.get().matrix().fill(0); // the last steps come first
        }
        for (int step = first + count - 1; step >= first; step--) {
            RowSum.add(ofFrame.get(), ofStep.on(port.from(step)), size.batch());
        }
    }

    /**
     * Prepares for gradients of weights that come a tile of a few steps at a time: where gradients of currents serve
     * the weights alone, so that nobody keeps them, as their source is outside and wants none. Returns what takes them;
     * null if they are added as others are.
     *
     * @param blocks the most blocks in a tile
     */
    @Nullable
    WeightGradients openTiles(int blocks) {
        WeightGradients weights = path.only();
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
        weights.open(path.take(forward.source().steps(0, size.steps(), 0), null).steps(true, true));
        tiles = weights.takesTiles(size.turn(), blocks);
        if (tiles) {
            path.crew().run(weights);
        }
        return tiles ? weights : null;
    }

    /** Whether gradients of weights come in tiles, before those of all currents are there. */
    boolean takesTiles() {
        return tiles;
    }

    /** Takes notice that weights have changed. */
    void update() {
        path.update();
    }
}
