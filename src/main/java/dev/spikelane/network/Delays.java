package dev.spikelane.network;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The longest delay of the projections from each source, by the source's name. */
final class Delays {

    private final Map<String, Integer> longest = new HashMap<>();

    Delays(List<Projection> projections) {
        for (Projection projection : projections) {
            longest.merge(projection.source().name(), projection.delay(), Math::max);
        }
    }

    boolean isSource(String name) {
        return longest.containsKey(name);
    }

    /** Steps of any source that must be kept. */
    int longest() {
        return longest.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Steps of the source that must be kept. */
    int of(String name) {
        return longest.getOrDefault(name, 0);
    }
}
