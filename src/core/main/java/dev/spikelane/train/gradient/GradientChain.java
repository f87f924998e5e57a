package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.InputGradient;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.PoolOperator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.connection.operator.WeightRows;
import dev.spikelane.engine.ChainRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.pool.PoolWinners;
import dev.spikelane.kernel.pool.PooledGradients;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The way back through the operators of a projection, over some rows at a time. */
final class GradientChain {

    private static final int FEW_ROWS = 4;

    private final ChainRun forward;
    private final Operator[] operators;
    /** The way back to the source of each operator; null if nobody wants to go there. */
    private final @Nullable InputGradient[] inputs;

    private final @Nullable WeightGradients[] weights;
    /** The inputs and gradients from which the weights of each operator learn. */
    private final WeightRows[] rows;

    /** The choices of each operator that chooses among values in the forward pass; null of others. */
    private final @Nullable PoolWinners[] winners;

    /** Of each operator that takes gradients past the pool behind it, those of each thread; null where none does. */
    private final PooledGradients[] @Nullable [] pooled;

    /** The rows that each operator but the last makes, if more than their gradients is needed. */
    private final StepViews<FloatMatrix>[] made;

    /** The gradients of that; null where they are taken past a pool when they are needed. */
    private final @Nullable StepViews<FloatMatrix>[] ofMade;
    /** The gradients of the source, where they are made in whole rows; null otherwise. */
    private final @Nullable StepViews<FloatMatrix> ofSource;

    /** The same, a few rows at a time, where there is one operator. */
    private final @Nullable StepViews<FloatMatrix> ofFewRows;

    private final int fewRows;

    private final Scratch[] scratch;
    private final int batch;
    private final WorkerPool workers;
    /** For each thread whole rows between two operators. */
    private final Tile[] tiles;

    /**
     * Makes the way back.
     *
     * @param forward the way forward
     * @param pulls whether gradients of the source are wanted
     * @param keeps whether the values that the way forward keeps of a step are there until the way back comes to that
     *     step
     * @param scratch of all threads
     */
    @SuppressWarnings("unchecked") // arrays of generics
    GradientChain(
            Arena arena,
            ChainRun forward,
            RunSize size,
            boolean pulls,
            boolean keeps,
            Scratch[] scratch,
            WorkerPool workers) {
        this.forward = forward;
        this.scratch = scratch;
        this.workers = workers;
        this.batch = size.batch();
        FloatMatrix none = FloatMatrix.zeros(arena, 1, 1);
        this.tiles = new Tile[scratch.length];
        for (int i = 0; i < tiles.length; i++) {
            tiles[i] = Tile.whole(none);
        }
        this.operators = forward.operators().toArray(Operator[]::new);
        this.inputs = new InputGradient[operators.length];
        this.weights = new WeightGradients[operators.length];
        this.rows = new WeightRows[operators.length];
        this.winners = new PoolWinners[operators.length];
        this.pooled = new PooledGradients[operators.length][];
        this.ofMade = (StepViews<FloatMatrix>[]) new StepViews<?>[operators.length - 1];
        for (int i = 0; i < operators.length; i++) {
            weights[i] = operators[i].weightGradients(arena, scratch.length);
            inputs[i] = i > 0 || pulls ? operators[i].inputGradient(arena) : null;
            if (inputs[i] instanceof InputGradient.OfRows ofRows) {
                List.of(scratch).forEach(ofRows::reserve);
            }
            rows[i] = new WeightRows(none);
            PoolWinners kept = i > 0 && keeps && operators[i] instanceof PoolOperator pool
                    ? pool.winners(arena, size.segmentRows())
                    : null;
            if (kept != null) {
                winners[i] = kept;
                forward.keep(i, kept);
            }
        }
        for (int i = 0; i < ofMade.length; i++) {
            pooled[i] = pastPool(arena, i);
            ofMade[i] = pooled[i] == null ? between(arena, size, i) : null;
        }
        this.made = (StepViews<FloatMatrix>[]) new StepViews<?>[needsMade() ? ofMade.length : 0];
        for (int i = 0; i < made.length; i++) {
            made[i] = between(arena, size, i);
        }
        this.ofSource = inputs[0] instanceof InputGradient.OfRows
                ? new StepViews<>(FloatMatrix.zeros(arena, size.segmentRows(), operators[0].inputs()), batch)
                : null;
        this.fewRows = rowsInPart(batch);
        this.ofFewRows = ofSource != null && isOneOperator() ? new StepViews<>(ofSource.all(), fewRows) : null;
    }

