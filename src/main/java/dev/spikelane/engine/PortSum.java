package dev.spikelane.engine;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** The sum of some terms: each complete before it is added, in the order of declaration. */
final class PortSum {

    /**
     * Products of rows, inputs and outputs from which meeting of threads, some microseconds, pays: a step of four rows of 784-1000-10 takes 28 instead
     * of 41 us on two threads at density 0.1, 12 instead of 19 at 0.02; two rows gain at 0.1 and lose at 0.02 (Zen 3, 2026-11).
     */
    private static final long WORTH_SHARING = 3_000_000;

    /**
     * Estimated nanoseconds from which fewer products are shared too: a step of one row of 784-1000-10 takes 10.1 instead of 18.5 us on two threads at
     * density 0.5, 5.2 instead of 3.0 at 0.1, which is estimated at 2,000 (Zen 5, 2026-11).
     */
    private static final double NANOSECONDS_WORTH_SHARING = 5_000;

    private final ProjectionRun[] terms;
    private final int columns;
    private final int batch;
    /** A tile for each thread, for terms behind the first. */
    private final Tile[] scratch;

    /**
     * Makes room for blocks of so many steps.
     *
     * @param terms in the order of declaration, at least one
     */
    PortSum(List<ProjectionRun> terms, int columns, Arena arena, int steps, int batch, int threads) {
        this.terms = terms.toArray(ProjectionRun[]::new);
        this.columns = columns;
        this.batch = batch;
        this.scratch = new Tile[terms.size() > 1 ? threads : 0];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = Tile.of(
                    FloatMatrix.zeros(arena, steps * batch, Math.min(Parts.BLOCKS_IN_TILE, blocks()) * Long.SIZE),
                    columns);
        }
    }

    /** Blocks of 64 currents. */
    int blocks() {
        return Math.ceilDiv(columns, Long.SIZE);
    }

    /**
     * Runs what comes before the last product of each term on some steps.
     *
     * @param alone whether no other sum is prepared before this one is filled: threads share one preparation of spikes
     */
    void prepare(int first, int count, boolean alone) {
        for (ProjectionRun term : terms) {
            term.prepare(first, count, alone && terms.length == 1);
        }
    }

    /** Fills the currents of some steps for the blocks in use, which are at most {@link Parts#BLOCKS_IN_TILE} if there are several terms. */
    void fill(int first, int count, Tile current, int thread) {
        terms[0].fill(first, count, current, thread);
        for (int i = 1; i < terms.length; i++) {
            Tile added = scratch[thread].at(current);
            terms[i].fill(first, count, added, thread);
            RowSum.add(current, added, count * batch);
        }
    }

    boolean worthSharing(int steps) {
        long work = 0;
        for (ProjectionRun term : terms) {
            work += term.work();
        }
        return steps * batch * work >= WORTH_SHARING || nanoseconds(steps) >= NANOSECONDS_WORTH_SHARING;
    }

    private double nanoseconds(int steps) {
        double all = 0;
        for (ProjectionRun term : terms) {
            all += term.nanoseconds(steps);
        }
        return all;
    }
}
