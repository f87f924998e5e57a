package dev.spikelane.kernel.product;

import dev.spikelane.kernel.base.Checks;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.FusedMultiplyAdd;
import dev.spikelane.kernel.base.SimdWidth;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of the weights of dense connections: {@code gradient[i][o] += sum over rows of source[r][i] * values[r][o]}, where values are the
 * gradients of the currents.
 *
 * <p>The rows of a call are steps of a batch, and go by steps descending, as gradients come to be: a run may be cut into calls at any step.
 * Within a step samples go up; where the source is spikes, in groups of four, each group complete before it is added, as in
 * {@link SpikeMatmul}; where the source is values, each by one fused multiply-add, as in {@link DenseMatmul}. The bias is an input that
 * always fires.
 *
 * <p>An object owns scratch memory for sources of one width. One thread prepares a source; then several may each add blocks of outputs.
 */
public final class WeightGradient {

    /** Inputs of a frame that are taken at a time: their weights to 64 outputs are 25 KB and stay in the L1 cache. */
    private static final int PANEL = 98;

    private final int inputs;
    private final int outputs;
    private final SpikeLists lists;
    private final FloatMatrix[] workspaces;
    private final PairListsVector.Walk[] walks;
    private SpikeMatrix spikes;
    private FloatMatrix numbers;
    private @Nullable PairLists ofRows;
    private @Nullable PairLists ofColumns;
    private int frameRows;
    private boolean listed;
    private boolean analog;
    private int steps;
    private int batch;
    /** Rows of which biases are summed before they are added. */
    private int group = 4;

