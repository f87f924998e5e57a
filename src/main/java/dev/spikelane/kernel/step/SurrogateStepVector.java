package dev.spikelane.kernel.step;

import static dev.spikelane.simd.Lanes.BYTES;
import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static dev.spikelane.simd.Lanes.ORDER;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Exponential;
import dev.spikelane.simd.Pads;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The vector variant of {@link SurrogateStep}. Formulas that are alike share a loop and store in branches of their own:
 * a vector that were one or the other would be boxed.
 */
final class SurrogateStepVector {

    private static final FloatVector ZERO = FloatVector.zero(FLOAT);
    private static final FloatVector ONE = FloatVector.broadcast(FLOAT, 1);

    private SurrogateStepVector() {}

    static void backward(
            SurrogateShape shape,
            SurrogateConstants constants,
            FloatMatrix distance,
            FloatMatrix from,
            FloatMatrix to) {
        int vectors = Math.ceilDiv(distance.columns(), COUNT);
        for (int row = 0; row < distance.rows(); row++) {
            MemorySegment x = distance.segment();
            MemorySegment g = from.segment();
            MemorySegment out = to.segment();
            long at = distance.rowOffset(row);
            switch (shape) {
                case ATAN -> atan(x, g, out, at, vectors, constants);
                case FAST_SIGMOID, SPARSE_FAST_SIGMOID ->
                    fastSigmoid(x, g, out, at, vectors, constants, shape == SurrogateShape.SPARSE_FAST_SIGMOID);
                case SIGMOID, SPIKE_RATE_ESCAPE ->
                    exponentials(x, g, out, at, vectors, constants, shape == SurrogateShape.SPIKE_RATE_ESCAPE);
                default -> steps(x, g, out, at, vectors, constants.a(), shape);
            }
            Pads.clear(to, row);
        }
    }

    private static void atan(
            MemorySegment x, MemorySegment g, MemorySegment out, long row, int vectors, SurrogateConstants constants) {
        Checks.isNative(x);
        Checks.isNative(g);
        Checks.isNative(out);
        FloatVector a = FloatVector.broadcast(FLOAT, constants.a());
        FloatVector b = FloatVector.broadcast(FLOAT, constants.b());
        for (int i = 0; i < vectors; i++) {
            long at = row + (long) i * BYTES;
            FloatVector y = a.mul(FloatVector.fromMemorySegment(FLOAT, x, at, ORDER));
            ONE.div(ONE.add(y.mul(y)))
                    .mul(b)
                    .mul(FloatVector.fromMemorySegment(FLOAT, g, at, ORDER))
                    .intoMemorySegment(out, at, ORDER);
        }
    }

    private static void fastSigmoid(
            MemorySegment x,
            MemorySegment g,
            MemorySegment out,
            long row,
            int vectors,
            SurrogateConstants constants,
            boolean sparse) {
        Checks.isNative(x);
        Checks.isNative(g);
        Checks.isNative(out);
        FloatVector a = FloatVector.broadcast(FLOAT, constants.a());
        FloatVector b = FloatVector.broadcast(FLOAT, constants.b());
        for (int i = 0; i < vectors; i++) {
            long at = row + (long) i * BYTES;
            FloatVector distance = FloatVector.fromMemorySegment(FLOAT, x, at, ORDER);
            FloatVector sum = a.mul(distance.abs()).add(ONE);
            FloatVector gradient =
                    FloatVector.fromMemorySegment(FLOAT, g, at, ORDER).div(sum.mul(sum));
            if (sparse) {
                gradient.mul(ZERO.blend(ONE, distance.compare(GT, b))).intoMemorySegment(out, at, ORDER);
            } else {
                gradient.intoMemorySegment(out, at, ORDER);
            }
        }
    }

    /**
     * The formulas with an exponential, that of {@link Exponential} written out: C2 leaves a method that takes and
     * returns vectors as a call where it was compiled alone before, and boxes them.
     */
    private static void exponentials(
            MemorySegment x,
            MemorySegment g,
            MemorySegment out,
            long row,
            int vectors,
            SurrogateConstants constants,
            boolean escape) {
        Checks.isNative(x);
        Checks.isNative(g);
        Checks.isNative(out);
        FloatVector a = FloatVector.broadcast(FLOAT, constants.a());
        FloatVector b = FloatVector.broadcast(FLOAT, constants.b());
        FloatVector middle = FloatVector.broadcast(FLOAT, escape ? 1 : 0);
        FloatVector sign = FloatVector.broadcast(FLOAT, escape && constants.a() < 0 ? 1 : -1);
        for (int i = 0; i < vectors; i++) {
            long at = row + (long) i * BYTES;
            FloatVector distance = FloatVector.fromMemorySegment(FLOAT, x, at, ORDER);
            FloatVector power = a.mul(distance.sub(middle)).abs().mul(sign);
            FloatVector bounded = power.max(Exponential.LEAST);
            FloatVector rounded = bounded.mul(Exponential.LOG2_E).add(Exponential.ROUND);
            FloatVector n = rounded.sub(Exponential.ROUND);
            FloatVector r = bounded.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
            FloatVector p = r.mul(Exponential.TERM_7).add(Exponential.TERM_6);
            p = p.mul(r).add(Exponential.TERM_5);
            p = p.mul(r).add(Exponential.TERM_4);
            p = p.mul(r).add(Exponential.TERM_3);
            p = p.mul(r).add(Exponential.TERM_2);
            FloatVector two = rounded.reinterpretAsInts()
                    .add(Exponential.EXPONENT)
                    .lanewise(LSHL, Exponential.MANTISSA_BITS)
                    .reinterpretAsFloats();
            FloatVector e = p.mul(r.mul(r)).add(r).add(ONE).mul(two);
            e = e.blend(0, power.compare(LT, Exponential.LEAST));
            FloatVector gradient = FloatVector.fromMemorySegment(FLOAT, g, at, ORDER);
            if (escape) {
                gradient.mul(b).mul(e).intoMemorySegment(out, at, ORDER);
            } else {
                FloatVector sum = e.add(ONE);
                gradient.mul(a).mul(e).div(sum.mul(sum)).intoMemorySegment(out, at, ORDER);
            }
        }
    }

    /** The formulas that are constant on either side of the threshold. */
    private static void steps(
            MemorySegment x,
            MemorySegment g,
            MemorySegment out,
            long row,
            int vectors,
            float parameter,
            SurrogateShape shape) {
        Checks.isNative(x);
        Checks.isNative(g);
        Checks.isNative(out);
        FloatVector a = FloatVector.broadcast(FLOAT, parameter);
        for (int i = 0; i < vectors; i++) {
            long at = row + (long) i * BYTES;
            FloatVector distance = FloatVector.fromMemorySegment(FLOAT, x, at, ORDER);
            FloatVector gradient = FloatVector.fromMemorySegment(FLOAT, g, at, ORDER);
            if (shape == SurrogateShape.TRIANGULAR) {
                FloatVector below = gradient.mul(a);
                below.blend(below.neg(), distance.compare(GE, 0)).intoMemorySegment(out, at, ORDER);
            } else if (shape == SurrogateShape.HEAVISIDE) {
                gradient.mul(ZERO.blend(ONE, distance.compare(GT, 0))).intoMemorySegment(out, at, ORDER);
            } else if (shape == SurrogateShape.LEAKY_SPIKE_OPERATOR) {
                a.mul(gradient).blend(gradient, distance.compare(GT, 0)).intoMemorySegment(out, at, ORDER);
            } else {
                gradient.intoMemorySegment(out, at, ORDER);
            }
        }
    }
}
