package dev.spikelane.golden;

import static dev.spikelane.Filled.flags;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.encode.Latency;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;

/** Runs the cases of latency codes, of data and of labels. */
final class GoldenLatency {

    private final GoldenCase golden;
    private final double onTarget;
    private final double offTarget;
    private final boolean interpolate;
    private final double epsilon;

    /**
     * @param passesAll true if on, off, interpolation and epsilon are used; {@code targets_convert} does not pass them
     *     on
     */
    GoldenLatency(GoldenCase golden, boolean passesAll) {
        this.golden = golden;
        this.onTarget = passesAll ? golden.real("on_target", 1) : 1;
        this.offTarget = passesAll ? golden.real("off_target", 0) : 0;
        this.interpolate = passesAll && golden.flagIfSet("interpolate");
        this.epsilon = passesAll ? golden.real("epsilon", 1e-7) : 1e-7;
    }

    Latency code() {
        return new Latency()
                .withThreshold(golden.real("threshold", 0.01))
                .withTau(golden.real("tau", 1))
                .withFirstSpikeTime(golden.integer("first_spike_time", 0))
                .withLinear(golden.flagIfSet("linear"))
                .withNormalize(golden.flagIfSet("normalize"))
                .withEpsilon(epsilon);
    }

    /** Returns spike times, for the given steps if any. */
    static FloatMatrix times(Arena arena, GoldenCase golden, Latency code, FloatMatrix data) {
        FloatMatrix times = FloatMatrix.zeros(arena, data.rows(), data.columns());
        int steps = golden.integer("num_steps", 0);
        if (steps > 0) {
            code.times(data, steps, times);
        } else {
            code.times(data, times);
        }
        return times;
    }

    /** Compares targets, and the spikes if targets are spikes. */
    void compare(Arena arena, FloatMatrix data, String output) {
        FloatMatrix times = times(arena, golden, code(), data);
        int given = golden.integer("num_steps", 0);
        int steps = given == 0 ? Latency.steps(times) : given;
        FloatMatrix targets = FloatMatrix.zeros(arena, steps * data.rows(), data.columns());
        boolean clip = golden.flagIfSet("clip");
        // snnTorch ignores the option: its numbers are without it, here features are off.
        boolean ignored = clip && interpolate;
        encoder(clip && !ignored).encode(data, times, targets);
        float[] expected = targets.toArray();
        golden.assertBits(output, expected);
        if (ignored) {
            boolean[] below = below(code(), data, times);
            for (int i = 0; i < expected.length; i++) {
                expected[i] = below[i % below.length] ? (float) offTarget : expected[i];
            }
            encoder(true).encode(data, times, targets);
            requireSame(expected, targets.toArray());
        }
        if (onTarget == 1 && offTarget == 0 && !interpolate) {
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, targets.rows(), targets.columns());
            code().withClip(clip).withDropLate(golden.flagIfSet("bypass")).encode(data, times, spikes);
            golden.assertBits(output, GoldenLabels.floats(spikes.toArray()));
        }
    }

    /** Data that snnTorch refuses, or for which it returns no numbers, are refused. */
    void requireRefused(Arena arena, FloatMatrix data) {
        int steps = golden.integer("num_steps", 0);
        FloatMatrix times = FloatMatrix.zeros(arena, data.rows(), data.columns());
        if (steps > 0) {
            FloatMatrix targets = FloatMatrix.zeros(arena, steps * data.rows(), data.columns());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> encoder(golden.flagIfSet("clip")).encode(data, times, targets));
        } else if (golden.flagIfSet("normalize")) {
            assertThrows(IllegalArgumentException.class, () -> code().times(data, times));
        } // a run needs steps: the steps of the output
    }

    Latency.Targets encoder(boolean clip) {
        return new Latency.Targets(code().withClip(clip).withDropLate(golden.flagIfSet("bypass")))
                .withTargets(onTarget, offTarget)
                .withInterpolation(interpolate);
    }

    /** Returns which data are below the threshold; their times become infinite. */
    static boolean[] below(Latency code, FloatMatrix data, FloatMatrix times) {
        code.silence(data, times);
        float[] silenced = times.toArray();
        return flags(silenced.length, i -> silenced[i] == Float.POSITIVE_INFINITY);
    }

    private void requireSame(float[] expected, float[] got) {
        new GoldenComparison(golden.name() + ": clipped", List.of(expected.length), "bit for bit")
                .requireSame(
                        i -> Float.floatToIntBits(expected[i]) == Float.floatToIntBits(got[i]),
                        i -> got[i],
                        i -> expected[i]);
    }
}
