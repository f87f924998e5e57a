package dev.spikelane.kernel.product.gradient;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.product.BitsVector;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.dense.TileWalk;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of the weights of dense connections:
 * {@code gradient[i][o] += sum over rows of source[r][i] * values[r][o]}. The values are the gradients of the currents.
 *
 * <p>Rows are the samples of some steps. Steps are added in descending order, in which their gradients are computed, so
 * a run may be cut into calls at any step. Samples of a step are added in ascending order. If the source is spikes,
 * groups of four samples are summed before they are added, as in {@link SpikeMatmul}. If the source is values, each
 * sample is one fused multiply-add, as in {@link DenseMatmul}, and a sum of zero is +0. The bias is an input that
 * always fires. A silent or zero source adds nothing, even if the gradient is infinite or NaN; all NaNs are one value.
 *
 * <p>An object owns scratch memory for sources with one number of columns. One thread calls {@link #prepare}; threads
 * share the rounds of {@link #parts}; then they add blocks of outputs and shares of inputs.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class WeightGradient {

    /** Inputs whose gradients are made before a sink takes them: 24 KB, in whole tiles and pairs. */
    private static final int CHUNK = 96;

    /** Inputs of a chunk if few outputs take spikes, whose tables are made again for each chunk: whole words. */
    private static final int NARROW_CHUNK = 256;

    /** Percentage of filled groups and inputs from which on lists do not pay. */
    private static final int MOST_FILLED = 45;

    private final Arena arena;
    private final int inputs;
    private final int outputs;
    /** Inputs of a share, a multiple of 64 unless there is one share. */
    private final int inputsOfShare;

    private final SpikeLists lists;
    private final Workspace[] workspaces;
    private SpikeMatrix spikes;
    private FloatMatrix numbers;
    private final FrameLists frameLists;
    private boolean isListed;
    private boolean analog;
    private boolean sinks;
    private float @Nullable [] factors;
    private int steps;
    private int batch;
    /** Rows of the bias's gradients that are summed before they are added. */
    private int group = 4;

    private Round round = Round.NONE;

    /** Rounds in which threads prepare spikes. */
    private enum Round {
        OPEN,
        SPREAD,
        LIST,
        NONE
    }

    /** Scratch memory of a thread. */
    private static final class Workspace {
        private final WeightGradientVector.Part part = new WeightGradientVector.Part();
        private final PairListsVector.Walk walk = new PairListsVector.Walk();
        private final TileWalk tile = new TileWalk();
        private final long[] squares = new long[NARROW_CHUNK];
        private @Nullable FloatMatrix tables;
        /** The next gradients for a sink, one row for each input. */
        private @Nullable FloatMatrix gradients;
    }

    /**
     * Allocates scratch memory.
     *
     * @param threads the number of threads that add blocks
     */
    public WeightGradient(Arena arena, int inputs, int outputs, int threads) {
        this.arena = arena;
        this.inputs = inputs;
        this.outputs = outputs;
        int wanted = threads == 1 ? 1 : Math.ceilDiv(2 * threads, Math.ceilDiv(outputs, PackedWeights.BLOCK));
        this.inputsOfShare = wanted == 1 ? inputs : Math.ceilDiv(Math.ceilDiv(inputs, wanted), Long.SIZE) * Long.SIZE;
        this.lists = new SpikeLists(inputs);
        this.frameLists = new FrameLists(arena, inputs);
        this.workspaces = new Workspace[SimdWidth.VECTOR ? threads : 0];
        for (int i = 0; i < workspaces.length; i++) {
            workspaces[i] = new Workspace();
        }
        this.spikes = SpikeMatrix.zeros(arena, 1, inputs);
        this.numbers = FloatMatrix.zeros(arena, 1, 1);
    }

    /**
     * Sends gradients to a sink: callers will use {@link #give} in place of {@link #add}.
     *
     * @param ofSpikes one factor for the gradients of each input if the source is spikes; null if all are 1
     */
    public void setGives(float @Nullable [] ofSpikes) {
        sinks = true;
        factors = ofSpikes;
    }

    /**
     * Sets the source.
     *
     * @param source {@code [steps * batch x inputs]}, time-major
     * @param batchSize the number of samples of a step
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void prepare(Signal source, int batchSize) {
        source.requireShape("source", source.rows(), inputs);
        Checks.wholeSteps(source.rows(), batchSize);
        group = 4;
        isListed = false;
        batch = batchSize;
        steps = source.rows() / batchSize;
        switch (source) {
            case SpikeMatrix bits -> {
                spikes = bits;
                analog = false;
                lists.open(bits.rows(), batchSize, !NarrowMatmul.fits(outputs));
            }
            case FloatMatrix values -> {
                numbers = values;
                analog = true;
            }
        }
        round = analog || NarrowMatmul.fits(outputs) || !SimdWidth.VECTOR ? Round.NONE : Round.OPEN;
        for (Workspace work : workspaces) {
            if (!analog && work.tables == null) {
                int rows = NarrowMatmul.fits(outputs) ? SpikeLists.PANEL_ROWS : SpikeLists.TABLE_ROWS;
                work.tables = FloatMatrix.zeros(arena, rows, PackedWeights.BLOCK);
            }
            if (sinks && (work.gradients == null || work.gradients.rows() < chunk())) {
                work.gradients = FloatMatrix.zeros(arena, chunk(), PackedWeights.BLOCK);
            }
        }
    }

    /**
     * Starts the next round; all parts of the round before must be done. {@link #prepare} comes before the first round.
     *
     * @return the number of parts in which threads should prepare the source; 0 if it is prepared
     */
    public int parts() {
        if (round == Round.SPREAD) {
            lists.close(MOST_FILLED);
        }
        round = switch (round) {
            case OPEN -> Round.SPREAD;
            case SPREAD -> lists.listed ? Round.LIST : Round.NONE;
            case LIST, NONE -> Round.NONE;
        };
        return switch (round) {
            case SPREAD -> lists.panels;
            case LIST -> lists.sections;
            case OPEN, NONE -> 0;
        };
    }

    /**
     * Prepares a part of this round.
     *
     * @param part a number below {@link #parts}
     */
    public void preparePart(int part, int thread) {
        if (round == Round.SPREAD) {
            lists.spread(spikes, part);
        } else {
            lists.list(part);
        }
    }

    /** Returns the bytes of the arena for frames with this number of samples, beyond the first {@value Long#SIZE}. */
    public long blockBytes(int samples) {
        return frameLists.blockBytes(samples);
    }

    /** Returns the most bytes of lists on the heap, for sources of the last kind. */
    public long listBytes(int steps, int samples) {
        if (!SimdWidth.VECTOR) {
            return 0;
        }
        boolean spread = lists.panels > 0 && !NarrowMatmul.fits(outputs);
        return frameLists.bytes(samples) + (spread ? lists.bytes(steps, samples, MOST_FILLED) : 0);
    }

    /** Returns the inputs whose gradients are made at a time. All inputs of a share use the tables of spikes. */
    private int chunk() {
        int most = analog ? CHUNK : NarrowMatmul.fits(outputs) ? NARROW_CHUNK : inputsOfShare;
        return Math.min(most, inputsOfShare);
    }

    /** Returns the number of shares into which a block's inputs are split for threads, at least 1. */
    public int shares() {
        return Math.ceilDiv(inputs, inputsOfShare);
    }

    /**
     * Sets one frame as the source of all steps. The values to come are the gradients of the currents summed over the
     * steps; they are added sample by sample, also to the bias.
     *
     * @param frame {@code [batch x inputs]}
     * @param version a number that identifies the current contents of this memory
     * @param forward the frame prepared for its currents; null if it was not
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void prepareFrame(FloatMatrix frame, long version, @Nullable PreparedFrame forward) {
        prepare(frame, frame.rows());
        group = 1;
        isListed = SimdWidth.VECTOR && frameLists.listColumns(frame, version, forward);
    }

    /** Returns the bytes of some outputs, in whole vectors. */
    private static int bytes(int used) {
        int lanes = SimdWidth.bits() / Float.SIZE;
        return Math.ceilDiv(used, lanes) * lanes * Float.BYTES;
    }

    /**
     * Adds the gradients of a block of outputs for a share of the inputs; the first share also adds the gradients of
     * the biases.
     *
     * @param values {@code [steps * batch x outputs]}: gradients of the currents, with the rows of the source
     * @param gradient {@code inputs -> outputs}, updated, but for its bias
     * @param bias {@code [1 x outputs]}, updated
     * @param block a block of 64 outputs
     * @param share a share of the inputs, from 0
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public void add(Tile values, PackedWeights gradient, FloatMatrix bias, int block, int share, int thread) {
        check(values, block);
        if (SimdWidth.VECTOR) {
            Workspace work = workspaces[thread];
            aim(work.part, values, block, share);
            work.part.to = gradient.blockOffset(block) + (long) work.part.firstInput * PackedWeights.BLOCK_BYTES;
            addBias(values.matrix(), bias, work.part);
            addInputs(values.matrix(), gradient.segment(), bias, work);
            return;
        }
        if (share > 0) {
            return; // the specification takes all inputs
        }
        ScalarWeightGradient.addBias(values, steps, batch, group, bias, block);
        if (analog) {
            ScalarWeightGradient.add(numbers, values, steps, batch, gradient, block);
        } else {
            ScalarWeightGradient.add(spikes, values, steps, batch, gradient, block);
        }
    }

    private void check(Tile values, int block) {
        values.require("values", steps * batch, outputs);
        if (block < values.firstBlock() || block >= values.endBlock()) {
            throw new IndexOutOfBoundsException("block is " + block + ", expected one of values, " + values);
        }
    }

    private void aim(WeightGradientVector.Part part, Tile values, int block, int share) {
        part.column = values.offset(0, block);
        part.outputs = Math.min(PackedWeights.BLOCK, outputs - block * PackedWeights.BLOCK);
        part.bytes = bytes(part.outputs);
        part.ofBias = (long) block * PackedWeights.BLOCK_BYTES;
        part.addsBias = share == 0;
        part.firstInput = share * inputsOfShare;
        part.inputs = Math.min(inputsOfShare, inputs - part.firstInput);
        part.firstSection = 0;
        part.endSection = lists.sections;
        part.firstRow = 0;
        FloatMatrix matrix = values.matrix();
        part.finite = analog
                && BitsVector.areFinite(matrix.segment(), part.column, matrix.rowOffset(1), steps * batch, part.bytes);
    }

    /** Adds the gradients of biases, unless the tables of spikes will. */
    private void addBias(FloatMatrix values, FloatMatrix bias, WeightGradientVector.Part part) {
        if (analog && part.addsBias) {
            WeightGradientVector.addBias(values, steps, group, part, bias.segment());
        }
    }

    private void addInputs(FloatMatrix values, MemorySegment sums, FloatMatrix bias, Workspace work) {
        if (analog) {
            if (isListed && work.part.finite) {
                PairListsVector.add(frameLists.columns(), numbers, values, work.part, sums, work.walk);
            } else {
                WeightGradientVector.addValues(numbers, values, steps, work.part, sums, work.tile);
            }
            WeightGradientVector.settle(work.part, sums);
        } else {
            MemorySegment tables = Objects.requireNonNull(work.tables).segment();
            if (NarrowMatmul.fits(outputs)) {
                long[] squares = work.squares;
                WeightTablesVector.addNarrow(lists, spikes, values, work.part, sums, bias.segment(), tables, squares);
            } else {
                WeightGradientVector.addSpikes(lists, values, work.part, sums, bias.segment(), tables);
            }
        }
    }

    /**
     * Passes the gradients of a block of outputs to a sink for a share of the inputs; the first share also adds the
     * gradients of the biases. The bits are as {@link #add} gives if it starts at zero.
     *
     * @param values as in {@link #add}
     * @param bias {@code [1 x outputs]}, updated
     * @param sink receives gradients in the layout of {@link PackedWeights}, without padding
     * @param block a block of 64 outputs
     * @param share a share of the inputs, from 0
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if {@link #setGives} was not called, or there are no vectors
     */
    public void give(Tile values, FloatMatrix bias, GradientSink sink, int block, int share, int thread) {
        if (!sinks || !SimdWidth.VECTOR) {
            throw new IllegalStateException("gradients are stored, expected a sink");
        }
        check(values, block);
        Workspace work = workspaces[thread];
        FloatMatrix gradients = Objects.requireNonNull(work.gradients);
        long padded = PackedWeights.paddedInputs(inputs);
        aim(work.part, values, block, share);
        int firstOfShare = work.part.firstInput;
        int endOfShare = firstOfShare + work.part.inputs;
        addBias(values.matrix(), bias, work.part);
        work.part.to = 0;
        for (int first = firstOfShare; first < endOfShare; first += chunk()) {
            work.part.firstInput = first;
            work.part.inputs = Math.min(chunk(), endOfShare - first);
            gradients.fill(0);
            addInputs(values.matrix(), gradients.segment(), bias, work);
            work.part.addsBias = false;
            if (factors != null && !analog) {
                multiply(gradients, 0, work.part, factors);
            }
            long at = (block * padded + first) * PackedWeights.BLOCK;
            sink.take(gradients.segment(), 0, at, at + (long) work.part.inputs * PackedWeights.BLOCK);
        }
    }

    private static void multiply(FloatMatrix gradients, int firstRow, WeightGradientVector.Part part, float[] factors) {
        for (int input = 0; input < part.inputs; input++) {
            float factor = factors[part.firstInput + input];
            for (int lane = 0; lane < PackedWeights.BLOCK; lane++) {
                gradients.set(firstRow + input, lane, gradients.get(firstRow + input, lane) * factor);
            }
        }
    }

    /**
     * Ensures room for gradients that {@link #giveSteps} adds some steps at a time, with the bits of {@link #give}.
     *
     * @param stepsInTurn the steps of each call but the last, which may have fewer
     * @param blocks the most blocks that a thread adds at a time
     * @return false if this source needs {@link #give}; then no room is made
     */
    public boolean takesTurns(int stepsInTurn, int blocks) {
        boolean fits = sinks && SimdWidth.VECTOR && !analog && !NarrowMatmul.fits(outputs) && inputsOfShare >= inputs;
        if (!fits || !lists.wholeSections(stepsInTurn)) {
            return false;
        }
        for (Workspace work : workspaces) {
            if (work.gradients == null || work.gradients.rows() < blocks * inputs) {
                work.gradients = FloatMatrix.zeros(arena, blocks * inputs, PackedWeights.BLOCK);
            }
        }
        return true;
    }

    /**
     * Adds the gradients of some steps, the last steps first, and passes the sums to a sink after the first step. A
     * thread adds all steps of some blocks before it starts others.
     *
     * @param values {@code [at least steps * batch x outputs]}: gradients of the currents of these steps, from row 0,
     *     at these blocks
     * @param bias {@code [1 x outputs]}, updated
     * @param sink as in {@link #give}
     * @param firstStep the first step
     * @param endStep the step after the last
     */
    public void giveSteps(Tile values, FloatMatrix bias, GradientSink sink, int firstStep, int endStep, int thread) {
        values.require("values", (endStep - firstStep) * batch, outputs);
        Workspace work = workspaces[thread];
        FloatMatrix gradients = Objects.requireNonNull(work.gradients);
        if (endStep == steps) {
            gradients.fill(0);
        }
        for (int block = values.firstBlock(); block < values.endBlock(); block++) {
            int row = (block - values.firstBlock()) * inputs;
            aim(work.part, values, block, 0);
            work.part.to = gradients.rowOffset(row);
            work.part.firstSection = lists.section(endStep);
            work.part.endSection = lists.section(firstStep);
            work.part.firstRow = firstStep * batch;
            addInputs(values.matrix(), gradients.segment(), bias, work);
            if (firstStep == 0) {
                if (factors != null) {
                    multiply(gradients, row, work.part, factors);
                }
                long at = block * (long) PackedWeights.paddedInputs(inputs) * PackedWeights.BLOCK;
                sink.take(gradients.segment(), gradients.rowOffset(row), at, at + (long) inputs * PackedWeights.BLOCK);
            }
        }
    }
}
