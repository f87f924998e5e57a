package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the weights of dense connections and convolutions by integers.
 *
 * @param type the type of all weights; null if {@code given} holds the integers
 */
record Quantizing(Network network, @Nullable ElementType type, Map<String, IntegerMatrix> given) {

    static Network quantized(Network network, ElementType type) {
        if (type == ElementType.FLOAT32 || type == ElementType.INT64) {
            throw new IllegalStateException(
                    "the type of integer weights is " + type + ", expected INT8, INT16, INT4 or TERNARY");
        }
        Quantizing quantizing = new Quantizing(network, type, Map.of());
        return network.weights().read(quantizing::quantized);
    }

    static Network quantized(Network network, Map<String, IntegerMatrix> weights) {
        Quantizing quantizing = new Quantizing(network, null, weights);
        Network made = network.weights().read(quantizing::quantized);
        for (String name : weights.keySet()) {
            if (made.weights().type(name) == ElementType.FLOAT32) {
                throw new IllegalArgumentException(
                        "'" + name + "' stays floats, expected weights of a dense connection or a convolution");
            }
        }
        return made;
    }

    private Network quantized() {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < network.projections().size(); i++) {
            projections.add(quantized(i));
        }
        return with(projections, network);
    }

    /** Makes a network of other projections, with the present values of another network. */
    static Network with(List<Projection> projections, Network network) {
        Network made = new Network(NativeMemory.ofAuto(), network.inputs(), network.populations(), projections);
        Map<String, FloatMatrix> changed = new LinkedHashMap<>();
        for (String name : network.weights().names()) {
            FloatMatrix present = network.weights().get(name);
            // Weights with their declared values need no copy.
            if (made.weights().type(name) == network.weights().type(name)
                    && !Arrays.equals(made.weights().get(name).toArray(), present.toArray())) {
                changed.put(name, present);
            }
        }
        made.weights().replaceAll(changed);
        for (String name : made.weights().names()) {
            if (made.weights().type(name) == ElementType.INT64) {
                made.weights().replace(name, network.weights().count(name));
            }
        }
        return made;
    }

    private Projection quantized(int number) {
        Projection projection = network.projections().get(number);
        if (projection.plastic()) {
            return projection;
        }
        List<Connection> path = new ArrayList<>(projection.path());
        for (OperatorDescription each : network.laidOut().description().operators(number)) {
            if (each.place() < path.size()) { // else a path without connections
                path.set(each.place(), quantized(projection.name(), each));
            }
        }
        return new ProjectionBuilder(projection.name(), projection.source(), projection.target(), path)
                .port(projection.port())
                .delay(projection.delay())
                .build();
    }

    private Connection quantized(String projection, OperatorDescription declared) {
        IntegerMatrix own = given.get(declared.owner() + "." + ValueDescription.WEIGHT);
        Function<String, FloatMatrix> present = name -> network.weights().get(declared.owner() + "." + name);
        try {
            if (type != null) {
                return ConnectionKinds.of(declared.connection()).quantized(declared.connection(), type, present);
            }
            return own == null
                    ? declared.connection()
                    : ConnectionKinds.of(declared.connection()).withIntegers(declared.connection(), own, present);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException("projection '" + projection + "': " + refused.getMessage(), refused);
        }
    }
}
