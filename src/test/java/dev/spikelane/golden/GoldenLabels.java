package dev.spikelane.golden;

import dev.spikelane.encode.FiringPattern;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.LatencyTargets;
import dev.spikelane.encode.RateTargets;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Locale;

/** Runs the cases that encode labels. */
final class GoldenLabels {

    private GoldenLabels() {}

    static int[] of(GoldenCase golden) {
        byte[] bytes = golden.bytes("targets");
        int[] labels = new int[bytes.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return labels;
    }

    static float[] floats(byte[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values[i];
        }
        return floats;
    }

    /** Latency coded labels; {@code targets_convert} does not pass on, off and interpolation on. */
    static void latency(GoldenCase golden, boolean passesTargets) {
        int[] labels = of(golden);
        int classes = golden.integer("num_classes");
        Latency latency =
                new Latency(GoldenLatencyTest.code(golden), golden.flagIfSet("clip"), golden.flagIfSet("bypass"));
        LatencyTargets encoder = passesTargets
                ? new LatencyTargets(
                        latency,
                        golden.real("on_target", 1),
                        golden.real("off_target", 0),
                        golden.flagIfSet("interpolate"))
                : new LatencyTargets(latency);
        try (Arena arena = Arena.ofShared()) {
            FloatMatrix oneHot = FloatMatrix.zeros(arena, labels.length, classes);
            FloatMatrix times = FloatMatrix.zeros(arena, labels.length, classes);
            FloatMatrix targets = FloatMatrix.zeros(arena, golden.integer("num_steps") * labels.length, classes);
            encoder.encode(labels, oneHot, times, targets);
            golden.assertBits("out", targets.toArray());
        }
    }

    /** Rate coded labels at as many steps as are asked for. */
    static float[] rate(GoldenCase golden, int steps) {
        int[] labels = of(golden);
        double correctRate = golden.real("correct_rate", 1);
        double incorrectRate = golden.real("incorrect_rate", 0);
        // At these rates snnTorch ignores the option.
        boolean interpolate = golden.flagIfSet("interpolate") && !(correctRate == 1 && incorrectRate == 0);
        RateTargets encoder = new RateTargets(
                correctRate,
                incorrectRate,
                golden.integer("first_spike_time", 0),
                golden.has("firing_pattern")
                        ? FiringPattern.valueOf(golden.text("firing_pattern").toUpperCase(Locale.ROOT))
                        : FiringPattern.REGULAR,
                golden.real("on_target", 1),
                golden.real("off_target", 0),
                interpolate);
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix trains = SpikeMatrix.zeros(arena, steps, 2);
            FloatMatrix levels = FloatMatrix.zeros(arena, steps, 2);
            FloatMatrix targets = FloatMatrix.zeros(arena, steps * labels.length, golden.integer("num_classes"));
            encoder.levels(trains, levels);
            RateTargets.encode(labels, levels, targets);
            return targets.toArray();
        }
    }
}
