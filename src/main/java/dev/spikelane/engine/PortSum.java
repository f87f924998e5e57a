package dev.spikelane.engine;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sum of some terms at a port: each complete before it is added, in the order of declaration. The currents stand in
 * tiles of threads, which are used again, or where they are kept.
 */
final class PortSum {

    /**
     * Most blocks of 64 neurons in a part: the currents of 256 rows are 256 KB, and stay in the L2 cache until the
     * neurons take them.
     */
    private static final int BLOCKS_IN_TILE = 4;

    /** Parts for each thread: enough to even out threads that start late, few enough to cost little. */
    private static final int PARTS_OF_THREAD = 4;

    /**
     * Products of rows, inputs and outputs from which meeting of threads, some microseconds, pays: a step of four rows
     * of 784-1000-10 takes 28 instead of 41 us on two threads at density 0.1, 12 instead of 19 at 0.02; two rows gain
     * at 0.1 and lose at 0.02 (Zen 3, 2026-11).
     */
    private static final long WORTH_SHARING = 3_000_000;

    /**
     * Estimated nanoseconds from which fewer products are shared too: a step of one row of 784-1000-10 takes 10.1
     * instead of 18.5 us on two threads at density 0.5, 5.2 instead of 3.0 at 0.1, which is estimated at 2,000 (Zen 5,
     * 2026-11).
     */
    private static final double NANOSECONDS_WORTH_SHARING = 5_000;

    private final ProjectionRun[] terms;
    private final int columns;
    private final int batch;
    private final @Nullable KeptCurrents kept;
    /** For each thread where it fills currents. */
    private final Tile[] tiles;

    /** A tile for each thread, for terms behind the first. */
    private final Tile[] added;

    /**
     * Makes room for a segment of steps.
     *
     * @param terms in the order of declaration, at least one
     * @param kept where currents stay; null if they need not
     */
    PortSum(List<ProjectionRun> terms, int columns, Arena arena, RunSize size, @Nullable KeptCurrents kept) {
        this.terms = terms.toArray(ProjectionRun[]::new);
        this.columns = columns;
        this.batch = size.batch();
        this.kept = kept;
        this.tiles = new Tile[size.threads()];
        Tile none = Tile.whole(FloatMatrix.zeros(arena, 1, columns));
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = kept == null ? tile(arena, size) : none.another();
        }
        this.added = new Tile[terms.size() > 1 ? size.threads() : 0];
        for (int i = 0; i < added.length; i++) {
            added[i] = tile(arena, size);
        }
    }

    private Tile tile(Arena arena, RunSize size) {
        int blocks = Math.min(BLOCKS_IN_TILE, blocks());
        return Tile.of(FloatMatrix.zeros(arena, size.segmentRows(), blocks * Long.SIZE), columns);
    }

    /** Blocks of 64 currents. */
    int blocks() {
        return Math.ceilDiv(columns, Long.SIZE);
    }

    /** How many of them a part has where so many threads share them. */
    int blocksInPart(int threads) {
        return Math.min(BLOCKS_IN_TILE, Math.ceilDiv(blocks(), threads == 1 ? 1 : PARTS_OF_THREAD * threads));
    }

    /**
     * Runs what comes before the last product of each term on some steps.
     *
     * @param alone whether no other sum is prepared before this one is filled: threads share one preparation of spikes
     */
    void prepare(int first, int count, boolean alone) {
        if (kept != null) {
            kept.all(); // before threads share it
        }
        for (ProjectionRun term : terms) {
            term.prepare(first, count, alone && terms.length == 1);
        }
    }

    /**
     * Whether threads may each fill some steps: nothing was prepared for all steps together, and nothing is added up.
     */
    boolean fillsAnySteps() {
        return terms.length == 1 && terms[0].fillsAnySteps();
    }

    /** Where a thread fills currents, the same object at all times. */
    Tile tile(int thread) {
        return tiles[thread];
    }

    /** The same, at the blocks of some steps. */
    Tile at(int first, int firstBlock, int endBlock, int thread) {
        Tile own = tiles[thread];
        return (kept == null ? own : own.on(kept.from(first))).at(firstBlock, endBlock);
    }

    /** Fills the currents of some steps for some blocks. */
    void fill(int first, int count, int firstBlock, int endBlock, int thread) {
        Tile current = at(first, firstBlock, endBlock, thread);
        terms[0].fill(first, count, current, thread);
        if (terms.length == 1) {
            return;
        }
        for (int block = firstBlock; block < endBlock; block += BLOCKS_IN_TILE) {
            current.at(block, Math.min(block + BLOCKS_IN_TILE, endBlock));
            for (int i = 1; i < terms.length; i++) {
                Tile term = added[thread].at(current);
                terms[i].fill(first, count, term, thread);
                RowSum.add(current, term, count * batch);
            }
        }
        at(first, firstBlock, endBlock, thread);
    }

    /** Whether meeting of threads pays for some steps. */
    boolean worthSharing(int first, int count) {
        long work = 0;
        for (ProjectionRun term : terms) {
            work += term.work();
        }
        return work * batch * count >= WORTH_SHARING || nanoseconds(first, count) >= NANOSECONDS_WORTH_SHARING;
    }

    private double nanoseconds(int first, int count) {
        double all = 0;
        for (ProjectionRun term : terms) {
            all += term.nanoseconds(first, count);
        }
        return all;
    }
}