    /** Room to take gradients past the pool behind an operator; null if it does not take them so. */
    private PooledGradients @Nullable [] pastPool(Arena arena, int operator) {
        PoolWinners kept = winners[operator + 1];
        WeightGradients learning = weights[operator];
        int rowsAtATime = learning == null ? 0 : learning.rowsPastPool();
        if (kept == null || rowsAtATime == 0) {
            return null;
        }
        PooledGradients[] made = new PooledGradients[scratch.length];
        for (int i = 0; i < made.length; i++) {
            made[i] = new PooledGradients(arena, kept, rowsAtATime);
        }
        return made;
    }

    /** Memory for the output of an operator in a segment. */
    private StepViews<FloatMatrix> between(Arena arena, RunSize size, int operator) {
        return new StepViews<>(
                FloatMatrix.zeros(arena, size.segmentRows(), operators[operator].outputs()), size.batch());
    }

    /** Whether the way back reads outputs of operators, so that they are made again. */
    private boolean needsMade() {
        boolean needs = readsMade();
        for (int i = 1; i < weights.length; i++) {
            needs |= weights[i] != null;
        }
        return needs;
    }

    @Nullable
    WeightGradients[] weights() {
        return weights;
    }

    int outputs() {
        return operators[operators.length - 1].outputs();
    }

    /**
     * Makes the outputs of all operators but the last again, of some rows.
     *
     * @param source the rows from a step on
     * @param step the step, counted from the first of those whose rows are made
     */
    void again(Signal source, int step, int count, int thread) {
        Signal at = source;
        for (int i = 0; i < made.length; i++) {
            Tile into = tiles[thread].on(made[i].from(step));
            if (at instanceof SpikeMatrix spikes) {
                operators[i].multiply(spikes, count, into, scratch[thread]);
            } else {
                operators[i].multiply((FloatMatrix) at, count, into, scratch[thread]);
            }
            at = into.matrix();
        }
    }

    /**
     * Takes the first rows of gradients of currents, from a step on, back to the outputs of the first operator, and to
     * the source where {@link #makesRows} holds and this is wanted.
     *
     * @param row the row of the segment that the way forward filled first of these
     */
    void toFirst(FloatMatrix gradient, int step, int count, int row, int thread, boolean toSource) {
        FloatMatrix at = gradient;
        for (int i = operators.length - 1; i > 0; i--) {
            StepViews<FloatMatrix> before = ofMade[i - 1];
            if (before == null) {
                Objects.requireNonNull(pooled[i - 1])[thread].of(at, row);
                continue;
            }
            FloatMatrix into = before.from(step);
            PoolWinners kept = winners[i];
            if (kept != null) {
                kept.back(at, 0, count, into, row);
            } else {
                Signal given = made.length == 0 ? null : made[i - 1].from(step);
                pull(i, given, at, count, tiles[thread].on(into), thread);
            }
            at = into;
        }
        if (toSource && ofSource != null) {
            pull(0, null, at, count, tiles[thread].on(ofSource.from(step)), thread);
        }
    }

    /**
     * Takes the first rows of gradients of the rows that an operator makes, all columns of them, back to the blocks in
     * use of its input, or to whole rows.
     *
     * @param given its rows, for the first operator those of the source; null where it does not read them
     */
    void pull(int operator, @Nullable Signal given, FloatMatrix gradient, int count, Tile into, int thread) {
        InputGradient back = Objects.requireNonNull(inputs[operator], "gradients of the source were not asked for");
        PooledGradients[] behind = pooled[operator];
        if (back instanceof InputGradient.OfInputs ofInputs) {
            ofInputs.pull(Objects.requireNonNull(given), gradient, count, into);
        } else if (back instanceof InputGradient.OfRows ofRows && behind != null) {
            ofRows.pull(behind[thread], count, into.matrix(), scratch[thread]);
        } else if (back instanceof InputGradient.OfRows ofRows) {
            ofRows.pull(gradient, count, into.matrix(), scratch[thread]);
        } else {
            back.pull(gradient, count, into);
        }
    }

    /** A few samples of a batch: parts of a step that are alike, so that threads end together. */
    private static int rowsInPart(int batch) {
        int rows = batch;
        while (rows % 2 == 0 && rows > FEW_ROWS) {
            rows /= 2;
        }
        return rows;
    }

