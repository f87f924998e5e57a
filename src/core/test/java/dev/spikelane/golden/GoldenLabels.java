package dev.spikelane.golden;

import static dev.spikelane.Filled.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.Filled;
import dev.spikelane.encode.OneHot;
import dev.spikelane.encode.RateTargets;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;

/** Runs the cases that encode labels. */
final class GoldenLabels {

    private static final int CORRECT = 0;
    private static final int OTHERS = 1;

    private GoldenLabels() {}

    static int[] of(GoldenCase golden) {
        byte[] bytes = golden.bytes("targets");
        return ints(bytes.length, i -> Byte.toUnsignedInt(bytes[i]));
    }

    static float[] floats(byte[] values) {
        return Filled.floats(values.length, i -> values[i]);
    }

    static RateTargets.Pattern pattern(GoldenCase golden) {
        return golden.has("firing_pattern")
                ? RateTargets.Pattern.valueOf(golden.text("firing_pattern").toUpperCase(Locale.ROOT))
                : RateTargets.Pattern.REGULAR;
    }

    private static boolean areClasses(int[] labels, int classes) {
        for (int label : labels) {
            if (label >= classes) {
                return false;
            }
        }
        return true;
    }

    /** Runs latency-coded labels; {@code targets_convert} does not pass all options on. */
    static void latency(GoldenCase golden, boolean passesAll) {
        int[] labels = of(golden);
        int classes = golden.integer("num_classes");
        GoldenLatency run = new GoldenLatency(golden, passesAll);
        Arena arena = Arena.ofAuto();
        FloatMatrix oneHot = FloatMatrix.zeros(arena, labels.length, classes);
        if (!areClasses(labels, classes)) {
            assertThrows(IllegalArgumentException.class, () -> OneHot.encode(labels, oneHot));
            return;
        }
        OneHot.encode(labels, oneHot);
        if (golden.raises().isPresent()) {
            run.requireRefused(arena, oneHot);
            return;
        }
        run.compare(arena, oneHot, "out");
        FloatMatrix times = FloatMatrix.zeros(arena, labels.length, classes);
        int steps = golden.shape("out").getFirst();
        FloatMatrix ofData = FloatMatrix.zeros(arena, steps * labels.length, classes);
        FloatMatrix ofLabels = FloatMatrix.zeros(arena, steps * labels.length, classes);
        run.encoder(golden.flagIfSet("clip")).encode(oneHot, times, ofData);
        run.encoder(golden.flagIfSet("clip")).encode(labels, oneHot, times, ofLabels);
        assertArrayEquals(ofData.toArray(), ofLabels.toArray());
    }

    static void rate(GoldenCase golden) {
        int[] labels = of(golden);
        int classes = golden.integer("num_classes");
        String raised = golden.raises().orElse("");
        int given = golden.integer("num_steps", 0);
        Arena arena = Arena.ofAuto();
        if (!areClasses(labels, classes)) {
            FloatMatrix levels = FloatMatrix.zeros(arena, 1, 2);
            FloatMatrix targets = FloatMatrix.zeros(arena, labels.length, classes);
            assertThrows(IllegalArgumentException.class, () -> RateTargets.encode(labels, levels, targets));
        } else if (raised.isEmpty()) {
            compareRate(arena, golden, labels, given);
        } else if (given > 0 && raised.equals("Exception")) { // snnTorch's exception
            assertThrows(IllegalArgumentException.class, () -> targets(arena, golden, labels, given));
        } else if (given > 0) {
            assertArrayEquals(fromTrains(arena, golden, labels, given), targets(arena, golden, labels, given));
        } // a run needs steps here
    }

    private static void compareRate(Arena arena, GoldenCase golden, int[] labels, int given) {
        List<Integer> shape = golden.shape("out");
        int steps = shape.size() == 2 ? 1 : given;
        float[] targets = targets(arena, golden, labels, steps);
        if (golden.flagIfSet("interpolate")
                && !isSteady(golden)
                && golden.real("on_target", 1) < golden.real("off_target", 0)) {
            assertArrayEquals(fromTrains(arena, golden, labels, steps), targets);
            golden.leaveOut("out", "ramps that fall are too short there");
            return;
        }
        if (shape.size() != 5) {
            golden.assertBits("out", targets);
            return;
        }
        // snnTorch adds the trains of the other classes along wrong dimensions.
        assertArrayEquals(fromTrains(arena, golden, labels, steps), targets);
        golden.assertBits("out", fiveDimensions(golden, trains(arena, golden, steps), labels, shape));
    }

