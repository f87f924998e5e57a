package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An output of a population, its spikes or a variable, and the sources of its gradients. A caller's matrix, such as a
 * loss gradient, is added first, then projections in order, each complete before it is added.
 */
public final class OutputGradients {

    private final RunSize size;
    private final @Nullable SignalHistory<FloatMatrix> kept;
    private final @Nullable StepViews<FloatMatrix> given;
    private final @Nullable StepViews<FloatMatrix> observed;
    private final TorchRows<FloatMatrix> keptInTorch;
    private final TorchRows<FloatMatrix> givenInTorch;
    private final TorchRows<FloatMatrix> observedInTorch;
    private final List<GradientProjection> projections = new ArrayList<>();
    private int[] reached = {};
    private int firstStep;

    /**
     * Creates an output.
     *
     * @param shape the arrangement of the columns
     * @param arena the arena that owns the rows in torch's order
     * @param kept the values of all steps; null if they are spikes or not needed
     * @param given {@code [steps * batch x columns]}, gradients that the caller writes
     * @param observed gets the gradients of all steps
     */
    OutputGradients(
            RunSize size,
            Shape shape,
            Arena arena,
            @Nullable SignalHistory<FloatMatrix> kept,
            @Nullable FloatMatrix given,
            @Nullable FloatMatrix observed) {
        this.size = size;
        this.kept = kept;
        this.given = given == null ? null : new StepViews<>(given, size.batch());
        this.observed = observed == null ? null : new StepViews<>(observed, size.batch());
        this.keptInTorch = new TorchRows<>(shape, arena);
        this.givenInTorch = new TorchRows<>(shape, arena);
        this.observedInTorch = new TorchRows<>(shape, arena);
    }

    void add(GradientProjection projection) {
        projections.add(projection);
        reached = new int[projections.size()];
    }

    List<GradientProjection> projections() {
        return projections;
    }

    boolean samplesApart() {
        return projections.stream().allMatch(GradientProjection::samplesApart);
    }

    /**
     * Returns the only projection, if it is the only source of gradients and they are not observed; null otherwise.
     */
    @Nullable
    GradientProjection onlyProjection() {
        return given == null && observed == null && kept == null && projections.size() == 1
                ? projections.getFirst()
                : null;
    }

    /** Returns the caller's gradients, if they are the only ones and not observed; null otherwise. */
    @Nullable
    StepViews<FloatMatrix> givenAlone() {
        return observed == null && projections.isEmpty() ? given : null;
    }

    /** Returns true if gradients come from several sources. */
    boolean adds() {
        return projections.size() + (given == null ? 0 : 1) > 1;
    }

    public boolean keeps() {
        return kept != null;
    }

    boolean mayHaveGradients() {
        return given != null || !projections.isEmpty() || observed != null;
    }

    @Nullable
    public FloatMatrix given() {
        return given == null ? null : given.all();
    }

    /** Returns the caller's gradients in torch's order, to be written. */
    @Nullable
    public FloatMatrix givenInTorch() {
        return given == null ? null : givenInTorch.lend(given.all());
    }

    void takeGiven() {
        if (given != null) {
            givenInTorch.take(given.all());
        }
    }

    @Nullable
    public FloatMatrix observed() {
        return observed == null ? null : observed.all();
    }

    @Nullable
    public FloatMatrix observedInTorch() {
        return observed == null
                ? null
                : observedInTorch.show(observed.all(), observed.all().rows());
    }

    public FloatMatrix values() {
        return Objects.requireNonNull(kept).block();
    }

    public FloatMatrix valuesInTorch() {
        return keptInTorch.show(values(), values().rows());
    }

    void open(int first, int count) {
        firstStep = first;
        for (int i = 0; i < projections.size(); i++) {
            reached[i] = projections.get(i).open(first, count);
        }
    }

    /**
     * Sums the gradients of some of these steps, for the present blocks of the tiles.
     *
     * @param from the first of the steps, counted from the first prepared one
     * @param count the number of steps; they are written from step 0 on
     */
    void gather(int from, int count, StepViews<FloatMatrix> into, StepViews<FloatMatrix> added, GradientTiles tiles) {
        FloatMatrix sum = into.all();
        int at = firstStep + from;
        boolean started = given != null && firstStep >= 0;
        if (given != null && firstStep >= 0) {
            tiles.in(sum).copyFrom(given.all(), at * size.batch(), 0, count * size.batch());
        } else if (reached.length == 0 || reached[0] < from + count) {
            sum.fill(0);
        }
        for (int i = 0; i < projections.size(); i++) {
            int some = Math.min(reached[i] - from, count);
            if (some > 0) {
                Tile pulled = tiles.addedIn((started ? added : into).all());
                projections.get(i).pull(from, some, pulled);
                if (started) {
                    RowSum.add(tiles.in(sum), pulled, some * size.batch());
                }
            }
            started = true;
        }
        if (observed != null && firstStep >= 0) {
            tiles.in(sum).copyTo(0, observed.all(), at * size.batch(), count * size.batch());
        }
    }

    /** Sums the gradients of some samples at a step, in scratch memory of a thread. */
    void gather(int step, SampleViews[] samples, Tile into, Tile added, int thread) {
        boolean started = given != null;
        if (given != null) {
            SampleViews of = samples[0];
            into.copyFrom(given.all(), step * size.batch() + of.first(), 0, of.count());
        } else if (projections.isEmpty() || !projections.getFirst().reaches(step)) {
            into.matrix().fill(0);
        }
        for (int i = 0; i < projections.size(); i++) {
            if (projections.get(i).reaches(step)) {
                projections.get(i).pull(step, samples[i], started ? added : into, thread);
                if (started) {
                    RowSum.add(into, added, samples[i].count());
                }
            }
            started = true;
        }
        if (observed != null) {
            SampleViews of = samples[0];
            into.copyTo(0, observed.all(), step * size.batch() + of.first(), of.count());
        }
    }
}
