package dev.spikelane.engine;

import dev.spikelane.choose.StageChoice;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The sum at a port of a population in a {@link LoopRun}: its projections in the order of declaration. */
final class LoopSum {

    private final int columns;
    private final int batch;
    /** Currents of events, computed by an {@link EventRun}; null if there are none. */
    private final @Nullable FloatMatrix events;

    private final Piece[] pieces;
    /** Currents that are kept for a backward pass. */
    private final @Nullable StoredCurrents kept;

    /**
     * Sums of a segment, in the kept currents or in the currents of the first piece; null if they are in rows that each
     * step reuses.
     */
    private final @Nullable StoredCurrents whole;

    /** True if the first piece has computed its currents for all steps, in the place of the sums. */
    private final boolean leads;

    private final Tile current;
    private final Tile added;

    /**
     * Creates the sum of a port, for some steps at a time; projections from populations of the loop are inner ones.
     */
    LoopSum(
            PopulationRun population,
            String port,
            Predicate<ProjectionRun> isInner,
            @Nullable FloatMatrix events,
            Arena arena,
            RunSize size,
            int stepsAtATime) {
        this.events = events;
        this.columns = population.currents();
        this.batch = size.batch();
        this.kept = population.keptAt(port);
        int rows = Math.min(stepsAtATime, size.segment()) * batch;
        this.added = Tile.whole(FloatMatrix.zeros(arena, rows, columns));
        this.pieces = pieces(population, port, isInner, arena, size, rows).toArray(Piece[]::new);
        this.leads = !(pieces[0] instanceof Inner);
        StoredCurrents found = kept;
        if (found == null && pieces[0] instanceof Outer outer) {
            found = outer.whole;
        }
        this.whole = found;
        this.current = Tile.whole(
                pieces[0] instanceof Events made
                        ? made.rows
                        : FloatMatrix.zeros(arena, found == null ? rows : 1, columns));
    }

    /** Joins projections of one kind into pieces, as far as the order of declaration allows. */
    private List<Piece> pieces(
            PopulationRun population,
            String port,
            Predicate<ProjectionRun> isInner,
            Arena arena,
            RunSize size,
            int rows) {
        List<Piece> all = new ArrayList<>();
        List<ProjectionRun> ahead = new ArrayList<>();
        for (List<ProjectionRun> sum : sums(population.projections(port))) {
            boolean inner = sum.stream().anyMatch(isInner);
            FloatMatrix made = sum.getFirst().isSynapses() ? events : null;
            if (!inner && all.isEmpty() && made == null) {
                ahead.addAll(sum);
                continue;
            }
            if (all.isEmpty() && !ahead.isEmpty()) {
                all.add(new Outer(ahead, arena, size, kept, population.sharing(port, size.threads())));
            }
            if (made != null) {
                all.add(new Events(made));
                continue;
            }
            if (inner) {
                sum.forEach(projection -> projection.chain().makeRoom(rows));
            }
            all.add(
                    inner
                            ? new Inner(sum.toArray(ProjectionRun[]::new))
                            : new Outer(
                                    sum,
                                    arena,
                                    size,
                                    null,
                                    population.sharing(port + ' ' + all.size(), size.threads())));
        }
        if (all.isEmpty()) {
            all.add(new Outer(ahead, arena, size, kept, population.sharing(port, size.threads())));
        }
        return all;
    }

    /** Splits projections into single ones, and groups that continue one sum. */
    private static List<List<ProjectionRun>> sums(List<ProjectionRun> projections) {
        List<List<ProjectionRun>> sums = new ArrayList<>();
        for (ProjectionRun projection : projections) {
            if (!projection.goesOn()) {
                sums.add(new ArrayList<>());
            }
            sums.getLast().add(projection);
        }
        return sums;
    }

    /** Returns the multiplications per row in products inside the loop. */
    long work() {
        return Arrays.stream(pieces).mapToLong(Piece::work).sum();
    }

    /** Returns true if threads may each fill the currents of some samples. */
    boolean samplesApart() {
        return Arrays.stream(pieces).allMatch(Piece::samplesApart);
    }

    /** Returns the sum, whose first rows {@link #fill} fills. */
    Tile current() {
        return current;
    }

    /** Computes the currents from outside the loop, for a whole block. */
    void open(WorkerPool workers, int first, int count) {
        if (whole != null) {
            whole.all(); // before threads share it
        }
        for (Piece piece : pieces) {
            piece.open(workers, first, count);
        }
    }

    /** Sums the currents of some steps of the block. */
    void fill(int first, int count) {
        if (whole != null) {
            current.on(whole.from(first));
        }
        if (!leads) {
            pieces[0].fill(first, count, current);
        }
        for (int i = 1; i < pieces.length; i++) {
            pieces[i].fill(first, count, added);
            RowSum.add(current, added, count * batch);
        }
    }

    /** Returns true if all currents of a step are there, so that threads may take blocks of them. */
    boolean isReady() {
        return Arrays.stream(pieces).noneMatch(Inner.class::isInstance);
    }

    /** Returns true if the sum is in the vector to which events add. */
    boolean isOfEvents() {
        return pieces[0] instanceof Events;
    }

    /** Returns the currents of some blocks, one step at a time. */
    Tile at(int firstBlock, int endBlock) {
        return current.another().at(firstBlock, endBlock);
    }

