package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import org.jspecify.annotations.Nullable;

/** A source of projections: rows that are there for all steps of a block. */
public interface SourceRun {

    /**
     * The rows from a step of the block on, as a projection of this delay sees them; of the kind that the source has in
     * this call.
     */
    Signal from(int step, int delay);

    /** The rows of some steps, likewise, for a reader that takes all rows of a matrix. */
    Signal steps(int first, int count, int delay);

    /** Some samples in a step, likewise. */
    Signal samples(int step, int delay, SampleViews of);

    /** Takes notice that a call or a window begins. */
    default void open() {}

    /** Makes the rows of some steps, if they are made of those of another source. */
    default void prepare(int first, int count) {}

    /** Whether some samples of a step are there without the others. */
    default boolean samplesApart() {
        return true;
    }

    /** The rows {@code [batch x columns]} that all steps of this call have; null if each step has its own. */
    default @Nullable Signal frame() {
        return null;
    }

    /** A number that grows whenever the frame is written, likewise. */
    default long frameVersion() {
        throw new IllegalStateException("there is no frame");
    }

    /** A number that grows whenever these rows are written: every preparation of them carries it. */
    long version();
}