    /** How many rows go to the source at a time, each by itself, past the only operator; 0 if they go otherwise. */
    int fewRows() {
        return ofFewRows == null ? 0 : fewRows;
    }

    /** Takes {@link #fewRows} of currents back to the source. */
    void toSource(FloatMatrix gradient, int part, int thread) {
        FloatMatrix into = Objects.requireNonNull(ofFewRows).from(part);
        pull(0, null, gradient, fewRows, tiles[thread].on(into), thread);
    }

    /** Whether gradients of the source are made in whole rows, by {@link #toFirst}. */
    boolean makesRows() {
        return ofSource != null;
    }

    /** Whether {@link #addWeights} or {@link #toFirst} reads the rows that {@link #again} makes. */
    boolean makesAgain() {
        return made.length > 0;
    }

    /** Whether {@link #toFirst} reads the rows that {@link #again} makes. */
    boolean readsMade() {
        for (int i = 1; i < inputs.length; i++) {
            if (inputs[i] instanceof InputGradient.OfInputs && winners[i] == null) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@link #pull} reads the source. */
    boolean readsSource() {
        return inputs[0] instanceof InputGradient.OfInputs;
    }

    /** The rows that {@link #toFirst} has made from a step on, where there are several operators. */
    FloatMatrix ofFirst(int first) {
        return Objects.requireNonNull(ofMade[0]).from(first);
    }

    /**
     * Writes the gradients that {@link #toFirst} has made of the source from a step on, where {@link #makesRows} holds.
     */
    void copyRows(int step, int rows, Tile into) {
        into.copyFrom(Objects.requireNonNull(ofSource).from(step), 0, 0, rows);
    }

    /**
     * Takes rows of the source and the gradients of currents, which may come by and by where there is one operator;
     * the rows between several have been made.
     *
     * @param row the row of the segment that the way forward filled first of these
     */
    WeightRows take(Signal source, @Nullable FloatMatrix gradient, int row) {
        int steps = source.rows() / batch;
        rows[0].of(source, batch);
        FloatMatrix at = gradient;
        rows[ofMade.length].gradient(gradient);
        for (int i = ofMade.length - 1; i >= 0; i--) {
            PooledGradients[] behind = pooled[i];
            if (behind == null) {
                at = Objects.requireNonNull(ofMade[i]).steps(0, steps);
                rows[i].gradient(at);
            } else {
                for (PooledGradients ofThread : behind) {
                    ofThread.of(Objects.requireNonNull(at), row);
                }
                rows[i].pooled(behind);
            }
            if (made.length > 0) {
                rows[i + 1].of(made[i].steps(0, steps), batch);
            }
        }
        return rows[0];
    }

    /** The same for a frame, whose gradients are summed over the steps. */
    WeightRows takeFrame(FloatMatrix frame, long version, @Nullable FloatMatrix gradient) {
        take(frame, gradient, 0);
        rows[0].ofFrame(frame, version, forward.lists());
        for (int i = 0; i < made.length; i++) {
            rows[i + 1].ofFrame(made[i].steps(0, 1), version, null);
        }
        return rows[0];
    }

    /** Adds gradients of all weights from rows that were taken: of which steps of the window is said here. */
    void addWeights(boolean last, boolean first) {
        for (int i = 0; i < weights.length; i++) {
            WeightGradients each = weights[i];
            if (each != null) {
                each.open(rows[i].steps(last, first));
                workers.run(each);
            }
        }
    }

    WorkerPool workers() {
        return workers;
    }

    /** The gradients of the weights of the only operator; null if it has none, or there are several operators. */
    @Nullable
    WeightGradients only() {
        return isOneOperator() ? weights[0] : null;
    }

    /** Whether the only operator takes gradients of a frame some blocks at a time. */
    boolean takesBlocks() {
        return isOneOperator() && (weights[0] == null || weights[0].takesBlocks());
    }

    boolean isOneOperator() {
        return operators.length == 1;
    }

    /** The weights of the only operator as its way back reads them; null if there is no such matrix. */
    @Nullable
    FloatMatrix packed() {
        InputGradient first = inputs[0];
        return first == null || !isOneOperator() ? null : first.packed();
    }

    /** The jobs after a change of weights, parts that threads may share. */
    List<Runnable> updates() {
        List<Runnable> updates = new ArrayList<>();
        for (int i = 0; i < operators.length; i++) {
            updates.add(operators[i]::update);
            InputGradient input = inputs[i];
            if (input != null) {
                updates.addAll(input.updates());
            }
        }
        return updates;
    }
}
