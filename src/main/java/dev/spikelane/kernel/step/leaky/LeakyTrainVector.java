package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.step.StepRun;
import org.jspecify.annotations.Nullable;

/**
 * Runs whole steps, two at a time and the last by itself, with copies of {@link LeakyLoopVector} that are made when
 * first needed.
 */
final class LeakyTrainVector implements LeakyLoop {

    private final LeakyOptions options;
    /** Most steps at a time. */
    private final int most;

    private final @Nullable LeakyLoop[] plain = new LeakyLoop[2];
    private final @Nullable LeakyLoop[] recording = new LeakyLoop[2];

    LeakyTrainVector(LeakyOptions options) {
        this.options = options;
        this.most = twice(options) ? 2 : 1;
    }

    /** Not where a reset at once makes the chain so long that nothing is gained. */
    private static boolean twice(LeakyOptions options) {
        return !options.alphaFunction() && !options.resetsAtOnce() && options.fits(2);
    }

    @Override
    public void run(LeakyParameters parameters, StepRun run, int firstRow, int endRow, int winner) {
        int batch = run.state.rows() / options.variables();
        int row = firstRow;
        for (int steps = most; steps > 0; steps--) {
            int rows = (endRow - row) / (steps * batch) * steps * batch;
            if (rows > 0) {
                loop(steps, run.records).run(parameters, run, row, row + rows, winner);
                row += rows;
            }
        }
    }

    private LeakyLoop loop(int steps, boolean record) {
        LeakyLoop made = (record ? recording : plain)[steps - 1];
        return made != null ? made : make(steps, record);
    }

    private synchronized LeakyLoop make(int steps, boolean record) {
        @Nullable LeakyLoop[] loops = record ? recording : plain;
        LeakyLoop made = loops[steps - 1];
        if (made == null) {
            made = LeakyLoops.copy(LeakyLoopVector.class, options.in(steps, record));
            loops[steps - 1] = made;
        }
        return made;
    }
}
