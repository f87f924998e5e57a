package dev.spikelane.kernel;

/** Which factors of a product {@code a * b} are transposed. */
public enum Transpose {
    /** {@code a * b}. */
    NEITHER,
    /** {@code a^T * b}. */
    FIRST,
    /** {@code a * b^T}. */
    SECOND,
    /** {@code a^T * b^T}. */
    BOTH;

    /**
     * Tells whether the first factor is transposed.
     *
     * @return whether it is {@link #FIRST} or {@link #BOTH}
     */
    public boolean first() {
        return this == FIRST || this == BOTH;
    }

    /**
     * Tells whether the second factor is transposed.
     *
     * @return whether it is {@link #SECOND} or {@link #BOTH}
     */
    public boolean second() {
        return this == SECOND || this == BOTH;
    }
}
