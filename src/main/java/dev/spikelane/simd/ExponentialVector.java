package dev.spikelane.simd;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** The vector variant of {@link Exponential}. */
public final class ExponentialVector {

    private static final FloatVector ONE = FloatVector.broadcast(FLOAT, 1);
    // constants of vectors: where an operation broadcasts one, C2 inlines a third more nodes
    private static final FloatVector LEAST = FloatVector.broadcast(FLOAT, Exponential.LEAST);
    private static final FloatVector LOG2_E = FloatVector.broadcast(FLOAT, Exponential.LOG2_E);
    private static final FloatVector ROUND = FloatVector.broadcast(FLOAT, Exponential.ROUND);
    private static final FloatVector LN2_HIGH = FloatVector.broadcast(FLOAT, Exponential.LN2_HIGH);
    private static final FloatVector LN2_LOW = FloatVector.broadcast(FLOAT, Exponential.LN2_LOW);
    private static final FloatVector TERM_7 = FloatVector.broadcast(FLOAT, Exponential.TERM_7);
    private static final FloatVector TERM_6 = FloatVector.broadcast(FLOAT, Exponential.TERM_6);
    private static final FloatVector TERM_5 = FloatVector.broadcast(FLOAT, Exponential.TERM_5);
    private static final FloatVector TERM_4 = FloatVector.broadcast(FLOAT, Exponential.TERM_4);
    private static final FloatVector TERM_3 = FloatVector.broadcast(FLOAT, Exponential.TERM_3);
    private static final FloatVector TERM_2 = FloatVector.broadcast(FLOAT, Exponential.TERM_2);

    private ExponentialVector() {}

    /** Lane by lane the value of {@link Exponential#scalar}. */
    public static FloatVector of(FloatVector x) {
        FloatVector bounded = x.max(LEAST);
        FloatVector rounded = bounded.mul(LOG2_E).add(ROUND);
        FloatVector n = rounded.sub(ROUND);
        FloatVector r = bounded.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(TERM_7).add(TERM_6);
        p = p.mul(r).add(TERM_5);
        p = p.mul(r).add(TERM_4);
        p = p.mul(r).add(TERM_3);
        p = p.mul(r).add(TERM_2);
        FloatVector power = (FloatVector) ((IntVector) rounded.reinterpretShape(IntLanes.INT, 0))
                .add(Exponential.EXPONENT)
                .lanewise(LSHL, Exponential.MANTISSA_BITS)
                .reinterpretShape(FLOAT, 0);
        return p.mul(r.mul(r)).add(r).add(ONE).mul(power).blend(0, x.compare(LT, LEAST));
    }

    /**
     * Takes the exponentials of the differences of numbers and another one, as {@link #of} does, whose operations stand
     * here again: where C1 has not counted its calls, C2 would not inline it, and box its argument and result.
     *
     * @param values overwritten from {@code from} until {@code to}, whole vectors
     */
    public static void ofDifferences(float[] values, int from, int to, float most) {
        for (int at = from; at < to; at += COUNT) {
            FloatVector x = FloatVector.fromArray(FLOAT, values, at).sub(most);
            FloatVector bounded = x.max(Exponential.LEAST);
            FloatVector rounded = bounded.mul(Exponential.LOG2_E).add(Exponential.ROUND);
            FloatVector n = rounded.sub(Exponential.ROUND);
            FloatVector r = bounded.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
            FloatVector p = r.mul(Exponential.TERM_7).add(Exponential.TERM_6);
            p = p.mul(r).add(Exponential.TERM_5);
            p = p.mul(r).add(Exponential.TERM_4);
            p = p.mul(r).add(Exponential.TERM_3);
            p = p.mul(r).add(Exponential.TERM_2);
            FloatVector power = (FloatVector) ((IntVector) rounded.reinterpretShape(IntLanes.INT, 0))
                    .add(Exponential.EXPONENT)
                    .lanewise(LSHL, Exponential.MANTISSA_BITS)
                    .reinterpretShape(FLOAT, 0);
            p.mul(r.mul(r))
                    .add(r)
                    .add(1)
                    .mul(power)
                    .blend(0, x.compare(LT, Exponential.LEAST))
                    .intoArray(values, at);
        }
    }
}
