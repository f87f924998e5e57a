package dev.spikelane.simd;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vectors of integers in use, of as many lanes as {@link Lanes}. The bits of floats are {@code reinterpretShape},
 * all of which C2 is forced to inline: {@code reinterpretAsInts} boxes in JDK 27 (JDK-8371187, mended by JDK-8392004),
 * and {@code convertShape} where C2 leaves a method that compares sizes a call.
 */
public final class IntLanes {

    public static final VectorSpecies<Integer> INT = Lanes.FLOAT.withLanes(int.class);

    /** Their class; see {@link Lanes#VECTOR}. */
    public static final Class<?> VECTOR = IntVector.zero(INT).getClass();

    private IntLanes() {}
}
