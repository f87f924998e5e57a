package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Carries the spikes or values of a source to the neurons of a population.
 */
public final class Projection {

    /** The port that every model has. */
    public static final String CURRENT = Neuron.CURRENT;

    private final String name;
    private final Source source;
    private final Population target;
    private final String port;
    private final int delay;
    private final List<Connection> path;
    private final Plasticity plasticity;

    Projection(ProjectionBuilder declared) {
        this.name = declared.name;
        this.source = declared.source;
        this.target = declared.target;
        this.port = declared.port;
        this.delay = declared.delay;
        this.path = declared.path;
        this.plasticity = declared.plasticity;
    }

    /** {@return the name, not empty} */
    public String name() {
        return name;
    }

    /** {@return the source: an input, a population or a variable} */
    public Source source() {
        return source;
    }

    /** {@return the population whose neurons get the currents} */
    public Population target() {
        return target;
    }

    /** {@return the name of the port at which the currents enter the target's equation, such as {@code current}} */
    public String port() {
        return port;
    }

    /** {@return the number of steps after which the source reaches the target; a loop needs at least 1} */
    public int delay() {
        return delay;
    }

    /** {@return the connections that rows pass through, from source to target; empty for the identity} */
    public List<Connection> path() {
        return path;
    }

    /** {@return true if its values belong to each simulation and its state} */
    public boolean plastic() {
        return !plasticity.equals(Plasticity.NONE);
    }

    /** {@return the rule by which its values change, {@link Plasticity#BY_PROGRAM} or {@link Plasticity#NONE}} */
    public Plasticity plasticity() {
        return plasticity;
    }

    /**
     * Returns the fan-out: the number of neurons that one arriving spike reaches, each by a synaptic operation. It is
     * the fan-out of the first connection in the path that sums, as all later values are nonzero.
     *
     * @return one number for all neurons of the source, or one for each, in torch's order
     */
    public int[] fanOut() {
        Shape shape = source.shape();
        for (Connection connection : path) {
            ConnectionKind<Connection> kind = ConnectionKinds.of(connection);
            if (kind.sums()) {
                int[] reach = kind.reach(connection, shape);
                return reach.length == 1 || shape.size() == source.shape().size() ? reach : mean(reach);
            }
            shape = connection.outputShape(shape);
        }
        return new int[] {1};
    }

    /** Returns the average fan-out, for a path that has mixed the source's elements. */
    private static int[] mean(int... reach) {
        return new int[] {(int) Math.round(Arrays.stream(reach).average().orElse(0))};
    }

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

    /**
     * The source of a projection: an {@link Input}, the spikes of a {@link Population}, or one of its
     * {@linkplain Population#variable variables}.
     */
    public sealed interface Source permits Input, Population, Variable {

        /** {@return the name in the network; {@code population.variable} for a variable} */
        String name();

        /** {@return the population of this source; empty for an input} */
        default Optional<Population> ofPopulation() {
            return Optional.empty();
        }

        /** {@return the name of the variable in the population's model; empty for an input or spikes} */
        default Optional<String> ofVariable() {
            return Optional.empty();
        }

        /** {@return the shape of one row, without the batch} */
        Shape shape();
    }
}
