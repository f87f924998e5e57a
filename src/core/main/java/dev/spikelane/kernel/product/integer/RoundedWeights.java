package dev.spikelane.kernel.product.integer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.SimdWidth;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Integers of at most 8 bits that are rounded from floats after each training step, and the gradients that pass back to
 * the floats.
 *
 * <p>{@code w} is a row of {@code n} weights, {@code G} the greatest integer; float32 sums add inputs in ascending
 * order:
 *
 * <pre>{@code
 * item    = clamp(rint(w / divisor), -G, G)                ties to even, of the exact quotient; a weight: scale * item
 *                                                          of NaN 0
 * LARGEST   divisor = scale = max |w| / G                  limit = infinity
 * MEAN      divisor = scale = 2 mean |w| / sqrt(G)         limit = (G + 1/2) * divisor
 *   TERNARY divisor = 2 * 0.7 mean |w|                     scale = mean of those |w| above 0.7 mean |w|
 * LEARNED   divisor = scale = exp(log)                     limit = G * divisor; log starts from the scale of the MEAN
 * }</pre>
 *
 * <p>A learned scale starts for a row of zeros as for weights that are uniform up to {@code 1 / sqrt(n)}, which torch
 * draws. No weight could leave 0 with a scale near 0, and gradients of {@code log} would overflow.
 *
 * <p>The gradient of a weight is the gradient of the current's {@code scale * item} if {@code |w| < limit}, else 0. The
 * gradient of {@code log} is {@code sum of gradient * (|w| < limit ? item - w / scale : item) / (sqrt(n G) scale)}: a
 * step by it changes the scale as LSQ does (Esser et al. 2020, equation 3 and section 2.2). The ternary threshold is
 * from ternary weight networks (Li et al. 2016, equation 6).
 */
public final class RoundedWeights {

    /** Rows of {@link #numbers}. */
    static final int DIVISOR = 0;

    static final int SCALE = 1;
    static final int LIMIT = 2;
    static final int LARGEST = 3;
    static final int SUM = 4;
    static final int COUNT = 5;
    private static final int NUMBERS = 6;

    /** Adding and subtracting it rounds a float of at most 2^22 to the nearest integer, ties to even. */
    static final float ROUNDS = 0x1.8p23f;

    private static final int BLOCK = PackedWeights.BLOCK;
    private static final float THRESHOLD = 0.7f;

    private final PackedWeights[] floats;
    private final PackedIntegers[] integers;
    /** The integers as floats; the same objects as {@link #widened} if they are not kept. */
    private final PackedWeights[] items;

    private final boolean keepsItems;
    private final PackedWeights[] widened;
    private final ScaleRule rule;

    /** Numbers of each output: {@code [NUMBERS x parts * 64]}. */
    private final FloatMatrix numbers;
    /** Logarithms of the scales; null unless they are learned. */
    private final @Nullable FloatMatrix logs;

    private final int greatest;
    final int inputs;
    private final int outputs;
    private final int blocks;
    private final int padded;

    /**
     * Rounds the floats for the first time.
     *
     * @param floats the floats of each group
     * @param integers the integers of each group, which follow the floats
     * @param widened floats of each group that follow too: integers times their scales
     * @param keepsItems true if integers are kept as floats too
     */
    public RoundedWeights(
            PackedWeights[] floats,
            PackedIntegers[] integers,
            PackedWeights[] widened,
            ScaleRule rule,
            boolean keepsItems) {
        this.floats = floats;
        this.integers = integers;
        this.widened = widened;
        this.rule = rule;
        this.greatest = integers[0].type().greatest();
        this.inputs = floats[0].inputs();
        this.outputs = floats[0].outputs();
        this.blocks = floats[0].blocks();
        this.padded = floats[0].paddedInputs();
        this.keepsItems = keepsItems || rule == ScaleRule.LEARNED;
        this.items = widened.clone();
        for (int group = 0; this.keepsItems && group < items.length; group++) {
            items[group] = PackedWeights.zeros(NativeMemory.ofAuto(), inputs, outputs);
        }
        this.numbers = FloatMatrix.zeros(NUMBERS, parts() * BLOCK);
        numbers.rows(DIVISOR, 1).fill(1); // padding must not be divided by 0
        for (PackedIntegers group : integers) {
            group.leavePlanes();
        }
        this.logs = rule == ScaleRule.LEARNED ? FloatMatrix.zeros(1, floats.length * outputs) : null;
        for (int part = 0; logs != null && part < parts(); part++) {
            measure(part, -1);
            for (int lane = 0; lane < lanes(part); lane++) {
                double mean = mean(part, lane);
                mean = mean >= Float.MIN_NORMAL ? mean : 0.5 / Math.sqrt(inputs);
                logs.set(0, output(part) + lane, (float) StrictMath.log(mean * 2 / Math.sqrt(greatest)));
            }
        }
        for (int part = 0; part < parts(); part++) {
            run(part);
        }
    }

