package dev.spikelane.train.gradient;

import dev.spikelane.engine.InputRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.SpikeExpand;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An input of a window, and its gradients. */
public final class GradientInput {

    private final Input input;
    /** Name for messages, created once: a training step allocates nothing. */
    private final String name;

    private final InputRun run;
    private final Arena arena;
    private final GradientRequest plan;
    private final RunSize size;
    private final boolean wantsGradient;
    /** True if the caller's rows do not change until the end of the backward pass. */
    private final boolean staysGiven;

    private @Nullable FloatMatrix frame;

    private final Lazy<FloatMatrix> expanded;

    private final Lazy<StepViews<FloatMatrix>> gradient;
    private final Lazy<FloatMatrix> gradientOfFrame;
    private final IdentityHashMap<GradientProjection, FloatMatrix> delayed = new IdentityHashMap<>();

    private final Lazy<StepViews<FloatMatrix>> added;
    private final Tile target;
    private final Tile source;
    private final WorkerPool workers;
    private final WorkerPool.Job pull = this::pullBlock;
    private final Tile[] pulled;

    private final TorchRows<FloatMatrix> gradientInTorch;
    private @Nullable GradientProjection from;
    private int steps;

    GradientInput(GradientRequest plan, int number, InputRun run, boolean wantsGradient, WorkerPool workers) {
        this.input = plan.network().inputs().get(number);
        this.name = "input '" + input.name() + "'";
        this.arena = plan.arena();
        this.plan = plan;
        this.size = plan.size();
        this.gradientOfFrame = new Lazy<>(() -> rows(size.batch()));
        this.expanded = new Lazy<>(() -> rows(size.batch()));
        this.gradient = new Lazy<>(() -> new StepViews<>(rows(size.steps() * size.batch()), size.batch()));
        this.added = new Lazy<>(() -> new StepViews<>(rows(size.segmentRows()), size.batch()));
        this.run = run;
        this.wantsGradient = wantsGradient;
        this.staysGiven = plan.use() != GradientRequest.Use.ANY;
        FloatMatrix none = FloatMatrix.zeros(arena, 1, 1);
        this.target = Tile.whole(none);
        this.source = Tile.whole(none);
        this.gradientInTorch = new TorchRows<>(input.shape(), arena);
        this.workers = workers;
        this.pulled = new Tile[size.threads()];
        for (int i = 0; i < pulled.length; i++) {
            pulled[i] = Tile.whole(none);
        }
    }

    public Input input() {
        return input;
    }

    public boolean wantsGradient() {
        return wantsGradient;
    }

    /** Returns true if all steps have the same rows. */
    public boolean isFrame() {
        return run.frame() != null;
    }

    /** Checks the rows of all steps, or a frame, before a window begins. */
    public void require(Signal given, boolean isFrame) {
        given.requireShape(name, isFrame ? size.batch() : size.steps() * size.batch(), columns());
        if (given instanceof FloatMatrix numbers) {
            numbers.requireFinite(name);
        }
    }

    /** Throws unless rows of this type may follow the rows of the previous window. */
    public void requireKind(Signal given) {
        run.requireKind(given, size.steps());
    }

    public void load(Signal given, boolean isFrame) {
        if (!isFrame) {
            run.open(given);
            run.load(given, 0, size.steps());
            return;
        }
        run.openFrame(given, staysGiven);
        run.load(given, 0, size.steps());
        frame = switch (Objects.requireNonNull(run.frame())) {
            case FloatMatrix values -> values;
            case SpikeMatrix spikes -> expanded(spikes);
        };
    }

    private FloatMatrix expanded(SpikeMatrix spikes) {
        FloatMatrix made = expanded.get();
        SpikeExpand.expand(spikes, 0, size.batch(), made);
        return made;
    }

    FloatMatrix frame() {
        return Objects.requireNonNull(frame);
    }

    private FloatMatrix rows(int count) {
        return FloatMatrix.zeros(arena, count, columns());
    }

    private int columns() {
        return input.shape().size();
    }

    /** Adds the gradients of a projection in some steps; the first projection overwrites. */
    void add(GradientProjection projection, int first, int count, boolean started) {
        if (isFrame()) {
            addToFrame(projection, first, count, started);
            return;
        }
        FloatMatrix into = gradients(first, count);
        FloatMatrix rows = started ? scratch(count) : into;
        pull(projection, first, count, rows);
        if (started) {
            RowSum.add(target.on(into), source.on(rows), into.rows());
        }
    }

    /**
     * Writes the gradients of a projection, with zeros for currents after the last step. Returns the number of steps
     * with currents.
     */
    private int pull(GradientProjection projection, int first, int count, FloatMatrix rows) {
        int reached = projection.open(first, count);
        rows.fill(0);
        if (reached > 0) {
            pull(projection, reached, rows);
        }
        return reached;
    }

    private void pull(GradientProjection projection, int count, FloatMatrix rows) {
        from = projection;
        steps = count;
        for (Tile each : pulled) {
            each.on(rows);
        }
        workers.run(pull, Math.ceilDiv(columns(), Long.SIZE));
    }

    private void pullBlock(int block, int thread) {
        Tile into = pulled[thread].at(block, block + 1);
        GradientProjection projection = Objects.requireNonNull(from);
        if (steps > 0) {
            projection.pull(0, steps, into);
        } else {
            projection.frameSum().pull(into);
        }
    }

    /** Adds the gradients of a projection to a frame. They are complete only after the backward pass of all steps. */
    private void addToFrame(GradientProjection projection, int first, int count, boolean started) {
        if (!projection.isFrame()) {
            addDelayed(projection, first, count);
        }
        if (first > 0) {
            return;
        }
        FloatMatrix into = gradientsOfFrame();
        FloatMatrix rows = started ? scratch(1) : into;
        if (projection.isFrame()) {
            projection.frameSum().toFirst();
            pull(projection, 0, rows);
        } else {
            rows.copyFrom(delayed(projection));
        }
        if (started) {
            RowSum.add(target.on(into), source.on(rows), into.rows());
        }
    }

    private void addDelayed(GradientProjection projection, int first, int count) {
        FloatMatrix sum = delayed(projection);
        if (first + count == plan.steps()) {
            sum.fill(0);
        }
        FloatMatrix rows = scratch(count);
        for (int step = pull(projection, first, count, rows) - 1; step >= 0; step--) {
            RowSum.add(target.on(sum), source.on(added.get().steps(step, 1)), size.batch());
        }
    }

    private FloatMatrix delayed(GradientProjection projection) {
        return delayed.computeIfAbsent(projection, _ -> FloatMatrix.zeros(arena, size.batch(), columns()));
    }

    private FloatMatrix scratch(int count) {
        return added.get().steps(0, count);
    }

    private FloatMatrix gradients(int first, int count) {
        return gradient.get().steps(first, count);
    }

    private FloatMatrix gradientsOfFrame() {
        return gradientOfFrame.get();
    }

    public FloatMatrix gradientsInTorch() {
        FloatMatrix rows = isFrame() ? gradientsOfFrame() : gradients(0, size.steps());
        return gradientInTorch.show(rows, rows.rows());
    }
}
