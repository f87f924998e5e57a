package dev.spikelane.train.loss;

import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;

/**
 * Spike times as snnTorch finds several of them: after the n-th spikes of all outputs and samples are found, all spikes
 * at their steps are dropped.
 */
final class SharedSpikeTimes implements SpikeTimes {

    private final int spikes;
    private final int outputs;
    private final int[] times;
    private final boolean[] forgotten;
    private int batch;
    private int sample;

    SharedSpikeTimes(int spikes, LossShape shape) {
        this.spikes = spikes;
        this.outputs = shape.outputs();
        this.times = new int[Math.multiplyExact(Math.multiplyExact(spikes, shape.batch()), outputs)];
        this.forgotten = new boolean[shape.steps()];
    }

    @Override
    public void prepare(LossRows input, int first, int end) {
        if (first != 0 || end != input.batch) {
            throw new IllegalArgumentException("samples are [" + first + ", " + end + "), expected the whole batch of "
                    + input.batch + ", as samples depend on each other where steps are shared");
        }
        batch = input.batch;
        Arrays.fill(forgotten, false);
        for (int spike = 0; spike < spikes; spike++) {
            int at = spike * batch * outputs;
            for (int row = 0; row < batch; row++) {
                for (int output = 0; output < outputs; output++) {
                    times[at + row * outputs + output] = firstOf(input, row, output);
                }
            }
            for (int i = at; i < at + batch * outputs; i++) {
                forgotten[times[i]] = true;
            }
        }
    }

    private int firstOf(LossRows input, int row, int output) {
        SpikeMatrix matrix = input.spikes();
        for (int step = 0; step < input.steps; step++) {
            if (!forgotten[step] && matrix.get(step * input.batch + row, output)) {
                return step;
            }
        }
        return input.steps - 1;
    }

    @Override
    public void find(LossRows input, int row) {
        sample = row;
    }

    @Override
    public int get(int spike, int output) {
        return times[(spike * batch + sample) * outputs + output];
    }
}
