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

/** The backward pass of a projection's operators, for some rows at a time. */
final class GradientChain {

    private static final int FEW_ROWS = 4;

    private final ChainRun forward;
    private final Operator[] operators;
    /** The input gradient of each operator; null if its input needs none. */
    private final @Nullable InputGradient[] inputs;

    private final @Nullable WeightGradients[] weights;
    private final WeightRows[] rows;

    /** Winners of each operator that selects values in the forward pass; null for other operators. */
    private final @Nullable PoolWinners[] winners;

    /** Other max pools. */
    private final @Nullable PoolSearch[] searches;

    /**
     * Gradients before the pool that follows an operator, for each operator and thread; null for operators that do not
     * need them.
     */
    private final PooledGradients[] @Nullable [] pooled;

    /** Outputs of each operator but the last, if the backward pass reads them. */
    private final StepViews<FloatMatrix>[] activations;

    /** Gradients of these outputs; null if the pool after the operator computes them on demand. */
    private final @Nullable StepViews<FloatMatrix>[] activationGradients;
    /** Gradients of the source in whole rows; null if they are computed in blocks. */
    private final @Nullable StepViews<FloatMatrix> ofSource;

    /** Gradients of a few rows of the source, for a single operator. */
    private final @Nullable StepViews<FloatMatrix> ofFewRows;

    private final int fewRows;

    private final Scratch[] scratch;
    private final int batch;
    private final WorkerPool workers;
    private final Tile[] tiles;

