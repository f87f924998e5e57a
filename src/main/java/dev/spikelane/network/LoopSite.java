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

/** A population in a {@link LoopStage}. */
final class LoopSite {

    private final Site site;
    private final Piece[] pieces;
    /** Currents, spikes and membranes of the steps that run at a time. */
    private final FloatMatrix current;

    private final FloatMatrix added;
    private final SpikeMatrix spikes;
    private final FloatMatrix membranes;
    private long time;

    LoopSite(Site site, Predicate<Term> isInner, Arena arena, int blockSteps, int stepsAtATime, int threads) {
        this.site = site;
        int rows = Math.min(stepsAtATime, blockSteps) * site.batch();
        this.current = FloatMatrix.zeros(arena, rows, site.currents());
        this.added = FloatMatrix.zeros(arena, rows, site.currents());
        this.spikes = SpikeMatrix.zeros(arena, rows, site.size());
        this.membranes = FloatMatrix.zeros(arena, rows, site.size());
        this.pieces = pieces(isInner, arena, blockSteps * site.batch(), threads).toArray(Piece[]::new);
    }

    /** Terms of one kind stand together as long as the order of declaration allows. */
    private List<Piece> pieces(Predicate<Term> isInner, Arena arena, int blockRows, int threads) {
        List<Piece> all = new ArrayList<>();
        List<Term> leading = new ArrayList<>();
        for (Term term : site.terms()) {
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

    /** Computes what comes from elsewhere, for a whole block. */
    void open(Workers workers, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        for (Piece piece : pieces) {
            piece.open(workers, steps * site.batch());
        }
        time = profiled ? System.nanoTime() - start : 0;
    }

    /** Runs some steps. */
    void run(long stepNumber, int step, int steps, boolean profiled) {
        long start = profiled ? System.nanoTime() : 0;
        pieces[0].fill(step, steps, current);
        for (int i = 1; i < pieces.length; i++) {
            pieces[i].fill(step, steps, added);
            RowSum.add(
                    current, added, steps * site.batch(), site.currents(), 0, Math.ceilDiv(site.currents(), Long.SIZE));
        }
        site.run(stepNumber, step, steps, current, spikes, membranes);
        time += profiled ? System.nanoTime() - start : 0;
    }

    void close(long firstStep, int steps, boolean profiled) {
        if (profiled) {
            site.profile(steps * site.batch(), time);
        }
        site.observe(firstStep, steps);
    }

    /** A part of the sum of currents. */
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
            this.sum = new Currents(terms, site.currents(), arena, blockRows, threads);
            this.whole = FloatMatrix.zeros(arena, blockRows, site.currents());
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
            long from = whole.rowOffset(step * site.batch());
            MemorySegment.copy(whole.segment(), from, into.segment(), 0, into.rowOffset(steps * site.batch()));
        }
    }

    /** What comes from the populations of the loop. */
    private final class Inner implements Piece {

        private final Term term;
        private final Signal seen;

        Inner(Term term, Arena arena) {
            this.term = term;
            int columns = term.inputs();
            this.seen = term.source.delayed(term.delay) instanceof SpikeMatrix
                    ? SpikeMatrix.zeros(arena, current.rows(), columns)
                    : FloatMatrix.zeros(arena, current.rows(), columns);
        }

        @Override
        public void open(Workers workers, int rows) {}

        @Override
        public void fill(int step, int steps, FloatMatrix into) {
            int rows = steps * site.batch();
            term.source.gather(step, term.delay, steps, seen);
            term.path.prepare(seen, rows);
            term.path.fill(seen, rows, into, 0, Math.ceilDiv(site.currents(), Long.SIZE), 0);
        }
    }
}