    /** Sums the currents of a step for some blocks, if {@link #isReady} holds. */
    void fill(int step, Tile into, int firstBlock, int endBlock) {
        if (whole != null) {
            into.on(whole.from(step));
        }
        into.at(firstBlock, endBlock);
        for (int i = 1; i < pieces.length; i++) {
            RowSum.add(into, pieces[i].at(step), batch);
        }
    }

    /** Allocates the currents of some samples. */
    SampleRun.Sum samples(Arena arena, int first, int count) {
        return new Samples(arena, first, count);
    }

    /** The currents of some samples, which one thread fills. */
    private final class Samples implements SampleRun.Sum {

        private final Tile sum;
        private final Tile added;
        private final SampleViews[][] views;
        private final SampleViews rows;
        private final int count;

        private Samples(Arena arena, int first, int count) {
            this.count = count;
            this.sum = Tile.whole(FloatMatrix.zeros(arena, kept == null ? count : 1, columns));
            this.rows = new SampleViews(first, count, batch);
            this.added = Tile.whole(FloatMatrix.zeros(arena, count, columns));
            this.views = Arrays.stream(pieces)
                    .map(piece -> SampleViews.of(piece.sources(), first, count, batch))
                    .toArray(SampleViews[][]::new);
        }

        @Override
        public Tile sum(int thread) {
            return sum;
        }

        @Override
        public void fill(int step, int thread) {
            if (kept != null) {
                sum.on(kept.samples(step, rows));
            }
            if (kept == null || !leads) {
                pieces[0].fill(step, views[0], sum, thread);
            }
            for (int i = 1; i < pieces.length; i++) {
                pieces[i].fill(step, views[i], added, thread);
                RowSum.add(sum, added, count);
            }
        }
    }

    /** A part of the sum. */
    private interface Piece {

        /** Returns the multiplications per row that remain for the loop. */
        long work();

        boolean samplesApart();

        /** Computes the currents that are known before the first step of a block. */
        void open(WorkerPool workers, int first, int count);

        /** Puts the currents of some steps of the block in the first rows. */
        void fill(int first, int count, Tile into);

        /** Returns the currents of a step, if they are computed before it. */
        default FloatMatrix at(int step) {
            throw new IllegalStateException("currents are made from step to step");
        }

        /** Returns the number of sources; each has its own views. */
        int sources();

        /** Puts the currents of some samples of a step in the first rows. */
        void fill(int step, SampleViews[] samples, Tile into, int thread);
    }

    /** Currents from outside of the loop. */
    private final class Outer implements Piece {

        private final PortSum sum;
        private final StoredCurrents whole;
        private final StageChoice sharing;

        Outer(
                List<ProjectionRun> projections,
                Arena arena,
                RunSize size,
                @Nullable StoredCurrents into,
                StageChoice sharing) {
            this.whole = into == null ? new StoredCurrents(arena, size, columns, 0) : into;
            this.sum = new PortSum(projections, columns, arena, size, whole);
            this.sharing = sharing;
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
        public void open(WorkerPool workers, int firstStep, int steps) {
            whole.open(firstStep);
            double alone = workers.threads() > 1 ? sum.alone(firstStep, steps) : 0;
            sum.run(workers, firstStep, steps, sharing.shares(alone));
            sharing.met();
        }

        @Override
        public void fill(int firstStep, int steps, Tile into) {
            into.copyFrom(whole.all(), whole.row(firstStep), 0, steps * batch);
        }

        @Override
        public FloatMatrix at(int step) {
            return whole.from(step);
        }

        @Override
        public int sources() {
            return 1;
        }

        @Override
        public void fill(int step, SampleViews[] samples, Tile into, int thread) {
            into.copyFrom(whole.all(), whole.row(step) + samples[0].first(), 0, samples[0].count());
        }
    }

    /** The currents of events, which are there for one step. */
    private final class Events implements Piece {

        private final FloatMatrix rows;

        Events(FloatMatrix rows) {
            this.rows = rows;
        }

        @Override
        public long work() {
            return 0;
        }

        @Override
        public boolean samplesApart() {
            return false;
        }

        @Override
        public void open(WorkerPool workers, int first, int count) {}

        @Override
        public void fill(int first, int count, Tile into) {
            into.copyFrom(rows, 0, 0, batch);
        }

        @Override
        public FloatMatrix at(int step) {
            return rows;
        }

        @Override
        public int sources() {
            return 1;
        }

        @Override
        public void fill(int step, SampleViews[] samples, Tile into, int thread) {
            throw new IllegalStateException("events reach all samples at once");
        }
    }

    /** Currents from the populations of the loop. */
    @SuppressWarnings("ArrayRecordComponent") // these are never compared
    private record Inner(ProjectionRun... sum) implements Piece {

        @Override
        public long work() {
            return Arrays.stream(sum)
                    .mapToLong(projection -> projection.chain().work())
                    .sum();
        }

        @Override
        public boolean samplesApart() {
            return Arrays.stream(sum).allMatch(projection -> projection.source().samplesApart());
        }

        @Override
        public void open(WorkerPool workers, int first, int count) {}

        @Override
        public void fill(int first, int count, Tile into) {
            for (ProjectionRun projection : sum) {
                projection.prepare(first, count, sum.length == 1);
                projection.fill().run(first, count, into, 0);
            }
        }

        @Override
        public int sources() {
            return sum.length;
        }

        @Override
        public void fill(int step, SampleViews[] samples, Tile into, int thread) {
            for (int i = 0; i < sum.length; i++) {
                sum[i].fill(step, samples[i], into, thread);
            }
        }
    }
}
