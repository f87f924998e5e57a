package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.kind.ConnectionKinds;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Carries the spikes or values of a source to the neurons of a population.
 *
 * @param target the number of the population that gets the currents
 * @param port the place of the currents in the target's equation
 * @param delay steps after which the source reaches the target
 * @param path the connections, from source to target; empty for the identity
 */
public record ProjectionDescription(
        String name,
        SourceDescription source,
        int target,
        String port,
        int delay,
        List<Connection> path,
        Plasticity plasticity) {

    public ProjectionDescription {
        path = List.copyOf(path);
        for (Connection connection : path.size() > 1 ? path : List.<Connection>of()) {
            int[] delays = ConnectionKinds.of(connection).delays(connection);
            if (delays[delays.length - 1] > 0) {
                throw new IllegalArgumentException("projection '" + name + "': " + connection
                        + " has delays of up to " + delays[delays.length - 1]
                        + " steps in a path of several connections, expected it alone");
            }
        }
    }

    /** Returns the name of a population's recurrence as a projection. */
    public static String nameOfRecurrence(String population) {
        return population + ".recurrent";
    }

    /** Returns true if each simulation has its own values. */
    public boolean plastic() {
        return !plasticity.equals(Plasticity.NONE);
    }

    /**
     * Returns the steps after which the source reaches the target: the delays of the projection and its connection.
     */
    public int[] delays() {
        int[] own = path.size() == 1 ? ConnectionKinds.of(path.getFirst()).delays(path.getFirst()) : new int[1];
        int longest = own[own.length - 1];
        if (longest > Integer.MAX_VALUE - delay) {
            throw new IllegalArgumentException("projection '" + name + "' has a delay of " + delay
                    + " steps and synapses of " + longest + ", expected at most " + Integer.MAX_VALUE + " in all");
        }
        return Arrays.stream(own).map(each -> each + delay).toArray();
    }

    public ProjectionDescription withDelay(int steps) {
        return new ProjectionDescription(name, source, target, port, steps, path, plasticity);
    }

    ProjectionDescription fixed() {
        return new ProjectionDescription(name, source, target, port, delay, path, Plasticity.NONE);
    }

    public String describePath() {
        return path.isEmpty()
                ? "identity"
                : path.stream().map(Connection::toString).collect(Collectors.joining(", "));
    }
}
