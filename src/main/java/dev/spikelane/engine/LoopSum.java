package dev.spikelane.engine;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What enters a port of a population in a {@link LoopRun}: the terms in the order of declaration. */
final class LoopSum {

    private final int columns;
    private final int rowsInPart;
    private final Piece[] pieces;
    /** The sums of the steps that run at a time, for each such part of the block: the first piece's own, where it has the whole block. */
    private final List<Tile> current;

    private final Tile added;

    /** For a port of a site, some rows at a time; terms from populations of the loop are inner ones. */
    LoopSum(
            PopulationRun site,
            String port,
            Predicate<ProjectionRun> isInner,
            Arena arena,
            int rowsInPart,
            int blockSteps,
            int threads) {
        this.columns = site.currents();
        this.rowsInPart = rowsInPart;
        this.added = Tile.whole(FloatMatrix.zeros(arena, rowsInPart, columns));
        int blockRows = blockSteps * site.batch();
        this.pieces =
                pieces(site.terms(port), isInner, arena, blockRows, threads).toArray(Piece[]::new);
        this.current = pieces[0] instanceof Outer outer
                ? SignalHistory.parts(outer.whole, rowsInPart).stream()
                        .map(Tile::whole)
                        .toList()
                : Collections.nCopies(
                        Math.ceilDiv(blockRows, rowsInPart), Tile.whole(FloatMatrix.zeros(arena, rowsInPart, columns)));
    }

    /** Terms of one kind stand together as long as the order of declaration allows. */
    private List<Piece> pieces(
            List<ProjectionRun> terms, Predicate<ProjectionRun> isInner, Arena arena, int blockRows, int threads) {
        List<Piece> all = new ArrayList<>();
        List<ProjectionRun> leading = new ArrayList<>();
        for (ProjectionRun term : terms) {
            boolean inner = isInner.test(term);
            if (!inner && all.isEmpty()) {
                leading.add(term);
                continue;
            }
            if (all.isEmpty() && !leading.isEmpty()) {
                all.add(new Outer(leading, arena, blockRows, threads));
            }
            all.add(inner ? new Inner(term) : new Outer(List.of(term), arena, blockRows, threads));
        }
        if (all.isEmpty()) {
            all.add(new Outer(leading, arena, blockRows, threads));
        }
        return all;
    }

    int columns() {
        return columns;
    }

    /** The parts of the sum, in their order. */
    List<Piece> pieces() {
        return List.of(pieces);
    }

    /** Multiplications of each row in products from the loop. */
    long work() {
        long work = 0;
        for (Piece piece : pieces) {
            ProjectionRun inner = piece.inner();
            work += inner == null ? 0 : inner.path.work();
        }
        return work;
    }

    /** Whether threads may each fill the currents of some samples. */
    boolean samplesApart() {
        boolean apart = true;
        for (Piece piece : pieces) {
            ProjectionRun inner = piece.inner();
            apart &= inner == null || inner.path.isOneProduct();
        }
        return apart;
    }

    /** What {@link #fill} leaves in the first rows for a part of the block. */
    Tile current(int part) {
        return current.get(part);
    }

    /** Computes what comes from elsewhere, for a whole block. */
    void open(WorkerPool workers, int rows) {
        for (Piece piece : pieces) {
            piece.open(workers, rows);
        }
    }

    /** Sums the currents of the first rows of a part of the block. */
    void fill(int part, int rows) {
        Tile sum = current.get(part);
        if (pieces[0] instanceof Inner) {
            pieces[0].fill(part, rows, sum);
        }
        for (int i = 1; i < pieces.length; i++) {
            pieces[i].fill(part, rows, added);
            RowSum.add(sum, added, rows);
        }
    }

    /** A part of the sum. */
    interface Piece {

        /** The projection that makes it, if that comes from the loop; null otherwise. */
        @Nullable
        ProjectionRun inner();

        /** What the projection sees in the block; where there is none, the currents of the block. */
        Signal rows();

        /** Computes what can be computed before the first step of a block. */
        void open(WorkerPool workers, int rows);

        /** Puts the currents of a part of the block in the first rows. */
        void fill(int part, int rows, Tile into);
    }

    /** What comes from elsewhere. */
    private final class Outer implements Piece, WorkerPool.Job {

        private final PortSum sum;
        private final FloatMatrix whole;
        /** For each thread. */
        private final Tile[] tiles;

        private int rows;
        private int blocksInPart;

        Outer(List<ProjectionRun> terms, Arena arena, int blockRows, int threads) {
            this.sum = new PortSum(terms, columns, arena, blockRows, threads);
            this.whole = FloatMatrix.zeros(arena, blockRows, columns);
            this.tiles = new Tile[threads];
            for (int i = 0; i < threads; i++) {
                tiles[i] = Tile.whole(whole);
            }
        }

        @Override
        public @Nullable ProjectionRun inner() {
            return null;
        }

        @Override
        public Signal rows() {
            return whole;
        }

        @Override
        public void open(WorkerPool workers, int blockRows) {
            rows = blockRows;
            sum.prepare(rows, true);
            boolean share = workers.threads() > 1 && sum.worthSharing(rows);
            blocksInPart = Parts.blocksInPart(sum.blocks(), share ? workers.threads() : 1);
            Parts.run(workers, this, Math.ceilDiv(sum.blocks(), blocksInPart), share);
        }

        @Override
        public void run(int part, int thread) {
            int first = part * blocksInPart;
            int end = Math.min(first + blocksInPart, sum.blocks());
            sum.fill(rows, tiles[thread].at(first, end), thread);
        }

        @Override
        public void fill(int part, int count, Tile into) {
            into.copyFrom(whole, part * rowsInPart, 0, count);
        }
    }

    /** What comes from the populations of the loop. */
    private final class Inner implements Piece {

        private final ProjectionRun term;
        private final List<? extends Signal> seen;

        Inner(ProjectionRun term) {
            this.term = term;
            this.seen = SignalHistory.parts(term.source.delayed(term.delay), rowsInPart);
        }

        @Override
        public ProjectionRun inner() {
            return term;
        }

        @Override
        public Signal rows() {
            return term.source.delayed(term.delay);
        }

        @Override
        public void open(WorkerPool workers, int rows) {}

        @Override
        public void fill(int part, int rows, Tile into) {
            Signal source = seen.get(part);
            long version = term.source.version();
            term.path.prepare(source, version, rows, true);
            term.path.fillPrepared(source, version, rows, into, 0);
        }
    }
}
