package dev.spikelane.simd;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors of integers, with as many lanes as {@link Lanes}. {@code reinterpretShape} gives the bits of floats, because
 * C2 is forced to inline all of it. {@code reinterpretAsInts} boxes in JDK 27 (JDK-8371187, fixed by JDK-8392004).
 * {@code convertShape} boxes if C2 leaves a method that compares sizes as a call.
 */
public final class IntLanes {

    public static final VectorSpecies<Integer> INT = Lanes.FLOAT.withLanes(int.class);

    /** The class of these vectors; see {@link Lanes#VECTOR}. */
    public static final Class<?> VECTOR = IntVector.zero(INT).getClass();

    private IntLanes() {}
}
