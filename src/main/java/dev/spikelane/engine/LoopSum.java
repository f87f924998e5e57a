package dev.spikelane.engine;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What enters a port of a population in a {@link LoopRun}: the terms in the order of declaration. */
final class LoopSum {

    private final int columns;
    private final int batch;
    private final Piece[] pieces;
    /** The first piece, if it has the whole block; the sums stand there. */
    private final @Nullable Outer leading;

    private final Tile current;
    private final Tile added;

    /** For a port of a population, some steps at a time; terms from populations of the loop are inner ones. */
    LoopSum(
            PopulationRun site,
            List<ProjectionRun> terms,
            Predicate<ProjectionRun> isInner,
            Arena arena,
            int blockSteps,
            int stepsAtATime,
            int threads) {
        this.columns = site.currents();
        this.batch = site.batch();
        int rows = Math.min(stepsAtATime, blockSteps) * batch;
        this.added = Tile.whole(FloatMatrix.zeros(arena, rows, columns));
        this.pieces = pieces(terms, isInner, arena, blockSteps, threads).toArray(Piece[]::new);
        this.leading = pieces[0] instanceof Outer outer ? outer : null;
        this.current = Tile.whole(leading == null ? FloatMatrix.zeros(arena, rows, columns) : leading.whole.all());
    }

    /** Terms of one kind stand together as long as the order of declaration allows. */
    private List<Piece> pieces(
            List<ProjectionRun> terms, Predicate<ProjectionRun> isInner, Arena arena, int blockSteps, int threads) {
        List<Piece> all = new ArrayList<>();
        List<ProjectionRun> ahead = new ArrayList<>();
        for (ProjectionRun term : terms) {
            boolean inner = isInner.test(term);
            if (!inner && all.isEmpty()) {
                ahead.add(term);
                continue;
            }
            if (all.isEmpty() && !ahead.isEmpty()) {
                all.add(new Outer(ahead, arena, blockSteps, threads));
            }
            all.add(inner ? new Inner(term) : new Outer(List.of(term), arena, blockSteps, threads));
        }
        if (all.isEmpty()) {
            all.add(new Outer(ahead, arena, blockSteps, threads));
        }
        return all;
    }

    /** Multiplications of each row in products from the loop. */
    long work() {
        long work = 0;
        for (Piece piece : pieces) {
            work += piece.work();
        }
        return work;
    }

    /** Whether threads may each fill the currents of some samples. */
    boolean samplesApart() {
        boolean apart = true;
        for (Piece piece : pieces) {
            apart &= piece.samplesApart();
        }
        return apart;
    }

    /** What {@link #fill} leaves in the first rows. */
    Tile current() {
        return current;
    }

    /** Computes what comes from elsewhere, for a whole block. */
    void open(WorkerPool workers, int steps) {
        for (Piece piece : pieces) {
            piece.open(workers, steps);
        }
    }

    /** Sums the currents of some steps of the block. */
    void fill(int first, int count) {
        if (leading == null) {
            pieces[0].fill(first, count, current);
        } else {
            current.on(leading.whole.from(first));
        }
        for (int i = 1; i < pieces.length; i++) {
            pieces[i].fill(first, count, added);
            RowSum.add(current, added, count * batch);
        }
    }

    /** Makes room for the currents of some samples. */
    Samples samples(Arena arena, int first, int count) {
        return new Samples(arena, first, count);
    }

    /** The currents of some samples, a step at a time, which one thread fills. */
    final class Samples {

        private final Tile sum;
        private final Tile added;
        private final SampleViews[] views;
        private final int count;

        private Samples(Arena arena, int first, int count) {
            this.count = count;
            this.sum = Tile.whole(FloatMatrix.zeros(arena, count, columns));
            this.added = Tile.whole(FloatMatrix.zeros(arena, count, columns));
            this.views = SampleViews.of(pieces.length, first, count, batch);
        }

        /** What {@link #fill} leaves. */
        Tile sum() {
            return sum;
        }

        void fill(int step, int thread) {
            pieces[0].fill(step, views[0], sum, thread);
            for (int i = 1; i < pieces.length; i++) {
                pieces[i].fill(step, views[i], added, thread);
                RowSum.add(sum, added, count);
            }
        }
    }

    /** A part of the sum. */
    private interface Piece {

        /** Multiplications of each row that are left for the loop. */
        long work();

        boolean samplesApart();

        /** Computes what can be computed before the first step of a block. */
        void open(WorkerPool workers, int steps);

        /** Puts the currents of some steps of the block in the first rows. */
        void fill(int first, int count, Tile into);

        /** The same for some samples of a step. */
        void fill(int step, SampleViews samples, Tile into, int thread);
    }

    /** What comes from elsewhere. */
    private final class Outer implements Piece, WorkerPool.Job {

        private final PortSum sum;
        private final StepViews<FloatMatrix> whole;
        /** For each thread. */
        private final Tile[] tiles;

        private int steps;
        private int blocksInPart;

        Outer(List<ProjectionRun> terms, Arena arena, int blockSteps, int threads) {
            this.sum = new PortSum(terms, columns, arena, blockSteps, batch, threads);
            this.whole = new StepViews<>(FloatMatrix.zeros(arena, blockSteps * batch, columns), batch);
            this.tiles = new Tile[threads];
            for (int i = 0; i < threads; i++) {
                tiles[i] = Tile.whole(whole.all());
            }
        }

        @Override
        public long work() {
            return 0;
        }

        @Override
        public boolean samplesApart() {
            return true;
        }

        @Override
        public void open(WorkerPool workers, int blockSteps) {
            steps = blockSteps;
            sum.prepare(0, steps, true);
            boolean share = workers.threads() > 1 && sum.worthSharing(steps);
            blocksInPart = Parts.blocksInPart(sum.blocks(), share ? workers.threads() : 1);
            Parts.run(workers, this, Math.ceilDiv(sum.blocks(), blocksInPart), share);
        }

        @Override
        public void run(int part, int thread) {
            int first = part * blocksInPart;
            int end = Math.min(first + blocksInPart, sum.blocks());
            sum.fill(0, steps, tiles[thread].at(first, end), thread);
        }

        @Override
        public void fill(int first, int count, Tile into) {
            into.copyFrom(whole.all(), first * batch, 0, count * batch);
        }

        @Override
        public void fill(int step, SampleViews samples, Tile into, int thread) {
            into.copyFrom(whole.all(), step * batch + samples.first(), 0, samples.count());
        }
    }

    /** What comes from the populations of the loop. */
    private record Inner(ProjectionRun term) implements Piece {

        @Override
        public long work() {
            return term.work();
        }

        @Override
        public boolean samplesApart() {
            return term.samplesApart();
        }

        @Override
        public void open(WorkerPool workers, int steps) {}

        @Override
        public void fill(int first, int count, Tile into) {
            term.prepare(first, count, true);
            term.fill(first, count, into, 0);
        }

        @Override
        public void fill(int step, SampleViews samples, Tile into, int thread) {
            term.fill(step, samples, into, thread);
        }
    }
}
