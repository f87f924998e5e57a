package dev.spikelane.kernel.step;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.step.LeakyOptions.Phase;
import dev.spikelane.kernel.step.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;

/**
 * The specification of {@link LeakyStep}: charge a whole row, then fire it. A {@link Template}, of which {@link LeakyLoops}
 * defines a class for each set of options. The loops over neurons stand in the methods that do the work, and no method has more bytecode than
 * C2 inlines: with a call for each neuron it took 2.5 times as long (2026-11).
 */
final class LeakyLoopScalar implements LeakyLoop {

    private static final LeakyOptions OPTIONS = Template.data(MethodHandles.lookup(), LeakyOptions.class);
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG;

    LeakyLoopScalar() {}

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
        int batch = state.rows() / OPTIONS.variables();
        int first = firstWord * Long.SIZE;
        int end = Math.min(endWord * Long.SIZE, parameters.neurons());
        for (int row = firstRow; row < endRow; row++) {
            int sample = row % batch;
            if (OPTIONS.phase() != Phase.FIRE) {
                charge(
                        parameters,
                        current,
                        firstCurrent,
                        state,
                        batch,
                        sample,
                        feedback,
                        previous,
                        spikes,
                        row,
                        first,
                        end);
            }
            if (OPTIONS.phase() != Phase.CHARGE && OPTIONS.spike() == Spike.AFTER) {
                fire(parameters, state, sample, previous, spikes, row, first, end, winner);
            }
            if (record) {
                LeakyLoop.keep(state, sample, membranes, row, firstWord, endWord);
            }
        }
    }

    /** Decay, input and delayed reset; leaves R, or the spike that is known by now, in the row of spikes. */
    private static void charge(
            LeakyParameters parameters,
            FloatMatrix current,
            int firstCurrent,
            FloatMatrix state,
            int batch,
            int sample,
            FloatMatrix feedback,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            int row,
            int first,
            int end) {
        for (int neuron = first; neuron < end; neuron++) {
            float threshold = Elements.get(parameters.threshold, 0, neuron);
            float before = Elements.get(state, sample, neuron);
            boolean over = above(before, threshold);
            float r = over && OPTIONS.resetsLater() ? 1 : 0;
            float input = Elements.get(current, row, neuron - firstCurrent);
            for (FloatMatrix gain : parameters.gains) {
                input *= Elements.get(gain, 0, neuron);
            }
            float u;
            if (OPTIONS.alphaFunction()) {
                u = alphaFunction(parameters, input, r, state, batch, sample, neuron);
            } else {
                float fedBack = fedBack(parameters, feedback, previous, sample, neuron);
                if (OPTIONS.synapse()) {
                    input = synapse(parameters, input, fedBack, state, batch + sample, neuron);
                }
                u = leak(parameters, before, input, fedBack, r, neuron);
            }
            Elements.set(state, sample, neuron, u);
            boolean changed = Math.abs(u - before) > threshold;
            boolean known = OPTIONS.spike() == Spike.CHANGE ? changed : over;
            setSpike(spikes, row, neuron, known);
            if (OPTIONS.spike() != Spike.AFTER && OPTIONS.feedback() == Feedback.OWN_SPIKES) {
                setSpike(previous, sample, neuron, known);
            }
        }
    }

    private static float fedBack(
            LeakyParameters parameters, FloatMatrix feedback, SpikeMatrix previous, int sample, int neuron) {
        return switch (OPTIONS.feedback()) {
            case NONE -> 0;
            case CONSTANT -> Elements.get(parameters.own, 0, neuron);
            case OWN_SPIKES -> (spike(previous, sample, neuron) ? 1 : 0) * Elements.get(parameters.own, 0, neuron);
            case CURRENTS -> Elements.get(feedback, sample, neuron);
        };
    }

    private static float synapse(
            LeakyParameters parameters, float input, float fedBack, FloatMatrix state, int synapseRow, int neuron) {
        float x = Elements.get(parameters.alpha, 0, neuron) * Elements.get(state, synapseRow, neuron) + input;
        x = OPTIONS.feedback() == Feedback.NONE ? x : x + fedBack;
        Elements.set(state, synapseRow, neuron, x);
        return x;
    }

    private static float leak(
            LeakyParameters parameters, float before, float input, float fedBack, float r, int neuron) {
        float threshold = Elements.get(parameters.threshold, 0, neuron);
        float u = before;
        if (OPTIONS.resetsLater() && OPTIONS.reset() == Reset.ZERO) {
            u = (1 - r) * u;
        }
        if (OPTIONS.resetsLater() && OPTIONS.reset() == Reset.SUBTRACT_DECAYED) {
            u = u - r * threshold;
        }
        u = decay(u, input, Elements.get(parameters.beta, 0, neuron), Elements.get(parameters.rest, 0, neuron));
        if (OPTIONS.feedback() != Feedback.NONE && !OPTIONS.synapse()) {
            u = u + fedBack;
        }
        u = OPTIONS.rectified() ? Math.max(u, 0) : u;
        if (OPTIONS.resetsLater() && OPTIONS.reset() == Reset.SUBTRACT) {
            u = u - r * threshold;
        }
        if (OPTIONS.resetsLater() && OPTIONS.reset() == Reset.CLEAR) {
            u = u - r * u;
        }
        return u;
    }

    private static float decay(float u, float input, float leak, float rest) {
        return switch (OPTIONS.decay()) {
            case MULTIPLY -> leak * u + input;
            case MULTIPLY_WEIGHTED -> leak * u + (1 - leak) * input;
            case EULER -> u + leak * ((rest - u) + input);
            case DIVIDE -> u + (input - (u - rest)) / leak;
            case NONE -> input;
        };
    }

    private static float alphaFunction(
            LeakyParameters parameters, float input, float r, FloatMatrix state, int batch, int sample, int neuron) {
        float before = Elements.get(state, 2 * batch + sample, neuron);
        float excitatory =
                Elements.get(parameters.alpha, 0, neuron) * Elements.get(state, batch + sample, neuron) + input;
        float inhibitory = Elements.get(parameters.beta, 0, neuron) * before - input;
        float u = Elements.get(parameters.scale, 0, neuron) * (excitatory + inhibitory);
        if (OPTIONS.resetsLater()) {
            boolean subtracts = OPTIONS.subtracts();
            excitatory -= (subtracts ? Elements.get(parameters.threshold, 0, neuron) : excitatory) * r;
            inhibitory -= inhibitory * r;
            u -= (subtracts ? -before : u) * r;
        }
        Elements.set(state, batch + sample, neuron, excitatory);
        Elements.set(state, 2 * batch + sample, neuron, inhibitory);
        return u;
    }

    /** Spike and immediate reset; finds R in the row of spikes. Under inhibition only the winner may fire. */
    private static void fire(
            LeakyParameters parameters,
            FloatMatrix state,
            int sample,
            SpikeMatrix previous,
            SpikeMatrix spikes,
            int row,
            int first,
            int end,
            int winner) {
        for (int neuron = first; neuron < end; neuron++) {
            float threshold = Elements.get(parameters.threshold, 0, neuron);
            float u = Elements.get(state, sample, neuron);
            float r = spike(spikes, row, neuron) ? 1 : 0;
            boolean fires = above(u, threshold) && (!OPTIONS.inhibition() || neuron == winner);
            if (OPTIONS.resetsAtOnce()) {
                Elements.set(state, sample, neuron, resetAtOnce(parameters, u, threshold, r, fires, neuron));
            }
            setSpike(spikes, row, neuron, fires);
            if (OPTIONS.feedback() == Feedback.OWN_SPIKES) {
                setSpike(previous, sample, neuron, fires);
            }
        }
    }

    private static float resetAtOnce(
            LeakyParameters parameters, float u, float threshold, float r, boolean fires, int neuron) {
        if (OPTIONS.resetTime() == ResetTime.SAME_STEP_DIFFERENCE) {
            float s = OPTIONS.inhibition()
                    ? Elements.get(fires ? parameters.fired : parameters.silent, 0, neuron)
                    : fires ? 1 : 0;
            return u - (s - r) * (OPTIONS.subtracts() ? threshold : u);
        }
        float s = fires ? 1 : 0;
        return OPTIONS.subtracts()
                ? u - s * threshold
                : (1 - s) * u + s * Elements.get(parameters.potential, 0, neuron);
    }

    private static boolean above(float u, float threshold) {
        return OPTIONS.compare() == Compare.STRICT ? u > threshold : u >= threshold;
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
