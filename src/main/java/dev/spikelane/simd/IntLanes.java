package dev.spikelane.simd;

import static jdk.incubator.vector.VectorOperators.REINTERPRET_F2I;
import static jdk.incubator.vector.VectorOperators.REINTERPRET_I2F;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of integers in use, of as many lanes as {@link Lanes}. */
public final class IntLanes {

    public static final VectorSpecies<Integer> INT = Lanes.FLOAT.withLanes(int.class);

    /** Their class; see {@link Lanes#VECTOR}. */
    public static final Class<?> VECTOR = IntVector.zero(INT).getClass();

    private IntLanes() {}

    /**
     * Returns the bits of floats. {@code reinterpretAsInts} and {@code reinterpretAsFloats} box in JDK 27
     * (JDK-8371187, mended by JDK-8392004); a conversion to a species that is a constant does not. It boxes in JDK 25
     * where a loop is large or has sums that live on, as in {@code WinnerVector}: tests of allocations decide.
     */
    public static IntVector bits(FloatVector floats) {
        return (IntVector) floats.convertShape(REINTERPRET_F2I, INT, 0);
    }

    /** Returns the floats of {@link #bits}. */
    public static FloatVector floats(IntVector bits) {
        return (FloatVector) bits.convertShape(REINTERPRET_I2F, Lanes.FLOAT, 0);
    }
}
