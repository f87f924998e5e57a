package dev.spikelane.network;

import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.base.Logarithm;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.neuron.Recurrence;

/** The derivative of each line of {@link NaiveLif}, for one neuron of one sample at a time, from the last line to the first. */
final class NaiveLifBack {

    private final NaiveLif lif;
    private final Parameter carries;
    /** Whether projections enter the port {@code feedback}. */
    private final boolean fed;

    /** What was before the step and in it. */
    float before;

    float second;
    float third;
    float unreset;
    boolean fired;
    boolean winner;
    boolean firedBefore;

    /** Gradients with respect to the variables after the step, then before it. */
    final float[] ofVariables = new float[3];

    /** Gradients with respect to what a spike carries, then the spike. */
    float ofSpike;

    float ofCurrent;
    float ofFedBack;
    float ofFiredBefore;
    /** Sums of gradients with respect to parameters. */
    float ofThreshold;

    float ofLeak;
    float ofShare;
    float ofScale;
    float ofOwn;
    float ofFactor;

    NaiveLifBack(NaiveLif lif, Parameter carries, boolean fed) {
        this.fed = fed;
        this.lif = lif;
        this.carries = carries;
    }

    /** What stands in place of the derivative of firing. */
    static float surrogate(float distance, float gradient) {
        return gradient / (1 + distance * distance);
    }

    void step(int i) {
        float threshold = lif.firing.threshold().value(i);
        Reset reset = lif.firing.reset();
        ResetTime time = lif.firing.resetTime();
        boolean subtracts = reset == Reset.SUBTRACT || reset == Reset.SUBTRACT_DECAYED;
        boolean later = time != ResetTime.SAME_STEP && reset != Reset.NONE;
        boolean atOnce = time != ResetTime.NEXT_STEP && reset != Reset.NONE && !lif.firesBefore && !lif.firesOnChange;
        boolean above = lif.firing.compare() == Compare.STRICT ? before > threshold : before >= threshold;
        float r = above && later ? 1 : 0;
        float s = fired ? 1 : 0;
        float of = ofVariables[0];
        // What a spike carries; under inhibition that is 1.
        ofFactor += lif.firing.inhibition() ? 0 : s * ofSpike;
        ofSpike *= carries.value(i);
        if (atOnce && time == ResetTime.SAME_STEP_DIFFERENCE) {
            float factor = lif.firing.inhibition() && lif.graded.value(i) != 0 ? lif.graded.value(i) : 1;
            float through = -((subtracts ? threshold : unreset) * of);
            ofSpike += lif.firing.inhibition() ? through * (1 / factor) : through;
            ofFactor -= lif.firing.inhibition() ? s * (1 / factor) * (1 / factor) * through : 0;
            float difference = (lif.firing.inhibition() ? s / factor : s) - r;
            if (subtracts) {
                ofThreshold -= difference * of;
            } else {
                of -= difference * of;
            }
        } else if (atOnce && subtracts) {
            ofThreshold -= s * of;
        } else if (atOnce) {
            of -= s * of;
        }
        if (lif.firing.inhibition() && !winner) {
            ofSpike = 0;
        }
        // Firing.
        float compared = lif.firesBefore ? before : lif.firesOnChange ? Math.abs(unreset - before) : unreset;
        float ofDistance = surrogate(compared - threshold, ofSpike);
        ofThreshold -= ofDistance;
        float ofBefore = 0;
        if (lif.firesBefore) {
            ofBefore = ofDistance;
        } else if (lif.firesOnChange) {
            float change = Math.signum(unreset - before) * ofDistance;
            of += change;
            ofBefore = -change;
        } else {
            of += ofDistance;
        }
        if (lif.alpha != null) {
            alphaFunction(i, of, r, subtracts, threshold);
        } else {
            charge(i, of, ofBefore, r, threshold);
        }
        for (int gain = 0; gain < lif.gains.length; gain++) {
            ofCurrent *= lif.gains[gain].value(i);
        }
    }

    private void charge(int i, float ofUnreset, float ofBefore, float r, float threshold) {
        Reset reset = lif.firing.reset();
        float of = ofUnreset;
        if (reset == Reset.SUBTRACT) {
            ofThreshold -= r * of;
        } else if (reset == Reset.CLEAR) {
            of -= r * of;
        }
        if (lif.rectified && !(unreset > 0)) {
            of = 0;
        }
        ofFedBack = of;
        float b = lif.clampsLeak ? Math.clamp(lif.leak.value(i), 0f, 1f) : lif.leak.value(i);
        float decayed = reset == Reset.ZERO
                ? (1 - r) * before
                : reset == Reset.SUBTRACT_DECAYED ? before - r * threshold : before;
        ofLeak += lif.decay == Decay.MULTIPLY ? decayed * of : 0;
        switch (lif.decay) {
            case MULTIPLY -> {
                ofCurrent = of;
                of = b * of;
            }
            case MULTIPLY_WEIGHTED -> {
                ofCurrent = (1 - b) * of;
                of = b * of;
            }
            case EULER -> {
                ofCurrent = b * of;
                of = of - b * of;
            }
            case DIVIDE -> {
                ofCurrent = of / b;
                of = of - of / b;
            }
            case NONE -> {
                ofCurrent = of;
                of = 0;
            }
        }
        if (reset == Reset.ZERO) {
            of = (1 - r) * of;
        } else if (reset == Reset.SUBTRACT_DECAYED) {
            ofThreshold -= r * of;
        }
        if (lif.synapse != null) {
            float share = Math.clamp(lif.synapse.value(i), 0f, 1f);
            ofCurrent = ofVariables[1] + ofCurrent;
            ofShare += second * ofCurrent;
            ofVariables[1] = share * ofCurrent;
            ofFedBack = ofCurrent;
        }
        if (!fed && lif.recurrence instanceof Recurrence.OneToOne own) {
            ofOwn += (firedBefore ? 1 : 0) * ofFedBack;
            ofFiredBefore = own.weights().value(i) * ofFedBack;
        } else {
            ofOwn += ofFedBack;
        }
        ofVariables[0] = of + ofBefore;
    }

    private void alphaFunction(int i, float of, float r, boolean subtracts, float threshold) {
        float slow = Math.clamp(lif.alpha.alpha().value(i), 0f, 1f);
        float fast = Math.clamp(lif.alpha.beta().value(i), 0f, 1f);
        float tau = Logarithm.log(slow) / (Logarithm.log(fast) - Logarithm.log(slow)) + 1;
        float ofSlow = ofVariables[1];
        float ofFast = ofVariables[2] - r * ofVariables[2];
        float ofSum = of;
        if (subtracts) {
            ofThreshold -= r * ofSlow;
        } else {
            ofSlow -= r * ofSlow;
            ofSum -= r * ofSum;
        }
        float through = tau * ofSum;
        ofSlow += through;
        ofFast += through;
        ofCurrent = ofSlow - ofFast;
        ofShare += second * ofSlow;
        ofLeak += third * ofFast;
        ofVariables[0] = 0;
        ofVariables[1] = slow * ofSlow;
        ofVariables[2] = fast * ofFast + (subtracts ? r * of : 0);
    }
}
