package dev.spikelane.bench;

/** A contestant of a {@link Work}. */
public enum Contestant {
    /** The library. */
    JAVA("Java"),
    /** The library's scalar kernels: the specification. */
    SCALAR("scalar"),
    /** The library with float weights of the same values, if the work has integers. */
    FLOATS("floats"),
    /** The library with its product for dense layers, on the spikes of each window. */
    UNFOLDED("unfolded"),
    /** The library's dense layer, with the same weights and zeros. */
    DENSE("dense"),
    /** C kernels of the same algorithm. */
    YARDSTICK("C"),
    /**
     * OpenBLAS: a dense product with spikes as floats; in a network {@link dev.spikelane.connection.Dense.ByOpenBlas}.
     */
    OPENBLAS("OpenBLAS"),
    /** PyTorch by the Deep Java Library. */
    PYTORCH("PyTorch"),
    /** ONNX Runtime for Java. */
    ONNX_RUNTIME("ONNX"),
    /** ND4J, the arrays of Deeplearning4j. */
    ND4J("ND4J"),
    /** A bound: only the loads and additions of the work from L1, or only its rounds of random bits. */
    ROOFLINE("measured"),
    /** A bound: the cycles of the work at one load of 16 floats per cycle. */
    CYCLES("1 a cycle");

    private final String title;

    Contestant(String title) {
        this.title = title;
    }

    /** Returns a word or two for the head of a column. */
    public String title() {
        return title;
    }

    /** Returns true if it only bounds the work's time. */
    public boolean isBound() {
        return this == ROOFLINE || this == CYCLES;
    }
}
