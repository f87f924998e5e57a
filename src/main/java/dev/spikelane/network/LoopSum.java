package dev.spikelane.network;

import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What enters a port of a population in a {@link LoopStage}: the terms in the order of declaration. */
final class LoopSum {

    private final int batch;
    private final int columns;
    private final Piece[] pieces;
    /** The currents of the steps that run at a time. */
    private final FloatMatrix current;

    private final FloatMatrix added;

    /** For a port of a site, some rows at a time; terms from populations of the loop are inner ones. */
    LoopSum(
            Site site, String port, Predicate<Term> isInner, Arena arena, int rows, int blockSteps, int threads) {
        this.batch = site.batch();
        this.columns = site.currents();
        this.current = FloatMatrix.zeros(arena, rows, columns);
        this.added = FloatMatrix.zeros(arena, rows, columns);
        this.pieces =
                pieces(site.terms(port), isInner, arena, blockSteps * batch, threads).toArray(Piece[]::new);
    }

    /** Terms of one kind stand together as long as the order of declaration allows. */
    private List<Piece> pieces(
            List<Term> terms, Predicate<Term> isInner, Arena arena, int blockRows, int threads) {
        List<Piece> all = new ArrayList<>();
        List<Term> leading = new ArrayList<>();
        for (Term term : terms) {
            boolean inner = isInner.test(term);
            if (!inner && all.isEmpty()) {
                leading.add(term);
                continue;
            }
            if (all.isEmpty() && !leading.isEmpty()) {
                all.add(new Outer(leading, arena, blockRows, threads));
            }
            all.add(inner ? new Inner(term, arena) : new Outer(List.of(term), arena, blockRows, threads));
        }
        if (all.isEmpty()) {
            all.add(new Outer(leading, arena, blockRows, threads));
        }
        return all;
    }

    /** The currents of the steps that {@link #fill} was asked for, in the first rows. */
    FloatMatrix current() {
        return current;
    }

    /** Computes what comes from elsewhere, for a whole block. */
    void open(Workers workers, int rows) {
        for (Piece piece : pieces) {
            piece.open(workers, rows);
        }
    }

    /** Sums the currents of some steps. */
    void fill(int step, int steps) {
        pieces[0].fill(step, steps, current);
        for (int i = 1; i < pieces.length; i++) {
            pieces[i].fill(step, steps, added);
            RowSum.add(current, added, steps * batch, columns, 0, Math.ceilDiv(columns, Long.SIZE));
        }
    }

    /** A part of the sum. */
    private interface Piece {

        /** Computes what can be computed before the first step of a block. */
        void open(Workers workers, int rows);

        /** Puts the currents of some steps in the first rows. */
        void fill(int step, int steps, FloatMatrix into);
    }

    /** What comes from elsewhere. */
    private final class Outer implements Piece, Workers.Job {

        private final Currents sum;
        private final FloatMatrix whole;
        private int rows;
        private int blocksInPart;

        Outer(List<Term> terms, Arena arena, int blockRows, int threads) {
            this.sum = new Currents(terms, columns, arena, blockRows, threads);
            this.whole = FloatMatrix.zeros(arena, blockRows, columns);
        }

        @Override
        public void open(Workers workers, int blockRows) {
            rows = blockRows;
            sum.prepare(rows);
            boolean share = workers.threads() > 1 && sum.worthSharing(rows);
            blocksInPart = Parts.blocksInPart(sum.blocks(), share ? workers.threads() : 1);
            Parts.run(workers, this, Math.ceilDiv(sum.blocks(), blocksInPart), share);
        }

        @Override
        public void run(int part, int thread) {
            int first = part * blocksInPart;
            sum.fill(rows, whole, first, Math.min(first + blocksInPart, sum.blocks()), thread);
        }

        @Override
        public void fill(int step, int steps, FloatMatrix into) {
            long from = whole.rowOffset(step * batch);
            MemorySegment.copy(whole.segment(), from, into.segment(), 0, into.rowOffset(steps * batch));
        }
    }

    /** What comes from the populations of the loop. */
    private final class Inner implements Piece {

        private final Term term;
        private final Signal seen;

        Inner(Term term, Arena arena) {
            this.term = term;
            int inputs = term.inputs();
            this.seen = term.source.delayed(term.delay) instanceof SpikeMatrix
                    ? SpikeMatrix.zeros(arena, current.rows(), inputs)
                    : FloatMatrix.zeros(arena, current.rows(), inputs);
        }

        @Override
        public void open(Workers workers, int rows) {}

        @Override
        public void fill(int step, int steps, FloatMatrix into) {
            int rows = steps * batch;
            term.source.gather(step, term.delay, steps, seen);
            term.path.prepare(seen, rows);
            term.path.fill(seen, rows, into, 0, Math.ceilDiv(columns, Long.SIZE), 0);
        }
    }
}
