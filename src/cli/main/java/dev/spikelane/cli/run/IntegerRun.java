package dev.spikelane.cli.run;

import static dev.spikelane.cli.output.Value.named;
import static dev.spikelane.cli.output.Value.percent;

import dev.spikelane.cli.output.Section;
import dev.spikelane.data.Dataset;
import dev.spikelane.memory.ElementType;
import dev.spikelane.train.Evaluator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The effects of integer weights on results and speed, encoding and decoding included.
 *
 * @param floats images per second with float weights
 * @param integers images per second with integer weights
 */
record IntegerRun(Evaluator.Result.Quantized quantized, double floats, double integers) {

    /** Images that are timed. */
    private static final int TIMED = 2_000;

    private static final int ROUNDS = 4;

    /** Nanoseconds for which both run alternately before they are timed, because they share compiled code. */
    private static final long WARM_UP = 1_000_000_000;

    static IntegerRun of(ElementType type, Dataset data, Evaluator floats, Evaluators others) {
        Evaluator.Result.Quantized quantized = floats.quantize(type, data);
        Dataset some = data.range(0, Math.min(TIMED, data.size()));
        double[] best = new double[2];
        try (Evaluator integers = others.of(quantized)) {
            List<Evaluator> both = List.of(floats, integers);
            long start = System.nanoTime();
            do {
                both.forEach(each -> each.evaluate(some));
            } while (System.nanoTime() - start < WARM_UP);
            for (int turn = 0; turn < 2 * ROUNDS; turn++) {
                int first = turn / 2 % 2; // each goes first equally often
                int which = (first + turn) % 2;
                best[which] = Math.max(best[which], speed(both.get(which), some));
            }
        }
        return new IntegerRun(quantized, best[0], best[1]);
    }

    interface Evaluators {
        Evaluator of(Evaluator.Result.Quantized quantized);
    }

    private static double speed(Evaluator evaluator, Dataset data) {
        long start = System.nanoTime();
        evaluator.evaluate(data);
        return data.size() * 1e9 / (System.nanoTime() - start);
    }

    Section facts() {
        Map<String, Double> changes = quantized.spikesChange();
        return Section.of("weights")
                .say(
                        "Weights",
                        "%s; with float weights %.2f %%, the same class for %.2f %% of the images\nchange of"
                                + " spikes: %s",
                        named("type", quantized.type().name().toLowerCase(Locale.ROOT)),
                        percent("accuracy_with_floats", quantized.before().accuracy()),
                        percent("agreement", quantized.agreement()),
                        changes.entrySet().stream()
                                .map(each -> each.getKey() + " " + change(each.getValue()))
                                .collect(Collectors.joining(", ")),
                        named("change_of_spikes", changes))
                .say(
                        "Speed",
                        "%,.0f images/s, with float weights %,.0f: %.2f times as fast",
                        named("images_per_second", integers),
                        named("images_per_second_with_floats", floats),
                        integers / floats);
    }

    /** The change of a count of 0 is not finite. */
    private static String change(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%+.2f %%", 100 * share) : "from none to some";
    }
}
