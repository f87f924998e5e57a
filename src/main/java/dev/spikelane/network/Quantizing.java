package dev.spikelane.network;

import dev.spikelane.connection.BlasDense;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Scale;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.engine.OperatorChain;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Puts integers in place of the weights of dense connections. */
final class Quantizing {

    private final ElementType type;

    private Quantizing(ElementType type) {
        if (type == ElementType.FLOAT32) {
            throw new IllegalStateException("the type of integer weights is FLOAT32, expected INT8 or INT16");
        }
        this.type = type;
    }

    static Network quantized(Network network, ElementType type) {
        Quantizing quantizing = new Quantizing(type);
        return network.weights().read(() -> quantizing.quantized(network));
    }

    private Network quantized(Network network) {
        List<Projection> projections = new ArrayList<>();
        for (int i = 0; i < network.projections().size(); i++) {
            projections.add(
                    quantized(network.projections().get(i), network.laidOut().chain(i)));
        }
        Network made = new Network(NativeMemory.ofAuto(), network.inputs(), network.populations(), projections);
        Map<String, FloatMatrix> changed = new LinkedHashMap<>();
        for (String name : network.weights().names()) {
            FloatMatrix present = network.weights().get(name);
            // What was declared and is still so needs no copy.
            if (made.weights().type(name) == network.weights().type(name)
                    && !Arrays.equals(made.weights().get(name).toArray(), present.toArray())) {
                changed.put(name, present);
            }
        }
        made.weights().replaceAll(changed);
        return made;
    }

    private Projection quantized(Projection projection, OperatorChain laidOut) {
        if (projection.plastic()) {
            return projection;
        }
        Iterator<Operator> owners = laidOut.operators().stream()
                .filter(operator -> !operator.values().isEmpty())
                .iterator();
        List<Connection> path = new ArrayList<>();
        for (Connection said : projection.path()) {
            path.add(
                    switch (said) {
                        case Flatten _, Scale _ -> said;
                        case Dense _ -> quantized(projection.name(), owners.next());
                        case BlasDense _, IntegerDense _, OneToOne _, Recurrent _ -> {
                            owners.next();
                            yield said;
                        }
                    });
        }
        return new ProjectionBuilder(projection.name(), projection.source(), projection.target(), path)
                .port(projection.port())
                .delay(projection.delay())
                .build();
    }

    /** A dense connection with the values that it has now. */
    private Connection quantized(String projection, Operator dense) {
        FloatMatrix[] present = new FloatMatrix[2];
        for (Values values : dense.values()) {
            FloatMatrix copy = FloatMatrix.zeros(values.rows(), values.columns());
            values.read(copy);
            present[values.name().equals("weight") ? 0 : 1] = copy;
        }
        try {
            return IntegerDense.of(IntegerMatrix.nearest(type, present[0]), present[1]);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException("projection '" + projection + "': " + refused.getMessage(), refused);
        }
    }
}
