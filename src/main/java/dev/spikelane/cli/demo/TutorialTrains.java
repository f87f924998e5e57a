package dev.spikelane.cli.demo;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Observer;
import dev.spikelane.network.Simulation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The first steps of the tutorial's run, for the report: a picture of more would show less. */
final class TutorialTrains implements Attachment {

    static final int MOST_STEPS = 2_000;

    private final int steps;
    private final SpikeMatrix input;
    private final SpikeMatrix hidden;
    private final SpikeMatrix output;
    private final FloatMatrix outputMembranes;

    TutorialTrains(Arena arena, int allSteps) {
        this.steps = Math.min(allSteps, MOST_STEPS);
        this.input = SpikeMatrix.zeros(arena, steps, TutorialRun.INPUTS);
        this.hidden = SpikeMatrix.zeros(arena, steps, TutorialRun.HIDDEN);
        this.output = SpikeMatrix.zeros(arena, steps, TutorialRun.OUTPUTS);
        this.outputMembranes = FloatMatrix.zeros(arena, steps, TutorialRun.OUTPUTS);
    }

    int steps() {
        return steps;
    }

    SpikeMatrix input() {
        return input;
    }

    SpikeMatrix hidden() {
        return hidden;
    }

    SpikeMatrix output() {
        return output;
    }

    FloatMatrix outputMembranes() {
        return outputMembranes;
    }

    @Override
    public void attach(Simulation simulation, SpikeMatrix spikes, int firstSample) {
        input.copyFrom(spikes.rows(0, steps));
        simulation.observe(0, (firstStep, blockSteps, fired, membranes) -> keep(firstStep, blockSteps, fired, hidden));
        simulation.observe(1, new OutputRecorder());
    }

    private void keep(long firstStep, int blockSteps, SpikeMatrix from, SpikeMatrix to) {
        int rows = rows(firstStep, blockSteps);
        if (rows > 0) {
            MemorySegment.copy(from.segment(), 0, to.segment(), to.rowOffset((int) firstStep), from.rowOffset(rows));
        }
    }

    /** Steps of a block that are still wanted. */
    private int rows(long firstStep, int blockSteps) {
        return Math.clamp(steps - firstStep, 0, blockSteps);
    }

    /** Keeps spikes and membranes. */
    private final class OutputRecorder implements Observer {

        @Override
        public boolean needsMembranes() {
            return true;
        }

        @Override
        public void observe(long firstStep, int blockSteps, SpikeMatrix spikes, FloatMatrix membranes) {
            keep(firstStep, blockSteps, spikes, output);
            int rows = rows(firstStep, blockSteps);
            if (rows > 0) {
                MemorySegment.copy(
                        membranes.segment(),
                        0,
                        outputMembranes.segment(),
                        outputMembranes.rowOffset((int) firstStep),
                        membranes.rowOffset(rows));
            }
        }
    }
}
