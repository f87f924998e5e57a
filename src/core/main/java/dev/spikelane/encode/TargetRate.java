package dev.spikelane.encode;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Arange;
import dev.spikelane.simd.Checks;
import java.util.Objects;

/**
 * A neuron that fires at a rate, as in {@code snntorch.spikegen.target_rate_code}.
 *
 * <p>Spikes are at steps from {@code first} to the last:
 * <pre>{@code
 * REGULAR  floor(first + k / rate)                      k = 0, 1, ... n - 1,  n = ceil((steps - first) / (1 / rate))
 * UNIFORM  floor(uniform * (steps - first) + first)     n times
 * POISSON  every step with uniform < rate
 * }</pre>
 * The sums of REGULAR have the bits of {@code torch.arange}, see {@link Arange}; the sums of UNIFORM are float32.
 * Uniform numbers come from a {@link TorchRandom}: with torch's seed the steps are torch's. POISSON draws a number for
 * the steps before {@code first} too, a rate of 0 draws none.
 *
 * <p>If float32 rounds a time up to the number of steps, snnTorch raises an error, and this fires in the last step.
 */
record TargetRate(double rate, int firstSpikeTime, RateTargets.Pattern pattern) {

    TargetRate {
        Objects.requireNonNull(pattern, "pattern");
        Checks.require(rate >= 0 && rate <= 1, "rate", rate, "it in [0, 1]");
        Checks.atLeast(0, "firstSpikeTime", firstSpikeTime);
    }

    TargetRate(double rate) {
        this(rate, 0, RateTargets.Pattern.REGULAR);
    }

    void encode(SpikeMatrix spikes, int neuron) {
        if (pattern != RateTargets.Pattern.REGULAR) {
            throw new IllegalArgumentException(
                    "pattern is " + pattern + ", expected REGULAR where there is no random stream");
        }
        fireRegularly(rate, firstSpikeTime, spikes, neuron);
    }

    void encode(SpikeMatrix spikes, int neuron, TorchRandom random) {
        draw(rate, firstSpikeTime, pattern, spikes, neuron, random);
    }

    static void draw(
            double rate, int first, RateTargets.Pattern pattern, SpikeMatrix spikes, int neuron, TorchRandom random) {
        switch (pattern) {
            case REGULAR -> fireRegularly(rate, first, spikes, neuron);
            case UNIFORM -> fireUniformly(rate, first, spikes, neuron, random);
            case POISSON -> fireIndependently(rate, first, spikes, neuron, random);
        }
    }

    static void fireRegularly(double rate, int first, SpikeMatrix spikes, int neuron) {
        silence(first, spikes, neuron);
        int count = count(rate, first, spikes.rows());
        for (int spike = 0; spike < count; spike++) {
            fire(spikes, neuron, Arange.term(first, 1 / rate, spike, count));
        }
    }

    private static void fireUniformly(double rate, int first, SpikeMatrix spikes, int neuron, TorchRandom random) {
        silence(first, spikes, neuron);
        int count = count(rate, first, spikes.rows());
        for (int spike = 0; spike < count; spike++) {
            fire(spikes, neuron, random.nextFloat() * (spikes.rows() - first) + first);
        }
    }

    private static void fireIndependently(double rate, int first, SpikeMatrix spikes, int neuron, TorchRandom random) {
        silence(first, spikes, neuron);
        for (int step = 0; step < spikes.rows() && rate > 0; step++) {
            boolean fires = random.nextFloat() < (float) rate;
            spikes.set(step, neuron, fires && step >= first);
        }
    }

    private static void silence(int first, SpikeMatrix spikes, int neuron) {
        if (first > spikes.rows()) {
            throw new IllegalArgumentException(
                    "firstSpikeTime is " + first + ", expected at most the steps, " + spikes.rows());
        }
        for (int step = 0; step < spikes.rows(); step++) {
            spikes.set(step, neuron, false);
        }
    }

    private static int count(double rate, int first, int steps) {
        return rate == 0 ? 0 : (int) Math.ceil((steps - first) / (1 / rate));
    }

    private static void fire(SpikeMatrix spikes, int neuron, float time) {
        spikes.set(Math.min((int) time, spikes.rows() - 1), neuron, true);
    }
}
