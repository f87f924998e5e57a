package dev.spikelane.train;

import dev.spikelane.kernel.base.SpikeExpand;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import java.lang.foreign.Arena;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An input: its rows of a window in their inner order, spikes or values, or one frame for all steps. */
final class GradientInput implements GradientSource {

    private final Input input;
    /** How messages call it; made once, as a training step allocates nothing. */
    private final String name;

    private final Arena arena;
    private final GradientSize size;
    private final int history;
    private final boolean wantsGradient;
    /** Whether what is given stays as it is until the end of the way back. */
    private final boolean staysGiven;

    private @Nullable GradientTrack<SpikeMatrix> spikes;
    private @Nullable GradientTrack<FloatMatrix> values;
    private @Nullable SpikeMatrix spikeFrame;
    /** The frame, and memory for one of our own. */
    private @Nullable FloatMatrix valueFrame;

    private @Nullable FloatMatrix ownFrame;
    private @Nullable GradientViews<FloatMatrix> gradient;
    private @Nullable FloatMatrix gradientOfFrame;
    /** What delayed projections take back of a frame. */
    private final IdentityHashMap<GradientTerm, FloatMatrix> delayed = new IdentityHashMap<>();

    private @Nullable FloatMatrix added;
    private final Tile target;
    private final Tile source;
    private boolean analog;
    private boolean frame;

    GradientInput(Input input, GradientBlueprint plan, boolean wantsGradient) {
        this.input = input;
        this.name = "input '" + input.name() + "'";
        this.arena = plan.arena();
        this.size = plan.size();
        this.history = plan.historyOf(input.name());
        this.wantsGradient = wantsGradient;
        this.staysGiven = plan.use() != GradientBlueprint.Use.ANY;
        FloatMatrix none = FloatMatrix.zeros(arena, 1, 1);
        this.target = Tile.whole(none);
        this.source = Tile.whole(none);
    }

    Input input() {
        return input;
    }

    boolean wantsGradient() {
        return wantsGradient;
    }

    @Override
    public boolean isFrame() {
        return frame;
    }

    /** Checks the rows of all steps, before a window begins. */
    void requireRows(Signal given) {
        require(given, size.steps() * size.batch());
    }

    /** Checks a frame. */
    void requireFrame(Signal given) {
        require(given, size.batch());
    }

    private void require(Signal given, int rows) {
        given.requireShape(name, rows, columns());
        if (given instanceof FloatMatrix numbers) {
            numbers.requireFinite(name);
        }
    }

    /** Takes the rows of all steps. */
    void load(Signal given) {
        frame = false;
        analog = given instanceof FloatMatrix;
        put(given, 0, size.steps());
    }

    /** Takes one frame for all steps. */
    void loadFrame(Signal given) {
        frame = true;
        analog = given instanceof FloatMatrix;
        if (staysGiven && history == 0 && !TorchLayout.differs(input.shape()) && given instanceof FloatMatrix numbers) {
            valueFrame = numbers;
            return;
        }
        FloatMatrix ofValues = ownFrame;
        if (ofValues == null) {
            ofValues = FloatMatrix.zeros(arena, size.batch(), columns());
            ownFrame = ofValues;
        }
        valueFrame = ofValues;
        switch (given) {
            case SpikeMatrix bits -> {
                SpikeMatrix ofSpikes = spikeFrame;
                if (ofSpikes == null) {
                    ofSpikes = SpikeMatrix.zeros(arena, size.batch(), columns());
                    spikeFrame = ofSpikes;
                }
                inside(bits, ofSpikes);
                SpikeExpand.expand(ofSpikes, 0, size.batch(), ofValues);
            }
            case FloatMatrix numbers -> inside(numbers, ofValues);
        }
        if (history > 0) {
            Signal rows = analog ? ofValues : Objects.requireNonNull(spikeFrame);
            for (int step = 0; step < size.steps(); step++) {
                track().put(rows, step, 1);
            }
        }
    }

    /** The frame as values. */
    FloatMatrix frame() {
        return Objects.requireNonNull(valueFrame);
    }

    private void put(Signal given, int step, int count) {
        if (TorchLayout.differs(input.shape())) {
            inside(given, track().window());
        } else {
            track().put(given, step, count);
        }
    }

    private void inside(Signal from, Signal to) {
        TorchLayout.copyInside(input.shape(), from, 0, to, 0, from.rows());
    }

    private int columns() {
        return input.shape().size();
    }

