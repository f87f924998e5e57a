package dev.spikelane.engine.signal;

import dev.spikelane.memory.Signal;
import dev.spikelane.simd.Rows;

/**
 * Where the samples of a run end, if they have different lengths: the one place in the engine that knows.
 *
 * <p>A sample that has ended is a masked row. Samples never see each other's rows, so that its neurons may run on: its
 * spikes are cleared before anybody counts, records or adds them, and whoever goes on from its state takes that of its
 * last step ({@code engine.SeriesRun}). On the way back it gives nothing, because its loss is that of a window that
 * ends with it ({@code train.BoundLoss}), so that every gradient behind its end is zero and adds nothing to a sum. So
 * its bits are those of the sample alone, and no operator, kernel or loss has a branch for lengths. Operators that
 * average over rows would see it, and are refused.
 */
public final class SampleEnds {

    /** Those of samples that all have all steps. */
    public static final int[] NONE = {};

    private int[] ends = NONE;
    private int done;

    /**
     * Takes the ends of a call or window.
     *
     * @param behind for each sample the step behind its last; none where all samples have all steps; not copied
     */
    public void take(int... behind) {
        ends = behind;
        done = 0;
    }

    /** Says how many steps of the call were done before the block. */
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
