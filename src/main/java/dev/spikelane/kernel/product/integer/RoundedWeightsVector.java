package dev.spikelane.kernel.product.integer;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The loops of {@link RoundedWeights}: outputs side by side, inputs ascending. A block stays in the L2 cache. */
final class RoundedWeightsVector {

    /** Bytes from a float to the one of the next input. */
    private static final int ROW = PackedWeights.BLOCK_BYTES;

    /** Bytes from the floats of the lower half of a block to those of the upper. */
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
            FloatVector largest = zero;
            FloatVector sum = zero;
            FloatVector count = zero;
            long at = weights.offset(part) + lane;
            for (int input = 0; input < weights.inputs; input++) {
                FloatVector size =
                        FloatVector.fromMemorySegment(FLOAT, floats, at, ORDER).lanewise(VectorOperators.ABS);
                VectorMask<Float> counts = size.compare(VectorOperators.GT, above);
                largest = largest.max(size);
                sum = sum.add(zero.blend(size, counts));
                count = count.add(zero.blend(one, counts));
                at += ROW;
            }
            largest.intoMemorySegment(numbers, weights.at(RoundedWeights.LARGEST, part) + lane, ORDER);
            sum.intoMemorySegment(numbers, weights.at(RoundedWeights.SUM, part) + lane, ORDER);
            count.intoMemorySegment(numbers, weights.at(RoundedWeights.COUNT, part) + lane, ORDER);
        }
    }

    /** Two bytes are made as the float of a number of 16 bits. Items that nobody keeps stand where they are widened. */
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
        FloatVector more = greatest.add(1);
        FloatVector one = FloatVector.broadcast(FLOAT, 1);
        FloatVector zero = FloatVector.zero(FLOAT);
        long step = integers.inputBytes(weights.block(part));
        long divisors = weights.at(RoundedWeights.DIVISOR, part);
        long scales = weights.at(RoundedWeights.SCALE, part);
        long row = weights.offset(part);
        long to = integers.blockOffset(weights.block(part));
        for (int input = 0; input < weights.inputs; input++) {
            for (int lane = 0; lane < HALF; lane += BYTES) {
                long at = row + lane;
                FloatVector value = FloatVector.fromMemorySegment(FLOAT, floats, at, ORDER);
                FloatVector divisor = FloatVector.fromMemorySegment(FLOAT, numbers, divisors + lane, ORDER);
                FloatVector half = divisor.mul(0.5f);
                FloatVector item =
                        value.div(divisor).min(more).max(more.neg()).add(rounds).sub(rounds);
                FloatVector rest = item.neg().fma(divisor, value);
                FloatVector low = item.blend(item.add(one), rest.compare(VectorOperators.GT, half))
                        .blend(item.sub(one), rest.compare(VectorOperators.LT, half.neg()))
                        .min(greatest)
                        .max(greatest.neg());
                value = FloatVector.fromMemorySegment(FLOAT, floats, at + HALF, ORDER);
                divisor = FloatVector.fromMemorySegment(FLOAT, numbers, divisors + HALF + lane, ORDER);
                half = divisor.mul(0.5f);
                item = value.div(divisor).min(more).max(more.neg()).add(rounds).sub(rounds);
                rest = item.neg().fma(divisor, value);
                FloatVector high = item.blend(item.add(one), rest.compare(VectorOperators.GT, half))
                        .blend(item.sub(one), rest.compare(VectorOperators.LT, half.neg()))
                        .min(greatest)
                        .max(greatest.neg());
                low = zero.blend(low, low.compare(VectorOperators.EQ, low)); // NaN, which would take both bytes
                high = zero.blend(high, high.compare(VectorOperators.EQ, high));
                low.intoMemorySegment(items, at, ORDER);
                high.intoMemorySegment(items, at + HALF, ORDER);
                low.mul(FloatVector.fromMemorySegment(FLOAT, numbers, scales + lane, ORDER))
                        .intoMemorySegment(widened, at, ORDER);
                high.mul(FloatVector.fromMemorySegment(FLOAT, numbers, scales + HALF + lane, ORDER))
                        .intoMemorySegment(widened, at + HALF, ORDER);
                low.add(integers.offset())
                        .add(high.mul(256))
                        .convertShape(VectorOperators.F2S, IntegerSumsVector.HALF, 0)
                        .reinterpretAsShorts()
                        .intoMemorySegment(bytes, to + lane / 2, ORDER);
            }
            row += ROW;
            to += step;
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
        long of = from;
        for (int input = 0; input < weights.inputs; input++) {
            for (int lane = 0; lane < ROW; lane += BYTES) {
                FloatVector value = FloatVector.fromMemorySegment(FLOAT, floats, row + lane, ORDER);
                FloatVector item = FloatVector.fromMemorySegment(FLOAT, items, row + lane, ORDER);
                FloatVector limit = FloatVector.fromMemorySegment(FLOAT, numbers, limits + lane, ORDER);
                FloatVector passed =
                        item.sub(value.div(FloatVector.fromMemorySegment(FLOAT, numbers, divisors + lane, ORDER)));
                item = item.blend(passed, value.lanewise(VectorOperators.ABS).compare(VectorOperators.LT, limit));
                FloatVector.fromMemorySegment(FLOAT, gradients, of + lane, ORDER)
                        .fma(item, FloatVector.fromMemorySegment(FLOAT, numbers, sums + lane, ORDER))
                        .intoMemorySegment(numbers, sums + lane, ORDER);
            }
            row += ROW;
            of += ROW;
        }
    }
}
