package dev.spikelane.kernel.product.spike;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A point of the {@link SpikeGrid}.
 *
 * @param rows rows of spikes
 * @param density share of the inputs that fire
 * @param threads threads, which share the outputs
 * @param chosen the chosen variant
 * @param microseconds medians, or with two threads the times that nine of ten samples exceed, of {@value #PRODUCT},
 *     {@value #SETTLED}, {@value #FIRST}, the variants, {@value #C}, {@value #ROOFLINE} and the peers
 */
public record GridPoint(int rows, double density, int threads, String chosen, Map<String, Double> microseconds) {

    /** The library, with the variant that it chooses. */
    static final String PRODUCT = "product";

    /** The library after learning, started from the constants of another CPU. */
    static final String SETTLED = "settled";

    /** The first choice from these constants. */
    static final String FIRST = "first";

    /** C of the same algorithm. */
    static final String C = "c";

    /** The loads that every variant needs. */
    static final String ROOFLINE = "roofline";

    static final String OPENBLAS = "openblas";
    static final String ONNX_RUNTIME = "onnx_runtime";
    static final String PYTORCH = "pytorch";

    /** The other libraries; the best one counts. */
    static final List<String> PEERS = List.of(OPENBLAS, ONNX_RUNTIME, PYTORCH);

    public GridPoint {
        microseconds = new LinkedHashMap<>(microseconds);
    }

    /** Returns this point with more times. */
    GridPoint with(Map<String, Double> others) {
        Map<String, Double> all = new LinkedHashMap<>(microseconds);
        all.putAll(others);
        return new GridPoint(rows, density, threads, chosen, all);
    }

    /** Returns the point's name, for selection. */
    public String name() {
        return name(rows, density, threads);
    }

    static String name(int rows, double density, int threads) {
        return String.format(Locale.ROOT, "grid rows %d density %.2f threads %d ", rows, density, threads);
    }

    static String name(SpikeMatmul.Variant variant) {
        return variant.name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the time of the chosen variant relative to the best one; the larger of the ratios from this CPU's
     * constants and from another CPU's.
     */
    public double excess() {
        return Math.max(excess(PRODUCT), excess(SETTLED));
    }

    /** Returns the ratios of the first and a settled call, from another CPU's constants; empty if not measured. */
    String misled() {
        return microseconds.containsKey(FIRST)
                ? String.format(Locale.ROOT, "%.2f %.2f", excess(FIRST), excess(SETTLED))
                : "";
    }

    private double excess(String name) {
        return microseconds.getOrDefault(name, 0.0)
                / best(Arrays.stream(SpikeMatmul.Variant.values())
                                .map(GridPoint::name)
                                .toList())
                        .orElse(Double.POSITIVE_INFINITY);
    }

    /** Returns the speed of the product relative to the best peer; empty if no peer was measured. */
    OptionalDouble ofPeers() {
        OptionalDouble best = best(PEERS);
        return best.isPresent() ? OptionalDouble.of(best.getAsDouble() / times(PRODUCT)) : best;
    }

    /** Returns the time of the roofline as a share of the product's time; empty if it was not measured. */
    OptionalDouble ofRoofline() {
        OptionalDouble bound = best(List.of(ROOFLINE));
        return bound.isPresent() ? OptionalDouble.of(bound.getAsDouble() / times(PRODUCT)) : bound;
    }

    private double times(String name) {
        return microseconds.get(name);
    }

    private OptionalDouble best(List<String> names) {
        return names.stream()
                .filter(microseconds::containsKey)
                .mapToDouble(microseconds::get)
                .min();
    }

    /** Returns one JSON object. */
    public String json() {
        StringBuilder json = new StringBuilder(String.format(
                Locale.ROOT,
                "{\"rows\": %d, \"density\": %.2f, \"threads\": %d, \"chosen\": \"%s\", \"excess\": %.2f",
                rows,
                density,
                threads,
                chosen,
                excess(PRODUCT)));
        for (String name : List.of(FIRST, SETTLED)) {
            if (microseconds.containsKey(name)) {
                json.append(String.format(Locale.ROOT, ", \"%sExcess\": %.2f", name, excess(name)));
            }
        }
        ofPeers().ifPresent(times -> json.append(String.format(Locale.ROOT, ", \"ofPeers\": %.2f", times)));
        ofRoofline().ifPresent(part -> json.append(String.format(Locale.ROOT, ", \"ofRoofline\": %.2f", part)));
        StringBuilder times = new StringBuilder();
        microseconds.forEach((name, time) -> times.append(times.isEmpty() ? "" : ", ")
                .append(String.format(Locale.ROOT, "\"%s\": %.1f", name, time)));
        return json.append(", \"microseconds\": {").append(times).append("}}").toString();
    }
}