    /** Returns the number of parts, blocks of 64 outputs, which threads may share. */
    public int parts() {
        return floats.length * blocks;
    }

    private int lanes(int part) {
        return Math.min(BLOCK, outputs - part % blocks * BLOCK);
    }

    /** Returns the first output of a part, counted over all groups. */
    private int output(int part) {
        return part / blocks * outputs + part % blocks * BLOCK;
    }

    /** Rounds the floats of a part after they have changed. No product may run meanwhile. */
    public void run(int part) {
        int group = part / blocks;
        if (part % blocks == 0) {
            widened[group].bias().copyFrom(floats[group].bias());
            integers[group].bias().copyFrom(floats[group].bias());
        }
        if (rule != ScaleRule.LEARNED) {
            measure(part, -1);
        }
        boolean ternary = rule == ScaleRule.MEAN && greatest == 1;
        for (int lane = 0; ternary && lane < lanes(part); lane++) {
            set(DIVISOR, part, lane, 2 * THRESHOLD * mean(part, lane));
            set(LIMIT, part, lane, THRESHOLD * mean(part, lane));
        }
        if (ternary) {
            measure(part, LIMIT);
        }
        for (int lane = 0; lane < lanes(part); lane++) {
            scale(part, lane, ternary);
        }
        round(part);
    }

    private void scale(int part, int lane, boolean ternary) {
        double root = Math.sqrt(greatest);
        float scale = bounded(
                switch (rule) {
                    case LARGEST -> get(LARGEST, part, lane) / greatest;
                    case MEAN ->
                        ternary
                                ? get(SUM, part, lane) / Math.max(get(COUNT, part, lane), 1)
                                : (float) (2 * mean(part, lane) / root);
                    case LEARNED -> (float) StrictMath.exp(logs == null ? 0 : logs.get(0, output(part) + lane));
                });
        float divisor = ternary ? bounded(get(DIVISOR, part, lane)) : scale;
        float limit = switch (rule) {
            case LARGEST -> Float.POSITIVE_INFINITY;
            case MEAN -> (greatest + 0.5f) * divisor;
            case LEARNED -> greatest * divisor;
        };
        set(DIVISOR, part, lane, divisor);
        set(SCALE, part, lane, scale);
        set(LIMIT, part, lane, limit);
        integers[part / blocks].scales().set(0, part % blocks * BLOCK + lane, scale);
    }

    /** Limits a scale, so that it is not zero and all integers times it are finite. */
    private float bounded(float scale) {
        return Math.min(Math.max(scale, Float.MIN_VALUE), Float.MAX_VALUE / (greatest + 1));
    }

    private float mean(int part, int lane) {
        return get(SUM, part, lane) / inputs;
    }

    private float get(int number, int part, int lane) {
        return numbers.get(number, part * BLOCK + lane);
    }

    private void set(int number, int part, int lane, float value) {
        numbers.set(number, part * BLOCK + lane, value);
    }

    MemorySegment numbers() {
        return numbers.segment();
    }

    /** Returns the byte offset in {@link #numbers()} of a part's numbers. */
    long at(int number, int part) {
        return numbers.rowOffset(number) + (long) part * BLOCK * Float.BYTES;
    }

    MemorySegment floats(int part) {
        return floats[part / blocks].segment();
    }

    MemorySegment items(int part) {
        return items[part / blocks].segment();
    }

    MemorySegment widened(int part) {
        return widened[part / blocks].segment();
    }

    /** Returns the byte offset of a part's floats in the memory of its group. */
    long offset(int part) {
        return floats[0].blockOffset(part % blocks);
    }

    PackedIntegers integers(int part) {
        return integers[part / blocks];
    }

    int block(int part) {
        return part % blocks;
    }

    float greatest() {
        return greatest;
    }

    /**
     * Computes, for each output, the largest magnitude, and the sum and count of magnitudes above a threshold.
     *
     * @param threshold a row of {@link #numbers}; -1 for no threshold
     */
    private void measure(int part, int threshold) {
        if (SimdWidth.VECTOR) {
            RoundedWeightsVector.measure(this, part, threshold);
            return;
        }
        for (int lane = 0; lane < lanes(part); lane++) {
            float above = threshold < 0 ? -1 : get(threshold, part, lane);
            float largest = 0;
            float sum = 0;
            float count = 0;
            for (int input = 0; input < inputs; input++) {
                float size = Math.abs(floats(part).get(JAVA_FLOAT, place(part, input, lane)));
                largest = Math.max(largest, size);
                sum += size > above ? size : 0;
                count += size > above ? 1 : 0;
            }
            set(LARGEST, part, lane, largest);
            set(SUM, part, lane, sum);
            set(COUNT, part, lane, count);
        }
    }

    private long place(int part, int input, int lane) {
        return offset(part) + (long) input * PackedWeights.BLOCK_BYTES + (long) lane * Float.BYTES;
    }

