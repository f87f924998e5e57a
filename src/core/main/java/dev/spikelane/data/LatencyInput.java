package dev.spikelane.data;

import dev.spikelane.encode.Latency;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Latency coding, with memory for the spike times of the last encoded batch. */
final class LatencyInput implements InputEncoding {

    static final String WORD = "latency";

    /** An option in the parentheses of a name. */
    private record Option(String name, Function<Latency, Object> get, BiFunction<Latency, String, Latency> with) {}

    private static final List<Option> OPTIONS = List.of(
            new Option("threshold", Latency::threshold, (of, text) -> of.withThreshold(Double.parseDouble(text))),
            new Option("tau", Latency::tau, (of, text) -> of.withTau(Double.parseDouble(text))),
            new Option(
                    "first_spike_time",
                    Latency::firstSpikeTime,
                    (of, text) -> of.withFirstSpikeTime(Integer.parseInt(text))),
            new Option("linear", Latency::linear, (of, text) -> of.withLinear(truth(text))),
            new Option("normalize", Latency::normalize, (of, text) -> of.withNormalize(truth(text))),
            new Option("epsilon", Latency::epsilon, (of, text) -> of.withEpsilon(Double.parseDouble(text))),
            new Option("clip", Latency::clip, (of, text) -> of.withClip(truth(text))),
            new Option("drop_late", Latency::dropLate, (of, text) -> of.withDropLate(truth(text))));

    private final Latency latency;
    private final int steps;
    private FloatMatrix times = FloatMatrix.zeros(1, 1);

    LatencyInput(Latency latency, int steps) {
        Checks.atLeast(1, "steps", steps);
        this.latency = latency;
        this.steps = steps;
    }

    @Override
    public int steps() {
        return steps;
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        if (times.rows() != values.rows() || times.columns() != values.columns()) {
            times = FloatMatrix.zeros(values.rows(), values.columns());
        }
        latency.encode(values, times, (SpikeMatrix) into);
    }

    @Override
    public String word() {
        Latency plain = new Latency();
        String options = OPTIONS.stream()
                .filter(option -> !option.get.apply(latency).equals(option.get.apply(plain)))
                .map(option -> option.name + "=" + option.get.apply(latency))
                .collect(Collectors.joining(", "));
        return options.isEmpty() ? WORD : WORD + "(" + options + ")";
    }

    static boolean isNamed(String word) {
        return word.equals(WORD) || word.startsWith(WORD + "(") && word.endsWith(")");
    }

    /** Returns the encoder of a name; throws for unknown options. */
    static Latency named(String word) {
        Latency latency = new Latency();
        if (word.equals(WORD)) {
            return latency;
        }
        for (String each : word.substring(WORD.length() + 1, word.length() - 1).split(", ", -1)) {
            int equals = each.indexOf('=');
            Option option = OPTIONS.stream()
                    .filter(known -> known.name.equals(each.substring(0, Math.max(0, equals))))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("code is '" + word + "' with the option '" + each
                            + "', expected some of "
                            + OPTIONS.stream().map(Option::name).toList() + " with their values"));
            try {
                latency = option.with.apply(latency, each.substring(equals + 1));
            } catch (NumberFormatException none) {
                throw new IllegalArgumentException("code is '" + word + "', expected a number in '" + each + "'", none);
            }
        }
        return latency;
    }

    private static boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("option of a latency code is '" + text + "', expected true or false");
        }
        return text.equals("true");
    }

    @Override
    public String toString() {
        return "latency, " + steps + " steps";
    }
}
