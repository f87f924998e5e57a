package dev.spikelane.kernel.product.integer;

import static dev.spikelane.simd.IntLanes.INT;
import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The loops of {@link RoundedWeights}: outputs in lanes, inputs ascending. A block stays in the L2 cache. */
final class RoundedWeightsVector {

    /** Bytes from one input's floats to the next input's. */
    private static final int ROW = PackedWeights.BLOCK_BYTES;

    /** Bytes from the floats of a block's lower half to the floats of its upper half. */
    private static final int HALF = ROW / 2;

    private RoundedWeightsVector() {}

    static void measure(RoundedWeights weights, int part, int threshold) {
        MemorySegment floats = weights.floats(part);
        MemorySegment numbers = weights.numbers();
        Checks.isNative(floats);
        Checks.isNative(numbers);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        for (int lane = 0; lane < ROW; lane += BYTES) {
            FloatVector above = threshold < 0
                    ? one.neg()
                    : FloatVector.fromMemorySegment(FLOAT, numbers, weights.at(threshold, part) + lane, ORDER);
            IntVector largest = IntVector.zero(INT); // magnitudes in the order of their bits, NaN above all
            FloatVector sum = zero;
            FloatVector count = zero;
            long at = weights.offset(part) + lane;
            for (int input = 0; input < weights.inputs; input++) {
                FloatVector size =
                        FloatVector.fromMemorySegment(FLOAT, floats, at, ORDER).lanewise(VectorOperators.ABS);
                VectorMask<Float> counts = size.compare(VectorOperators.GT, above);
                largest = largest.max(size.reinterpretShape(INT, 0));
                sum = sum.add(zero.blend(size, counts));
                count = count.add(zero.blend(one, counts));
                at += ROW;
            }
            largest.intoMemorySegment(numbers, weights.at(RoundedWeights.LARGEST, part) + lane, ORDER);
            sum.intoMemorySegment(numbers, weights.at(RoundedWeights.SUM, part) + lane, ORDER);
            count.intoMemorySegment(numbers, weights.at(RoundedWeights.COUNT, part) + lane, ORDER);
        }
    }

    /**
     * Rounds. Two bytes are computed as one 16-bit number, in the low bits of its sum with {@code ROUNDS}. If items are
     * not kept, the widened floats overwrite them. Comparisons limit vectors: min and max, which treat NaN and the sign
     * of zero, are some six instructions each, and took most of the time.
     */
    static void round(RoundedWeights weights, int part) {
        MemorySegment floats = weights.floats(part);
        MemorySegment items = weights.items(part);
        MemorySegment widened = weights.widened(part);
        PackedIntegers integers = weights.integers(part);
        MemorySegment bytes = integers.segment();
        MemorySegment numbers = weights.numbers();
        Checks.isNative(floats);
        Checks.isNative(items);
        Checks.isNative(widened);
        Checks.isNative(bytes);
        Checks.isNative(numbers);
        FloatVector rounds = FloatVector.broadcast(FLOAT, RoundedWeights.ROUNDS);
        FloatVector greatest = FloatVector.broadcast(FLOAT, weights.greatest());
        FloatVector least = greatest.neg();
        FloatVector more = greatest.add(1);
        FloatVector less = more.neg();
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector zero = FloatVector.zero(FLOAT);
        FloatVector offset = rounds.add(integers.offset());
        long step = integers.inputBytes(weights.block(part));
        for (int lane = 0; lane < HALF; lane += BYTES) {
            long divisors = weights.at(RoundedWeights.DIVISOR, part) + lane;
            long scales = weights.at(RoundedWeights.SCALE, part) + lane;
            FloatVector lowDivisor = FloatVector.fromMemorySegment(FLOAT, numbers, divisors, ORDER);
            FloatVector highDivisor = FloatVector.fromMemorySegment(FLOAT, numbers, divisors + HALF, ORDER);
            FloatVector lowHalf = lowDivisor.mul(0.5f);
            FloatVector highHalf = highDivisor.mul(0.5f);
            FloatVector lowScale = FloatVector.fromMemorySegment(FLOAT, numbers, scales, ORDER);
            FloatVector highScale = FloatVector.fromMemorySegment(FLOAT, numbers, scales + HALF, ORDER);
            long at = weights.offset(part) + lane;
            long to = integers.blockOffset(weights.block(part)) + lane / 2;
            for (int input = 0; input < weights.inputs; input++) {
                FloatVector lowValue = FloatVector.fromMemorySegment(FLOAT, floats, at, ORDER);
                FloatVector low = lowValue.div(lowDivisor);
                low = low.blend(more, low.compare(VectorOperators.GT, more))
                        .blend(less, low.compare(VectorOperators.LT, less))
                        .add(rounds)
                        .sub(rounds);
                FloatVector lowRest = low.neg().fma(lowDivisor, lowValue);
                low = low.blend(low.add(one), lowRest.compare(VectorOperators.GT, lowHalf))
                        .blend(low.sub(one), lowRest.compare(VectorOperators.LT, lowHalf.neg()));
                low = low.blend(greatest, low.compare(VectorOperators.GT, greatest))
                        .blend(least, low.compare(VectorOperators.LT, least));
                low = zero.blend(low, low.compare(VectorOperators.EQ, low)); // NaN, which would spoil both bytes
                low.intoMemorySegment(items, at, ORDER);
                low.mul(lowScale).intoMemorySegment(widened, at, ORDER);
                FloatVector highValue = FloatVector.fromMemorySegment(FLOAT, floats, at + HALF, ORDER);
                FloatVector high = highValue.div(highDivisor);
                high = high.blend(more, high.compare(VectorOperators.GT, more))
                        .blend(less, high.compare(VectorOperators.LT, less))
                        .add(rounds)
                        .sub(rounds);
                FloatVector highRest = high.neg().fma(highDivisor, highValue);
                high = high.blend(high.add(one), highRest.compare(VectorOperators.GT, highHalf))
                        .blend(high.sub(one), highRest.compare(VectorOperators.LT, highHalf.neg()));
                high = high.blend(greatest, high.compare(VectorOperators.GT, greatest))
                        .blend(least, high.compare(VectorOperators.LT, least));
                high = zero.blend(high, high.compare(VectorOperators.EQ, high)); // NaN, which would spoil both bytes
                high.intoMemorySegment(items, at + HALF, ORDER);
                high.mul(highScale).intoMemorySegment(widened, at + HALF, ORDER);
                high.mul(256)
                        .add(low)
                        .add(offset)
                        .reinterpretShape(INT, 0)
                        .convertShape(VectorOperators.I2S, IntegerSumsVector.HALF, 0)
                        .reinterpretAsShorts()
                        .intoMemorySegment(bytes, to, ORDER);
                at += ROW;
                to += step;
            }
        }
    }