    private void round(int part) {
        if (SimdWidth.VECTOR) {
            RoundedWeightsVector.round(this, part);
            return;
        }
        for (int lane = 0; lane < lanes(part); lane++) {
            for (int input = 0; input < inputs; input++) {
                long at = place(part, input, lane);
                float item = nearest(floats(part).get(JAVA_FLOAT, at), get(DIVISOR, part, lane), greatest);
                items(part).set(JAVA_FLOAT, at, item);
                widened(part).set(JAVA_FLOAT, at, item * get(SCALE, part, lane));
                integers(part).setByte(block(part) * BLOCK + lane, input, (int) item);
            }
        }
    }

    /** Returns the integer nearest to the exact quotient; rounding the float quotient may be wrong near a tie. */
    private static float nearest(float value, float divisor, float greatest) {
        float bounded = Math.max(Math.min(value / divisor, greatest + 1), -1 - greatest);
        float item = bounded + ROUNDS - ROUNDS;
        float rest = Math.fma(-item, divisor, value);
        item += Math.abs(rest) > 0.5f * divisor ? Math.copySign(1, rest) : 0;
        return Float.isNaN(item) ? 0 : Math.max(Math.min(item, greatest), -greatest);
    }

    /** Returns a copy of the scales, one for each output. */
    public float[] scales() {
        float[] scales = new float[floats.length * outputs];
        for (int part = 0; part < parts(); part++) {
            for (int lane = 0; lane < lanes(part); lane++) {
                scales[output(part) + lane] = get(SCALE, part, lane);
            }
        }
        return scales;
    }

    /** Returns the first group's integers as floats, if they are kept. */
    public PackedWeights items() {
        return items[0];
    }

    public @Nullable FloatMatrix logs() {
        return logs;
    }

    /** Returns true if some gradients are set to zero. */
    public boolean clips() {
        return rule != ScaleRule.LARGEST;
    }

    /**
     * Sets the gradients of weights beyond the limit to zero.
     *
     * @param gradients in the layout of the floats of all groups, one after the other
     * @param from byte offset of the first gradient
     * @param first its index in the layout, a multiple of 64
     * @param end the index after the last one, a multiple of 64
     */
    public void clip(MemorySegment gradients, long from, long first, long end) {
        long row = first / BLOCK;
        for (long at = from; row < end / BLOCK; at += PackedWeights.BLOCK_BYTES) {
            int part = (int) (row / padded);
            clip(gradients, at, part, (int) (row % padded));
            row++;
        }
    }

    private void clip(MemorySegment gradients, long from, int part, int input) {
        if (SimdWidth.VECTOR) {
            RoundedWeightsVector.clip(this, part, place(part, input, 0), gradients, from);
            return;
        }
        for (int lane = 0; lane < BLOCK; lane++) {
            float value = floats(part).get(JAVA_FLOAT, place(part, input, lane));
            if (!(Math.abs(value) < get(LIMIT, part, lane))) {
                gradients.set(JAVA_FLOAT, from + (long) lane * Float.BYTES, 0);
            }
        }
    }

    /**
     * Computes the gradients of the logarithms of scales. Call this before {@link #clip}.
     *
     * @param gradients the gradients of all groups, one after the other
     * @param into {@code [1 x outputs]}, overwritten
     */
    public void gradientOfLogs(MemorySegment gradients, FloatMatrix into) {
        double root = Math.sqrt((double) inputs * greatest);
        for (int part = 0; part < parts(); part++) {
            long from = (long) part * padded * PackedWeights.BLOCK_BYTES;
            if (SimdWidth.VECTOR) {
                RoundedWeightsVector.sum(this, part, gradients, from);
            } else {
                sum(part, gradients, from);
            }
            for (int lane = 0; lane < lanes(part); lane++) {
                double sum = get(SUM, part, lane);
                into.set(0, output(part) + lane, (float) (sum / (root * get(SCALE, part, lane))));
            }
        }
    }

    private void sum(int part, MemorySegment gradients, long from) {
        for (int lane = 0; lane < lanes(part); lane++) {
            float sum = 0;
            for (int input = 0; input < inputs; input++) {
                float gradient = gradients.get(JAVA_FLOAT, from + place(0, input, lane));
                float value = floats(part).get(JAVA_FLOAT, place(part, input, lane));
                float item = items(part).get(JAVA_FLOAT, place(part, input, lane));
                boolean inside = Math.abs(value) < get(LIMIT, part, lane);
                sum = Math.fma(gradient, inside ? item - value / get(DIVISOR, part, lane) : item, sum);
            }
            set(SUM, part, lane, sum);
        }
    }

    /** Returns the bytes of memory that this takes beside the floats. */
    public long bytes() {
        long floatBytes = (keepsItems ? 2L : 1L) * parts() * padded * PackedWeights.BLOCK_BYTES;
        long integerBytes = (long) parts() * padded * BLOCK * JAVA_BYTE.byteSize();
        return floatBytes + integerBytes;
    }
}
