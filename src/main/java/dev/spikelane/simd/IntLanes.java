package dev.spikelane.simd;

import jdk.incubator.vector.VectorSpecies;

/** The vectors of integers in use, of as many lanes as {@link Lanes}. */
public final class IntLanes {

    public static final VectorSpecies<Integer> INT = Lanes.FLOAT.withLanes(int.class);

    private IntLanes() {}
}
