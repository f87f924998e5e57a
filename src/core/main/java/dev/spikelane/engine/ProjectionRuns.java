package dev.spikelane.engine;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.TwoStageOperator;
import dev.spikelane.connection.operator.window.PooledConvOperator;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.thread.WorkerPool;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** The projections of a run, each with its source; a projection is cut where an operator needs the whole batch. */
final class ProjectionRuns {

    private final Arena arena;
    private final WorkerPool workers;
    private final RunSize size;
    /** True if the run trains. */
    private final boolean trains;

    private final Scratch[] scratch;
    /** For each projection, one run per delay. */
    private final List<List<ProjectionRun>> all = new ArrayList<>();
    /** The runs of operators that need the whole batch, or know their step. */
    private final List<TwoPhaseRun> cuts = new ArrayList<>();

    ProjectionRuns(int count, Arena arena, WorkerPool workers, RunSize size, boolean trains) {
        this.arena = arena;
        this.workers = workers;
        this.size = size;
        this.trains = trains;
        this.scratch = trains ? Scratch.ofManyRows(arena, workers.threads()) : Scratch.of(arena, workers.threads());
        for (int i = 0; i < count; i++) {
            all.add(new ArrayList<>());
        }
    }

    /** Adds a projection to its source. */
    ProjectionRun add(ProjectionSlice slice, SourceRun source) {
        ProjectionRun made = run(slice.declared(), slice.chain().operators(), source);
        if (!trains && !(source instanceof InputRun)) {
            open(made); // the kind of an input's rows is known only with its first rows
        }
        all.get(slice.number()).add(made);
        return made;
    }

    /**
     * Creates the run of a chain. The chain is cut before an operator that needs the whole batch in training, or knows
     * its step: the operators before it compute its rows.
     */
    private ProjectionRun run(ProjectionDescription description, List<Operator> operators, SourceRun source) {
        for (int i = operators.size() - 1; i > 0; i--) {
            if (operators.get(i) instanceof TwoStageOperator cut && (trains || cut.steps() > 0)) {
                ProjectionRun rows = run(description, operators.subList(0, i), source);
                List<Operator> behind = new ArrayList<>(operators.subList(i, operators.size()));
                behind.set(0, cut.behind());
                TwoPhaseRun made = new TwoPhaseRun(rows, cut, arena, size, workers, trains);
                cuts.add(made);
                return runWhole(description, behind, made);
            }
        }
        return runWhole(description, operators, source);
    }

    private ProjectionRun runWhole(ProjectionDescription description, List<Operator> operators, SourceRun source) {
        ChainRun chain = new ChainRun(trains ? operators : PooledConvOperator.join(operators), arena, scratch);
        return new ProjectionRun(description, chain, source, arena, size);
    }

    List<ProjectionRun> get(int number) {
        return all.get(number);
    }

    /** Returns the scratch memories of the threads. */
    Scratch[] scratch() {
        return scratch;
    }

    /** Opens the projections of an input, whose rows are known for a call. */
    void open(InputRun input) {
        for (int i = 0; i < all.size(); i++) {
            List<ProjectionRun> slices = all.get(i);
            for (int j = 0; j < slices.size() && slices.get(j).origin() == input; j++) {
                open(slices.get(j));
            }
        }
    }

    private static void open(ProjectionRun projection) {
        if (projection.source() instanceof TwoPhaseRun cut) {
            open(cut.rows());
        }
        projection.open();
    }

    /** Returns the number of first rows of the block to run at a time, for the present input. */
    int rowsAtATime(int rows) {
        int best = rows;
        for (int i = 0; i < all.size(); i++) {
            ProjectionRun first = all.get(i).getFirst();
            if (first.source() instanceof InputRun) {
                best = Math.min(best, first.rowsAtATime(rows));
            }
        }
        return best;
    }

    /** Begins a block; {@code firstStep} is counted from the last reset. */
    void begin(long firstStep) {
        for (int i = 0; i < cuts.size(); i++) {
            cuts.get(i).begin(firstStep);
        }
    }
}
