package dev.spikelane.engine;

/** Lets values change only while nobody computes with them. */
public interface ValueGuard {

    /** Makes a change while nobody computes with the values, and counts it. */
    void change(Runnable change);

    /** Returns a number that grows with every change. */
    long version();
}
