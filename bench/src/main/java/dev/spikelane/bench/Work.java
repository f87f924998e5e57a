package dev.spikelane.bench;

/** One thing to compute: a line of a table. A record of its sizes, cheap until it is opened. */
public interface Work {

    /**
     * What is computed, such as {@code spike matmul 784x1000 rows 200 density 0.10 threads 1}; no other work has this
     * name.
     */
    String name();

    /** Threads for each contestant. */
    int threads();

    /** How many of what is named one pass computes; times are divided by it. */
    default int operations() {
        return 1;
    }

    /** Allocates input and memory for all who compute it. */
    Case open();
}
