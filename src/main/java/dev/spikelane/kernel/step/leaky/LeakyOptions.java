package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.step.Feedback;

/**
 * What neurons of one group do in a step; {@link LeakyParameters} says with which numbers.
 *
 * @param gains factors of the input, 0 to 3
 * @param synapse whether the input passes a leaky synapse, the second state variable
 * @param alphaFunction whether the membrane is the sum of two currents, the second and third state variable
 * @param rectified whether the membrane is cut at zero
 * @param steps how many steps a loop takes neurons through at once
 * @param record whether a loop keeps membranes
 */
public record LeakyOptions(
        Decay decay,
        int gains,
        boolean synapse,
        boolean alphaFunction,
        Feedback feedback,
        boolean rectified,
        Compare compare,
        Spike spike,
        Reset reset,
        ResetTime resetTime,
        boolean inhibition,
        Phase phase,
        int steps,
        boolean record) {

    private static final int MOST_INLINED = 36;

    /** So many accesses are as large as the slices of a row (2,700 nodes). */
    private static final int SLICES = 6;

    /** Which membrane a spike is taken from. */
    enum Spike {
        /** That after the step. */
        AFTER,
        /** That before the step, so that the spike is what resets. */
        BEFORE,
        /** The difference of both, without its sign. */
        CHANGE
    }

    /** What a loop over a row does. */
    enum Phase {
        WHOLE,
        /** Decay, input and delayed reset; what resets stays in the row of spikes. */
        CHARGE,
        /** Spike and immediate reset; what reset is found in the row of spikes. */
        FIRE
    }

    /** State variables, of which the first is the membrane. */
    int variables() {
        return alphaFunction ? 3 : synapse ? 2 : 1;
    }

    /** Whether a membrane above its threshold resets at the next step. */
    public boolean resetsLater() {
        return resetTime != ResetTime.SAME_STEP && reset != Reset.NONE;
    }

    /** Whether a spike changes the membrane in its own step. */
    public boolean resetsAtOnce() {
        return resetTime != ResetTime.NEXT_STEP && reset != Reset.NONE;
    }

    /** Whether a reset takes the threshold. */
    public boolean subtracts() {
        return reset == Reset.SUBTRACT || reset == Reset.SUBTRACT_DECAYED;
    }

    /**
     * Whether C2 inlines a loop over so many whole steps. It stops at 18,000 nodes ({@code NodeCountInliningCutoff})
     * and then boxes vectors; an access or an operation takes some 470 (JDK 25, counted by
     * {@code -XX:+LogCompilation}).
     */
    boolean fits(int wholeSteps) {
        return onceSize() + wholeSteps * stepSize() <= MOST_INLINED;
    }

    /** Whether C2 inlines this loop with slices of its rows too. */
    boolean fitsSliced() {
        return onceSize() + steps * stepSize() + SLICES <= MOST_INLINED;
    }

    /** Accesses and operations for 16 neurons. */
    private int onceSize() {
        int rest = decay == Decay.EULER || decay == Decay.DIVIDE ? 1 : 0;
        int potential = resetsAtOnce() ? 1 : 0;
        int fed = feedback == Feedback.OWN_SPIKES ? 5 : feedback == Feedback.CONSTANT ? 1 : 0;
        return 2 + 3 * variables() + rest + potential + fed + gains;
    }

    /** Accesses and operations for 16 neurons at each step. */
    private int stepSize() {
        int decays = decay == Decay.NONE ? 0 : decay == Decay.MULTIPLY ? 2 : 4;
        int fed = switch (feedback) {
            case NONE -> 0;
            case CONSTANT -> 1;
            case CURRENTS -> 2;
            case OWN_SPIKES -> 3;
        };
        int fires = spike == Spike.CHANGE ? 3 : 1;
        int cuts = rectified ? 2 : 0;
        int resets = (resetsLater() ? alphaFunction ? 10 : 3 : 0) + (resetsAtOnce() ? 8 : 0);
        int integrates = alphaFunction ? 6 : decays + (synapse ? 2 : 0);
        return 4 + gains + integrates + fed + cuts + fires + resets;
    }

    /** The same neurons in a loop that does one phase of one step. */
    LeakyOptions in(Phase part) {
        return in(part, 1, false);
    }

    /** The same neurons in a loop that does some whole steps. */
    LeakyOptions in(int wholeSteps, boolean keep) {
        return in(Phase.WHOLE, wholeSteps, keep);
    }

    private LeakyOptions in(Phase part, int many, boolean keep) {
        return new LeakyOptions(
                decay,
                gains,
                synapse,
                alphaFunction,
                feedback,
                rectified,
                compare,
                spike,
                reset,
                resetTime,
                inhibition,
                part,
                many,
                keep);
    }
}
