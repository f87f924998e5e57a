package dev.spikelane.kernel.product.integer;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Scaling;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Integer weights of a dense connection, their scales and the bias, in the order in which {@link IntegerMatmul} reads
 * them.
 *
 * <p>Layout {@code [ceil(outputs/256)][inputs rounded up to 32][256]} items, fewer than 256 in the last part if the
 * blocks of 64 outputs do not fill it: the weights of up to four blocks from one input stand side by side, those of the
 * next input follow. Of a block, output {@code k} stands at place {@code 2k} and output {@code 32 + k} at place
 * {@code 2k + 1}, so that two neighbors are the halves of a lane twice as wide, and a sum of whole lanes beside one of
 * their upper halves tells that of the lower ones. The lower half is stored without a sign, with the negative of the
 * least number of the type added. Behind the last weights a vector or more may be read, and means nothing.
 *
 * <p>Weights of at most {@value #MOST_PLANES} bits stand as planes too: {@code [blocks][words of 32 inputs][bits][64
 * outputs]} words of 32 inputs each, the bits of two's complement from the lowest.
 */
public final class PackedIntegers {

    /** Outputs that stand side by side. */
    static final int BLOCK = PackedWeights.BLOCK;

    /** Blocks whose weights from one input stand side by side. */
    static final int SIDE_BY_SIDE = 4;

    /** Bytes that may be read from an input's weights on, of whatever follows. */
    static final int READ = 256;

    /** Inputs to which the packed rows are padded: half a word of spikes; a word where weights stand as planes too. */
    static final int INPUTS = 32;

    /** The most bits of weights that stand as planes. */
    static final int MOST_PLANES = 4;

    /** Bytes of a plane of a block, for 32 inputs. */
    static final int PLANE_BYTES = BLOCK * Integer.BYTES;

    private final ElementType type;
    private final MemorySegment packed;
    private final MemorySegment planes;
    private final FloatMatrix bias;
    private final FloatMatrix scales;
    private final Scaling scaling;
    /** As many scales as were said: one, or one for each output. */
    private final int ownScales;

    private final int inputs;
    private final int outputs;
    private boolean hasPlanes;

    private PackedIntegers(Arena arena, ElementType type, int inputs, int outputs, int ownScales) {
        this(
                type,
                arena.allocate(Math.ceilDiv(outputs, BLOCK) * blockBytes(type, inputs) + READ, BLOCK),
                arena.allocate(Math.ceilDiv(outputs, BLOCK) * planesBytes(type, inputs), BLOCK),
                FloatMatrix.zeros(arena, 1, outputs),
                FloatMatrix.zeros(arena, 1, outputs),
                ownScales,
                inputs);
    }

    private PackedIntegers(
            ElementType type,
            MemorySegment packed,
            MemorySegment planes,
            FloatMatrix bias,
            FloatMatrix scales,
            int ownScales,
            int inputs) {
        this.type = type;
        this.packed = packed;
        this.planes = planes;
        this.bias = bias;
        this.scales = scales;
        this.scaling = new Scaling(scales, bias);
        this.ownScales = ownScales;
        this.inputs = inputs;
        this.outputs = bias.columns();
        this.hasPlanes = planes(type) > 0;
    }

    /**
     * Packs weights and a bias.
     *
     * @param arena the arena that owns the copy
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @return the packed weights
     * @throws IllegalArgumentException if the bias has another shape or a value that is not finite, or there are more
     *     inputs than sums of 32 bits can hold, {@link #mostInputs}, or the copy would be too large
     */
    public static PackedIntegers pack(Arena arena, IntegerMatrix weights, FloatMatrix bias) {
        int outputs = weights.rows();
        int inputs = weights.columns();
        if (inputs > mostInputs(weights.type())) {
            throw new IllegalArgumentException("weights are [" + outputs + " x " + inputs + "], expected at most "
                    + mostInputs(weights.type()) + " inputs, whose sum of " + weights.type()
                    + " weights is sure to fit 32 bits");
        }
        bias.requireShape("bias", 1, outputs);
        PackedIntegers packed = new PackedIntegers(arena, weights.type(), inputs, outputs, weights.scales().length);
        packed.set(weights, bias);
        return packed;
    }

