package dev.spikelane.kernel.product;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Weights and bias of a dense connection in the order in which products read them.
 *
 * <p>Layout {@code [ceil(outputs/64)][inputs rounded up to 16][64]} floats: the weights of 64 outputs from one input
 * are 256 consecutive bytes, those of the next input follow. Padding is zero. They change only where they are set; may
 * be shared between threads if its arena is. Callers have seen that values are finite.
 */
public final class PackedWeights {

    /** Outputs that stand side by side; products share work between threads by such blocks. */
    public static final int BLOCK = 64;

    /** Inputs to which the packed rows are padded: the four groups that one step of the table variant takes. */
    static final int INPUTS = 16;

    public static final int BLOCK_BYTES = BLOCK * Float.BYTES;

    /** Rows behind those of all inputs. */
    static final int MORE_ROWS = Long.SIZE;

    /** Inputs that are transposed at a time: a cache line of the transpose. */
    private static final int SQUARE = 16;

    private static final int MOST_ROWS = Integer.MAX_VALUE - Long.SIZE;

    /**
     * The packed weights, and the inputs of a word of spikes more, so that a whole word's weights may be sliced from
     * any of them.
     */
    private final FloatMatrix memory;

    private final FloatMatrix packed;
    private final FloatMatrix bias;
    private final int inputs;
    private final int outputs;

    PackedWeights(FloatMatrix memory, FloatMatrix bias, int inputs, int outputs) {
        this.memory = memory;
        this.packed = memory.rows(0, memory.rows() - MORE_ROWS);
        this.bias = bias;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /**
     * Packs weights without a bias.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}, finite; copied
     * @return the packed weights
     * @throws IllegalArgumentException if the copy would be too large
     */
    public static PackedWeights pack(Arena arena, FloatMatrix weights) {
        return pack(arena, weights, FloatMatrix.zeros(arena, 1, weights.rows()));
    }

    /**
     * Packs weights and a bias.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}, finite; copied
     * @param bias {@code [1 x outputs]}, finite; copied
     * @return the packed weights
     * @throws IllegalArgumentException if the bias has another shape, or the copy would be too large
     */
    public static PackedWeights pack(Arena arena, FloatMatrix weights, FloatMatrix bias) {
        int outputs = weights.rows();
        int inputs = weights.columns();
        weights.requireShape("weights", outputs, inputs);
        bias.requireShape("bias", 1, outputs);
        FloatMatrix ownBias = FloatMatrix.zeros(arena, 1, outputs);
        ownBias.copyFrom(bias);
        FloatMatrix memory = FloatMatrix.zeros(arena, packedRows(outputs, inputs) + MORE_ROWS, BLOCK);
        for (int output = 0; output < outputs; output++) {
            copyOutput(weights, output, inputs, memory.segment());
        }
        return new PackedWeights(memory, ownBias, inputs, outputs);
    }

    /**
     * Copies weights and bias.
     *
     * @param arena the arena that owns the copy
     * @param other what is copied
     * @return weights of their own
     */
    public static PackedWeights copyOf(Arena arena, PackedWeights other) {
        PackedWeights copy = zeros(arena, other.inputs, other.outputs);
        copy.packed.copyFrom(other.packed);
        copy.bias.copyFrom(other.bias);
        return copy;
    }

    /**
     * Replaces weights and bias. Nobody may multiply by them meanwhile.
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
     * Replaces the weights; the bias stays. Nobody may multiply by them meanwhile.
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
     * Multiplies the weights of each input by a factor, in float32; the bias stays.
     *
     * @param factors one for each input
     * @return weights of their own, freed when they are forgotten
     * @throws IllegalArgumentException if there is not one factor for each input, or a product is not finite
     */
    public PackedWeights scaled(float[] factors) {
        PackedWeights scaled = zeros(NativeMemory.ofAuto(), inputs, outputs);
        scaled.setScaled(this, factors);
        return scaled;
    }

    /**
     * Fills these weights with others, those of each input times a factor, in float32; the bias is copied. Nobody may
     * multiply by them meanwhile.
     *
     * @param other weights of the same shape
     * @param factors one, or one for each input
     * @throws IllegalArgumentException if there are neither one nor so many factors, shapes differ, or a product is not
     *     finite; nothing is replaced then
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
     * Does what {@link #setScaled} does with weights that have changed since, such as by training, which may have made
     * them infinite or NaN.
     *
     * @param other weights of the same shape
     * @param factors as {@link #setScaled} took them
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
     * Makes weights that are all zero, such as the sum of gradients.
     *
     * @param arena the arena that owns them
     * @param inputs number of inputs, at least 1
     * @param outputs number of outputs, at least 1
     * @return the weights
     * @throws IllegalArgumentException if a number is below 1, or they are too many
     */
    public static PackedWeights zeros(Arena arena, int inputs, int outputs) {
        FloatMatrix memory = FloatMatrix.zeros(arena, packedRows(outputs, inputs) + MORE_ROWS, BLOCK);
        return new PackedWeights(memory, FloatMatrix.zeros(arena, 1, outputs), inputs, outputs);
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

    /**
     * Returns the number of inputs.
     *
     * @return presynaptic neurons
     */
    public int inputs() {
        return inputs;
    }

    /**
     * Returns the number of outputs.
     *
     * @return postsynaptic neurons
     */
    public int outputs() {
        return outputs;
    }

    /**
     * Returns the number of blocks of {@value #BLOCK} outputs.
     *
     * @return blocks, the last one perhaps not full
     */
    public int blocks() {
        return blocks(outputs);
    }

    /**
     * Reads one weight.
     *
     * @param output the postsynaptic neuron
     * @param input the presynaptic neuron
     * @return its weight
     * @throws IndexOutOfBoundsException if there is no such output or input
     */
    public float weight(int output, int input) {
        if (output < 0 || output >= outputs || input < 0 || input >= inputs) {
            throw new IndexOutOfBoundsException(
                    "weights are [" + outputs + " x " + inputs + "], asked for output " + output + ", input " + input);
        }
        return packed.get(output / BLOCK * paddedInputs(inputs) + input, output % BLOCK);
    }

    /**
     * Reads one bias.
     *
     * @param output the postsynaptic neuron
     * @return its bias
     * @throws IndexOutOfBoundsException if there is no such output
     */
    public float bias(int output) {
        return bias.get(0, output);
    }

    /**
     * Returns the packed weights themselves, for optimizers. Padding must stay zero, and nobody may multiply while they
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

    /**
     * Returns the same weights, in the same memory, with a bias of 0.
     *
     * @return a view
     */
    public PackedWeights withoutBias() {
        return new PackedWeights(memory, FloatMatrix.zeros(1, outputs), inputs, outputs);
    }

    /**
     * Multiplies the weights of each input by a factor where they stand; the bias stays.
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
     * Fills these weights with the transpose of others, without their bias: those of a block of the others' outputs.
     *
     * @param other weights with as many outputs as these have inputs, and as many inputs as these have outputs
     * @param block one of the {@link #blocks} of the others
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

    /** Inputs from {@code firstInput} of a block of the others' outputs. */
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
        return memory.segment();
    }

    public MemorySegment biasSegment() {
        return bias.segment();
    }

    /** Bytes from the start of {@link #segment()} to the first input's weights of a block of outputs. */
    public long blockOffset(int block) {
        return (long) block * paddedInputs(inputs) * BLOCK_BYTES;
    }

    /** Inputs rounded up to a multiple of {@link #INPUTS}. */
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
