package dev.spikelane.encode;

import dev.spikelane.kernel.code.LatencyRamp;
import dev.spikelane.kernel.code.RateRamp;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Targets that rise linearly up to each spike, so that a membrane can follow them. */
public final class Interpolation {

    private Interpolation() {}

    /**
     * Interpolates between the spikes of neurons that fire many times, as {@code snntorch.spikegen.rate_interpolate} does for one: the
     * target rises from off, one step after a spike or at the first step, to on at the next spike; behind the last spike it is off.
     *
     * <p>snnTorch's epsilon has no counterpart: where it makes a ramp of another length there, because it is not small against a step of
     * the ramp or lost beside on, here each has its length. Unlike there on may be off or less: the targets then stay or fall. There
     * are as many targets as steps; there they end with the last spike where a spike is behind the steps.
     *
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples in a step
     * @param onTarget the target at a spike
     * @param offTarget the target behind it
     * @param targets {@code [steps * batch x neurons]}, overwritten
     * @throws IllegalArgumentException if a shape does not fit or a target is not finite in float32
     */
    public static void rate(SpikeMatrix spikes, int batch, double onTarget, double offTarget, FloatMatrix targets) {
        requireFinite(onTarget, offTarget);
        RateRamp.interpolate(spikes, batch, onTarget, offTarget, targets);
    }

    /**
     * Interpolates up to the only spike of each neuron, as {@code snntorch.spikegen.latency_interpolate} does: the target is
     * {@code off + (on - off) * step / rint(time)} up to the spike, then off; off at all steps where the rounded time is above their number.
     * A time that is their number is one behind the last step: the target rises, and does not come to on.
     *
     * <p>As there, the target at a spike is lost (off) where float32 rounds the sum past on: with on 0.9 and off 0.1, 1 * 0.8 + 0.1 is
     * 0.90000004.
     *
     * @param times {@code [batch x neurons]}, in steps, at least 0; infinite for neurons that never fire
     * @param onTarget the target at a spike
     * @param offTarget the target behind it
     * @param targets {@code [steps * batch x neurons]}, time-major, overwritten; shares no memory with the times
     * @throws IllegalArgumentException if a shape does not fit, targets and times share memory, a target is not finite in float32, or on is less than off
     */
    public static void latency(FloatMatrix times, double onTarget, double offTarget, FloatMatrix targets) {
        requireFinite(onTarget, offTarget);
        requireRise(onTarget, offTarget);
        LatencyRamp.interpolate(times, (float) (onTarget - offTarget), (float) onTarget, (float) offTarget, targets);
    }

    static void requireFinite(double onTarget, double offTarget) {
        if (!Float.isFinite((float) onTarget) || !Float.isFinite((float) offTarget)) {
            throw new IllegalArgumentException(
                    "onTarget is " + onTarget + ", offTarget " + offTarget + ", expected finite float32 numbers");
        }
    }

    /** torch's clamp: unlike {@link Math#max} it leaves -0 as it is where the bound is 0. */
    static float atLeast(float bound, float value) {
        return value < bound ? bound : value;
    }

    static void requireRise(double onTarget, double offTarget) {
        if (onTarget < offTarget) {
            throw new IllegalArgumentException(
                    "onTarget is " + onTarget + ", expected at least offTarget, " + offTarget);
        }
    }
}
