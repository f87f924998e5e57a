package dev.spikelane.description;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The longest delay of the projections from each source. */
public final class Delays {

    private final Map<SourceDescription, Integer> longest = new HashMap<>();

    /** Reads the delays of a network. */
    public Delays(List<ProjectionDescription> projections) {
        for (ProjectionDescription projection : projections) {
            longest.merge(projection.source(), longest(projection), Math::max);
        }
    }

    /** The longest delay of a projection, with that of its connection. */
    public static int longest(ProjectionDescription projection) {
        int[] delays = projection.delays();
        return delays[delays.length - 1];
    }

    /** Whether a projection starts there. */
    public boolean isSource(SourceDescription source) {
        return longest.containsKey(source);
    }

    /** Steps of any source that must be kept. */
    public int longest() {
        return longest.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Steps of the source that must be kept. */
    public int of(SourceDescription source) {
        return longest.getOrDefault(source, 0);
    }
}