    /**
     * Allocates the backward pass.
     *
     * @param forward the forward pass
     * @param pulls true if gradients of the source are needed
     * @param keeps true if values of the forward pass are kept until the backward pass reads them
     * @param scratch memory of all threads
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
        this.searches = new PoolSearch[operators.length];
        this.pooled = new PooledGradients[operators.length][];
        this.activationGradients = (StepViews<FloatMatrix>[]) new StepViews<?>[operators.length - 1];
        for (int i = 0; i < operators.length; i++) {
            weights[i] = operators[i].weightGradients(arena, scratch.length);
            boolean goesBack = i > 0 || pulls;
            PoolOperator pool = operators[i] instanceof PoolOperator some && some.isMax() ? some : null;
            inputs[i] = goesBack && pool == null ? operators[i].inputGradient(arena) : null;
            if (inputs[i] instanceof InputGradient.OfRows ofRows) {
                List.of(scratch).forEach(ofRows::reserve);
            }
            rows[i] = new WeightRows(none);
            if (goesBack && pool != null) {
                PoolWinners of = pool.winners(arena, size.segmentRows());
                if (i > 0 && keeps) {
                    winners[i] = of;
                    forward.keep(i, of);
                } else {
                    searches[i] = new PoolSearch(pool, of, arena, i == 0 ? batch : size.turn() * batch, scratch.length);
                }
            }
        }
        for (int i = 0; i < activationGradients.length; i++) {
            pooled[i] = poolGradients(arena, i);
            activationGradients[i] = pooled[i] == null ? between(arena, size, i) : null;
        }
        this.activations =
                (StepViews<FloatMatrix>[]) new StepViews<?>[needsActivations() ? activationGradients.length : 0];
        for (int i = 0; i < activations.length; i++) {
            activations[i] = between(arena, size, i);
        }
        this.ofSource = inputs[0] instanceof InputGradient.OfRows || searches[0] != null
                ? new StepViews<>(FloatMatrix.zeros(arena, size.segmentRows(), operators[0].inputs()), batch)
                : null;
        this.fewRows = rowsInPart(batch);
        this.ofFewRows = ofSource != null && isOneOperator() && searches[0] == null
                ? new StepViews<>(ofSource.all(), fewRows)
                : null;
    }

    /** Allocates gradients before the pool that follows an operator, if the operator reads them. */
    private PooledGradients @Nullable [] poolGradients(Arena arena, int operator) {
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

    private StepViews<FloatMatrix> between(Arena arena, RunSize size, int operator) {
        return new StepViews<>(
                FloatMatrix.zeros(arena, size.segmentRows(), operators[operator].outputs()), size.batch());
    }

    private boolean needsActivations() {
        boolean needs = readsActivations();
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
     * Recomputes some rows of the outputs of all operators but the last.
     *
     * @param source the rows from a step on
     * @param step the step, counted from the first step with allocated rows
     */
    void again(Signal source, int step, int count, int thread) {
        Signal at = source;
        for (int i = 0; i < activations.length; i++) {
            Tile into = tiles[thread].on(activations[i].from(step));
            if (at instanceof SpikeMatrix spikes) {
                operators[i].multiply(spikes, count, into, scratch[thread]);
            } else {
                operators[i].multiply((FloatMatrix) at, count, into, scratch[thread]);
            }
            at = into.matrix();
        }
    }

    /**
     * Computes the first operator's output gradients from the first rows of current gradients. If {@link #makesRows}
     * holds, computes the source's gradients on request.
     *
     * @param row the segment's row of the first of these rows in the forward pass
     */
    void toFirst(FloatMatrix gradient, int step, int count, int row, int thread, @Nullable Signal source) {
        FloatMatrix at = gradient;
        for (int i = operators.length - 1; i > 0; i--) {
            StepViews<FloatMatrix> before = activationGradients[i - 1];
            if (before == null) {
                Objects.requireNonNull(pooled[i - 1])[thread].of(at, row);
                continue;
            }
            FloatMatrix into = before.from(step);
            PoolWinners kept = winners[i];
            PoolSearch search = searches[i];
            if (kept != null) {
                kept.back(at, 0, count, into, row);
            } else if (search != null) {
                search.back(activations[i - 1].from(step), at, step * batch, count, into, thread);
            } else {
                pull(i, at, count, tiles[thread].on(into), thread);
            }
            at = into;
        }
        PoolSearch search = searches[0];
        if (source != null && search != null) {
            search.back(
                    source,
                    at,
                    step * batch,
                    count,
                    Objects.requireNonNull(ofSource).from(step),
                    thread);
        } else if (source != null && ofSource != null) {
            pull(0, at, count, tiles[thread].on(ofSource.from(step)), thread);
        }
    }

    /**
     * Computes an operator's input gradients from the first rows of its output gradients, for the blocks in use or for
     * whole rows.
     */
    void pull(int operator, FloatMatrix gradient, int count, Tile into, int thread) {
        InputGradient back = Objects.requireNonNull(inputs[operator], "gradients of the source were not asked for");
        PooledGradients[] behind = pooled[operator];
        if (back instanceof InputGradient.OfRows ofRows && behind != null) {
            ofRows.pull(behind[thread], count, into.matrix(), scratch[thread]);
        } else if (back instanceof InputGradient.OfRows ofRows) {
            ofRows.pull(gradient, count, into.matrix(), scratch[thread]);
        } else {
            back.pull(gradient, count, into);
        }
    }

    private static int rowsInPart(int batch) {
        int rows = batch;
        while (rows % 2 == 0 && rows > FEW_ROWS) {
            rows /= 2;
        }
        return rows;
    }

    /** Returns the number of source rows that a single operator computes at a time; 0 if it works otherwise. */
    int fewRows() {
        return ofFewRows == null ? 0 : fewRows;
    }

    /** Computes the source's gradients from {@link #fewRows} rows of current gradients. */
    void toSource(FloatMatrix gradient, int part, int thread) {
        FloatMatrix into = Objects.requireNonNull(ofFewRows).from(part);
        pull(0, gradient, fewRows, tiles[thread].on(into), thread);
    }

    boolean makesRows() {
        return ofSource != null;
    }

    /** Returns true if {@link #addWeights} or {@link #toFirst} reads the rows of {@link #again}. */
    boolean keepsActivations() {
        return activations.length > 0;
    }

    /** Returns true if {@link #toFirst} reads the rows of {@link #again}. */
    boolean readsActivations() {
        for (int i = 1; i < searches.length; i++) {
            if (searches[i] != null) {
                return true;
            }
        }
        return false;
    }

    /** Returns true if {@link #toFirst} reads the source. */
    boolean readsSource() {
        return searches[0] != null;
    }

    /** Returns the rows that {@link #toFirst} computed from a step on, if there are several operators. */
    FloatMatrix ofFirst(int first) {
        return Objects.requireNonNull(activationGradients[0]).from(first);
    }

    /** Copies the source's gradients that {@link #toFirst} computed from a step on, if {@link #makesRows} holds. */
    void copyRows(int step, int rows, Tile into) {
        into.copyFrom(Objects.requireNonNull(ofSource).from(step), 0, 0, rows);
    }

    /**
     * Sets rows of the source and gradients of currents for {@link #addWeights}. A single operator allows a null
     * gradient, to be given in parts. The rows between several operators have been computed.
     *
     * @param row the segment's row of the first of these rows in the forward pass
     */
    WeightRows take(Signal source, @Nullable FloatMatrix gradient, int row) {
        int steps = source.rows() / batch;
        rows[0].of(source, batch);
        FloatMatrix at = gradient;
        rows[activationGradients.length].gradient(gradient);
        for (int i = activationGradients.length - 1; i >= 0; i--) {
            PooledGradients[] behind = pooled[i];
            if (behind == null) {
                at = Objects.requireNonNull(activationGradients[i]).steps(0, steps);
                rows[i].gradient(at);
            } else {
                for (PooledGradients ofThread : behind) {
                    ofThread.of(Objects.requireNonNull(at), row);
                }
                rows[i].pooled(behind);
            }
            if (activations.length > 0) {
                rows[i + 1].of(activations[i].steps(0, steps), batch);
            }
        }
        return rows[0];
    }

    /** Sets a frame, and current gradients summed over the steps, for {@link #addWeights}. */
    WeightRows takeFrame(FloatMatrix frame, long version, @Nullable FloatMatrix gradient) {
        take(frame, gradient, 0);
        rows[0].ofFrame(frame, version, forward.lists());
        for (int i = 0; i < activations.length; i++) {
            rows[i + 1].ofFrame(activations[i].steps(0, 1), version, null);
        }
        return rows[0];
    }

    /**
     * Adds the gradients of all weights from the rows that were set.
     *
     * @param last true for the last steps of the window, which come first
     * @param first true for its first steps
     */
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

    /** Returns the weight gradients of a single operator; null if it has none, or there are several operators. */
    @Nullable
    WeightGradients only() {
        return isOneOperator() ? weights[0] : null;
    }

    /** Returns true if the only operator adds gradients of a frame block by block. */
    boolean takesBlocks() {
        return isOneOperator() && (weights[0] == null || weights[0].takesBlocks());
    }

    boolean isOneOperator() {
        return operators.length == 1;
    }

    /** Returns the packed weights for the backward pass of a single operator; null if there are none. */
    @Nullable
    FloatMatrix packed() {
        InputGradient first = inputs[0];
        return first == null || !isOneOperator() ? null : first.packed();
    }

    /** Returns the jobs after a change of weights; threads may share them. */
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

    /** A max pool whose winners are searched in the backward pass, as its inputs change before. */
    private static final class PoolSearch {

        private final PoolOperator pool;
        private final PoolWinners winners;
        /** Outputs and inputs of a part, for each thread. */
        private final Tile[] outputs;

        private final FloatMatrix[] inputs;

        PoolSearch(PoolOperator pool, PoolWinners winners, Arena arena, int rows, int threads) {
            this.pool = pool;
            this.winners = winners;
            this.outputs = new Tile[threads];
            this.inputs = new FloatMatrix[threads];
            for (int i = 0; i < threads; i++) {
                outputs[i] = Tile.whole(FloatMatrix.zeros(arena, rows, pool.outputs()));
                inputs[i] = FloatMatrix.zeros(arena, rows, pool.inputs());
            }
        }

        void back(Signal source, FloatMatrix gradient, int row, int count, FloatMatrix into, int thread) {
            FloatMatrix values = inputs[thread];
            switch (source) {
                case FloatMatrix given -> values = given;
                case SpikeMatrix spikes -> pool.expand(spikes, count, values);
            }
            winners.run(values, count, outputs[thread], row);
            winners.back(gradient, 0, count, into, row);
        }
    }
}