    /**
     * Returns the most inputs of a layer: their sum fits 32 bits whatever the weights are.
     *
     * @param type the type of the weights
     * @return 16,777,215 for INT8, 65,535 for INT16, 268,435,455 for INT4, any number for TERNARY
     */
    public static int mostInputs(ElementType type) {
        return Integer.MAX_VALUE / -type.least();
    }

    /**
     * Copies weights and bias.
     *
     * @param arena the arena that owns the copy
     * @return weights of their own
     */
    public PackedIntegers copy(Arena arena) {
        PackedIntegers copy = new PackedIntegers(arena, type, inputs, outputs, ownScales);
        copy.packed.copyFrom(packed);
        copy.planes.copyFrom(planes);
        copy.bias.copyFrom(bias);
        copy.scales.copyFrom(scales);
        copy.hasPlanes = hasPlanes;
        return copy;
    }

    /**
     * Returns these weights with other scales, for spikes that carry a value: the items and the bias are the same
     * memory, and each scale is multiplied by the value, rounded once to float32.
     *
     * @param value what a spike carries
     * @return the weights times the value
     */
    public PackedIntegers times(float value) {
        FloatMatrix other = FloatMatrix.zeros(1, outputs);
        for (int output = 0; output < outputs; output++) {
            other.set(0, output, scales.get(0, output) * value);
        }
        PackedIntegers scaled = new PackedIntegers(type, packed, planes, bias, other, ownScales, inputs);
        scaled.hasPlanes = hasPlanes;
        return scaled;
    }

    /**
     * Replaces weights, scales and bias. Nobody may multiply by them meanwhile.
     *
     * @param weights {@code [outputs x inputs]} of the same type with as many scales; copied
     * @param newBias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if something does not fit, or a value of the bias is not finite; nothing is
     *     replaced then
     */
    public void set(IntegerMatrix weights, FloatMatrix newBias) {
        if (weights.type() != type || weights.rows() != outputs || weights.columns() != inputs) {
            throw new IllegalArgumentException("weights are " + weights.type() + " [" + weights.rows() + " x "
                    + weights.columns() + "], expected " + type + " [" + outputs + " x " + inputs + "]");
        }
        if (weights.scales().length != ownScales) {
            throw new IllegalArgumentException(
                    "weights have " + weights.scales().length + " scales, expected " + ownScales);
        }
        setBias(newBias);
        for (int output = 0; output < outputs; output++) {
            scales.set(0, output, weights.scale(output));
            for (int input = 0; input < inputs; input++) {
                set(output, input, weights.item(output, input));
            }
        }
    }

    /**
     * Replaces the bias, also of the same weights {@linkplain #times times} a value. Nobody may multiply meanwhile.
     *
     * @param newBias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if its shape differs, or a value is not finite; nothing is replaced then
     */
    public void setBias(FloatMatrix newBias) {
        newBias.requireShape("bias", 1, outputs);
        newBias.requireFinite("bias");
        bias.copyFrom(newBias);
    }

