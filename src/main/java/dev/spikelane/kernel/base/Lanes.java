package dev.spikelane.kernel.base;

import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vectors in use. Loaded only where {@link SimdWidth#VECTOR} holds, because it needs the module jdk.incubator.vector. */
public final class Lanes {

    public static final VectorSpecies<Float> FLOAT =
            VectorSpecies.of(float.class, VectorShape.forBitSize(SimdWidth.bits()));

    public static final VectorSpecies<Integer> INT = FLOAT.withLanes(int.class);

    public static final VectorSpecies<Short> SHORT = FLOAT.withLanes(short.class);

    /** As many bytes as {@link #SHORT} has lanes. */
    public static final VectorSpecies<Byte> BYTE =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SimdWidth.bits() / 2));

    /** Floats in a vector. */
    public static final int COUNT = FLOAT.length();

    /** Bytes in a vector. */
    public static final int BYTES = FLOAT.vectorByteSize();

    private Lanes() {}
}
