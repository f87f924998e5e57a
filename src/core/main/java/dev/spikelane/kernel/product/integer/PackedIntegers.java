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
 * Integer weights, scales and bias of a dense connection in the order in which {@link IntegerMatmul} reads them.
 *
 * <p>The layout is {@code [ceil(outputs/256)][inputs rounded up to 32][256]} items; the last part has fewer than 256 if
 * its blocks of 64 outputs do not fill it. Weights from one input to up to four blocks are consecutive, followed by the
 * weights from the next input.
 *
 * <p>In a block, output {@code k} is at place {@code 2k} and output {@code 32 + k} at place {@code 2k + 1}, so both are
 * halves of a lane twice as wide. The sum of whole lanes minus the sum of their upper halves is the sum of the lower
 * halves. Lower halves are stored unsigned, after adding the negative of the type's least number. Loops may read a
 * vector or more past the last weights, and ignore the values.
 *
 * <p>Weights with at most {@value #MOST_PLANES} bits are also stored as planes:
 * {@code [blocks][words of 32 inputs][bits][64 outputs]} words of 32 inputs each, the bits of two's complement from the
 * lowest.
 */
public final class PackedIntegers {

    /** Outputs of a block. */
    static final int BLOCK = PackedWeights.BLOCK;

    /** Blocks whose weights from one input are consecutive. */
    static final int SIDE_BY_SIDE = 4;

    /** Bytes that loops may read past the start of an input's weights. */
    static final int READ = 256;

    /**
     * Inputs are padded to a multiple of this number, half a word of spikes; to a whole word if weights have planes.
     */
    static final int INPUTS = 32;

    /** Most bits of weights that are stored as planes. */
    static final int MOST_PLANES = 4;

    /** Bytes of a plane of a block, for 32 inputs. */
    static final int PLANE_BYTES = BLOCK * Integer.BYTES;

    private final ElementType type;
    private final MemorySegment packed;
    private final MemorySegment planes;
    private final FloatMatrix bias;
    private final FloatMatrix scales;
    private final Scaling scaling;
    /** Number of scales given: one, or one for each output. */
    private final int scaleCount;

    private final int inputs;
    private final int outputs;
    private boolean hasPlanes;

    private PackedIntegers(Arena arena, ElementType type, int inputs, int outputs, int scaleCount) {
        this(
                type,
                arena.allocate(Math.ceilDiv(outputs, BLOCK) * blockBytes(type, inputs) + READ, BLOCK),
                arena.allocate(Math.ceilDiv(outputs, BLOCK) * planesBytes(type, inputs), BLOCK),
                FloatMatrix.zeros(arena, 1, outputs),
                FloatMatrix.zeros(arena, 1, outputs),
                scaleCount,
                inputs);
    }

    private PackedIntegers(
            ElementType type,
            MemorySegment packed,
            MemorySegment planes,
            FloatMatrix bias,
            FloatMatrix scales,
            int scaleCount,
            int inputs) {
        this.type = type;
        this.packed = packed;
        this.planes = planes;
        this.bias = bias;
        this.scales = scales;
        this.scaling = new Scaling(scales, bias);
        this.scaleCount = scaleCount;
        this.inputs = inputs;
        this.outputs = bias.columns();
        this.hasPlanes = planes(type) > 0;
    }

    /**
     * Packs weights and a bias.
     *
     * @param weights {@code [outputs x inputs]}, torch's layout of {@code nn.Linear}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if the bias has another shape or a value that is not finite, there are more
     *     inputs than {@link #mostInputs}, or the copy would be too large
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
     * @return 16,777,215 for INT8, 65,535 for INT16, 268,435,455 for INT4, any number for TERNARY
     */
    public static int mostInputs(ElementType type) {
        return Integer.MAX_VALUE / -type.least();
    }

    public PackedIntegers copy(Arena arena) {
        PackedIntegers copy = new PackedIntegers(arena, type, inputs, outputs, scaleCount);
        copy.packed.copyFrom(packed);
        copy.planes.copyFrom(planes);
        copy.bias.copyFrom(bias);
        copy.scales.copyFrom(scales);
        copy.hasPlanes = hasPlanes;
        return copy;
    }

    /**
     * Returns these weights for spikes of some value: items and bias share memory, and each scale is multiplied by the
     * value, rounded once to float32.
     *
     * @param value the value of a spike
     */
    public PackedIntegers times(float value) {
        FloatMatrix other = FloatMatrix.zeros(1, outputs);
        for (int output = 0; output < outputs; output++) {
            other.set(0, output, scales.get(0, output) * value);
        }
        PackedIntegers scaled = new PackedIntegers(type, packed, planes, bias, other, scaleCount, inputs);
        scaled.hasPlanes = hasPlanes;
        return scaled;
    }

    /**
     * Replaces weights, scales and bias. No product may run meanwhile.
     *
     * @param weights {@code [outputs x inputs]} of the same type with as many scales; copied
     * @param newBias {@code [1 x outputs]}; copied
     * @throws IllegalArgumentException if type, shape or number of scales differs, or a value of the bias is not
     *     finite; nothing is replaced then
     */
    public void set(IntegerMatrix weights, FloatMatrix newBias) {
        if (weights.type() != type || weights.rows() != outputs || weights.columns() != inputs) {
            throw new IllegalArgumentException("weights are " + weights.type() + " [" + weights.rows() + " x "
                    + weights.columns() + "], expected " + type + " [" + outputs + " x " + inputs + "]");
        }
        if (weights.scales().length != scaleCount) {
            throw new IllegalArgumentException(
                    "weights have " + weights.scales().length + " scales, expected " + scaleCount);
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
     * Replaces the bias, and the bias of all weights made by {@link #times}. No product may run meanwhile.
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
        float[] result = new float[scaleCount];
        for (int i = 0; i < scaleCount; i++) {
            result[i] = scales.get(0, i);
        }
        return result;
    }

    /** Returns one weight as a whole number. */
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

    /** Sets one weight that is stored in a byte; planes are not updated. */
    void setByte(int output, int input, int item) {
        packed.set(ValueLayout.JAVA_BYTE, at(output, input), (byte) (isLow(output) ? item + offset() : item));
    }

    /** Returns true if weights have up-to-date planes. */
    boolean hasPlanes() {
        return hasPlanes;
    }

    /** Stops updating planes: they pay for few rows only, and would have to be made anew in each training step. */
    void leavePlanes() {
        hasPlanes = false;
    }

    /** Returns the number that is added to the items in lower halves. */
    int offset() {
        return -type.least();
    }

    /** Returns true if an output is the lower half of a lane. */
    private static boolean isLow(int output) {
        return output % BLOCK < BLOCK / 2;
    }

    private long at(int output, int input) {
        int within = output % BLOCK;
        int place = 2 * (within % (BLOCK / 2)) + within / (BLOCK / 2);
        return blockOffset(output / BLOCK) + (long) input * inputBytes(output / BLOCK) + (long) place * type.bytes();
    }

    public ElementType type() {
        return type;
    }

    public int inputs() {
        return inputs;
    }

    public int outputs() {
        return outputs;
    }

    /** Returns the scales and biases that convert sums to currents. */
    public Scaling scaling() {
        return scaling;
    }

    /** Returns the number of blocks of 64 outputs; the last block may be partly padding. */
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

    /** Returns the bytes from one input's weights to the next input's; consecutive blocks share them. */
    int inputBytes(int block) {
        int first = block / SIDE_BY_SIDE * SIDE_BY_SIDE;
        return Math.min(SIDE_BY_SIDE, blocks() - first) * BLOCK * type.bytes();
    }

    /** Returns the byte offset in {@link #segment()} of a block's weights from the first input. */
    long blockOffset(int block) {
        int first = block / SIDE_BY_SIDE * SIDE_BY_SIDE;
        return first * blockBytes(type, inputs) + (long) (block - first) * BLOCK * type.bytes();
    }

    private static long blockBytes(ElementType type, int inputs) {
        int multiple = planes(type) == 0 ? INPUTS : Long.SIZE;
        return (long) Math.ceilDiv(inputs, multiple) * multiple * BLOCK * type.bytes();
    }

    /** Returns the number of planes of a type; 0 if its weights have none. */
    static int planes(ElementType type) {
        return type.bits() <= MOST_PLANES ? type.bits() : 0;
    }

    MemorySegment planes() {
        return planes;
    }

    /** Returns the byte offset in {@link #planes()} of a block's planes. */
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
