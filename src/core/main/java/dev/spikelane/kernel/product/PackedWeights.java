package dev.spikelane.kernel.product;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Weights and bias of a dense connection in the order in which products read them.
 *
 * <p>The layout is {@code [ceil(outputs/64)][inputs rounded up to 16][64]} floats: the weights from one input to 64
 * outputs are 256 consecutive bytes, followed by the weights from the next input. Padding is zero. Callers check that
 * values are finite. Threads may share the weights if their arena is shared; only the methods that set weights change
 * them.
 */
public final class PackedWeights {

    /** Outputs of a block. Threads share a product by blocks. */
    public static final int BLOCK = 64;

    /** Inputs are padded to a multiple of this number: the table variant reads four groups of four inputs at a time. */
    static final int INPUTS = 16;

    public static final int BLOCK_BYTES = BLOCK * Float.BYTES;

    /** Inputs to transpose at a time: one cache line of the transpose. */
    private static final int SQUARE = 16;

    private static final int MOST_ROWS = Integer.MAX_VALUE - Long.SIZE;

    private final FloatMatrix packed;
    private final FloatMatrix bias;
    private final int inputs;
    private final int outputs;

    PackedWeights(FloatMatrix packed, FloatMatrix bias, int inputs, int outputs) {
        this.packed = packed;
        this.bias = bias;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * Packs weights without a bias.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}, finite; copied
     * @throws IllegalArgumentException if the copy would be too large
     */
    public static PackedWeights pack(Arena arena, FloatMatrix weights) {
        return pack(arena, weights, FloatMatrix.zeros(arena, 1, weights.rows()));
    }

    /**
     * Packs weights and a bias.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}, finite; copied
     * @param bias {@code [1 x outputs]}, finite; copied
     * @throws IllegalArgumentException if the bias has another shape, or the copy would be too large
     */
    public static PackedWeights pack(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        int outputs = weights.rows();
        int inputs = weights.columns();
        weights.requireShape("weights", outputs, inputs);
        bias.requireShape("bias", 1, outputs);
        FloatMatrix ownBias = FloatMatrix.zeros(arena, 1, outputs);
        ownBias.copyFrom(bias);
        FloatMatrix packed = FloatMatrix.zeros(arena, packedRows(outputs, inputs), BLOCK);
        for (int output = 0; output < outputs; output++) {
            copyOutput(weights, output, inputs, packed.segment());
        }
        return new PackedWeights(packed, ownBias, inputs, outputs);
    }

    public static PackedWeights copyOf(Arena arena, PackedWeights other) {
        PackedWeights copy = zeros(arena, other.inputs, other.outputs);
        copy.packed.copyFrom(other.packed);
        copy.bias.copyFrom(other.bias);
        return copy;
    }

    /**
     * Replaces weights and bias. No product may run meanwhile.
     *
     * @param weights {@code [outputs x inputs]}, finite; copied
     * @param newBias {@code [1 x outputs]}, finite; copied
     * @throws IllegalArgumentException if the shapes do not fit; nothing is replaced then
     */
    public void set(FloatMatrix weights, FloatMatrix newBias) {
        newBias.requireShape("bias", 1, outputs);
        set(weights);
        bias.copyFrom(newBias);
    }

    /**
     * Replaces the weights and keeps the bias. No product may run meanwhile.
     *
     * @param weights {@code [outputs x inputs]}, finite; copied
     * @throws IllegalArgumentException if the shape does not fit; nothing is replaced then
     */
    public void set(FloatMatrix weights) {
        weights.requireShape("weights", outputs, inputs);
        for (int output = 0; output < outputs; output++) {
            copyOutput(weights, output, inputs, packed.segment());
        }
    }

    /**
     * Copies the weights out.
     *
     * @param weights {@code [outputs x inputs]}, overwritten
     * @throws IllegalArgumentException if its shape differs
     */
    public void read(FloatMatrix weights) {
        weights.requireShape("weights", outputs, inputs);
        for (int output = 0; output < outputs; output++) {
            long from = blockOffset(output / BLOCK) + (long) (output % BLOCK) * Float.BYTES;
            long to = weights.rowOffset(output);
            for (int input = 0; input < inputs; input++) {
                float value = packed.segment().get(JAVA_FLOAT, from + (long) input * BLOCK_BYTES);
                weights.segment().set(JAVA_FLOAT, to + (long) input * Float.BYTES, value);
            }
        }
    }

