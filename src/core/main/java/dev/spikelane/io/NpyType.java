package dev.spikelane.io;

/** The item types of {@code .npy} files that are read and written. */
enum NpyType {
    /** Membranes, currents, weights. */
    FLOAT32("<f4", Float.BYTES, "'<f4' (float32)"),
    /** The floats of numpy, rounded on request. */
    FLOAT64("<f8", Double.BYTES, "'<f8' (float64)"),
    /** Spikes. */
    UINT8("|u1", Byte.BYTES, "'|u1' (uint8, spikes as 0 and 1)"),
    /** Spikes of others. */
    BOOL("|b1", Byte.BYTES, "'|b1' (bool)");

    private final String code;
    private final int bytes;
    private final String description;

    NpyType(String code, int bytes, String description) {
        this.code = code;
        this.bytes = bytes;
        this.description = description;
    }

    /** NumPy's name, the value of {@code descr}. */
    String code() {
        return code;
    }

    /** Bytes of one item. */
    int bytes() {
        return bytes;
    }

    /** The name for messages. */
    String description() {
        return description;
    }
}
