package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import java.util.List;
import java.util.Objects;

/** The options of a projection before {@link NetworkBuilder#build}. */
final class ProjectionBuilder {

    final String name;
    final Projection.Source source;
    final Population target;
    List<Connection> path;
    String port = Projection.CURRENT;
    int delay;
    Plasticity plasticity = Plasticity.NONE;

    ProjectionBuilder(String name, Projection.Source source, Population target, List<Connection> path) {
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

    ProjectionBuilder plastic(Plasticity rule) {
        plasticity = Objects.requireNonNull(rule, "rule");
        if (rule.isRule() && path.size() == 1 && path.getFirst() instanceof Sparse sparse) {
            path = List.of(sparse.withOwnWeights());
        }
        return this;
    }

    Projection build() {
        requirePort();
        requireShape();
        return new Projection(this);
    }

    private void requirePort() {
        if (!target.neuron().ports().contains(port)) {
            throw new IllegalArgumentException(this + " enters the port " + JsonValue.quoted(port)
                    + ", expected one of " + target.neuron().ports() + " for " + target.neuron());
        }
    }

    private void requireShape() {
        String named = this + (port.equals(Neuron.CURRENT) ? "" : " (port '" + port + "')");
        Shape made;
        try {
            made = OperatorChain.outputShape(path, source.shape());
        } catch (IllegalArgumentException failure) {
            throw new IllegalArgumentException(named + ": " + failure.getMessage(), failure);
        }
        Shape expected = target.shape().times(target.neuron().gates());
        if (!made.equals(expected)) {
            throw new IllegalArgumentException(
                    named + " makes currents of shape " + made + ", expected " + expected + " for " + target);
        }
    }

    @Override
    public String toString() {
        return "projection '" + name + "' from '" + source.name() + "' to '" + target.name() + "'";
    }
}
