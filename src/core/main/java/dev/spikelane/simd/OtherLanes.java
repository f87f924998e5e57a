package dev.spikelane.simd;

import jdk.incubator.vector.VectorSpecies;

/** Vectors with the width of {@link Lanes} that few kernels use. */
public final class OtherLanes {

    public static final VectorSpecies<Long> LONG = Lanes.FLOAT.withLanes(long.class);

    public static final VectorSpecies<Short> SHORT = Lanes.FLOAT.withLanes(short.class);

    public static final VectorSpecies<Double> DOUBLE = Lanes.FLOAT.withLanes(double.class);

    private OtherLanes() {}
}
