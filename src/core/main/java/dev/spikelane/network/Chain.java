package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.random.TorchRandom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of a network that is declared layer by layer: the last source, and the connections after it that have no
 * neurons yet.
 */
final class Chain {

    private Projection.@Nullable Source end;
    private final List<Connection> pending = new ArrayList<>();
    private int layers;
    private int convolutions;

    void start(Projection.Source source) {
        end = source;
    }

    Projection.Source end() {
        Projection.Source last = end;
        if (last == null) {
            throw new IllegalStateException("there is no chain: start with Network.builder(inputs), or use project()");
        }
        return last;
    }

    Shape width() {
        return OperatorChain.outputShape(pending, end().shape());
    }

    String name() {
        return name(convolves());
    }

    private String name(boolean convolution) {
        return convolution ? "conv" + (convolutions + 1) : "fc" + (layers - convolutions + 1);
    }

    private boolean convolves() {
        return pending.stream().anyMatch(Convolution.class::isInstance);
    }

    String nameOfNeurons() {
        return "lif" + (layers + 1);
    }

    Connection[] path() {
        return pending.toArray(Connection[]::new);
    }

    void add(Connection connection) {
        try {
            connection.outputShape(width());
        } catch (IllegalArgumentException failure) {
            throw misfit(connection instanceof Convolution, failure.getMessage(), failure);
        }
        pending.add(connection);
    }

    Convolution convolution(int outputs, Kernel kernel, TorchRandom random) {
        try {
            return Convolution.of(width().channels(), outputs, kernel, random);
        } catch (IllegalArgumentException failure) {
            throw misfit(true, failure.getMessage(), failure);
        } catch (OutOfMemoryError refused) {
            OutOfMemoryError named = new OutOfMemoryError(nameOfMisfit(true) + refused.getMessage());
            named.initCause(refused);
            throw named;
        }
    }

    void requireDimensions(int dimensions, Pool pool) {
        if (width().rank() != dimensions + 1) {
            throw misfit(
                    false,
                    pool + " has a source of shape " + width() + ", expected "
                            + (dimensions == 1 ? "channels and length" : "channels, height and width"),
                    null);
        }
    }

    private IllegalArgumentException misfit(boolean convolution, @Nullable String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(nameOfMisfit(convolution) + why, cause);
    }

    private String nameOfMisfit(boolean convolution) {
        return "projection '" + name(convolution || convolves()) + "' from '" + end().name() + "': ";
    }

    /** Continues the chain from a variable of the last neurons instead of their spikes. */
    void goOnFrom(String variable) {
        if (!pending.isEmpty() || !(end() instanceof Population population)) {
            throw new IllegalStateException("variable " + JsonValue.quoted(variable) + " is asked of "
                    + (pending.isEmpty() ? "'" + end().name() + "'" : pending.getLast())
                    + ", expected it behind neurons");
        }
        end = population.variable(variable);
    }

    Shape shape(String name, Neuron neuron) {
        if (pending.isEmpty()) {
            throw new IllegalStateException(
                    "population '" + name + "' has no connection from '" + end().name() + "' yet");
        }
        Shape currents = width();
        int gates = neuron.gates();
        if (currents.channels() % gates != 0) {
            throw new IllegalArgumentException("population '" + name + "' gets " + currents.channels()
                    + (currents.rank() == 1 ? " currents" : " maps of currents") + ", expected a multiple of " + gates
                    + " for " + neuron);
        }
        return currents.withChannels(currents.channels() / gates);
    }

    /** Continues after these neurons, which take the pending connections. */
    void goOnBehind(Population population) {
        layers++;
        convolutions += convolves() ? 1 : 0;
        pending.clear();
        end = population;
    }

    void requireNeurons(String expected) {
        if (!pending.isEmpty()) {
            throw new IllegalStateException(
                    "'" + pending.getLast() + "' behind '" + end().name() + "' has no neurons yet" + expected);
        }
    }
}
