package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The rows of a source in all steps of a window, behind those of the steps before it that delayed projections reach.
 *
 * @param <S> spikes or values
 */
final class GradientTrack<S extends Signal> {

    private final GradientViews<S> all;
    private final int history;
    private final int steps;
    private final int batch;
    /** The memory of the history: a slice made in each batch may be allocated where many kinds of tracks are in use. */
    private final MemorySegment past;

    private GradientTrack(S all, int history, int steps, int batch) {
        this.all = new GradientViews<>(all, batch);
        this.history = history;
        this.steps = steps;
        this.batch = batch;
        this.past = all.segment().asSlice(0, all.rowOffset(history * batch));
    }

    static GradientTrack<SpikeMatrix> ofSpikes(Arena arena, int columns, int batch, int history, int steps) {
        return new GradientTrack<>(SpikeMatrix.zeros(arena, (history + steps) * batch, columns), history, steps, batch);
    }

    static GradientTrack<FloatMatrix> ofValues(Arena arena, int columns, int batch, int history, int steps) {
        return new GradientTrack<>(FloatMatrix.zeros(arena, (history + steps) * batch, columns), history, steps, batch);
    }

    /** The rows of all steps, which stand in a matrix of another owner. */
    static GradientTrack<FloatMatrix> of(FloatMatrix rows, int batch) {
        return new GradientTrack<>(rows, 0, rows.rows() / batch, batch);
    }

    /** Some steps as they are seen after a delay. */
    S steps(int first, int count, int delay) {
        return all.steps(history + first - delay, count);
    }

    /** Some samples in a step as they are seen after a delay. */
    S samples(int step, int delay, GradientSamples of) {
        return of.in(all.all(), history + step - delay);
    }

    boolean hasHistory() {
        return history > 0;
    }

    /** All steps of the window. */
    S window() {
        return all.steps(history, steps);
    }

    /** Copies rows to some steps. */
    void put(Signal rows, int step, int count) {
        S to = all.all();
        MemorySegment.copy(
                rows.segment(), 0, to.segment(), to.rowOffset((history + step) * batch), rows.rowOffset(count * batch));
    }

    /** Makes the last steps the history of the next window. */
    void advance() {
        S rows = all.all();
        if (history > 0) {
            long bytes = rows.rowOffset(history * batch);
            MemorySegment.copy(rows.segment(), rows.rowOffset(steps * batch), rows.segment(), 0, bytes);
        }
    }

    /** Takes the history of another track of the same source. */
    void takeHistory(GradientTrack<S> other) {
        S rows = all.all();
        S from = other.all.all();
        if (history > 0) {
            MemorySegment.copy(from.segment(), 0, rows.segment(), 0, rows.rowOffset(history * batch));
        }
    }

    void reset() {
        if (history > 0) {
            past.fill((byte) 0);
        }
    }

    long bytes() {
        return all.all().segment().byteSize();
    }
}
