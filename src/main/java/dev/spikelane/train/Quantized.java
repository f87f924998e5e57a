package dev.spikelane.train;

import dev.spikelane.memory.ElementType;
import dev.spikelane.network.Network;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A network with integer weights, and what they change on given data.
 *
 * @param network the network with integer weights ({@link Network#quantized})
 * @param type the type of the weights
 * @param before what the network with float weights made of the data
 * @param after what the network with integer weights made of the same data
 */
public record Quantized(Network network, ElementType type, Evaluation before, Evaluation after) {

    /** Makes a result. */
    public Quantized {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(after, "after");
    }

    /**
     * Returns by how much the accuracy changed.
     *
     * @return accuracy after minus accuracy before; NaN if there are no labels or no classes
     */
    public double accuracyChange() {
        return after.accuracy() - before.accuracy();
    }

    /**
     * Returns the share of samples for which both networks found the same class.
     *
     * @return from 0 to 1; NaN if outputs are not classes
     */
    public double agreement() {
        List<Integer> first = before.classes();
        List<Integer> second = after.classes();
        int same = 0;
        for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
            same += first.get(i).equals(second.get(i)) ? 1 : 0;
        }
        return first.isEmpty() ? Double.NaN : (double) same / first.size();
    }

    /**
     * Returns by what share the spikes of each population changed.
     *
     * @return by population, spikes of a sample after over those before, minus 1; 0 where there are none in both
     */
    public Map<String, Double> spikesChange() {
        Map<String, Double> changes = new LinkedHashMap<>();
        before.spikes().forEach((population, spikes) -> {
            double later = after.spikes().getOrDefault(population, 0.0);
            changes.put(population, later == spikes ? 0 : later / spikes - 1);
        });
        return changes;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s weights: accuracy %.4f, before %.4f; the same class for %.4f of the samples; spikes %s",
                type,
                after.accuracy(),
                before.accuracy(),
                agreement(),
                spikesChange().entrySet().stream()
                        .map(each -> String.format(Locale.ROOT, "%s %+.2f %%", each.getKey(), 100 * each.getValue()))
                        .collect(Collectors.joining(", ")));
    }
}