    /**
     * Copies weights and scales out.
     *
     * @return {@code [outputs x inputs]}
     */
    public IntegerMatrix read() {
        short[] items = new short[Math.multiplyExact(outputs, inputs)];
        for (int output = 0; output < outputs; output++) {
            for (int input = 0; input < inputs; input++) {
                items[output * inputs + input] = (short) item(output, input);
            }
        }
        return IntegerMatrix.of(type, outputs, inputs, items, readScales());
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
     * Copies the scales out.
     *
     * @return one, or one for each output
     */
    public float[] readScales() {
        float[] own = new float[ownScales];
        for (int i = 0; i < ownScales; i++) {
            own[i] = scales.get(0, i);
        }
        return own;
    }

    /** One weight as a whole number. */
    int item(int output, int input) {
        long at = at(output, input);
        if (type != ElementType.INT16) {
            byte stored = packed.get(ValueLayout.JAVA_BYTE, at);
            return isLow(output) ? Byte.toUnsignedInt(stored) - offset() : stored;
        }
        short stored = packed.get(ValueLayout.JAVA_SHORT, at);
        return isLow(output) ? Short.toUnsignedInt(stored) - offset() : stored;
    }

    private void set(int output, int input, int item) {
        long at = at(output, input);
        int stored = isLow(output) ? item + offset() : item;
        if (type != ElementType.INT16) {
            packed.set(ValueLayout.JAVA_BYTE, at, (byte) stored);
        } else {
            packed.set(ValueLayout.JAVA_SHORT, at, (short) stored);
        }
        for (int plane = 0; plane < planes(type); plane++) {
            long word = planesOffset(output / BLOCK)
                    + ((long) input / Integer.SIZE * planes(type) + plane) * PLANE_BYTES
                    + output % BLOCK * (long) Integer.BYTES;
            int others = planes.get(ValueLayout.JAVA_INT, word) & ~(1 << input);
            planes.set(ValueLayout.JAVA_INT, word, others | (item >> plane & 1) << input);
        }
    }

    /** Puts one weight in where it stands in bytes; planes stay. */
    void setByte(int output, int input, int item) {
        packed.set(ValueLayout.JAVA_BYTE, at(output, input), (byte) (isLow(output) ? item + offset() : item));
    }

    /** Whether weights stand as planes too. */
    boolean hasPlanes() {
        return hasPlanes;
    }

    /** Leaves planes as they are from now on: they serve few rows, and would have to be made anew in each step. */
    void leavePlanes() {
        hasPlanes = false;
    }

    /** What is added to the items of even places. */
    int offset() {
        return -type.least();
    }

    /** Whether an output stands at an even place, the lower half of a lane. */
    private static boolean isLow(int output) {
        return output % BLOCK < BLOCK / 2;
    }

    private long at(int output, int input) {
        int within = output % BLOCK;
        int place = 2 * (within % (BLOCK / 2)) + within / (BLOCK / 2);
        return blockOffset(output / BLOCK) + (long) input * inputBytes(output / BLOCK) + (long) place * type.bytes();
    }

    /**
     * Returns the type of the weights.
     *
     * @return INT8, INT16, INT4 or TERNARY
     */
    public ElementType type() {
        return type;
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

    /** Returns what makes currents of sums. */
    public Scaling scaling() {
        return scaling;
    }

    /**
     * Returns the number of blocks of 64 outputs.
     *
     * @return blocks, the last one perhaps not full
     */
    public int blocks() {
        return Math.ceilDiv(outputs, BLOCK);
    }

    void requireAccessible() {
        bias.requireShape("bias", 1, outputs);
    }

    public MemorySegment segment() {
        return packed;
    }

    public FloatMatrix bias() {
        return bias;
    }

    public FloatMatrix scales() {
        return scales;
    }

    /** Bytes from the weights of one input to those of the next, the same for all blocks that stand side by side. */
    int inputBytes(int block) {
        int first = block / SIDE_BY_SIDE * SIDE_BY_SIDE;
        return Math.min(SIDE_BY_SIDE, blocks() - first) * BLOCK * type.bytes();
    }

    /** Bytes from the start of {@link #segment()} to the first input's weights of a block of outputs. */
    long blockOffset(int block) {
        int first = block / SIDE_BY_SIDE * SIDE_BY_SIDE;
        return first * blockBytes(type, inputs) + (long) (block - first) * BLOCK * type.bytes();
    }

    private static long blockBytes(ElementType type, int inputs) {
        int multiple = planes(type) == 0 ? INPUTS : Long.SIZE;
        return (long) Math.ceilDiv(inputs, multiple) * multiple * BLOCK * type.bytes();
    }

    /** Planes of a type; 0 if weights of it stand in none. */
    static int planes(ElementType type) {
        return type.bits() <= MOST_PLANES ? type.bits() : 0;
    }

    MemorySegment planes() {
        return planes;
    }

    /** Bytes from the start of {@link #planes()} to those of a block. */
    long planesOffset(int block) {
        return block * planesBytes(type, inputs);
    }

    private static long planesBytes(ElementType type, int inputs) {
        return (long) Math.ceilDiv(inputs, Integer.SIZE) * planes(type) * PLANE_BYTES;
    }

    @Override
    public String toString() {
        return "PackedIntegers " + type + " " + inputs + " -> " + outputs;
    }
}
