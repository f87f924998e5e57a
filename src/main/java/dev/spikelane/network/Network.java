package dev.spikelane.network;

import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.random.TorchRandom;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A feedforward network of spiking neurons: layers of a connection and the neurons it feeds. Immutable; may serve any number of
 * simulations at once, from several threads if its arena is shared.
 *
 * <p>snnTorch's tutorial 3:
 *
 * <pre>{@code
 * TorchRandom random = new TorchRandom(42);
 * Network network = Network.builder(arena, 784)
 *         .dense(1000, random).neuron(new Leaky(0.99f))
 *         .dense(10, random).neuron(new Leaky(0.99f))
 *         .build();
 * }</pre>
 */
public final class Network {

    private final List<Layer> layers;
    private final boolean shared;

    private Network(List<Layer> layers, boolean shared) {
        this.layers = List.copyOf(layers);
        this.shared = shared;
    }

    /**
     * Starts a network.
     *
     * @param arena the arena that owns weights and parameters; shared if a simulation is to use several threads
     * @param inputs number of inputs, at least 1
     * @return a builder
     * @throws IllegalArgumentException if there is no input
     */
    public static Builder builder(Arena arena, int inputs) {
        return new Builder(arena, inputs);
    }

    /**
     * Returns the layers.
     *
     * @return layers from input to output, at least one
     */
    public List<Layer> layers() {
        return layers;
    }

    /**
     * Returns the number of inputs.
     *
     * @return inputs of the first connection
     */
    public int inputs() {
        return layers.getFirst().connection().inputs();
    }

    /**
     * Returns the number of outputs.
     *
     * @return neurons of the last layer
     */
    public int outputs() {
        return layers.getLast().size();
    }

    /**
     * Starts a simulation of this network on the calling thread.
     *
     * @param batch samples that run side by side, at least 1
     * @return a simulation with a state of zeros, to be closed
     * @throws IllegalArgumentException if the batch is below 1
     */
    public Simulation simulate(int batch) {
        return simulate(batch, 1);
    }

    /**
     * Starts a simulation of this network.
     *
     * @param batch samples that run side by side, at least 1
     * @param threads threads that share the work, the calling one among them, from 1 to 1024; results do not depend on it
     * @return a simulation with a state of zeros, to be closed
     * @throws IllegalArgumentException if the batch is below 1, the threads are out of range, or they are several and the arena in which
     *     the network was built is confined to one
     */
    public Simulation simulate(int batch, int threads) {
        return new Simulation(this, batch, threads, Simulation.ROWS_IN_BLOCK);
    }

    /** Whether several threads may use the arena in which this network was built. */
    boolean isShared() {
        return shared;
    }

    @Override
    public String toString() {
        return layers.stream().map(Layer::toString).collect(Collectors.joining("; ", "Network ", ""));
    }

    /** Collects layers, in the order in which the tutorial declares them. */
    public static final class Builder {

        private final Arena arena;
        private final int inputs;
        private final List<Layer> layers = new ArrayList<>();
        private @Nullable Connection pending;

        private Builder(Arena arena, int inputs) {
            if (inputs < 1) {
                throw new IllegalArgumentException("inputs is " + inputs + ", expected at least 1");
            }
            this.arena = Objects.requireNonNull(arena, "arena");
            this.inputs = inputs;
        }

        /**
         * Adds a dense connection with the random weights that {@code torch.nn.Linear} starts with: {@link Dense#linear}.
         *
         * @param outputs number of outputs, at least 1
         * @param random the stream they are drawn from
         * @return this
         * @throws IllegalArgumentException if there is no output
         * @throws IllegalStateException if the connection before has no neurons yet
         */
        public Builder dense(int outputs, TorchRandom random) {
            return connect(Dense.linear(arena, width(), outputs, random));
        }

        /**
         * Adds a connection.
         *
         * @param connection from the neurons (at first the inputs) that are there
         * @return this
         * @throws IllegalArgumentException if it has another number of inputs
         * @throws IllegalStateException if the connection before has no neurons yet
         */
        public Builder connect(Connection connection) {
            if (pending != null) {
                throw new IllegalStateException("layer " + layers.size() + " (" + pending + ") has no neurons yet");
            }
            if (connection.inputs() != width()) {
                throw new IllegalArgumentException("layer " + layers.size() + " (" + connection + ") has "
                        + connection.inputs() + " inputs, expected " + width() + " to match "
                        + (layers.isEmpty() ? "the network's inputs" : "layer " + (layers.size() - 1)));
            }
            pending = connection;
            return this;
        }

        /**
         * Adds the neurons that the last connection feeds.
         *
         * @param neuron their model
         * @return this
         * @throws IllegalArgumentException if a parameter is given for each neuron and their number differs
         * @throws IllegalStateException if there is no connection
         */
        public Builder neuron(Neuron neuron) {
            if (pending == null) {
                throw new IllegalStateException("layer " + layers.size() + " has no connection yet");
            }
            Connection connection = pending;
            if (!layers.isEmpty() && !layers.getLast().neuron().spikeValue().isAlways(1)) {
                connection = connection.withSpikeValue(
                        arena, layers.getLast().neuron().spikeValue());
            }
            NeuronGroup neurons = neuron.bind(arena, connection.outputs());
            layers.add(new Layer(connection, neuron, neurons));
            pending = null;
            return this;
        }

        /**
         * Makes the network.
         *
         * @return the network
         * @throws IllegalStateException if it has no layer, or the last connection no neurons
         */
        public Network build() {
            if (pending != null || layers.isEmpty()) {
                throw new IllegalStateException("layer " + layers.size() + " has no neurons yet");
            }
            // The only way to ask an arena; this thread is the one that a confined arena serves.
            boolean shared = arena.allocate(1).isAccessibleBy(new Thread(() -> {}));
            return new Network(layers, shared);
        }

        private int width() {
            return layers.isEmpty() ? inputs : layers.getLast().size();
        }
    }
}
