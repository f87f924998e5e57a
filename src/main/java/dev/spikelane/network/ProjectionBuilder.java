package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import java.util.List;
import java.util.Objects;

/** What may be said of a projection beside its ends. */
public final class ProjectionBuilder {

    final String name;
    final Source source;
    final Population target;
    final List<Connection> path;
    String port = Projection.CURRENT;
    int delay;
    boolean plastic;

    ProjectionBuilder(String name, Source source, Population target, List<Connection> path) {
        Names.require("projection", name);
        this.name = name;
        this.source = source;
        this.target = target;
        this.path = List.copyOf(path);
    }

    /**
     * Says after how many steps the source reaches the target.
     *
     * @param steps 0, the default, for the same step
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public ProjectionBuilder delay(int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException(
                    "projection '" + name + "' has the delay " + steps + ", expected 0 or more steps");
        }
        delay = steps;
        return this;
    }

    /**
     * Says where the currents enter the target's equation.
     *
     * @param name one of the target model's {@linkplain dev.spikelane.neuron.Neuron#ports ports}; {@code current} by default
     * @return this
     */
    public ProjectionBuilder port(String name) {
        port = Objects.requireNonNull(name, "port");
        return this;
    }

    /**
     * Says that the values belong to each simulation, so that snapshots and forks copy them.
     *
     * @return this
     */
    public ProjectionBuilder plastic() {
        plastic = true;
        return this;
    }

    Projection build() {
        return new Projection(this);
    }
}
