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
 * {@code gradient[i][o] += sum over rows of source[r][i] * values[r][o]}, where values are the gradients of the
 * currents.
 *
 * <p>The rows of a call are steps of a batch, and go by steps descending, as gradients come to be: a run may be cut
 * into calls at any step. Within a step samples go up; where the source is spikes, in groups of four, each group
 * complete before it is added, as in {@link SpikeMatmul}; where the source is values, each by one fused multiply-add,
 * as in {@link DenseMatmul}, and a sum that is zero is +0. The bias is an input that always fires. A silent or zero
 * source adds nothing, whatever the gradient is; all NaNs are one value.
 *
 * <p>An object owns scratch memory for sources of one width. One thread takes a source, threads prepare it together, in
 * rounds of parts ({@link #parts}), and then add blocks of outputs and shares of inputs.
 */
@SuppressWarnings("exports") // annotations for checks at compile time
public final class WeightGradient {

    /** Inputs whose gradients are made at a time before a sink takes them: 24 KB; whole tiles and pairs. */
    private static final int CHUNK = 96;

    /** The same for few outputs of spikes, whose tables are made anew each time: whole words. */
    private static final int NARROW_CHUNK = 256;

    /** Percent of groups and inputs in which something fires, from which on lists do not pay. */
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
    private final FrameLists ofFrame;
    private boolean listed;
    private boolean analog;
    private boolean gives;
    private float @Nullable [] factors;
    private int steps;
    private int batch;
    /** Rows of which biases are summed before they are added. */
    private int group = 4;

    private Round round = Round.NONE;

    /** What threads prepare of spikes. */
    private enum Round {
        OPEN,
        SPREAD,
        LIST,
        NONE
    }

    /** What a thread needs. */
    private static final class Workspace {
        private final WeightGradientVector.Part part = new WeightGradientVector.Part();
        private final PairListsVector.Walk walk = new PairListsVector.Walk();
        private final TileWalk tile = new TileWalk();
        private final long[] squares = new long[NARROW_CHUNK];
        /** Partial sums of spikes. */
        private @Nullable FloatMatrix tables;
        /** Gradients that a sink takes next: a row for each input. */
        private @Nullable FloatMatrix gradients;
    }

    /**
     * Prepares scratch memory.
     *
     * @param arena the arena that owns the memory
     * @param inputs columns of the sources
     * @param outputs columns of the values
     * @param threads threads that add blocks
     */
    public WeightGradient(Arena arena, int inputs, int outputs, int threads) {
        this.arena = arena;
        this.inputs = inputs;
        this.outputs = outputs;
        int wanted = threads == 1 ? 1 : Math.ceilDiv(2 * threads, Math.ceilDiv(outputs, PackedWeights.BLOCK));
        this.inputsOfShare = wanted == 1 ? inputs : Math.ceilDiv(Math.ceilDiv(inputs, wanted), Long.SIZE) * Long.SIZE;
        this.lists = new SpikeLists(inputs);
        this.ofFrame = new FrameLists(arena, inputs);
        this.workspaces = new Workspace[SimdWidth.VECTOR ? threads : 0];
        for (int i = 0; i < workspaces.length; i++) {
            workspaces[i] = new Workspace();
        }
        this.spikes = SpikeMatrix.zeros(arena, 1, inputs);
        this.numbers = FloatMatrix.zeros(arena, 1, 1);
    }

    /**
     * Says that gradients go to a sink: {@link #give} will be called in place of {@link #add}.
     *
     * @param ofSpikes factors by which gradients of each input are multiplied, where the source is spikes; null if they
     *     are 1
     */
    public void setGives(float @Nullable [] ofSpikes) {
        gives = true;
        factors = ofSpikes;
    }

    /**
     * Takes a source.
     *
     * @param source {@code [steps * batch x inputs]}, time-major
     * @param batchSize samples of a step
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void prepare(Signal source, int batchSize) {
        source.requireShape("source", source.rows(), inputs);
        Checks.wholeSteps(source.rows(), batchSize);
        group = 4;
        listed = false;
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
        for (Workspace own : workspaces) {
            if (!analog && own.tables == null) {
                int rows = NarrowMatmul.fits(outputs) ? SpikeLists.PANEL_ROWS : SpikeLists.TABLE_ROWS;
                own.tables = FloatMatrix.zeros(arena, rows, PackedWeights.BLOCK);
            }
            if (gives && (own.gradients == null || own.gradients.rows() < chunk())) {
                own.gradients = FloatMatrix.zeros(arena, chunk(), PackedWeights.BLOCK);
            }
        }
    }

    /**
     * Goes to the next round, when all parts of the one before are done; the first comes behind {@link #prepare}.
     *
     * @return in how many parts threads should prepare the source that was taken; 0 if all is prepared
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
     * @param part of {@link #parts}
     * @param thread whose scratch memory is used
     */
    public void preparePart(int part, int thread) {
        if (round == Round.SPREAD) {
            lists.spread(spikes, part);
        } else {
            lists.list(part);
        }
    }

    /**
     * Tells how much memory of the arena frames take behind their first {@value Long#SIZE} samples.
     *
     * @param samples of a step
     * @return bytes
     */
    public long blockBytes(int samples) {
        return ofFrame.blockBytes(samples);
    }

    /**
     * Tells how much memory the lists of what fires, or is not zero, may take beside that of the arena, for sources
     * such as the last.
     *
     * @param steps of a source
     * @param samples of a step
     * @return the most bytes on the heap
     */
    public long listBytes(int steps, int samples) {
        if (!SimdWidth.VECTOR) {
            return 0;
        }
        boolean spread = lists.panels > 0 && !NarrowMatmul.fits(outputs);
        return ofFrame.bytes(samples) + (spread ? lists.bytes(steps, samples, MOST_FILLED) : 0);
    }

    /** Inputs whose gradients are made at a time: tables of spikes serve all inputs. */
    private int chunk() {
        int most = analog ? CHUNK : NarrowMatmul.fits(outputs) ? NARROW_CHUNK : inputsOfShare;
        return Math.min(most, inputsOfShare);
    }

    /**
     * Returns into how many shares of inputs a block is split for threads.
     *
     * @return at least 1
     */
    public int shares() {
        return Math.ceilDiv(inputs, inputsOfShare);
    }

    /**
     * Takes one frame that was the source of all steps. The values to come are the gradients of the currents summed
     * over the steps; they are added sample by sample, the bias too.
     *
     * @param frame {@code [batch x inputs]}
     * @param version a number that this memory has had only while it held what it holds now
     * @param forward what was prepared of the frame for its currents; null if nothing was
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void prepareFrame(FloatMatrix frame, long version, @Nullable PreparedFrame forward) {
        prepare(frame, frame.rows());
        group = 1;
        listed = SimdWidth.VECTOR && ofFrame.listColumns(frame, version, forward);
    }

    /** Bytes of outputs, in whole vectors. */
    private static int bytes(int used) {
        int lanes = SimdWidth.bits() / Float.SIZE;
        return Math.ceilDiv(used, lanes) * lanes * Float.BYTES;
    }

    /**
     * Adds the gradients of a block of outputs, for a share of the inputs; those of its biases with the first share.
     *
     * @param values {@code [steps * batch x outputs]}: gradients of the currents, row by row as in the source
     * @param gradient {@code inputs -> outputs}, updated, but for its bias
     * @param bias {@code [1 x outputs]}, added to
     * @param block of 64 outputs
     * @param share of the inputs, from 0
     * @param thread whose scratch memory is used
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public void add(Tile values, PackedWeights gradient, FloatMatrix bias, int block, int share, int thread) {
        check(values, block);
        if (SimdWidth.VECTOR) {
            Workspace own = workspaces[thread];
            aim(own.part, values, block, share);
            own.part.to = gradient.blockOffset(block) + (long) own.part.firstInput * PackedWeights.BLOCK_BYTES;
            addBias(values.matrix(), bias, own.part);
            addInputs(values.matrix(), gradient.segment(), bias, own);
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

    /** Adds gradients of biases, unless those of inputs bring them along. */
    private void addBias(FloatMatrix values, FloatMatrix bias, WeightGradientVector.Part part) {
        if (analog && part.addsBias) {
            WeightGradientVector.addBias(values, steps, group, part, bias.segment());
        }
    }

    private void addInputs(FloatMatrix values, MemorySegment sums, FloatMatrix bias, Workspace own) {
        if (analog) {
            if (listed && own.part.finite) {
                PairListsVector.add(ofFrame.columns(), numbers, values, own.part, sums, own.walk);
            } else {
                WeightGradientVector.addValues(numbers, values, steps, own.part, sums, own.tile);
            }
            WeightGradientVector.settle(own.part, sums);
        } else {
            MemorySegment tables = Objects.requireNonNull(own.tables).segment();
            if (NarrowMatmul.fits(outputs)) {
                long[] squares = own.squares;
                WeightTablesVector.addNarrow(lists, spikes, values, own.part, sums, bias.segment(), tables, squares);
            } else {
                WeightGradientVector.addSpikes(lists, values, own.part, sums, bias.segment(), tables);
            }
        }
    }

    /**
     * Gives the gradients of a block of outputs to a sink, for a share of the inputs, and adds those of its biases with
     * the first share. They are those that {@link #add} adds to zeros.
     *
     * @param values as in {@link #add}
     * @param bias {@code [1 x outputs]}, added to
     * @param sink takes gradients in the layout of {@link PackedWeights}, without those of padding
     * @param block of 64 outputs
     * @param share of the inputs, from 0
     * @param thread whose scratch memory is used
     * @throws IllegalArgumentException if a shape or range does not fit
     * @throws IllegalStateException if {@link #setGives} was not called, or there are no vectors
     */
    public void give(Tile values, FloatMatrix bias, GradientSink sink, int block, int share, int thread) {
        if (!gives || !SimdWidth.VECTOR) {
            throw new IllegalStateException("gradients are stored, expected a sink");
        }
        check(values, block);
        Workspace own = workspaces[thread];
        FloatMatrix gradients = Objects.requireNonNull(own.gradients);
        long padded = PackedWeights.paddedInputs(inputs);
        aim(own.part, values, block, share);
        int firstOfShare = own.part.firstInput;
        int endOfShare = firstOfShare + own.part.inputs;
        addBias(values.matrix(), bias, own.part);
        own.part.to = 0;
        for (int first = firstOfShare; first < endOfShare; first += chunk()) {
            own.part.firstInput = first;
            own.part.inputs = Math.min(chunk(), endOfShare - first);
            gradients.fill(0);
            addInputs(values.matrix(), gradients.segment(), bias, own);
            own.part.addsBias = false;
            if (factors != null && !analog) {
                multiply(gradients, 0, own.part, factors);
            }
            long at = (block * padded + first) * PackedWeights.BLOCK;
            sink.take(gradients.segment(), 0, at, at + (long) own.part.inputs * PackedWeights.BLOCK);
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
     * Makes room for gradients that {@link #giveSteps} takes some steps at a time. They have the bits of {@link #give}.
     *
     * @param stepsInTurn steps of each turn but the last, which may have fewer
     * @param blocks the most blocks that a thread takes at a time
     * @return whether this can be done with the source that was taken; else nothing is made
     */
    public boolean takesTurns(int stepsInTurn, int blocks) {
        boolean fits = gives && SimdWidth.VECTOR && !analog && !NarrowMatmul.fits(outputs) && inputsOfShare >= inputs;
        if (!fits || !lists.wholeSections(stepsInTurn)) {
            return false;
        }
        for (Workspace own : workspaces) {
            if (own.gradients == null || own.gradients.rows() < blocks * inputs) {
                own.gradients = FloatMatrix.zeros(arena, blocks * inputs, PackedWeights.BLOCK);
            }
        }
        return true;
    }

    /**
     * Adds the gradients of some steps, the last ones first, and gives the sums to a sink when the first are added. A
     * thread takes all steps of some blocks before it takes others.
     *
     * @param values {@code [at least steps * batch x outputs]}: gradients of the currents of these steps, from row 0
     *     on, at these blocks
     * @param bias {@code [1 x outputs]}, added to
     * @param sink as in {@link #give}
     * @param firstStep the first step
     * @param endStep the step behind the last
     * @param thread whose scratch memory is used
     */
    public void giveSteps(Tile values, FloatMatrix bias, GradientSink sink, int firstStep, int endStep, int thread) {
        values.require("values", (endStep - firstStep) * batch, outputs);
        Workspace own = workspaces[thread];
        FloatMatrix gradients = Objects.requireNonNull(own.gradients);
        if (endStep == steps) {
            gradients.fill(0);
        }
        for (int block = values.firstBlock(); block < values.endBlock(); block++) {
            int row = (block - values.firstBlock()) * inputs;
            aim(own.part, values, block, 0);
            own.part.to = gradients.rowOffset(row);
            own.part.firstSection = lists.section(endStep);
            own.part.endSection = lists.section(firstStep);
            own.part.firstRow = firstStep * batch;
            addInputs(values.matrix(), gradients.segment(), bias, own);
            if (firstStep == 0) {
                if (factors != null) {
                    multiply(gradients, row, own.part, factors);
                }
                long at = block * (long) PackedWeights.paddedInputs(inputs) * PackedWeights.BLOCK;
                sink.take(gradients.segment(), gradients.rowOffset(row), at, at + (long) inputs * PackedWeights.BLOCK);
            }
        }
    }
}
