package dev.spikelane.engine;

import dev.spikelane.connection.operator.Cut;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The sum of some projections at a port, added in the order of declaration. Each projection is complete before it is
 * added. The currents are in tiles of threads, which are reused, or in one matrix.
 *
 * <p>A part of the work is a tile of outputs for all rows, or all outputs for some rows: for some steps, or for some
 * samples of all steps. The operators decide which. Paths of several products are cut by rows, so that a part runs the
 * whole path. If operators need no more, a part takes {@linkplain ChainRun#samplesAtATime a few samples} at a time, so
 * that the rows between two operators stay in the L1 cache.
 */
final class PortSum {

    /**
     * Most blocks of 64 neurons in a part: the currents of 256 rows are 256 KB, and stay in the L2 cache until the
     * neurons take them.
     */
    private static final int BLOCKS_IN_TILE = 4;

    /** Rows of such a part; a part of fewer rows has more blocks. */
    private static final int ROWS_IN_TILE = 256;

    private static final int MANY_BLOCKS = 64;

    /** Parts for each thread: enough to even out threads that start late, few enough to cost little. */
    private static final int PARTS_OF_THREAD = 4;

    /** Least time per row, input and output, if nothing else is known. */
    static final double LEAST_NANOSECONDS = 1 / 600.;

    /** Multiplications from which on the estimate is not refined by counting spikes. */
    private static final long MANY = 20_000_000;

    private final ProjectionRun[] projections;
    private final int columns;
    private final int batch;
    private final @Nullable StoredCurrents kept;
    /** True if a path has several products, which compute whole rows. */
    private final boolean several;

    /** Number of projections, the first ones, that make one sum. */
    private final int inFirstSum;

    private final int turn;
    /** Currents that each thread fills. */
    private final Tile[] tiles;

    /** Currents of some samples that need not stay, per thread. */
    private Tile[] sums = {};

    /** A tile per thread, for projections after the first. */
    private final Tile[] added;

    private final int blocksAdded;
    /** Most blocks of a part. */
    private final int blocksInTile;
    /** Samples that paths take at a time; 0 if they take all. */
    private final int samplesAtATime;
    /** All samples in groups, for each range of steps that threads may fill. */
    private final Samples[][] samples;

    private final WorkerPool.Job fillBlocks = this::fillBlocks;
    private final WorkerPool.Job fillSteps = this::fillSteps;
    private final WorkerPool.Job fillSamples = this::fillSamples;
    private int first;
    private int count;
    private int blocksInPart;
    private int stepsInPart;

    /** Some samples, of the sums and of the source of each projection. */
    private final class Samples implements SampleRun.Sum {

        private final SampleViews rows;
        private final SampleViews[] sources;

        private Samples(SampleViews rows) {
            this.rows = rows;
            this.sources = SampleViews.of(projections.length, rows.first(), rows.count(), batch);
        }

        @Override
        public Tile sum(int thread) {
            return sums[thread];
        }

        @Override
        public void fill(int step, int thread) {
            fillStep(step, sums[thread], thread);
        }

        private void fillStep(int step, Tile current, int thread) {
            fillSum(0, step, 1, this, current, thread);
            add(step, 1, this, current, thread);
        }
    }

    /**
     * Allocates currents for a segment of steps.
     *
     * @param projections in the order of declaration; currents stay zero if there are none
     * @param kept currents of all rows; null if they need not stay, see {@link #mayCutRows}
     */
    PortSum(List<ProjectionRun> projections, int columns, Arena arena, RunSize size, @Nullable StoredCurrents kept) {
        this.projections = projections.toArray(ProjectionRun[]::new);
        this.columns = columns;
        this.batch = size.batch();
        this.several =
                projections.stream().anyMatch(projection -> !projection.chain().isOneProduct());
        int sum = 1;
        while (sum < projections.size() && projections.get(sum).goesOn()) {
            sum++;
        }
        this.inFirstSum = sum;
        this.turn = size.turn();
        this.kept = kept;
        this.blocksInTile = blocks() > MANY_BLOCKS
                ? Math.clamp(ROWS_IN_TILE * BLOCKS_IN_TILE / size.segmentRows(), BLOCKS_IN_TILE, blocks())
                : BLOCKS_IN_TILE;
        this.tiles = new Tile[size.threads()];
        Tile none = Tile.whole(FloatMatrix.zeros(arena, 1, columns));
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = kept == null ? tile(arena, size) : none.another();
        }
        this.added = new Tile[projections.size() > 1 ? size.threads() : 0];
        this.samplesAtATime = samplesAtATime(size.planned());
        int rows = samplesAtATime > 0 ? samplesAtATime : turn * batch;
        for (int i = 0; i < added.length; i++) {
            added[i] = several ? Tile.whole(FloatMatrix.zeros(arena, rows, columns)) : tile(arena, size);
        }
        this.blocksAdded = several ? blocks() : blocksInTile;
        this.samples = samples(size.threads());
        if (several) {
            projections.forEach(projection -> projection.chain().makeRoom(rows));
        }
    }

    private int samplesAtATime(int samples) {
        int most = 1;
        for (ProjectionRun projection : projections) {
            int own = projection.chain().samplesAtATime(samples);
            most = own == 0 ? Integer.MAX_VALUE : Math.max(most, own);
        }
        return most == Integer.MAX_VALUE ? 0 : most;
    }

    private Samples[][] samples(int threads) {
        int groups = samplesAtATime > 0
                ? Math.ceilDiv(batch, samplesAtATime)
                : mayCutRows(List.of(projections)) ? threads : 1;
        Samples[][] made = new Samples[samplesAtATime > 0 && groups < threads ? threads : 1][];
        for (int i = 0; i < made.length; i++) {
            made[i] = Arrays.stream(SampleViews.shares(groups, batch))
                    .map(Samples::new)
                    .toArray(Samples[]::new);
        }
        return made;
    }

    /** Returns true if threads may share the sum of some projections by rows. */
    static boolean mayCutRows(List<ProjectionRun> projections) {
        return projections.stream().anyMatch(projection -> projection.chain().cut(Integer.MAX_VALUE) == Cut.ROWS);
    }

    private Tile tile(Arena arena, RunSize size) {
        int blocks = Math.min(blocksInTile, blocks());
        return Tile.of(FloatMatrix.zeros(arena, size.segmentRows(), blocks * Long.SIZE), columns);
    }

    /** Returns the number of blocks of 64 currents. */
    int blocks() {
        return Math.ceilDiv(columns, Long.SIZE);
    }

    /** Returns the number of blocks in a part if this number of threads shares them. */
    int blocksInPart(int threads) {
        return Math.min(blocksInTile, Math.ceilDiv(blocks(), threads == 1 ? 1 : PARTS_OF_THREAD * threads));
    }

    /** Returns true if threads share some steps by rows; all currents then have their own place. */
    boolean cutsRows(int steps) {
        boolean rows = kept != null;
        for (ProjectionRun projection : projections) {
            rows &= several
                    || projection.cut(steps) == Cut.ROWS
                    || projection.chain().product() instanceof Operator.OnTile;
        }
        return rows;
    }

    /**
     * Prepares the sources for some steps.
     *
     * @param alone true if threads share products of all these rows, and no other sum is prepared before this one is
     *     filled
     */
    void prepare(int firstStep, int steps, boolean alone) {
        if (kept != null) {
            kept.all(); // before threads share it
        }
        for (ProjectionRun projection : projections) {
            projection.prepare(firstStep, steps, alone && projections.length == 1);
        }
    }

    /** Fills all currents of some steps, each in its own place. */
    void run(WorkerPool workers, int firstStep, int steps, boolean share) {
        first = firstStep;
        count = steps;
        int threads = share ? workers.threads() : 1;
        boolean byRows = cutsRows(steps);
        prepare(first, count, !byRows);
        if (!byRows) {
            blocksInPart = blocksInPart(threads);
            workers.run(fillBlocks, Math.ceilDiv(blocks(), blocksInPart), share);
            return;
        }
        hold(workers, share);
        int groups = samples[0].length;
        if (samplesAtATime > 0 || steps < threads && groups > 1) {
            stepsInPart = samplesAtATime > 0 && groups < threads ? Math.ceilDiv(steps, threads) : steps;
            workers.run(fillSamples, groups * Math.ceilDiv(steps, stepsInPart), share);
        } else {
            stepsInPart = Math.min(Math.ceilDiv(steps, threads), several ? turn : steps);
            workers.run(fillSteps, Math.ceilDiv(steps, stepsInPart), share);
        }
    }

    private void fillBlocks(int part, int thread) {
        int firstBlock = part * blocksInPart;
        fill(first, count, firstBlock, Math.min(firstBlock + blocksInPart, blocks()), thread);
    }

    private void fillSteps(int part, int thread) {
        int step = first + part * stepsInPart;
        fill(step, Math.min(stepsInPart, first + count - step), 0, blocks(), thread);
    }

    private void fillSamples(int part, int thread) {
        int groups = samples[0].length;
        int range = part / groups;
        Samples own = samples[range][part % groups];
        int end = first + Math.min(count, (range + 1) * stepsInPart);
        for (int step = first + range * stepsInPart; step < end; step++) {
            own.fillStep(step, tiles[thread].on(Objects.requireNonNull(kept).samples(step, own.rows)), thread);
        }
    }

    /**
     * Lets threads compute the currents of some samples, which need not stay.
     *
     * @return groups of samples; none if there are too few for threads
     */
    List<? extends SampleRun.Sum> samplesApart(Arena arena) {
        if (samplesAtATime == 0 || samples.length > 1) {
            return List.of();
        }
        sums = new Tile[tiles.length];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Tile.whole(FloatMatrix.zeros(arena, samples[0][0].rows.count(), columns));
        }
        return List.of(samples[0]);
    }

    /** Computes the currents of a frame, before threads take some of its samples. */
    void hold(WorkerPool workers, boolean share) {
        for (ProjectionRun projection : projections) {
            projection.hold(workers, share);
        }
    }

    /** Returns true if threads may each fill some steps: nothing is added up, and a source needs no preparation. */
    boolean fillsAnySteps() {
        return projections.length == 1 && projections[0].fillsAnySteps();
    }

    /** Returns the projection whose frame gives all currents; null if there is none. */
    @Nullable
    ProjectionRun frame() {
        return projections.length == 1 && projections[0].frame() != null ? projections[0] : null;
    }

    /** Returns the tile that a thread fills, always the same object. */
    Tile tile(int thread) {
        return tiles[thread];
    }

    /** Returns the tile that a thread fills, at the blocks of some steps. */
    Tile at(int firstStep, int firstBlock, int endBlock, int thread) {
        Tile own = tiles[thread];
        return (kept == null ? own : own.on(kept.from(firstStep))).at(firstBlock, endBlock);
    }

    /** Fills the currents of some steps for some blocks, or for all blocks if a path has several products. */
    void fill(int firstStep, int steps, int firstBlock, int endBlock, int thread) {
        Tile current = at(firstStep, firstBlock, endBlock, thread);
        fillSum(0, firstStep, steps, null, current, thread);
        add(firstStep, steps, null, current, thread);
    }

    /** Fills currents from one projection and the following ones that continue its sum; returns their number. */
    private int fillSum(int from, int firstStep, int steps, @Nullable Samples of, Tile current, int thread) {
        if (projections.length == 0) {
            return 0;
        }
        int i = from;
        do {
            if (of == null) {
                projections[i].fill().run(firstStep, steps, current, thread);
            } else {
                projections[i].fill(firstStep, of.sources[i], current, thread);
            }
            i++;
        } while (i < projections.length && projections[i].goesOn());
        return i - from;
    }

    /** Adds the projections after the first sum. */
    private void add(int firstStep, int steps, @Nullable Samples of, Tile current, int thread) {
        if (inFirstSum >= projections.length) {
            return;
        }
        int firstBlock = current.firstBlock();
        int endBlock = current.endBlock();
        int rows = of == null ? steps * batch : of.rows.count();
        for (int block = firstBlock; block < endBlock; block += blocksAdded) {
            current.at(block, Math.min(block + blocksAdded, endBlock));
            for (int i = inFirstSum; i < projections.length; ) {
                FloatMatrix there = of == null ? projections[i].passed(firstStep) : null;
                if (there != null) {
                    RowSum.add(current, there, rows);
                    i++;
                    continue;
                }
                Tile own = added[thread].at(current);
                i += fillSum(i, firstStep, steps, of, own, thread);
                RowSum.add(current, own, rows);
            }
        }
        current.at(firstBlock, endBlock);
    }

    /** Returns the estimated time of some steps on one thread. */
    double alone(int firstStep, int steps) {
        double all = 0;
        for (ProjectionRun projection : projections) {
            long work = projection.chain().work() * batch * steps;
            double each = work < MANY ? projection.ofMultiplication(firstStep, steps) : 0;
            all += work * Math.max(each, LEAST_NANOSECONDS);
        }
        return all;
    }
}
