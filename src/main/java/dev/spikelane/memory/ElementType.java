package dev.spikelane.memory;

/** The type of an element of a network's values. */
public enum ElementType {
    /** A float of 32 bits. */
    FLOAT32(Float.BYTES, 0),
    /** A whole number of 8 bits, from -128 to 127, times a scale. */
    INT8(Byte.BYTES, Byte.MAX_VALUE),
    /** A whole number of 16 bits, from -32,768 to 32,767, times a scale. */
    INT16(Short.BYTES, Short.MAX_VALUE),
    /** A whole number of 64 bits: of counts, and of no weight. */
    INT64(Long.BYTES, 0);

    private final int bytes;
    private final int greatest;

    ElementType(int bytes, int greatest) {
        this.bytes = bytes;
        this.greatest = greatest;
    }

    /**
     * Returns the size of an element.
     *
     * @return bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * Returns the greatest whole number of this type; the least is one below its negative.
     *
     * @return 127 or 32,767
     * @throws IllegalStateException if elements are no integers times a scale
     */
    public int greatest() {
        if (greatest == 0) {
            throw new IllegalStateException(this + " is no type of weights of whole numbers, expected INT8 or INT16");
        }
        return greatest;
    }
}
