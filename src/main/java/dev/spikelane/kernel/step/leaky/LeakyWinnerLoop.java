package dev.spikelane.kernel.step.leaky;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.memory.SpikeMatrix;

/** Fires rows of which only one neuron may fire, and whose membranes no spike changes in its own step. */
record LeakyWinnerLoop(LeakyOptions options) implements LeakyLoop {

    @Override
    public void run(LeakyParameters parameters, StepRun run, int firstRow, int endRow, int winner) {
        int batch = run.state.rows() / options.variables();
        for (int row = firstRow; row < endRow; row++) {
            int sample = row % batch;
            boolean fires =
                    fires(Elements.get(run.state, sample, winner), Elements.get(parameters.threshold, 0, winner));
            set(run.spikes, row, winner, fires);
            if (options.feedback() == Feedback.OWN_SPIKES) {
                set(run.previous, sample, winner, fires);
            }
            if (run.records) {
                LeakyLoop.keep(run, sample, row);
            }
        }
    }

    private boolean fires(float u, float threshold) {
        return options.compare() == Compare.STRICT ? u > threshold : u >= threshold;
    }

    private static void set(SpikeMatrix spikes, int row, int neuron, boolean fires) {
        long at = spikes.rowOffset(row);
        for (int word = 0; word < spikes.stride(); word++) {
            long bits = fires && neuron / Long.SIZE == word ? 1L << neuron : 0;
            spikes.segment().set(JAVA_LONG, at + (long) word * Long.BYTES, bits);
        }
    }
}