    /**
     * Copies the bias out.
     *
     * @param into {@code [1 x outputs]}, overwritten
     * @throws IllegalArgumentException if its shape differs
     */
    public void readBias(FloatMatrix into) {
        into.requireShape("bias", 1, outputs);
        into.copyFrom(bias);
    }

    /**
     * Returns a copy in which the weights of each input are multiplied by a factor, in float32, and the bias is kept.
     *
     * @param factors one for all inputs, or one for each
     * @return the scaled weights, freed by the garbage collector
     * @throws IllegalArgumentException if the number of factors is neither 1 nor the number of inputs, or a product is
     *     not finite
     */
    public PackedWeights scaled(float[] factors) {
        PackedWeights scaled = zeros(NativeMemory.ofAuto(), inputs, outputs);
        scaled.setScaled(this, factors);
        return scaled;
    }

    /**
     * Replaces these weights by others times a factor, in float32, and copies the bias. No product may run meanwhile.
     *
     * @param other weights of the same shape
     * @param factors one for all inputs, or one for each
     * @throws IllegalArgumentException if the number of factors is neither 1 nor the number of inputs, shapes differ,
     *     or a product is not finite; nothing is replaced then
     */
    public void setScaled(PackedWeights other, float[] factors) {
        if (factors.length != 1 && factors.length != inputs) {
            throw new IllegalArgumentException("there are " + factors.length + " factors, expected 1 or " + inputs);
        }
        if (other.inputs != inputs || other.outputs != outputs) {
            throw new IllegalArgumentException(
                    "weights are " + other.inputs + " -> " + other.outputs + ", expected " + inputs + " -> " + outputs);
        }
        other.requireFinite(factors);
        scaleAgain(other, factors);
    }

    /**
     * Does as {@link #setScaled} does, without checks: training may have made weights infinite or NaN.
     *
     * @param other weights of the same shape
     * @param factors one for all inputs, or one for each
     */
    public void scaleAgain(PackedWeights other, float[] factors) {
        bias.copyFrom(other.bias);
        for (int block = 0; block < blocks(); block++) {
            long bytes = Math.min(BLOCK, outputs - block * BLOCK) * (long) Float.BYTES;
            for (int input = 0; input < inputs; input++) {
                long row = blockOffset(block) + (long) input * BLOCK_BYTES;
                for (long at = row; at < row + bytes; at += Float.BYTES) {
                    packed.segment()
                            .set(
                                    JAVA_FLOAT,
                                    at,
                                    other.packed.segment().get(JAVA_FLOAT, at)
                                            * factors[factors.length == 1 ? 0 : input]);
                }
            }
        }
    }

    private void requireFinite(float[] factors) {
        for (int output = 0; output < outputs; output++) {
            long from = blockOffset(output / BLOCK) + (long) (output % BLOCK) * Float.BYTES;
            for (int input = 0; input < inputs; input++) {
                float product = packed.segment().get(JAVA_FLOAT, from + (long) input * BLOCK_BYTES)
                        * factors[factors.length == 1 ? 0 : input];
                if (!Float.isFinite(product)) {
                    throw notFinite("weights", product, output, input);
                }
            }
        }
    }

    /**
     * Creates weights that are all zero, such as sums of gradients.
     *
     * @param inputs the number of inputs, at least 1
     * @param outputs the number of outputs, at least 1
     * @throws IllegalArgumentException if a number is below 1, or there are too many weights
     */
    public static PackedWeights zeros(Arena arena, int inputs, int outputs) {
        FloatMatrix packed = FloatMatrix.zeros(arena, packedRows(outputs, inputs), BLOCK);
        return new PackedWeights(packed, FloatMatrix.zeros(arena, 1, outputs), inputs, outputs);
    }

    static int packedRows(int outputs, int inputs) {
        long rows = (long) blocks(outputs) * paddedInputs(inputs);
        if (rows > MOST_ROWS) {
            throw new IllegalArgumentException("weights [" + outputs + " x " + inputs + "] are too many to pack: "
                    + rows + " packed rows, expected at most " + MOST_ROWS);
        }
        return (int) rows;
    }

    private static void copyOutput(FloatMatrix weights, int output, int inputs, MemorySegment packed) {
        MemorySegment source = weights.segment();
        long from = weights.rowOffset(output);
        long to = (long) (output / BLOCK) * paddedInputs(inputs) * BLOCK_BYTES + (long) (output % BLOCK) * Float.BYTES;
        for (int input = 0; input < inputs; input++) {
            packed.set(
                    JAVA_FLOAT,
                    to + (long) input * BLOCK_BYTES,
                    source.get(JAVA_FLOAT, from + (long) input * Float.BYTES));
        }
    }

