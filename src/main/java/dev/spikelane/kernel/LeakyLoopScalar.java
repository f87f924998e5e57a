package dev.spikelane.kernel;

import dev.spikelane.kernel.LeakyOptions.Phase;
import dev.spikelane.kernel.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The specification of {@link LeakyStep}: charge a whole row, then fire it. */
record LeakyLoopScalar(LeakyOptions options) implements LeakyLoop {

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
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
        int first = firstWord * Long.SIZE;
        int end = Math.min(endWord * Long.SIZE, parameters.neurons());
        for (int row = firstRow; row < endRow; row++) {
            int sample = row % batch;
            if (options.phase() != Phase.FIRE) {
                for (int neuron = first; neuron < end; neuron++) {
                    float input = get(current, row, neuron - firstCurrent);
                    charge(parameters, input, state, batch, sample, feedback, previous, spikes, row, neuron);
                }
            }
            if (options.phase() != Phase.CHARGE && options.spike() == Spike.AFTER) {
                for (int neuron = first; neuron < end; neuron++) {
                    fire(parameters, state, sample, previous, spikes, row, neuron, winner);
                }
            }
            if (record) {
                MemorySegment.copy(
                        state.segment(),
                        state.rowOffset(sample) + (long) firstWord * PackedWeights.BLOCK_BYTES,
                        membranes.segment(),
                        membranes.rowOffset(row) + (long) firstWord * PackedWeights.BLOCK_BYTES,
                        (long) (endWord - firstWord) * PackedWeights.BLOCK_BYTES);
            }
        }
    }

    /** Decay, input and delayed reset; leaves R, or the spike that is known by now, in the row of spikes. */
    private void charge(
            LeakyParameters parameters,
            float current,
            FloatMatrix state,
            int batch,
            int sample,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            int row,
            int neuron) {
        float threshold = get(parameters.threshold, 0, neuron);
        float before = get(state, sample, neuron);
        boolean over = above(before, threshold);
        float r = over && options.resetsLater() ? 1 : 0;
        float input = current;
        for (FloatMatrix gain : parameters.gains) {
            input *= get(gain, 0, neuron);
        }
        float u = options.alphaFunction()
                ? alphaFunction(parameters, input, r, state, batch, sample, neuron)
                : leak(parameters, input, r, state, batch, sample, feedback, previous, neuron);
        set(state, sample, neuron, u);
        boolean changed = Math.abs(u - before) > threshold;
        setSpike(spikes, row, neuron, options.spike() == Spike.CHANGE ? changed : over);
    }

    private float leak(
            LeakyParameters parameters,
            float current,
            float r,
            FloatMatrix state,
            int batch,
            int sample,
            FloatMatrix feedback,
            SpikeMatrix previous,
            int neuron) {
        float threshold = get(parameters.threshold, 0, neuron);
        float own = get(parameters.own, 0, neuron);
        float fedBack = switch (options.feedback()) {
            case NONE -> 0;
            case CONSTANT -> own;
            case OWN_SPIKES -> (spike(previous, sample, neuron) ? 1 : 0) * own;
            case CURRENTS -> get(feedback, sample, neuron);
        };
        boolean feeds = options.feedback() != Feedback.NONE;
        float input = current;
        if (options.synapse()) {
            input = get(parameters.alpha, 0, neuron) * get(state, batch + sample, neuron) + input;
            input = feeds ? input + fedBack : input;
            set(state, batch + sample, neuron, input);
        }
        float u = get(state, sample, neuron);
        if (options.resetsLater()) {
            u = switch (options.reset()) {
                case ZERO -> (1 - r) * u;
                case SUBTRACT_DECAYED -> u - r * threshold;
                case SUBTRACT, CLEAR, NONE -> u;
            };
        }
        u = decay(u, input, get(parameters.beta, 0, neuron), get(parameters.rest, 0, neuron));
        if (feeds && !options.synapse()) {
            u = u + fedBack;
        }
        u = options.rectified() ? Math.max(u, 0) : u;
        if (!options.resetsLater()) {
            return u;
        }
        return switch (options.reset()) {
            case SUBTRACT -> u - r * threshold;
            case CLEAR -> u - r * u;
            case ZERO, SUBTRACT_DECAYED, NONE -> u;
        };
    }

    private float decay(float u, float input, float leak, float rest) {
        return switch (options.decay()) {
            case MULTIPLY -> leak * u + input;
            case MULTIPLY_WEIGHTED -> leak * u + (1 - leak) * input;
            case EULER -> u + leak * ((rest - u) + input);
            case DIVIDE -> u + (input - (u - rest)) / leak;
        };
    }

    private float alphaFunction(
            LeakyParameters parameters, float input, float r, FloatMatrix state, int batch, int sample, int neuron) {
        float before = get(state, 2 * batch + sample, neuron);
        float excitatory = get(parameters.alpha, 0, neuron) * get(state, batch + sample, neuron) + input;
        float inhibitory = get(parameters.beta, 0, neuron) * before - input;
        float u = get(parameters.scale, 0, neuron) * (excitatory + inhibitory);
        if (options.resetsLater()) {
            boolean subtracts = options.subtracts();
            excitatory -= (subtracts ? get(parameters.threshold, 0, neuron) : excitatory) * r;
            inhibitory -= inhibitory * r;
            u -= (subtracts ? -before : u) * r;
        }
        set(state, batch + sample, neuron, excitatory);
        set(state, 2 * batch + sample, neuron, inhibitory);
        return u;
    }

    /** Spike and immediate reset; finds R in the row of spikes. Under inhibition only the winner may fire. */
    private void fire(
            LeakyParameters parameters,
            FloatMatrix state,
            int sample,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            int row,
            int neuron,
            int winner) {
        float threshold = get(parameters.threshold, 0, neuron);
        float u = get(state, sample, neuron);
        float r = spike(spikes, row, neuron) ? 1 : 0;
        boolean fires = above(u, threshold) && (!options.inhibition() || neuron == winner);
        if (options.resetsAtOnce()) {
            set(state, sample, neuron, resetAtOnce(parameters, u, threshold, r, fires, neuron));
        }
        setSpike(spikes, row, neuron, fires);
        if (options.feedback() == Feedback.OWN_SPIKES) {
            setSpike(previous, sample, neuron, fires);
        }
    }

    private float resetAtOnce(
            LeakyParameters parameters, float u, float threshold, float r, boolean fires, int neuron) {
        if (options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE) {
            float s =
                    options.inhibition() ? get(fires ? parameters.fired : parameters.silent, 0, neuron) : fires ? 1 : 0;
            return u - (s - r) * (options.subtracts() ? threshold : u);
        }
        float s = fires ? 1 : 0;
        return options.subtracts() ? u - s * threshold : (1 - s) * u + s * get(parameters.potential, 0, neuron);
    }

    private boolean above(float u, float threshold) {
        return options.compare() == Compare.STRICT ? u > threshold : u >= threshold;
    }

    static float get(FloatMatrix matrix, int row, int column) {
        return matrix.segment().get(FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES);
    }

    static void set(FloatMatrix matrix, int row, int column, float value) {
        matrix.segment().set(FLOAT, matrix.rowOffset(row) + (long) column * Float.BYTES, value);
    }

    private static boolean spike(SpikeMatrix spikes, int row, int neuron) {
        return (spikes.segment().get(WORD, wordOffset(spikes, row, neuron)) >>> neuron & 1) != 0;
    }

    private static void setSpike(SpikeMatrix spikes, int row, int neuron, boolean spike) {
        long offset = wordOffset(spikes, row, neuron);
        long word = spikes.segment().get(WORD, offset);
        long bit = 1L << neuron;
        spikes.segment().set(WORD, offset, spike ? word | bit : word & ~bit);
    }

    private static long wordOffset(SpikeMatrix spikes, int row, int neuron) {
        return spikes.rowOffset(row) + (long) (neuron / Long.SIZE) * Long.BYTES;
    }
}