    private GradientTrack<? extends Signal> track() {
        if (analog) {
            GradientTrack<FloatMatrix> made = values;
            if (made == null) {
                made = GradientTrack.ofValues(arena, columns(), size.batch(), history, size.steps());
                values = made;
            }
            return made;
        }
        GradientTrack<SpikeMatrix> made = spikes;
        if (made == null) {
            made = GradientTrack.ofSpikes(arena, columns(), size.batch(), history, size.steps());
            spikes = made;
        }
        return made;
    }

    /** Some steps; of a frame that no projection delays, the frame. */
    @Override
    public Signal steps(int first, int count, int delay) {
        if (frame && delay == 0) {
            return analog ? frame() : Objects.requireNonNull(spikeFrame);
        }
        return track().steps(first, count, delay);
    }

    @Override
    public Signal samples(int step, int delay, GradientSamples of) {
        return track().samples(step, delay, of);
    }

    /** Adds what a projection takes back in some steps, or writes it where it is the first. */
    void add(GradientTerm term, int first, int count, boolean started) {
        if (frame) {
            addToFrame(term, first, count, started);
            return;
        }
        FloatMatrix into = gradients(first, count);
        FloatMatrix rows = started ? scratch(count) : into;
        pull(term, first, count, rows);
        if (started) {
            RowSum.add(target.on(into), source.on(rows), into.rows());
        }
    }

    /** Writes what a projection takes back, zeros where its currents would come behind the last step; returns how many steps have such currents. */
    private int pull(GradientTerm term, int first, int count, FloatMatrix rows) {
        int reached = term.open(first, count);
        rows.fill(0);
        if (reached > 0) {
            term.pull(0, reached, target.on(rows.rows(0, reached * size.batch())));
        }
        return reached;
    }

    /** The same for a frame, whose gradients are known when all steps were taken back: the last segment comes first. */
    private void addToFrame(GradientTerm term, int first, int count, boolean started) {
        if (!term.isFrame()) {
            addDelayed(term, first, count);
        }
        if (first > 0) {
            return;
        }
        FloatMatrix into = gradientsOfFrame();
        FloatMatrix rows = started ? scratch(1) : into;
        if (term.isFrame()) {
            term.pullFrame(target.on(rows));
        } else {
            rows.copyFrom(delayed(term));
        }
        if (started) {
            RowSum.add(target.on(into), source.on(rows), into.rows());
        }
    }

    /** Sums up, steps descending, what a delayed projection takes back of a frame. */
    private void addDelayed(GradientTerm term, int first, int count) {
        FloatMatrix sum = delayed(term);
        if (first + count == size.steps()) {
            sum.fill(0);
        }
        FloatMatrix rows = scratch(count);
        for (int step = pull(term, first, count, rows) - 1; step >= 0; step--) {
            RowSum.add(target.on(sum), source.on(rows.rows(step * size.batch(), size.batch())), size.batch());
        }
    }

    private FloatMatrix delayed(GradientTerm term) {
        return delayed.computeIfAbsent(term, _ -> FloatMatrix.zeros(arena, size.batch(), columns()));
    }

    private FloatMatrix scratch(int steps) {
        FloatMatrix made = added;
        if (made == null) {
            made = FloatMatrix.zeros(arena, size.segment() * size.batch(), columns());
            added = made;
        }
        return made.rows(0, steps * size.batch());
    }

    /** The gradients of the input, for some steps. */
    FloatMatrix gradients(int first, int count) {
        GradientViews<FloatMatrix> made = gradient;
        if (made == null) {
            made = new GradientViews<>(FloatMatrix.zeros(arena, size.steps() * size.batch(), columns()), size.batch());
            gradient = made;
        }
        return made.steps(first, count);
    }

    /** The gradients of the frame. */
    FloatMatrix gradientsOfFrame() {
        FloatMatrix made = gradientOfFrame;
        if (made == null) {
            made = FloatMatrix.zeros(arena, size.batch(), columns());
            gradientOfFrame = made;
        }
        return made;
    }

    void advance() {
        if (history > 0) {
            track().advance();
        }
    }

    void takeHistory(GradientInput other) {
        GradientTrack<SpikeMatrix> fired = other.spikes;
        GradientTrack<FloatMatrix> numbers = other.values;
        if (history > 0 && fired != null) {
            analog = false;
            track();
            Objects.requireNonNull(spikes).takeHistory(fired);
        }
        if (history > 0 && numbers != null) {
            analog = true;
            track();
            Objects.requireNonNull(values).takeHistory(numbers);
        }
    }

    void reset() {
        if (spikes != null) {
            spikes.reset();
        }
        if (values != null) {
            values.reset();
        }
    }
}
