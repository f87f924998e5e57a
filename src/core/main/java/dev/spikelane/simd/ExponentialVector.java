package dev.spikelane.simd;

import static dev.spikelane.simd.Lanes.COUNT;
import static dev.spikelane.simd.Lanes.FLOAT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

public final class ExponentialVector {

    private ExponentialVector() {}

    /**
     * Overwrites whole vectors of values, from {@code from} until {@code to}, with {@code e^(value - most)}, as
     * {@link Exponential#scalar} computes it.
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
