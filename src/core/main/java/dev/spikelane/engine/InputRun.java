package dev.spikelane.engine;

import dev.spikelane.description.InputDescription;
import dev.spikelane.engine.signal.SampleEnds;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An input: its rows of a block in inner order, or one frame for all steps of a call. The rows are in the run's own
 * memory, so that workers can read them and no other owner closes it. Memory is allocated for the kind of rows in use.
 */
public final class InputRun implements SourceRun {

    private final InputDescription input;
    private final Arena arena;
    private final int batch;
    private SignalHistory.Steps steps;
    private @Nullable SignalHistory<SpikeMatrix> spikes;
    private @Nullable SignalHistory<FloatMatrix> values;
    private final Lazy<SpikeMatrix> spikeFrame;
    private final Lazy<FloatMatrix> valueFrame;
    /** The frame of this call; null if each step has its own rows. */
    private @Nullable Signal frame;

    /** True if a frame is copied into each step, for readers of single steps. */
    private boolean repeats;

    private long frameVersion;
    private boolean analog;

    /**
     * Creates an input.
     *
     * @param steps number of steps that are kept
     */
    public InputRun(InputDescription input, Arena arena, int batch, SignalHistory.Steps steps) {
        this.input = input;
        this.arena = arena;
        this.batch = batch;
        this.steps = steps;
        this.spikeFrame = new Lazy<>(() -> SpikeMatrix.zeros(arena, batch, columns()));
        this.valueFrame = new Lazy<>(() -> FloatMatrix.zeros(arena, batch, columns()));
    }

    /** Enlarges the block. */
    void grow(int blockSteps) {
        steps = steps.withBlock(blockSteps);
        if (spikes != null) {
            spikes = spikes.grown(arena, blockSteps);
        }
        if (values != null) {
            values = values.grown(arena, blockSteps);
        }
    }

    /**
     * Throws unless rows of this kind may come next.
     *
     * @param done number of steps since the last reset
     */
    public void requireKind(Signal given, long done) {
        boolean isAnalog = given instanceof FloatMatrix;
        if (remembers() && done > 0 && isAnalog != analog) {
            throw new IllegalArgumentException("input '" + input.name() + "' gets " + kind(isAnalog) + " and got "
                    + kind(analog) + " before, expected one kind between two resets, because a projection from it is"
                    + " delayed");
        }
    }

    private static String kind(boolean analog) {
        return analog ? "values" : "spikes";
    }

    /** Declares the kind of the next rows, if each step has its own. */
    public void open(Signal given) {
        analog = given instanceof FloatMatrix;
        frame = null;
    }

    /**
     * Uses one frame for all steps.
     *
     * @param stays true if the frame does not change while it is used, so that it need not be copied
     */
    public void openFrame(Signal given, boolean stays) {
        analog = given instanceof FloatMatrix;
        frameVersion++;
        if (stays && !remembers() && analog && !TorchLayout.differs(input.shape())) {
            frame = given;
            return;
        }
        Signal own = analog ? valueFrame.get() : spikeFrame.get();
        copy(given, 0, own, 0, batch);
        frame = own;
    }

    /** Copies steps of the input into the block. A frame is copied only into steps that are read later. */
    public void load(Signal from, int firstStep, int count) {
        Signal repeated = frame;
        if (repeated == null) {
            history().written();
            copy(from, firstStep * batch, history().block(), 0, count * batch);
        } else if (remembers() || repeats) {
            for (int step = 0; step < count; step++) {
                history().put(repeated, step, 1);
            }
        }
    }

    /** Clears rows of samples that have ended. */
    void mask(SampleEnds ends, int count) {
        if (frame == null) {
            ends.mask(history().block(), 0, count);
        }
    }

    /** Copies steps of some samples of a batch into the block. */
    void loadSamples(Signal from, int firstStep, int count, int[] samples, int ofBatch) {
        history().written();
        for (int step = 0; step < count; step++) {
            for (int i = 0; i < batch; i++) {
                copy(from, (firstStep + step) * ofBatch + samples[i], history().block(), step * batch + i, 1);
            }
        }
    }

    /** Copies a row into a sample's row of the first step of the block; null clears the sample's row. */
    public void loadSample(@Nullable Signal from, int row, int sample) {
        history().written();
        if (from == null) {
            Rows.clear(history().block(), sample);
        } else {
            copy(from, row, history().block(), sample, 1);
        }
    }

    /** Copies rows from torch's order into inner order. */
    private void copy(Signal from, int firstRow, Signal to, int toRow, int rows) {
        TorchLayout.copyInside(input.shape(), from, firstRow, to, toRow, rows);
    }

    /** Copies frames into each step of the block from now on. */
    void repeat() {
        repeats = true;
    }

    /** Returns true if steps before the block are read. */
    private boolean remembers() {
        return steps.history() > 0;
    }

    private int columns() {
        return input.shape().size();
    }

    private SignalHistory<? extends Signal> history() {
        if (analog) {
            SignalHistory<FloatMatrix> made = values;
            if (made == null) {
                made = SignalHistory.ofValues(arena, columns(), batch, steps);
                values = made;
            }
            return made;
        }
        SignalHistory<SpikeMatrix> made = spikes;
        if (made == null) {
            made = SignalHistory.ofSpikes(arena, columns(), batch, steps);
            spikes = made;
        }
        return made;
    }

    @Override
    public @Nullable Signal frame() {
        return frame;
    }

    @Override
    public long frameVersion() {
        return frameVersion;
    }

    @Override
    public long version() {
        return history().version();
    }

    @Override
    public Signal from(int step, int delay) {
        return history().from(step, delay);
    }

    @Override
    public Signal steps(int first, int count, int delay) {
        return history().steps(first, count, delay);
    }

    @Override
    public Signal samples(int step, int delay, SampleViews of) {
        return history().samples(step, delay, of);
    }

    /** Makes the last of some steps of the block the history of the next. */
    public void advance(int count) {
        if (remembers()) {
            history().advance(count);
        }
    }

    /** Copies the history of another run of the same input. */
    public void takeHistory(InputRun other) {
        if (remembers() && other.spikes != null) {
            analog = false;
            history();
            Objects.requireNonNull(spikes).takeHistory(other.spikes);
        }
        if (remembers() && other.values != null) {
            analog = true;
            history();
            Objects.requireNonNull(values).takeHistory(other.values);
        }
    }

    /** Sets the history to zero. */
    public void reset() {
        if (spikes != null) {
            spikes.reset();
        }
        if (values != null) {
            values.reset();
        }
    }

    void visit(StateVisitor visitor) {
        if (visitor.isOfAllSamples()) {
            if (visitor.reads()) {
                reset(); // both
            }
            analog = visitor.flag(analog);
        }
        if (remembers()) {
            history().visit(input.shape(), visitor);
        }
    }
}
