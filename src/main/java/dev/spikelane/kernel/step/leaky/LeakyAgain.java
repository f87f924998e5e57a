package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** A row of neurons before a step, taken forward again to what the way back needs of the step. */
final class LeakyAgain {

    private final LeakyTile tile;
    private final LeakyOptions options;
    private final int count;
    private final FloatMatrix quantized;

    /** The variables before the step. */
    final float[] before;

    final float[] synapse;
    final float[] third;
    /** The current, and what enters the membrane of it. */
    final float[] current;

    final float[] input;
    /**
     * The membrane that decays, the charged one before a reset at the next step, and the one that is compared with the
     * threshold.
     */
    final float[] decayed;

    final float[] charged;
    final float[] membrane;
    /** R and S, and the spikes of the step before. */
    final float[] reset;

    final float[] spike;
    final float[] previous;
    private final float[] fed;

    LeakyAgain(LeakyTile tile) {
        this.tile = tile;
        this.options = tile.parameters.options;
        this.count = tile.count;
        this.quantized = FloatMatrix.zeros(1, count);
        this.before = new float[count];
        this.synapse = new float[count];
        this.third = new float[count];
        this.current = new float[count];
        this.input = new float[count];
        this.decayed = new float[count];
        this.charged = new float[count];
        this.membrane = new float[count];
        this.reset = new float[count];
        this.spike = new float[count];
        this.previous = new float[count];
        this.fed = new float[count];
    }

    /** Reads a row before the step, and goes forward to the membrane that is compared with the threshold. */
    void open(NeuronBackward.Step step, int sample, boolean needsReset) {
        tile.loadAt(step.before[0], step.beforeRow + sample, before);
        if (needsReset) {
            over();
        }
        if (options.variables() > 1) {
            tile.loadAt(step.before[1], step.beforeRow + sample, synapse);
        }
        if (options.variables() > 2) {
            tile.loadAt(step.before[2], step.beforeRow + sample, third);
        }
        SpikeMatrix fired = step.previous;
        if (options.feedback() == Feedback.OWN_SPIKES && fired != null) {
            for (int i = 0; i < count; i++) {
                previous[i] = fired.get(step.previousRow + sample, tile.first + i) ? 1 : 0;
                fed[i] = previous[i] * tile.own[i];
            }
        }
        FloatMatrix currents = step.currents[0];
        if (currents != null) {
            tile.loadAt(currents, step.currentRow + sample, current);
            System.arraycopy(current, 0, input, 0, count);
            for (float[] gain : tile.gains) {
                tile.multiply(input, gain);
            }
            FloatMatrix feedback = step.currents[1];
            if (feedback != null) {
                tile.loadAt(feedback, step.currentRow + sample, fed);
            }
            forward();
        }
        FloatMatrix after = step.after;
        if (after != null && !options.resetsAtOnce()) {
            tile.loadAt(after, step.afterRow + sample, membrane);
        } else {
            round();
        }
    }

    private void over() {
        if (options.compare() == Compare.STRICT) {
            for (int i = 0; i < count; i++) {
                reset[i] = before[i] > tile.threshold[i] ? 1 : 0;
            }
        } else {
            for (int i = 0; i < count; i++) {
                reset[i] = before[i] >= tile.threshold[i] ? 1 : 0;
            }
        }
    }

    private void round() {
        if (tile.parameters.quantized > 0) {
            tile.store(membrane, quantized, 0);
            Quantize.row(tile.parameters.levels, quantized, 0, 0, quantized.stride());
            tile.load(quantized, 0, membrane);
        }
    }

    /** The charge of {@link LeakyLoopScalar}. */
    private void forward() {
        if (options.alphaFunction()) {
            forwardAlpha();
            return;
        }
        for (int i = 0; i < count; i++) {
            float fedBack = options.feedback() == Feedback.CONSTANT ? tile.own[i] : fed[i];
            float in = input[i];
            if (options.synapse()) {
                in = tile.alpha[i] * synapse[i] + in;
                in = options.feedback() == Feedback.NONE ? in : in + fedBack;
            }
            float u = before[i];
            if (options.reset() == Reset.ZERO) {
                u = (1 - reset[i]) * u;
            } else if (options.reset() == Reset.SUBTRACT_DECAYED) {
                u = u - reset[i] * tile.threshold[i];
            }
            input[i] = in;
            decayed[i] = u;
            u = decay(u, in, tile.leak[i], tile.rest[i]);
            if (options.feedback() != Feedback.NONE && !options.synapse()) {
                u = u + fedBack;
            }
            u = options.rectified() ? Math.max(u, 0) : u;
            charged[i] = u;
            if (options.reset() == Reset.SUBTRACT) {
                u = u - reset[i] * tile.threshold[i];
            } else if (options.reset() == Reset.CLEAR) {
                u = u - reset[i] * u;
            }
            membrane[i] = u;
        }
    }

    private float decay(float u, float in, float share, float toward) {
        return switch (options.decay()) {
            case MULTIPLY -> share * u + in;
            case MULTIPLY_WEIGHTED -> share * u + (1 - share) * in;
            case EULER -> u + share * ((toward - u) + in);
            case DIVIDE -> u + (in - (u - toward)) / share;
            case NONE -> in;
        };
    }

    private void forwardAlpha() {
        for (int i = 0; i < count; i++) {
            float excitatory = tile.alpha[i] * synapse[i] + input[i];
            float inhibitory = tile.leak[i] * third[i] - input[i];
            charged[i] = excitatory + inhibitory;
            float u = tile.scale[i] * (excitatory + inhibitory);
            u -= (options.subtracts() ? -third[i] : u) * reset[i];
            membrane[i] = u;
        }
    }

    /** The first neuron with the largest membrane above its threshold, NaN being the largest. */
    int winner() {
        int winner = 0;
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            float excess = membrane[i] - tile.threshold[i];
            if (Float.isNaN(excess)) {
                return i;
            }
            if (excess > largest) {
                largest = excess;
                winner = i;
            }
        }
        return winner;
    }

    /** Finds who fires; of one winner only, where there is one. */
    void fires(int winner) {
        boolean strict = options.compare() == Compare.STRICT;
        for (int i = 0; i < count; i++) {
            float from = compared(i);
            boolean above = strict ? from > tile.threshold[i] : from >= tile.threshold[i];
            spike[i] = above && (winner < 0 || winner == i) ? 1 : 0;
        }
    }

    /** How far what is compared is above the threshold. */
    void distances(float[] into) {
        for (int i = 0; i < count; i++) {
            float from = compared(i);
            into[i] = from - tile.threshold[i];
        }
    }

    /** What the threshold is compared with. */
    private float compared(int i) {
        return options.spike() == Spike.BEFORE
                ? before[i]
                : options.spike() == Spike.CHANGE ? Math.abs(membrane[i] - before[i]) : membrane[i];
    }
}
