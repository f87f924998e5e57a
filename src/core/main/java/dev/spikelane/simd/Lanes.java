package dev.spikelane.simd;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors of floats in use. Those of other numbers are {@link IntLanes} and {@link OtherLanes}: 90 classes of the
 * Vector API, which would cost a process's first neuron 12 ms. No kernel has vectors of floats or of integers of
 * another width, as profiles of two classes make C2 box in large loops. Loaded only where {@link SimdWidth#VECTOR}
 * holds, as it needs the module jdk.incubator.vector.
 */
public final class Lanes {

    public static final VectorSpecies<Float> FLOAT =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SimdWidth.bits()));

    /** Floats in a vector. */
    public static final int COUNT = FLOAT.length();

    /** Bytes in a vector. */
    public static final int BYTES = FLOAT.vectorByteSize();

    /**
     * The class of vectors of {@link #FLOAT}. A loop's sums are of class {@code FloatVector} for C2, which compares
     * their class before it calls an overridden method. Where it may not trap any more, because the JVM has
     * compiled methods of the Vector API again and again, it leaves a virtual call beside, and boxes the sums for it in
     * each round (193 KB a call of a dense product of 66 x 70 x 90; Zen 5, 512 bits, 2026-11). A kernel of many
     * operations compares the class of its sums with this constant instead, which costs nothing.
     *
     * <p>An argument needs it too, in the loop and before the operation. The class that {@code AbstractVector.check}
     * learns of an argument is lost where C2 keeps the branch that fails, and it does so from
     * {@code PerMethodTrapLimit} on: each method of the Vector API that has ever trapped counts again wherever it is
     * inlined, 20 times in a loop of 20 sums. Then the intrinsics of the last operations fail, and box.
     */
    public static final Class<?> VECTOR = FloatVector.zero(FLOAT).getClass();

    /** The message for a vector that is not a {@link #VECTOR}. */
    public static final String OTHER_VECTOR = "vectors are of one species";

    /** The order of bytes in which vectors are loaded and stored. */
    public static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}
}
