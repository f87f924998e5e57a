package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Rows;

/**
 * The ends of a run's samples, if they have different lengths. No other class of the engine handles lengths.
 *
 * <p>An ended sample is a masked row. Samples never see each other's rows, so its neurons may keep running. Its spikes
 * are cleared before they are counted, recorded or added, and its final state is the state of its last step ({@code
 * engine.SeriesRun}). In the backward pass its loss covers only its own window ({@code train.BoundLoss}): each gradient
 * after its end is zero and adds nothing to a sum. Its bits therefore equal a run of this sample alone, and no
 * operator, kernel or loss has a branch for lengths. Operators that average over rows would see it, and are refused.
 */
public final class SampleEnds {

    /** No ends: all samples have all steps. */
    public static final int[] NONE = {};

    private int[] ends = NONE;
    private int done;

    /**
     * Sets the ends for a call or window.
     *
     * @param behind for each sample the step after its last; empty if all samples have all steps; not copied
     */
    public void take(int... behind) {
        ends = behind;
        done = 0;
    }

    /** Sets the number of steps of the call before the block. */
    public void goOn(int steps) {
        done = steps;
    }

    /** Clears the rows of samples that have ended, in some steps of a block. */
    public void mask(Signal block, int first, int count) {
        for (int sample = 0; sample < ends.length; sample++) {
            for (int step = Math.max(first, ends[sample] - done); step < first + count; step++) {
                Rows.clear(block, step * ends.length + sample);
            }
        }
    }
}
