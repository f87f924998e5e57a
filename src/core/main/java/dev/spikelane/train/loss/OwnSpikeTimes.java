package dev.spikelane.train.loss;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;

/** The first spikes of each output of each sample. */
public final class OwnSpikeTimes implements SpikeTimes {

    private final int spikes;
    private final int outputs;
    private final int[] times;
    private final int[] found;

    public OwnSpikeTimes(int spikes, int outputs) {
        this.spikes = spikes;
        this.outputs = outputs;
        this.times = new int[Math.multiplyExact(spikes, outputs)];
        this.found = new int[outputs];
    }

    @Override
    public void prepare(LossRows input, int first, int end) {
        // Samples are read on demand.
    }

    @Override
    public void find(LossRows input, int sample) {
        Arrays.fill(times, input.steps - 1);
        Arrays.fill(found, 0);
        SpikeMatrix matrix = input.spikes();
        for (int step = 0; step < input.steps; step++) {
            long row = matrix.rowOffset(step * input.batch + sample);
            for (int word = 0; word < matrix.stride(); word++) {
                long bits = matrix.segment().get(JAVA_LONG, row + (long) word * Long.BYTES);
                for (; bits != 0; bits &= bits - 1) {
                    int output = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                    if (found[output] < spikes) {
                        times[found[output]++ * outputs + output] = step;
                    }
                }
            }
        }
    }

    @Override
    public int get(int spike, int output) {
        return times[spike * outputs + output];
    }
}
