package dev.spikelane.simd;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of floats. {@link IntLanes} and {@link OtherLanes} are separate because their 90 classes of the Vector API
 * would cost a process's first neuron 12 ms. Kernels use no floats or integers of another width, because profiles of
 * two classes make C2 box in large loops. Loaded only if {@link SimdWidth#VECTOR} is true, because it needs the module
 * jdk.incubator.vector.
 */
public final class Lanes {

    public static final VectorSpecies<Float> FLOAT =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SimdWidth.bits()));

    public static final int COUNT = FLOAT.length();

    public static final int BYTES = FLOAT.vectorByteSize();

    /**
     * The class of vectors of {@link #FLOAT}. C2 knows a loop's sums as {@code FloatVector}, and compares their class
     * before it calls an overridden method. The JVM may have recompiled methods of the Vector API so often that C2 may
     * not deoptimize any more. Then it emits a virtual call, and boxes the sums for it in each iteration: 193 KB for a
     * dense product of 66 x 70 x 90 (Zen 5, 512 bits, 2026-11). A kernel with many operations compares the class of its
     * sums with this constant instead, which costs nothing.
     *
     * <p>An argument needs the comparison too, in the loop and before the operation. The class that
     * {@code AbstractVector.check} learns of an argument is lost if C2 keeps the branch that fails. It does so from
     * {@code PerMethodTrapLimit} on: each method of the Vector API that has ever trapped counts again wherever it is
     * inlined, 20 times in a loop with 20 sums. Then the intrinsics of the last operations fail, and box.
     */
    public static final Class<?> VECTOR = FloatVector.zero(FLOAT).getClass();

    public static final String OTHER_VECTOR = "vectors are of one species";

    public static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}
}
