package dev.spikelane.engine;

import dev.spikelane.description.InputDescription;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An input in a simulation: a block of its rows in memory that workers can reach and nobody else closes. */
final class InputRun implements SourceRun {

    private final InputDescription input;
    private final Arena arena;
    private final int batch;
    private final int history;
    private int blockSteps;
    private SignalHistory<SpikeMatrix> spikes;
    /** Made when values come first. */
    private @Nullable SignalHistory<FloatMatrix> values;

    private boolean analog;

    InputRun(InputDescription input, Arena arena, int batch, int history, int blockSteps) {
        this.input = input;
        this.arena = arena;
        this.batch = batch;
        this.history = history;
        this.blockSteps = blockSteps;
        this.spikes = SignalHistory.ofSpikes(arena, input.shape().size(), batch, history, blockSteps);
    }

    /** Makes the block longer. */
    void grow(int steps) {
        blockSteps = steps;
        spikes = spikes.grown(arena, steps);
        if (values != null) {
            values = values.grown(arena, steps);
        }
    }

    InputDescription input() {
        return input;
    }

    boolean hasHistory() {
        return history > 0;
    }

    /** Throws unless rows of this kind may come next. */
    void requireKind(Signal given, long steps) {
        boolean isAnalog = given instanceof FloatMatrix;
        if (history > 0 && steps > 0 && isAnalog != analog) {
            throw new IllegalArgumentException("input '" + input.name() + "' gets " + kind(isAnalog) + " and got "
                    + kind(analog) + " before, expected one kind between two resets, because a projection from it is"
                    + " delayed");
        }
    }

    private static String kind(boolean analog) {
        return analog ? "values" : "spikes";
    }

    /** Takes the kind of rows that come next. */
    void open(Signal given) {
        analog = given instanceof FloatMatrix;
        if (analog && values == null) {
            values = SignalHistory.ofValues(arena, input.shape().size(), batch, history, blockSteps);
        }
    }

    /** Copies steps of the input into the block, from torch's order into that of the rows. */
    void load(Signal from, int firstStep, int steps) {
        copy(from, firstStep * batch, 0, steps * batch);
    }

    /** Copies one frame into each step of the block. */
    void repeat(Signal frame, int steps) {
        for (int step = 0; step < steps; step++) {
            copy(frame, 0, step * batch, batch);
        }
    }

    private void copy(Signal from, int firstRow, int toRow, int rows) {
        TorchLayout.copyInside(input.shape(), from, firstRow, track().block(), toRow, rows);
    }

    private SignalHistory<? extends Signal> track() {
        SignalHistory<FloatMatrix> numbers = values;
        return analog && numbers != null ? numbers : spikes;
    }

    @Override
    public Signal delayed(int delay) {
        return track().delayed(delay);
    }

    void advance(int steps) {
        track().advance(steps);
    }

    void reset() {
        spikes.reset();
        if (values != null) {
            values.reset();
        }
    }

    long bytes() {
        return 1 + track().bytes();
    }

    void write(ByteBuffer to) {
        to.put((byte) (analog ? 1 : 0));
        track().write(input.shape(), to);
    }

    void read(ByteBuffer from) {
        analog = from.get() != 0;
        if (analog && values == null) {
            values = SignalHistory.ofValues(arena, input.shape().size(), batch, history, blockSteps);
        }
        track().read(input.shape(), from);
    }
}
