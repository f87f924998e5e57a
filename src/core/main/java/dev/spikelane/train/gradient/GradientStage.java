package dev.spikelane.train.gradient;

import dev.spikelane.engine.ComponentRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.thread.WorkerPool;
import java.util.List;
import java.util.Objects;

/**
 * Populations that run together: a single one, whose neurons threads share, or the populations of a loop, which
 * alternate.
 */
final class GradientStage {

    private final GradientPopulation[] populations;
    private final int turn;
    private final WorkerPool workers;
    private final ComponentRun forward;
    private final WorkerPool.Job forwardFrame = this::forwardFrame;
    private final WorkerPool.Job backwardFrame = this::backwardFrame;
    private int first;
    private int count;
    /** Samples of each thread, for each population; empty if all samples run together. */
    private final SampleGroup[][] shares;

    private final WorkerPool.Job backwardShare = this::backwardShare;

    /**
     * Creates a stage.
     *
     * @param forward the forward pass of these populations
     * @param steps steps that a population of a loop runs at a time; 0 without a loop
     */
    GradientStage(RunSize size, GradientPopulation[] populations, ComponentRun forward, int steps, WorkerPool workers) {
        this.populations = populations;
        this.forward = forward;
        this.turn = steps == 0 ? size.segment() : Math.min(steps, size.segment());
        this.workers = workers;
        this.shares = shares(Math.min(workers.threads(), size.batch()));
    }

    private SampleGroup[][] shares(int threads) {
        boolean apart = List.of(populations).stream().allMatch(GradientPopulation::samplesApart);
        if (threads == 1 || populations[0].shares() || !apart) {
            return new SampleGroup[0][];
        }
        SampleGroup[][] made = new SampleGroup[populations.length][];
        for (int i = 0; i < populations.length; i++) {
            made[i] = populations[i].share(threads);
        }
        return made;
    }

    GradientPopulation[] populations() {
        return populations;
    }

    ComponentRun forward() {
        return forward;
    }

    /** Runs all steps forward if they have one frame; returns false otherwise. */
    boolean ranFrame(int firstStep, int steps) {
        GradientFrame frame = populations.length == 1 ? populations[0].openFrame() : null;
        if (frame != null) {
            workers.run(forwardFrame, frame.blocks());
            populations[0].forward().run().written(firstStep, steps);
        }
        return frame != null;
    }

    private void backwardShare(int share, int thread) {
        for (SampleGroup[] ofPopulation : shares) {
            ofPopulation[share].openBack(first, count);
        }
        for (int step = first + count - 1; step >= first; step--) {
            for (int i = populations.length - 1; i >= 0; i--) {
                shares[i][share].back(step);
            }
        }
        for (SampleGroup[] ofPopulation : shares) {
            ofPopulation[share].closeBack();
        }
    }

    void backward(int firstStep, int steps) {
        GradientFrame frame = populations.length == 1 ? populations[0].openFrame() : null;
        if (frame != null) {
            frame.open();
            workers.run(backwardFrame, frame.blocks());
            return;
        }
        if (populations.length == 1 && populations[0].shares()) {
            GradientBackward backward = populations[0].backward();
            populations[0].openOutlets(firstStep, steps);
            backward.at(firstStep, steps);
            workers.run(backward, backward.parts());
            return;
        }
        if (shares.length > 0) {
            first = firstStep;
            count = steps;
            workers.run(backwardShare, shares[0].length);
            return;
        }
        int turns = Math.ceilDiv(steps, turn);
        for (int i = turns - 1; i >= 0; i--) {
            int step = firstStep + i * turn;
            int some = Math.min(turn, firstStep + steps - step);
            for (int number = populations.length - 1; number >= 0; number--) {
                populations[number].openOutlets(step, some);
                populations[number].backward().at(step, some);
                populations[number].backward().run(0, 0);
            }
        }
    }

    private void forwardFrame(int block, int thread) {
        Objects.requireNonNull(populations[0].openFrame()).forward(block, thread);
    }

    private void backwardFrame(int block, int thread) {
        Objects.requireNonNull(populations[0].openFrame()).backward(block, thread);
    }
}
