package dev.spikelane.engine.plastic;

import dev.spikelane.engine.signal.StateWalk;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.RowBytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What inputs were at one place of a rule in this step and in those before it, as far back as delays reach. */
final class History {

    private final Signal now;
    private final int batch;
    final int steps;
    private final Shape shape;
    /** The variable; empty if it is what fulfills a condition. */
    final String variable;

    /** For each sample a ring of steps; the rows of this step themselves if there are no others. */
    final Signal rows;

    /** Where this step stands in each ring; the step before it behind that. */
    private int head;

    History(Arena arena, String variable, Signal now, int batch, int steps, Shape shape) {
        this.variable = variable;
        this.now = now;
        this.batch = batch;
        this.steps = steps;
        this.shape = shape;
        int all = Math.multiplyExact(batch, steps);
        this.rows = steps == 1
                ? now
                : now instanceof SpikeMatrix
                        ? SpikeMatrix.zeros(arena, all, now.columns())
                        : FloatMatrix.zeros(arena, all, now.columns());
    }

    /** Takes what this step has. */
    void take() {
        head = (head == 0 ? steps : head) - 1;
        for (int sample = 0; sample < batch && steps > 1; sample++) {
            MemorySegment.copy(
                    now.segment(), now.rowOffset(sample), rows.segment(), rows.rowOffset(row(sample, 0)), bytes());
        }
    }

    /** The row of a sample so many steps ago. */
    int row(int sample, int age) {
        return sample * steps + (head + age) % steps;
    }

    /** Bytes in front of the rows of a sample. */
    long rowOffset(int sample) {
        return rows.rowOffset(sample * steps);
    }

    private long bytes() {
        return now.rowOffset(1);
    }

    void reset(float initial) {
        head = 0;
        for (int row = 0; row < batch * steps && rows instanceof FloatMatrix values && steps > 1; row++) {
            values.rows(row, 1).fill(initial);
        }
        if (rows instanceof SpikeMatrix spikes) {
            spikes.clear();
        }
    }

    /** What later steps read: all but the oldest. */
    void walk(StateWalk walk) {
        for (int i = 0; i < batch * (steps - 1); i++) {
            Signal row = rows.rows(row(i / (steps - 1), i % (steps - 1)), 1);
            walk.rows(row, 1, RowBytes.padded(row), shape);
        }
    }
}