    private static float[] targets(Arena arena, GoldenCase golden, int[] labels, int steps) {
        RateTargets encoder = new RateTargets(golden.real("correct_rate", 1), golden.real("incorrect_rate", 0))
                .withSpikes(golden.integer("first_spike_time", 0), pattern(golden))
                .withTargets(golden.real("on_target", 1), golden.real("off_target", 0))
                .withInterpolation(golden.flagIfSet("interpolate")
                        && !isSteady(golden)); // at these rates snnTorch ignores the option
        SpikeMatrix trains = SpikeMatrix.zeros(arena, steps, 2);
        FloatMatrix levels = FloatMatrix.zeros(arena, steps, 2);
        FloatMatrix targets = FloatMatrix.zeros(arena, steps * labels.length, golden.integer("num_classes"));
        encoder.levels(trains, levels, new TorchRandom(golden.seed()));
        RateTargets.encode(labels, levels, targets);
        return targets.toArray();
    }

    private static boolean isSteady(GoldenCase golden) {
        return golden.real("correct_rate", 1) == 1 && golden.real("incorrect_rate", 0) == 0;
    }

    /** Returns the trains of the label's class and of the others, at rates other than 1 and 0. */
    private static SpikeMatrix trains(Arena arena, GoldenCase golden, int steps) {
        SpikeMatrix trains = SpikeMatrix.zeros(arena, steps, 2);
        TorchRandom random = new TorchRandom(golden.seed());
        int first = golden.integer("first_spike_time", 0);
        new RateTargets(golden.real("correct_rate", 1), 0)
                .withSpikes(first, pattern(golden))
                .fire(trains, CORRECT, random);
        new RateTargets(golden.real("incorrect_rate", 0), 0)
                .withSpikes(first, pattern(golden))
                .fire(trains, OTHERS, random);
        return trains;
    }

    /** Returns the documented result if snnTorch raises an error or returns something else. */
    private static float[] fromTrains(Arena arena, GoldenCase golden, int[] labels, int steps) {
        int classes = golden.integer("num_classes");
        SpikeMatrix trains = trains(arena, golden, steps);
        FloatMatrix levels = FloatMatrix.zeros(arena, steps, 2);
        if (golden.flagIfSet("interpolate")) {
            RateTargets.interpolate(trains, 1, golden.real("on_target", 1), golden.real("off_target", 0), levels);
        }
        float[] expected = new float[steps * labels.length * classes];
        for (int i = 0; i < expected.length; i++) {
            int step = i / classes / labels.length;
            int train = labels[i / classes % labels.length] == i % classes ? CORRECT : OTHERS;
            expected[i] = golden.flagIfSet("interpolate")
                    ? levels.get(step, train)
                    : level(golden, trains.get(step, train) ? 1 : 0);
        }
        return expected;
    }

    private static float level(GoldenCase golden, float spikes) {
        float on = golden.number("on_target", 1);
        float off = golden.number("off_target", 0);
        return spikes * on < off ? off : spikes * on;
    }

    /** Of the other classes {@code [i, j, k]} is sample j, class k and also the step; the rest is broadcast. */
    private static float[] fiveDimensions(GoldenCase golden, SpikeMatrix trains, int[] labels, List<Integer> shape) {
        int classes = golden.integer("num_classes");
        int steps = golden.integer("num_steps");
        float[] values = new float[GoldenArray.length(shape)];
        for (int i = 0; i < values.length; i++) {
            int column = i % shape.get(4);
            int sample = i / shape.get(4) % shape.get(3);
            int middle = i / shape.get(4) / shape.get(3) % shape.get(2);
            int second = i / shape.get(4) / shape.get(3) / shape.get(2) % shape.get(1);
            boolean correct = labels[sample] == column && trains.get(steps == 1 ? 0 : middle, CORRECT);
            boolean other =
                    labels[second] != (classes == 1 ? 0 : middle) && trains.get(steps == 1 ? 0 : middle, OTHERS);
            values[i] = level(golden, (correct ? 1 : 0) + (other ? 1 : 0));
        }
        return values;
    }
}
