package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/** A source of projections, with rows for all steps of a block. */
public interface SourceRun {

    /**
     * Returns the rows from a step of the block on, as a projection of this delay sees them; their type is the source's
     * type in this call.
     */
    Signal from(int step, int delay);

    /** Returns the rows of exactly some steps, for readers that take all rows of a matrix. */
    Signal steps(int first, int count, int delay);

    /** Returns the rows of some samples in a step. */
    Signal samples(int step, int delay, SampleViews of);

    /** Begins a call or a window. */
    default void open() {}

    /** Computes the rows of some steps, if they depend on another source. */
    default void prepare(int first, int count) {}

    /** Returns true if some samples of a step are there without the others. */
    default boolean samplesApart() {
        return true;
    }

    /** Returns the rows {@code [batch x columns]} that all steps of this call share; null if each step has its own. */
    default @Nullable Signal frame() {
        return null;
    }

    /** Returns a number that grows whenever the frame is written. */
    default long frameVersion() {
        throw new IllegalStateException("there is no frame");
    }

    /** Returns a number that grows whenever these rows are written; each preparation of them carries it. */
    long version();
}
