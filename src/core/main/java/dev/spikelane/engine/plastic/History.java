package dev.spikelane.engine.plastic;

import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.RowBytes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A variable of a rule's inputs in this step and in earlier steps, as many as delays reach back to. */
final class History {

    private final Signal now;
    private final int batch;
    final int steps;
    private final Shape shape;
    /** The variable; empty if these are the inputs that fulfill a condition. */
    final String variable;

    /** A ring of steps for each sample; the rows of this step themselves if the ring has one step. */
    final Signal rows;

    /** Index of this step in each ring; the step before it follows. */
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

    /** Stores this step's rows. */
    void take() {
        head = (head == 0 ? steps : head) - 1;
        for (int sample = 0; sample < batch && steps > 1; sample++) {
            MemorySegment.copy(
                    now.segment(), now.rowOffset(sample), rows.segment(), rows.rowOffset(row(sample, 0)), bytes());
        }
    }

    /** Returns the row of a sample at an age in steps. */
    int row(int sample, int age) {
        return sample * steps + (head + age) % steps;
    }

    /** Returns the offset in bytes of a sample's rows. */
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

    /** Visits the steps that later steps read: all but the oldest. */
    void visit(StateVisitor visitor) {
        for (int i = 0; i < batch * (steps - 1); i++) {
            Signal row = rows.rows(row(i / (steps - 1), i % (steps - 1)), 1);
            visitor.rows(row, 1, RowBytes.padded(row), shape);
        }
    }
}