    /**
     * Allocates scratch memory.
     *
     * @param arena the arena that owns the memory
     * @param inputs columns of the sources
     * @param outputs columns of the values
     * @param threads threads that add blocks
     */
    public WeightGradient(Arena arena, int inputs, int outputs, int threads) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.lists = new SpikeLists(inputs);
        this.workspaces = new FloatMatrix[threads];
        this.walks = new PairListsVector.Walk[SimdWidth.VECTOR ? threads : 0];
        for (int i = 0; i < walks.length; i++) {
            walks[i] = new PairListsVector.Walk();
        }
        for (int i = 0; i < threads; i++) {
            workspaces[i] = FloatMatrix.zeros(arena, SpikeLists.TABLE_ROWS, PackedWeights.BLOCK);
        }
        this.spikes = SpikeMatrix.zeros(arena, 1, inputs);
        this.numbers = FloatMatrix.zeros(arena, 1, 1);
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
                if (SimdWidth.VECTOR) {
                    lists.set(bits, batchSize, outputs > WeightGradientVector.NARROW);
                }
            }
            case FloatMatrix values -> {
                numbers = values;
                analog = true;
            }
        }
    }

    /**
     * Takes one frame that was the source of all steps. The values to come are the gradients of the currents summed over the steps; they are
     * added sample by sample, the bias too.
     *
     * @param frame {@code [batch x inputs]}
     * @throws IllegalArgumentException if a shape does not fit
     */
    public void prepareFrame(FloatMatrix frame) {
        prepare(frame, frame.rows());
        group = 1;
        if (SimdWidth.VECTOR) {
            PairLists lists = ofColumns;
            if (lists == null || frameRows != frame.rows()) {
                lists = new PairLists(false, inputs, frame.rows(), frame.rows());
                ofColumns = lists;
                frameRows = frame.rows();
            }
            listed = lists.set(frame);
        }
    }

    /**
     * Takes a frame whose currents come next, and makes lists of what is not zero in it.
     *
     * @param frame {@code [batch x inputs]}
     * @return whether {@link #multiply} should compute the currents; else the frame has few zeros
     */
    public boolean openFrame(FloatMatrix frame) {
        if (!SimdWidth.VECTOR || frame.rows() < 2) {
            return false;
        }
        PairLists lists = ofRows;
        if (lists == null || lists.pairs != Math.ceilDiv(frame.rows(), 2)) {
            lists = new PairLists(true, frame.rows(), inputs, PANEL);
            ofRows = lists;
        }
        return lists.set(frame);
    }

    /**
     * Computes the currents of a frame, with the bits of {@link DenseMatmul} but for the sign of zeros.
     *
     * @param frame {@code [batch x inputs]}, which was opened
     * @param weights {@code inputs -> outputs}
     * @param firstBlock the first block of 64 outputs
     * @param endBlock the block behind the last
     * @param current {@code [batch x outputs]}, overwritten for the blocks
     * @param thread which of the threads computes
     */
    public void multiply(
            FloatMatrix frame, PackedWeights weights, int firstBlock, int endBlock, FloatMatrix current, int thread) {
        current.requireShape("current", frame.rows(), weights.post());
        PairLists lists = Objects.requireNonNull(ofRows, "no frame was opened");
        for (int block = firstBlock; block < endBlock; block++) {
            PairListsVector.multiply(lists, frame, weights, block, current, walks[thread]);
        }
    }

    /**
     * Adds the gradients of some blocks of outputs, and of their biases.
     *
     * @param values {@code [steps * batch x outputs]}: gradients of the currents, row by row as in the source
     * @param gradient {@code inputs -> outputs}, updated
     * @param firstBlock the first block of 64 outputs
     * @param endBlock the block behind the last
     * @param thread whose scratch memory is used
     * @throws IllegalArgumentException if a shape or range does not fit
     */
    public void add(FloatMatrix values, PackedWeights gradient, int firstBlock, int endBlock, int thread) {
        values.requireShape("values", steps * batch, gradient.post());
        Checks.range("block of outputs", firstBlock, endBlock, gradient.blocks());
        for (int block = firstBlock; block < endBlock; block++) {
            if (SimdWidth.VECTOR) {
                WeightGradientVector.addBias(values, steps, batch, group, gradient, block);
                if (listed) {
                    PairListsVector.add(
                            Objects.requireNonNull(ofColumns), numbers, values, gradient, block, walks[thread]);
                } else if (analog) {
                    WeightGradientVector.addValues(numbers, values, steps, batch, gradient, block);
                } else {
                    WeightGradientVector.addSpikes(lists, values, gradient, block, workspaces[thread].segment());
                }
            } else {
                scalarBias(values, steps, batch, group, gradient, block);
                if (analog) {
                    scalar(numbers, values, steps, batch, gradient, block);
                } else {
                    scalar(spikes, values, steps, batch, gradient, block);
                }
            }
        }
    }

    /** The specification for spikes. */
    static void scalar(
            SpikeMatrix spikes, FloatMatrix values, int steps, int batch, PackedWeights gradient, int block) {
        int end = Math.min((block + 1) * PackedWeights.BLOCK, gradient.post());
        for (int input = 0; input < gradient.pre(); input++) {
            int row = block * gradient.paddedPre() + input;
            for (int output = block * PackedWeights.BLOCK; output < end; output++) {
                float sum = Elements.get(gradient.packed(), row, output % PackedWeights.BLOCK);
                for (int step = steps - 1; step >= 0; step--) {
                    for (int group = 0; group < batch; group += 4) {
                        float part = -0.0f;
                        for (int sample = group; sample < Math.min(group + 4, batch); sample++) {
                            int at = step * batch + sample;
                            part = spikes.get(at, input) ? part + Elements.get(values, at, output) : part;
                        }
                        sum += part;
                    }
                }
                Elements.set(gradient.packed(), row, output % PackedWeights.BLOCK, sum);
            }
        }
    }

    /** The specification for values. */
    static void scalar(
            FloatMatrix source, FloatMatrix values, int steps, int batch, PackedWeights gradient, int block) {
        int end = Math.min((block + 1) * PackedWeights.BLOCK, gradient.post());
        for (int input = 0; input < gradient.pre(); input++) {
            int row = block * gradient.paddedPre() + input;
            for (int output = block * PackedWeights.BLOCK; output < end; output++) {
                float sum = Elements.get(gradient.packed(), row, output % PackedWeights.BLOCK);
                for (int step = steps - 1; step >= 0; step--) {
                    for (int sample = 0; sample < batch; sample++) {
                        int at = step * batch + sample;
                        sum = FusedMultiplyAdd.of(
                                Elements.get(source, at, input), Elements.get(values, at, output), sum);
                    }
                }
                Elements.set(gradient.packed(), row, output % PackedWeights.BLOCK, sum);
            }
        }
    }

    /** The specification of the bias. */
    static void scalarBias(FloatMatrix values, int steps, int batch, int together, PackedWeights gradient, int block) {
        int end = Math.min((block + 1) * PackedWeights.BLOCK, gradient.post());
        for (int output = block * PackedWeights.BLOCK; output < end; output++) {
            float sum = gradient.bias(output);
            for (int step = steps - 1; step >= 0; step--) {
                for (int group = 0; group < batch; group += together) {
                    float part = -0.0f;
                    for (int sample = group; sample < Math.min(group + together, batch); sample++) {
                        part += Elements.get(values, step * batch + sample, output);
                    }
                    sum += part;
                }
            }
            Elements.set(gradient.bias(), 0, output, sum);
        }
    }
}
