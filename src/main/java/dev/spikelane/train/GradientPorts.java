package dev.spikelane.train;

import dev.spikelane.engine.SourceRun;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The ports at which currents enter a population, which go through a segment together. */
record GradientPorts(GradientPort current, @Nullable GradientPort feedback) {

    /** Whether threads may each fill the currents of some samples. */
    boolean samplesApart() {
        return current.samplesApart() && (feedback == null || feedback.samplesApart());
    }

    /** Lets currents that start outside of a loop be filled ahead of its steps. */
    void fillAhead(Predicate<SourceRun> inner) {
        current.fillAhead(inner);
        if (feedback != null) {
            feedback.fillAhead(inner);
        }
    }

    /** Fills such currents of some steps. */
    void fillAhead(int first, int count, int thread) {
        current.fillAhead(first, count, thread);
        if (feedback != null) {
            feedback.fillAhead(first, count, thread);
        }
    }

    /** Goes to a segment, forward. */
    void open(int firstStep) {
        current.open(firstStep);
        if (feedback != null) {
            feedback.open(firstStep);
        }
    }

    /** Goes to a segment on the way back, which is computed again. */
    void back(int firstStep) {
        current.back(firstStep);
        if (feedback != null) {
            feedback.back(firstStep);
        }
    }

    /** Runs the operators before the last of all paths to the population. */
    void prepare(int first, int count) {
        current.prepare(first, count);
        if (feedback != null) {
            feedback.prepare(first, count);
        }
    }

    /** Computes the currents of frames, before threads take some steps or samples of them. */
    void hold() {
        current.hold();
        if (feedback != null) {
            feedback.hold();
        }
    }

    /** Fills the currents of some steps. */
    void fill(int first, int count, int firstBlock, int endBlock, int thread) {
        current.fill(first, count, firstBlock, endBlock, thread);
        if (feedback != null) {
            feedback.fill(first, count, firstBlock, endBlock, thread);
        }
    }
}
