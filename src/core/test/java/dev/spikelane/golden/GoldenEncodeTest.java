package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.encode.Delta;
import dev.spikelane.encode.OneHot;
import dev.spikelane.encode.RateTargets;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Delta modulation, one-hot and rate-coded targets equal snnTorch's bit for bit. */
@EveryWidth
class GoldenEncodeTest {

    @Test
    void delta() {
        GoldenSet.of("delta").check(golden -> {
            List<Integer> shape = golden.shape("data"); // time first
            int neurons = shape.size() > 1 ? shape.getLast() : 1;
            int rows = GoldenArray.length(shape) / neurons;
            int batch = rows / shape.getFirst();
            Delta encoder = new Delta()
                    .withThreshold(golden.number("threshold", 0.1f))
                    .withPadding(golden.flagIfSet("padding"));
            Arena arena = Arena.ofAuto();
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
        });
    }

    @Test
    void oneHot() {
        GoldenSet.of("to_one_hot").check(golden -> {
            int[] labels = GoldenLabels.of(golden);
            Arena arena = Arena.ofAuto();
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
        });
    }

    @Test
    void oneHotInverse() {
        GoldenSet.of("to_one_hot_inverse").check(golden -> {
            int[] labels = GoldenLabels.of(golden);
            Arena arena = Arena.ofAuto();
            FloatMatrix floats = FloatMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
            OneHot.encode(labels, floats);
            OneHot.invert(floats, floats);
            golden.assertBits("out", floats.toArray());
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
            OneHot.encode(labels, spikes);
            OneHot.invert(spikes, spikes);
            golden.assertBits("out", GoldenLabels.floats(spikes.toArray()));
        });
    }

    /** snnTorch returns the numbers of the rows; here the classes are returned, as its documentation says. */
    @Test
    void fromOneHot() {
        GoldenSet.of("from_one_hot").check(golden -> {
            int[] labels = GoldenLabels.of(golden);
            Arena arena = Arena.ofAuto();
            FloatMatrix floats = FloatMatrix.zeros(arena, labels.length, golden.integer("num_classes"));
            OneHot.encode(labels, floats);
            int[] decoded = new int[labels.length];
            OneHot.decode(floats, decoded);
            assertArrayEquals(labels, decoded);
            int[] rows = IntStream.range(0, labels.length).toArray();
            byte[] theirs = golden.bytes("out");
            assertArrayEquals(
                    rows, IntStream.range(0, theirs.length).map(i -> theirs[i]).toArray());
            golden.markChecked("out");
        });
    }

    @Test
    void targetsConvert() {
        GoldenSet.of("targets_convert").check(golden -> {
            String code = golden.has("code") ? golden.text("code") : "rate";
            if (code.equals("latency")) {
                GoldenLabels.latency(golden, false);
            } else if (code.equals("rate")) {
                GoldenLabels.rate(golden);
            } // other codes raise there; here each has a class
        });
    }

    @Test
    void targetsRate() {
        GoldenSet.of("targets_rate").check(GoldenLabels::rate);
    }

    @Test
    void targetRateCode() {
        GoldenSet.of("target_rate_code").check(golden -> {
            Arena arena = Arena.ofAuto();
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, golden.integer("num_steps"), 1);
            if (golden.raises().orElse("").equals("Exception")) { // snnTorch's exception
                assertThrows(IllegalArgumentException.class, () -> draw(golden, spikes));
                return;
            }
            draw(golden, spikes);
            byte[] train = spikes.toArray();
            if (golden.raises().isPresent()) { // a time that is rounded up to the number of steps
                assertEquals(1, train[train.length - 1]);
                return;
            }
            golden.assertBits("spikes", GoldenLabels.floats(train));
            IntStream steps = IntStream.range(0, train.length).filter(step -> train[step] == 1);
            float[] theirs = golden.floats("spike_steps"); // distinct ones in the order of drawing
            IntStream distinct = IntStream.range(0, theirs.length)
                    .map(i -> (int) theirs[i])
                    .sorted()
                    .distinct();
            assertArrayEquals(distinct.toArray(), steps.toArray());
            golden.markChecked("spike_steps");
        });
    }

    private static void draw(GoldenCase golden, SpikeMatrix spikes) {
        new RateTargets(golden.real("rate", 1), 0)
                .withSpikes(golden.integer("first_spike_time", 0), GoldenLabels.pattern(golden))
                .fire(spikes, 0, new TorchRandom(golden.seed()));
    }

    @Test
    void rateInterpolate() {
        GoldenSet.of("rate_interpolate").check(golden -> {
            Arena arena = Arena.ofAuto();
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, golden.integer("num_steps"), 1);
            golden.parameters().path("spike_time").forEach(step -> {
                if (step.intValue() < spikes.rows()) {
                    spikes.set(step.intValue(), 0, true);
                }
            });
            FloatMatrix targets = FloatMatrix.zeros(arena, spikes.rows(), 1);
            double on = golden.real("on_target", 1);
            double off = golden.real("off_target", 0);
            RateTargets.interpolate(spikes, 1, on, off, targets);
            if (golden.raises().isPresent()) {
                for (float target : targets.toArray()) {
                    assertTrue(target >= (float) Math.min(on, off) && target <= (float) Math.max(on, off));
                }
            } else if (golden.shape("targets").getFirst() != targets.rows()) {
                golden.leaveOut("targets", "ramps of another length there, or spikes behind the last step");
            } else {
                golden.assertBits("targets", targets.toArray());
            }
        });
    }
}
