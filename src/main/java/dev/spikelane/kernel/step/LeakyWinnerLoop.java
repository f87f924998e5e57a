package dev.spikelane.kernel.step;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.base.Elements;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.ValueLayout;

/** Fires rows of which only one neuron may fire, and whose membranes no spike changes in its own step. */
record LeakyWinnerLoop(LeakyOptions options) implements LeakyLoop {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    @Override
    public void run(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            int firstRow,
            int endRow,
            FloatMatrix state,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            FloatMatrix membranes,
            boolean record,
            int firstWord,
            int endWord,
            int winner) {
        int batch = state.rows() / options.variables();
        for (int row = firstRow; row < endRow; row++) {
            int sample = row % batch;
            boolean fires = fires(Elements.get(state, sample, winner), Elements.get(parameters.threshold, 0, winner));
            set(spikes, row, winner, fires);
            if (options.feedback() == Feedback.OWN_SPIKES) {
                set(previous, sample, winner, fires);
            }
            if (record) {
                LeakyLoop.keep(state, sample, membranes, row, firstWord, endWord);
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
            spikes.segment().set(WORD, at + (long) word * Long.BYTES, bits);
        }
    }
}
