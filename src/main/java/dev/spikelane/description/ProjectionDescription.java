package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Carries the spikes or values of a source to the neurons of a population.
 *
 * @param name the name
 * @param source where it starts
 * @param target the number of the population that gets the currents
 * @param port where the currents enter the target's equation
 * @param delay steps after which the source reaches the target
 * @param path the connections that rows go through, from source to target; empty for the identity
 * @param plastic whether its values belong to each simulation
 */
public record ProjectionDescription(
        String name,
        SourceDescription source,
        int target,
        String port,
        int delay,
        List<Connection> path,
        boolean plastic) {

    /** Copies the path. */
    public ProjectionDescription {
        path = List.copyOf(path);
    }

    /** Returns the name of the projection that the recurrence of a population is. */
    public static String nameOfRecurrence(String population) {
        return population + ".recurrent";
    }

    /** The path in words. */
    public String describePath() {
        return path.isEmpty()
                ? "identity"
                : path.stream().map(Connection::toString).collect(Collectors.joining(", "));
    }
}
