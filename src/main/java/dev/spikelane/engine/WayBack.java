package dev.spikelane.engine;

/** What a way back asks of the way forward. */
public interface WayBack {

    /** What is kept of a population. */
    Keeping keeping(int population);

    /** The source that a projection sees, if something stands between the two; otherwise the source itself. */
    SourceRun source(int projection, SourceRun source);
}
