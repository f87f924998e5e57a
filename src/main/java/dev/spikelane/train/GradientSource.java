package dev.spikelane.train;

import dev.spikelane.memory.Signal;

/** Where a projection starts: rows that are there for all steps of a window. */
interface GradientSource {

    /** Some steps as a projection of this delay sees them. */
    Signal steps(int first, int count, int delay);

    /** Some samples in a step as a projection of this delay sees them, unless that sees a frame. */
    Signal samples(int step, int delay, GradientSamples of);

    /** Whether all steps have the same rows, so that currents are computed once. */
    default boolean isFrame() {
        return false;
    }
}
