package dev.spikelane.memory;

/** The type of an element of a network's values. */
public enum ElementType {
    /** A float of 32 bits. */
    FLOAT32(Float.SIZE, 0, 0),
    /** A whole number from -128 to 127, times a scale. */
    INT8(Byte.SIZE, Byte.MIN_VALUE, Byte.MAX_VALUE),
    /** A whole number from -32,768 to 32,767, times a scale. */
    INT16(Short.SIZE, Short.MIN_VALUE, Short.MAX_VALUE),
    /** A count of 64 bits, never a weight. */
    INT64(Long.SIZE, 0, 0),
    /** A whole number from -8 to 7, times a scale; a byte in memory that is not packed. */
    INT4(4, -8, 7),
    /** -1, 0 or 1, times a scale: 2 bits; a byte in memory that is not packed. */
    TERNARY(2, -1, 1);

    private final int bits;
    private final int least;
    private final int greatest;

    ElementType(int bits, int least, int greatest) {
        this.bits = bits;
        this.least = least;
        this.greatest = greatest;
    }

    /** {@return the bits of an element} */
    public int bits() {
        return bits;
    }

    /** {@return the bytes of an element in memory that is not packed} */
    public int bytes() {
        return Math.ceilDiv(bits, Byte.SIZE);
    }

    /**
     * Returns the least whole number of this type.
     *
     * @return -128, -32,768, -8 or -1
     * @throws IllegalStateException if elements are not integers times a scale
     */
    public int least() {
        requireWeight();
        return least;
    }

    /**
     * Returns the greatest whole number of this type.
     *
     * @return 127, 32,767, 7 or 1
     * @throws IllegalStateException if elements are not integers times a scale
     */
    public int greatest() {
        requireWeight();
        return greatest;
    }

    private void requireWeight() {
        if (greatest == 0) {
            throw new IllegalStateException(
                    this + " is no type of weights of whole numbers, expected INT8, INT16, INT4 or TERNARY");
        }
    }
}
