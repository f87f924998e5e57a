package dev.spikelane.description;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The longest delay of the projections from each source. */
public final class Delays {

    private final Map<SourceDescription, Integer> longest = new HashMap<>();

    public Delays(List<ProjectionDescription> projections) {
        for (ProjectionDescription projection : projections) {
            longest.merge(projection.source(), longest(projection), Math::max);
        }
    }

    /** Returns the longest delay of a projection, including its connection. */
    public static int longest(ProjectionDescription projection) {
        int[] delays = projection.delays();
        return delays[delays.length - 1];
    }

    public boolean isSource(SourceDescription source) {
        return longest.containsKey(source);
    }

    /** Returns the largest number of steps that a source must keep. */
    public int longest() {
        return longest.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Returns the steps that a source must keep. */
    public int of(SourceDescription source) {
        return longest.getOrDefault(source, 0);
    }
}
