package dev.spikelane.encode;

import dev.spikelane.kernel.encode.LatencyRamp;
import dev.spikelane.kernel.encode.RateRamp;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/** Targets that rise linearly up to each spike, so that a membrane can follow them. */
final class Interpolation {

    private Interpolation() {}

    static void rate(SpikeMatrix spikes, int batch, double onTarget, double offTarget, FloatMatrix targets) {
        requireFinite(onTarget, offTarget);
        RateRamp.interpolate(spikes, batch, onTarget, offTarget, targets);
    }

    static void latency(FloatMatrix times, double onTarget, double offTarget, FloatMatrix targets) {
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

    /** Works as torch's clamp: unlike {@link Math#max} it leaves -0 as it is if the bound is 0. */
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