    private static IllegalArgumentException notFinite(String name, float value, int row, int column) {
        return new IllegalArgumentException(
                name + " has " + value + " at row " + row + ", column " + column + ", expected a finite number");
    }

    public int inputs() {
        return inputs;
    }

    public int outputs() {
        return outputs;
    }

    /** Returns the number of blocks of {@value #BLOCK} outputs; the last block may be partly padding. */
    public int blocks() {
        return blocks(outputs);
    }

    public float weight(int output, int input) {
        if (output < 0 || output >= outputs || input < 0 || input >= inputs) {
            throw new IndexOutOfBoundsException(
                    "weights are [" + outputs + " x " + inputs + "], asked for output " + output + ", input " + input);
        }
        return packed.get(output / BLOCK * paddedInputs(inputs) + input, output % BLOCK);
    }

    public float bias(int output) {
        return bias.get(0, output);
    }

    /**
     * Returns the packed weights themselves, for optimizers. Padding must stay zero, and no product may run while they
     * change.
     *
     * @return {@code [blocks * inputs rounded up to 16 x 64]}
     */
    public FloatMatrix packed() {
        return packed;
    }

    /**
     * Returns the bias itself, for optimizers.
     *
     * @return {@code [1 x outputs]}
     */
    public FloatMatrix bias() {
        return bias;
    }

    /** Returns a view of these weights with a bias of 0. */
    public PackedWeights withoutBias() {
        return new PackedWeights(packed, FloatMatrix.zeros(1, outputs), inputs, outputs);
    }

    /**
     * Multiplies the weights of each input by a factor, in place, and keeps the bias.
     *
     * @param factors one for each input
     * @throws IllegalArgumentException if there is not one factor for each input
     */
    public void scale(float[] factors) {
        if (factors.length != inputs) {
            throw new IllegalArgumentException("there are " + factors.length + " factors, expected " + inputs);
        }
        scaleAgain(this, factors);
    }

    /**
     * Copies the transpose of one block of other weights into these, without the bias.
     *
     * @param other weights with as many outputs as these have inputs, and as many inputs as these have outputs
     * @param block a block of the other weights' outputs
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public void setTransposed(PackedWeights other, int block) {
        if (other.inputs != outputs || other.outputs != inputs) {
            throw new IllegalArgumentException(
                    "weights are " + other.inputs + " -> " + other.outputs + ", expected " + outputs + " -> " + inputs);
        }
        int rows = Math.min(BLOCK, other.outputs - block * BLOCK);
        for (int column = 0; column < outputs; column += SQUARE) {
            transposeSquares(other, block, rows, column, Math.min(SQUARE, outputs - column));
        }
    }

    /** Transposes the weights from some inputs to one block of outputs. */
    private void transposeSquares(PackedWeights other, int block, int outputs, int firstInput, int inputs) {
        long from = other.blockOffset(block) + (long) firstInput * BLOCK_BYTES;
        long to = blockOffset(firstInput / BLOCK)
                + (long) block * BLOCK * BLOCK_BYTES
                + (long) (firstInput % BLOCK) * Float.BYTES;
        for (int output = 0; output < outputs; output++) {
            for (int input = 0; input < inputs; input++) {
                float value = other.packed
                        .segment()
                        .get(JAVA_FLOAT, from + (long) input * BLOCK_BYTES + (long) output * Float.BYTES);
                packed.segment().set(JAVA_FLOAT, to + (long) output * BLOCK_BYTES + (long) input * Float.BYTES, value);
            }
        }
    }

    public void requireAccessible() {
        packed.requireShape("packed weights", packed.rows(), BLOCK);
    }

    public MemorySegment segment() {
        return packed.segment();
    }

    public MemorySegment biasSegment() {
        return bias.segment();
    }

    /** Returns the byte offset in {@link #segment()} of a block's weights from the first input. */
    public long blockOffset(int block) {
        return (long) block * paddedInputs(inputs) * BLOCK_BYTES;
    }

    /** Returns the number of inputs, rounded up to a multiple of {@link #INPUTS}. */
    public int paddedInputs() {
        return paddedInputs(inputs);
    }

    private static int blocks(int outputs) {
        return (outputs - 1) / BLOCK + 1;
    }

    public static int paddedInputs(int inputs) {
        return (inputs + INPUTS - 1) / INPUTS * INPUTS;
    }

    @Override
    public String toString() {
        return "PackedWeights " + inputs + " -> " + outputs;
    }
}
