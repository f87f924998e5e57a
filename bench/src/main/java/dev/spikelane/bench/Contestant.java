package dev.spikelane.bench;

/** Who takes part in a {@link Work}. */
public enum Contestant {
    /** The library. */
    JAVA("Java"),
    /** The library's scalar kernels: the specification. */
    SCALAR("scalar"),
    /** The library with the same weights as floats, where the work has integers. */
    FLOATS("floats"),
    /** The library by the product for dense layers, of the spikes of each window. */
    UNFOLDED("unfolded"),
    /** The library's dense layer of the same weights and zeros. */
    DENSE("dense"),
    /** C kernels of the same algorithm. */
    YARDSTICK("C"),
    /** OpenBLAS, a dense product with spikes as floats; in a network by {@link dev.spikelane.connection.Dense.ByOpenBlas}. */
    OPENBLAS("OpenBLAS"),
    /** PyTorch by the Deep Java Library. */
    PYTORCH("PyTorch"),
    /** ONNX Runtime for Java. */
    ONNX_RUNTIME("ONNX"),
    /** ND4J, the arrays of Deeplearning4j. */
    ND4J("ND4J"),
    /**
     * Not the work, but the least that it takes: its loads and additions from L1, or its rounds of random bits, and no
     * more.
     */
    ROOFLINE("measured"),
    /** As many cycles as the work takes if it loads 16 floats in each. */
    CYCLES("1 a cycle");

    private final String title;

    Contestant(String title) {
        this.title = title;
    }

    /** A word or two for the head of a column. */
    public String title() {
        return title;
    }

    /** Whether it does not do the work, but bounds it. */
    public boolean isBound() {
        return this == ROOFLINE || this == CYCLES;
    }
}
