package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.neuron.Neuron;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Carries the spikes or values of a source to the neurons of a population.
 *
 * @param name the name, not empty
 * @param source where it starts
 * @param target whose neurons get the currents
 * @param port where the currents enter the target's equation, such as {@code current}
 * @param delay after how many steps: 0 reaches the same step, a loop needs at least 1
 * @param path the connections that rows go through, from source to target; empty for the identity
 * @param plastic whether its values belong to each simulation and are part of its state
 */
public record Projection(
        String name, Source source, Population target, String port, int delay, List<Connection> path, boolean plastic) {

    /** The port that every model has. */
    public static final String CURRENT = Neuron.CURRENT;

    /**
     * Makes a projection.
     *
     * @throws IllegalArgumentException if the name is empty or the delay negative
     */
    public Projection {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(target, "target");
        Objects.requireNonNull(port, "port");
        Objects.requireNonNull(path, "path");
        Names.require("projection", name);
        if (delay < 0) {
            throw new IllegalArgumentException(
                    "projection '" + name + "' has the delay " + delay + ", expected 0 or more steps");
        }
        path = List.copyOf(path);
    }

    /** The population whose spikes or variable it takes; null if it takes an input. */
    @org.jspecify.annotations.Nullable
    Population sourcePopulation() {
        return switch (source) {
            case Input input -> null;
            case Population population -> population;
            case Variable variable -> variable.population();
        };
    }

    /** The path in words. */
    String describePath() {
        return path.isEmpty()
                ? "identity"
                : path.stream().map(Connection::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return name + ": " + source.name() + " -> " + target.name()
                + (port.equals(CURRENT) ? "" : "." + port)
                + (delay == 0 ? "" : " after " + delay + (delay == 1 ? " step" : " steps"))
                + " (" + describePath() + ")";
    }
}
