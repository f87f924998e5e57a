package dev.spikelane.bench;

/** One computation, a line of a table. A work is a record of its sizes, cheap until it is opened. */
public interface Work {

    /** Returns the unique name of the work, such as {@code spike matmul 784x1000 rows 200 density 0.10 threads 1}. */
    String name();

    /** Returns the number of threads for each contestant. */
    int threads();

    /** Returns the number of named operations in one pass; times are divided by it. */
    default int operations() {
        return 1;
    }

    /** Allocates input and memory for all contestants. */
    Case open();
}
