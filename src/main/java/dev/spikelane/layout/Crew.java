package dev.spikelane.layout;

/** Threads, the calling one among them, that share the parts of one job at a time. */
public interface Crew extends AutoCloseable {

    /** A job whose parts may run at the same time. */
    interface Job {

        /** Does a part, on one of the threads, counted from 0. */
        void run(int part, int thread);
    }

    /** Returns the number of threads. */
    int threads();

    /** Does all parts and returns when the last is done; rethrows what a part threw. */
    void run(Job job, int parts);

    @Override
    void close();
}
