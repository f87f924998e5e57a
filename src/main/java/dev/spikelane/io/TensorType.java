package dev.spikelane.io;

/** The item types of a safetensors file, under the names that it uses; little-endian. */
public enum TensorType {
    /** Truth values of one byte, 0 or 1. */
    BOOL(1),
    /** Whole numbers from 0 to 255. */
    U8(1),
    /** Whole numbers of 8 bits. */
    I8(1),
    /** Floating-point numbers of 8 bits: 5 of exponent, 2 of fraction. */
    F8_E5M2(1),
    /** Floating-point numbers of 8 bits: 4 of exponent, 3 of fraction, without infinities. */
    F8_E4M3(1),
    /** Whole numbers of 16 bits. */
    I16(2),
    /** Whole numbers of 16 bits without a sign. */
    U16(2),
    /** Floating-point numbers of 16 bits, IEEE's binary16. */
    F16(2),
    /** Floating-point numbers of 16 bits: the upper half of a float32. */
    BF16(2),
    /** Whole numbers of 32 bits. */
    I32(4),
    /** Whole numbers of 32 bits without a sign. */
    U32(4),
    /** float32. */
    F32(4),
    /** float64. */
    F64(8),
    /** Whole numbers of 64 bits. */
    I64(8),
    /** Whole numbers of 64 bits without a sign. */
    U64(8);

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the size of an item.
     *
     * @return bytes, 1 to 8
     */
    public int bytes() {
        return bytes;
    }
}
