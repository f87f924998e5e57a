package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import java.util.List;
import java.util.Objects;

/** What is said of a projection, until the network is made. */
final class ProjectionBuilder {

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

    ProjectionBuilder delay(int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException(
                    "projection '" + name + "' has the delay " + steps + ", expected 0 or more steps");
        }
        delay = steps;
        return this;
    }

    ProjectionBuilder port(String name) {
        port = Objects.requireNonNull(name, "port");
        return this;
    }

    ProjectionBuilder plastic() {
        plastic = true;
        return this;
    }

    Projection build() {
        return new Projection(this);
    }
}