    static void clip(RoundedWeights weights, int part, long at, MemorySegment gradients, long from) {
        MemorySegment floats = weights.floats(part);
        MemorySegment numbers = weights.numbers();
        Checks.isNative(floats);
        Checks.isNative(numbers);
        Checks.isNative(gradients);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int lane = 0; lane < ROW; lane += BYTES) {
            FloatVector limit =
                    FloatVector.fromMemorySegment(FLOAT, numbers, weights.at(RoundedWeights.LIMIT, part) + lane, ORDER);
            FloatVector size = FloatVector.fromMemorySegment(FLOAT, floats, at + lane, ORDER)
                    .lanewise(VectorOperators.ABS);
            zero.blend(
                            FloatVector.fromMemorySegment(FLOAT, gradients, from + lane, ORDER),
                            size.compare(VectorOperators.LT, limit))
                    .intoMemorySegment(gradients, from + lane, ORDER);
        }
    }

    static void sum(RoundedWeights weights, int part, MemorySegment gradients, long from) {
        MemorySegment floats = weights.floats(part);
        MemorySegment items = weights.items(part);
        MemorySegment numbers = weights.numbers();
        Checks.isNative(floats);
        Checks.isNative(items);
        Checks.isNative(numbers);
        Checks.isNative(gradients);
        long sums = weights.at(RoundedWeights.SUM, part);
        long limits = weights.at(RoundedWeights.LIMIT, part);
        long divisors = weights.at(RoundedWeights.DIVISOR, part);
        FloatVector zero = FloatVector.zero(FLOAT);
        for (int lane = 0; lane < ROW; lane += BYTES) {
            zero.intoMemorySegment(numbers, sums + lane, ORDER);
        }
        long row = weights.offset(part);
        long gradientRow = from;
        for (int input = 0; input < weights.inputs; input++) {
            for (int lane = 0; lane < ROW; lane += BYTES) {
                FloatVector value = FloatVector.fromMemorySegment(FLOAT, floats, row + lane, ORDER);
                FloatVector item = FloatVector.fromMemorySegment(FLOAT, items, row + lane, ORDER);
                FloatVector limit = FloatVector.fromMemorySegment(FLOAT, numbers, limits + lane, ORDER);
                FloatVector passed =
                        item.sub(value.div(FloatVector.fromMemorySegment(FLOAT, numbers, divisors + lane, ORDER)));
                item = item.blend(passed, value.lanewise(VectorOperators.ABS).compare(VectorOperators.LT, limit));
                FloatVector.fromMemorySegment(FLOAT, gradients, gradientRow + lane, ORDER)
                        .fma(item, FloatVector.fromMemorySegment(FLOAT, numbers, sums + lane, ORDER))
                        .intoMemorySegment(numbers, sums + lane, ORDER);
            }
            row += ROW;
            gradientRow += ROW;
        }
    }
}
