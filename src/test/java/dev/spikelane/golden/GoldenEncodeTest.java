package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.encode.Delta;
import dev.spikelane.encode.FiringPattern;
import dev.spikelane.encode.Interpolation;
import dev.spikelane.encode.OneHot;
import dev.spikelane.encode.TargetRate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Delta modulation, one-hot and rate coded targets give snnTorch's numbers bit for bit. */
class GoldenEncodeTest {

    @Test
    void delta() {
        GoldenSet.of("delta").check(golden -> {
            List<Integer> shape = golden.shape("data"); // time first
            int neurons = shape.size() > 1 ? shape.getLast() : 1;
            int rows = GoldenArray.length(shape) / neurons;
            int batch = rows / shape.getFirst();
            Delta encoder = new Delta(golden.number("threshold", 0.1f), golden.flagIfSet("padding"));
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix data = FloatMatrix.copyOf(arena, rows, neurons, golden.floats("data"));
                if (golden.flagIfSet("off_spike")) {
                    FloatMatrix signed = FloatMatrix.zeros(arena, rows, neurons);
                    encoder.encodeSigned(data, batch, signed);
                    golden.assertBits("spikes", signed.toArray());
                    SpikeMatrix on = SpikeMatrix.zeros(arena, rows, neurons);
                    SpikeMatrix off = SpikeMatrix.zeros(arena, rows, neurons);
                    encoder.encode(data, batch, on, off);
                    byte[] both = on.toArray();
                    byte[] falls = off.toArray();
                    for (int i = 0; i < both.length; i++) {
                        both[i] -= falls[i];
                    }
                    golden.assertBits("spikes", GoldenLabels.floats(both));
                } else {
                    SpikeMatrix spikes = SpikeMatrix.zeros(arena, rows, neurons);
                    encoder.encode(data, batch, spikes);
                    golden.assertBits("spikes", GoldenLabels.floats(spikes.toArray()));
                }
            }
        });
    }

    @Test
    void oneHot() {
        GoldenSet.of("to_one_hot").check(golden -> {
            int[] labels = GoldenLabels.of(golden);
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix floats = FloatMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
                SpikeMatrix spikes = SpikeMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
                if (golden.raises().isPresent()) {
                    assertThrows(IllegalArgumentException.class, () -> OneHot.encode(labels, floats));
                    assertThrows(IllegalArgumentException.class, () -> OneHot.encode(labels, spikes));
                    return;
                }
                OneHot.encode(labels, floats);
                golden.assertBits("out", floats.toArray());
                OneHot.encode(labels, spikes);
                golden.assertBits("out", GoldenLabels.floats(spikes.toArray()));
            }
        });
    }

    @Test
    void oneHotInverse() {
        GoldenSet.of("to_one_hot_inverse").check(golden -> {
            int[] labels = GoldenLabels.of(golden);
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix floats = FloatMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
                OneHot.encode(labels, floats);
                OneHot.invert(floats, floats);
                golden.assertBits("out", floats.toArray());
                SpikeMatrix spikes = SpikeMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
                OneHot.encode(labels, spikes);
                OneHot.invert(spikes, spikes);
                golden.assertBits("out", GoldenLabels.floats(spikes.toArray()));
            }
        });
    }

    /** snnTorch returns the numbers of the rows; here the classes come back, as its documentation says. */
    @Test
    void fromOneHot() {
        GoldenSet.of("from_one_hot").check(golden -> {
            int[] labels = GoldenLabels.of(golden);
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix floats = FloatMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
                OneHot.encode(labels, floats);
                int[] decoded = new int[labels.length];
                OneHot.decode(floats, decoded);
                assertArrayEquals(labels, decoded);
                int[] rows = IntStream.range(0, labels.length).toArray();
                byte[] theirs = golden.bytes("out");
                assertArrayEquals(
                        rows,
                        IntStream.range(0, theirs.length).map(i -> theirs[i]).toArray());
                golden.markChecked("out");
            }
        });
    }

    @Test
    void targetsConvert() {
        GoldenSet.of("targets_convert").check(golden -> {
            if (golden.text("code").equals("latency")) {
                GoldenLabels.latency(golden, false);
            } else {
                golden.assertBits("out", GoldenLabels.rate(golden, steps(golden)));
            }
        });
    }

    @Test
    void targetsRate() {
        GoldenSet.of("targets_rate").check(golden -> {
            int steps = golden.integer("num_steps", 1);
            if (golden.raises().isPresent()) { // rates with more steps than classes work here
                float[] targets = GoldenLabels.rate(golden, steps);
                assertEquals(expectedSpikes(golden, steps), sum(targets));
                return;
            }
            List<Integer> shape = golden.shape("out");
            float[] targets = GoldenLabels.rate(golden, shape.size() == 2 ? 1 : steps);
            golden.assertBits("out", shape.size() == 5 ? repeated(targets, GoldenArray.length(shape)) : targets);
        });
    }

    private static int steps(GoldenCase golden) {
        return golden.shape("out").size() == 2 ? 1 : golden.integer("num_steps");
    }

    /** Regular spikes of one class for each label, and of the others. */
    private static double expectedSpikes(GoldenCase golden, int steps) {
        int labels = GoldenLabels.of(golden).length;
        double correct = Math.ceil(steps * golden.real("correct_rate", 1));
        double others = Math.ceil(steps * golden.real("incorrect_rate", 0));
        return labels * (correct + others * (golden.integer("num_classes") - 1));
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum;
    }

    private static float[] repeated(float[] values, int length) {
        float[] repeated = new float[length];
        for (int i = 0; i < length; i++) {
            repeated[i] = values[i % values.length];
        }
        return repeated;
    }

    @Test
    void targetRateCode() {
        GoldenSet.of("target_rate_code").check(golden -> {
            TargetRate code = new TargetRate(
                    golden.real("rate", 1),
                    golden.integer("first_spike_time", 0),
                    FiringPattern.valueOf(golden.text("firing_pattern").toUpperCase(Locale.ROOT)));
            try (Arena arena = Arena.ofShared()) {
                SpikeMatrix spikes = SpikeMatrix.zeros(arena, golden.integer("num_steps"), 1);
                code.encode(spikes, 0);
                byte[] train = spikes.toArray();
                golden.assertBits("spikes", GoldenLabels.floats(train));
                float[] got = new float[(int) spikes.count()];
                for (int step = 0, spike = 0; step < train.length; step++) {
                    if (train[step] == 1) {
                        got[spike++] = step;
                    }
                }
                golden.assertBits("spike_steps", got);
            }
        });
    }

    @Test
    void rateInterpolate() {
        GoldenSet.of("rate_interpolate").check(golden -> {
            try (Arena arena = Arena.ofShared()) {
                SpikeMatrix spikes = SpikeMatrix.zeros(arena, golden.integer("num_steps"), 1);
                golden.parameters().path("spike_time").forEach(step -> spikes.set(step.intValue(), 0, true));
                FloatMatrix targets = FloatMatrix.zeros(arena, spikes.rows(), 1);
                Interpolation.rate(spikes, 1, golden.real("on_target", 1), golden.real("off_target", 0), targets);
                golden.assertBits("targets", targets.toArray());
            }
        });
    }
}
