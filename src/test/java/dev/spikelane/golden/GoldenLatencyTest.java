package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.encode.Interpolation;
import dev.spikelane.encode.Latency;
import dev.spikelane.encode.LatencyCode;
import dev.spikelane.encode.LatencyTargets;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Latency codes give snnTorch's spike times and spikes bit for bit. */
class GoldenLatencyTest {

    @Test
    void latency() {
        GoldenSet.of("latency").check(golden -> {
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix data = matrix(arena, golden, "data");
                LatencyCode code = code(golden, golden.flagIfSet("linear"));
                FloatMatrix times = times(arena, golden, code, data);
                golden.assertBits("spike_time", times.toArray());
                int given = golden.integer("num_steps", 0);
                int steps = given == 0 && golden.raises().isEmpty() ? LatencyCode.steps(times) : given;
                boolean[] below = below(golden, code, data, times);
                if (golden.raises().isEmpty()) {
                    compareTargets(arena, golden, code, data, times, steps, below);
                } else if (steps > 0) { // there is no run without steps here: they are those of the output
                    FloatMatrix targets = FloatMatrix.zeros(arena, steps * data.rows(), data.columns());
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> targets(golden, code, golden.flagIfSet("clip"))
                                    .encode(data, times, targets));
                }
            }
        });
    }

    /** snnTorch ignores the option clip where it interpolates: its numbers are those without the option, here features are off. */
    private static void compareTargets(
            Arena arena,
            GoldenCase golden,
            LatencyCode code,
            FloatMatrix data,
            FloatMatrix times,
            int steps,
            boolean[] below) {
        FloatMatrix targets = FloatMatrix.zeros(arena, steps * data.rows(), data.columns());
        boolean clip = golden.flagIfSet("clip");
        boolean ignored = clip && golden.flagIfSet("interpolate");
        targets(golden, code, clip && !ignored).encode(data, times, targets);
        float[] expected = targets.toArray();
        golden.assertBits("spikes", expected);
        if (ignored) {
            for (int i = 0; i < expected.length; i++) {
                expected[i] = below[i % below.length] ? golden.number("off_target", 0) : expected[i];
            }
            targets(golden, code, true).encode(data, times, targets);
            requireSame(golden, expected, targets.toArray());
        }
        if (golden.number("on_target", 1) == 1
                && golden.number("off_target", 0) == 0
                && !golden.flagIfSet("interpolate")) {
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, targets.rows(), targets.columns());
            new Latency(code, clip, golden.flagIfSet("bypass")).encode(data, times, spikes);
            golden.assertBits("spikes", floats(spikes));
        }
    }

    private static boolean[] below(GoldenCase golden, LatencyCode code, FloatMatrix data, FloatMatrix times) {
        code.silence(data, times);
        float[] silenced = times.toArray();
        boolean[] below = new boolean[silenced.length];
        byte[] bytes = new byte[silenced.length];
        for (int i = 0; i < below.length; i++) {
            below[i] = silenced[i] == Float.POSITIVE_INFINITY;
            bytes[i] = (byte) (below[i] ? 1 : 0);
        }
        golden.assertSpikes("below_threshold", bytes);
        return below;
    }

    private static void requireSame(GoldenCase golden, float[] expected, float[] got) {
        new GoldenComparison(golden.name() + ": clipped", List.of(expected.length), "bit for bit")
                .requireSame(
                        i -> Float.floatToIntBits(expected[i]) == Float.floatToIntBits(got[i]),
                        i -> got[i],
                        i -> expected[i]);
    }

    @Test
    void latencyCodes() {
        for (String operation : List.of("latency_code_log", "latency_code_linear")) {
            GoldenSet.of(operation).check(golden -> {
                try (Arena arena = Arena.ofShared()) {
                    LatencyCode code = code(golden, operation.endsWith("linear"));
                    FloatMatrix times = times(arena, golden, code, matrix(arena, golden, "data"));
                    golden.assertBits("spike_time", times.toArray());
                }
            });
        }
    }

    @Test
    void interpolation() {
        GoldenSet.of("latency_interpolate").check(golden -> {
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix times = matrix(arena, golden, "spike_time");
                FloatMatrix targets =
                        FloatMatrix.zeros(arena, golden.integer("num_steps") * times.rows(), times.columns());
                Interpolation.latency(times, golden.real("on_target", 1), golden.real("off_target", 0), targets);
                golden.assertBits("targets", targets.toArray());
            }
        });
    }

    @Test
    void targetsOfLabels() {
        GoldenSet.of("targets_latency").check(golden -> GoldenLabels.latency(golden, true));
    }

    private static LatencyCode code(GoldenCase golden, boolean linear) {
        return code(golden).withLinear(linear);
    }

    static LatencyCode code(GoldenCase golden) {
        return new LatencyCode(
                golden.real("threshold", 0.01),
                golden.real("tau", 1),
                golden.integer("first_spike_time", 0),
                golden.flagIfSet("linear"),
                golden.flagIfSet("normalize"),
                golden.real("epsilon", 1e-7));
    }

    private static LatencyTargets targets(GoldenCase golden, LatencyCode code, boolean clip) {
        return new LatencyTargets(
                new Latency(code, clip, golden.flagIfSet("bypass")),
                golden.real("on_target", 1),
                golden.real("off_target", 0),
                golden.flagIfSet("interpolate"));
    }

    private static FloatMatrix times(Arena arena, GoldenCase golden, LatencyCode code, FloatMatrix data) {
        FloatMatrix times = FloatMatrix.zeros(arena, data.rows(), data.columns());
        if (golden.has("num_steps") && golden.integer("num_steps") > 0) {
            code.encode(data, golden.integer("num_steps"), times);
        } else {
            code.encode(data, times);
        }
        return times;
    }

    /** An array whose first dimension is the batch, or a vector of one sample. */
    private static FloatMatrix matrix(Arena arena, GoldenCase golden, String array) {
        List<Integer> shape = golden.shape(array);
        int rows = shape.size() > 1 ? shape.getFirst() : 1;
        return FloatMatrix.copyOf(arena, rows, GoldenArray.length(shape) / rows, golden.floats(array));
    }

    private static float[] floats(SpikeMatrix spikes) {
        return GoldenLabels.floats(spikes.toArray());
    }
}
