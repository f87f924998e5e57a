package dev.spikelane.golden;

import static dev.spikelane.Filled.bytes;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.encode.Latency;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Latency codes equal snnTorch's spike times and spikes bit for bit. */
@EveryWidth
class GoldenLatencyTest {

    private static final String REFUSED = "data or times that are NaN or infinite are refused here";

    @Test
    void latency() {
        GoldenSet.of("latency").check(golden -> {
            Arena arena = Arena.ofAuto();
            GoldenLatency run = new GoldenLatency(golden, true);
            FloatMatrix data = matrix(arena, golden, "data");
            boolean hasTimes = golden.outputs().contains("spike_time");
            if (!allFinite(golden.floats("data")) || hasTimes && !allFinite(golden.floats("spike_time"))) {
                golden.leaveOutStarting("", REFUSED);
                run.requireRefused(arena, data);
                return;
            }
            if (hasTimes) {
                Latency code = run.code();
                FloatMatrix times = GoldenLatency.times(arena, golden, code, data);
                golden.assertBits("spike_time", times.toArray());
                boolean[] below = GoldenLatency.below(code, data, times);
                byte[] bytes = bytes(below.length, i -> (byte) (below[i] ? 1 : 0));
                golden.assertSpikes("below_threshold", bytes);
            }
            if (golden.raises().isPresent()) {
                run.requireRefused(arena, data);
            } else {
                run.compare(arena, data, "spikes");
            }
        });
    }

    @Test
    void latencyCodes() {
        for (String operation : List.of("latency_code_log", "latency_code_linear")) {
            GoldenSet.of(operation).check(golden -> {
                Arena arena = Arena.ofAuto();
                FloatMatrix data = matrix(arena, golden, "data");
                if (golden.raises().isPresent() || !allFinite(golden.floats("data"))) {
                    assertThrows(IllegalArgumentException.class, () -> times(arena, golden, operation, data));
                    golden.leaveOutStarting("", REFUSED);
                } else if (hasNaN(golden.floats("spike_time"))) {
                    golden.leaveOut("spike_time", "NaN there: finite or refused here");
                    requireFiniteOrRefused(arena, golden, operation, data);
                } else {
                    FloatMatrix times = times(arena, golden, operation, data);
                    golden.assertBits("spike_time", times.toArray());
                }
            });
        }
    }

    private static FloatMatrix times(Arena arena, GoldenCase golden, String operation, FloatMatrix data) {
        Latency code = new GoldenLatency(golden, true).code().withLinear(operation.endsWith("linear"));
        return GoldenLatency.times(arena, golden, code, data);
    }

    private static void requireFiniteOrRefused(Arena arena, GoldenCase golden, String operation, FloatMatrix data) {
        FloatMatrix times;
        try {
            times = times(arena, golden, operation, data);
        } catch (IllegalArgumentException refused) {
            return;
        }
        assertTrue(allFinite(times.toArray()), golden::name);
    }

    @Test
    void interpolation() {
        GoldenSet.of("latency_interpolate").check(golden -> {
            Arena arena = Arena.ofAuto();
            FloatMatrix times = matrix(arena, golden, "spike_time");
            FloatMatrix targets = FloatMatrix.zeros(arena, golden.integer("num_steps") * times.rows(), times.columns());
            double on = golden.real("on_target", 1);
            double off = golden.real("off_target", 0);
            if (golden.raises().isPresent()) {
                assertThrows(
                        IllegalArgumentException.class, () -> Latency.Targets.interpolate(times, on, off, targets));
                return;
            }
            Latency.Targets.interpolate(times, on, off, targets);
            if (hasNaN(golden.floats("spike_time"))) {
                golden.leaveOut("targets", "a spike time is NaN");
            } else {
                golden.assertBits("targets", targets.toArray());
            }
        });
    }

    @Test
    void targetsOfLabels() {
        GoldenSet.of("targets_latency").check(golden -> GoldenLabels.latency(golden, true));
    }

    /** An array whose first dimension is the batch, or a vector of one sample. */
    private static FloatMatrix matrix(Arena arena, GoldenCase golden, String array) {
        List<Integer> shape = golden.shape(array);
        int rows = shape.size() > 1 ? shape.getFirst() : 1;
        return FloatMatrix.copyOf(arena, rows, GoldenArray.length(shape) / rows, golden.floats(array));
    }

    private static boolean allFinite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasNaN(float[] values) {
        for (float value : values) {
            if (Float.isNaN(value)) {
                return true;
            }
        }
        return false;
    }
}
