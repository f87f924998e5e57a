package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.OperatorDescription;
import dev.spikelane.kernel.norm.NormFactors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.FusedMultiplyAdd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Folds batch norms into the weights of the connections before them. */
final class Folding {

    /**
     * A connection that stays in a path.
     *
     * @param from prefix of the names of its values; empty without values
     * @param folded its values after a batch norm was folded in, by their names in the connection; else empty
     */
    private record FoldedConnection(Connection connection, String from, Map<String, FloatMatrix> folded) {}

    private final Network network;
    private final Map<String, FloatMatrix> values = new LinkedHashMap<>();

    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final List<Network.FoldedValues> changes = new ArrayList<>();

    private Folding(Network network) {
        this.network = network;
    }

    static Network.Folded folded(Network network) {
        return network.weights().read(new Folding(network)::folded);
    }

    private Network.Folded folded() {
        List<Projection> projections = new ArrayList<>();
        List<List<FoldedConnection>> paths = new ArrayList<>();
        for (int i = 0; i < network.projections().size(); i++) {
            Projection declared = network.projections().get(i);
            paths.add(path(i));
            List<Connection> path =
                    paths.get(i).stream().map(FoldedConnection::connection).toList();
            projections.add(
                    declared.plastic()
                            ? declared
                            : new ProjectionBuilder(declared.name(), declared.source(), declared.target(), path)
                                    .port(declared.port())
                                    .delay(declared.delay())
                                    .build());
        }
        Network made = new Network(NativeMemory.ofAuto(), network.inputs(), network.populations(), projections);
        for (int i = 0; i < paths.size(); i++) {
            carry(paths.get(i), made.laidOut().description().operators(i));
        }
        for (String name : made.weights().names()) {
            if (!values.containsKey(name) && !counts.containsKey(name)) { // parameters of neurons
                values.put(name, network.weights().get(name));
            }
        }
        made.weights().replaceAll(values);
        counts.forEach(made.weights()::replace);
        return new Network.Folded(made, List.copyOf(changes));
    }

    private List<FoldedConnection> path(int number) {
        Projection projection = network.projections().get(number);
        List<OperatorDescription> operators = network.laidOut().description().operators(number);
        Map<Integer, Integer> places = new HashMap<>();
        operators.forEach(each -> places.put(each.place(), places.size()));
        List<FoldedConnection> path = new ArrayList<>();
        for (int place = 0; place < projection.path().size(); place++) {
            Connection connection = projection.path().get(place);
            Integer at = places.get(place);
            if (at != null && ConnectionKinds.of(connection).folds()) {
                NormFactors by =
                        network.laidOut().chain(number).operators().get(at).channelFactors();
                path.add(fold(projection, path.removeLast(), connection, by));
            } else {
                path.add(new FoldedConnection(
                        connection, at == null ? "" : operators.get(at).owner(), Map.of()));
            }
        }
        return path;
    }

    /** Folds the factors and terms of a norm, as simulations compute them, into the connection before it. */
    private FoldedConnection fold(
            Projection projection, FoldedConnection before, Connection norm, @Nullable NormFactors by) {
        Connection taking = ConnectionKinds.of(before.connection).withRows(before.connection);
        if (projection.plastic() || by == null || taking == null) {
            throw new IllegalArgumentException("projection '" + projection.name() + "': " + norm
                    + (projection.plastic()
                            ? " is in a plastic projection, which simulations change"
                            : by == null ? " has other values in each step" : " stands behind " + before.connection)
                    + ", expected one behind weights and a bias that can take it");
        }
        FloatMatrix weights = present(before, ValueDescription.WEIGHT);
        FloatMatrix bias = before.folded.getOrDefault(
                ValueDescription.BIAS, before(before, ValueDescription.BIAS, FloatMatrix.zeros(1, weights.rows())));
        for (int output = 0; output < weights.rows(); output++) {
            int channel = output / (weights.rows() / by.weights().columns());
            float factor = by.factors().get(0, channel);
            for (int i = 0; i < weights.columns(); i++) {
                weights.set(output, i, weights.get(output, i) * factor);
            }
            float term = by.terms().get(0, channel);
            bias.set(0, output, FusedMultiplyAdd.of(bias.get(0, output), factor, term));
        }
        Map<String, FloatMatrix> folded = Map.of(ValueDescription.WEIGHT, weights, ValueDescription.BIAS, bias);
        return new FoldedConnection(taking, before.from, folded);
    }

    private FloatMatrix present(FoldedConnection of, String name) {
        FloatMatrix folded = of.folded.get(name);
        return folded == null ? network.weights().get(of.from + "." + name) : folded;
    }

    /** Returns the values before folding; zeros for a bias that was created. */
    private FloatMatrix before(FoldedConnection of, String name, FloatMatrix made) {
        String before = of.from + "." + name;
        return network.weights().names().contains(before)
                ? network.weights().get(before)
                : FloatMatrix.zeros(made.rows(), made.columns());
    }

    /** Copies values under their new names and lists the changed ones. */
    private void carry(List<FoldedConnection> path, List<OperatorDescription> operators) {
        for (OperatorDescription each : operators) {
            FoldedConnection kept = each.place() < path.size()
                    ? path.get(each.place())
                    : new FoldedConnection(each.connection(), each.owner(), Map.of()); // a path without connections
            for (NamedValues of : each.values()) {
                String before = kept.from + "." + of.declared().name();
                if (of.declared().type() == ElementType.INT64) {
                    counts.put(of.name(), network.weights().count(before));
                    continue;
                }
                FloatMatrix made = present(kept, of.declared().name());
                values.put(of.name(), made);
                if (!kept.folded.isEmpty()) {
                    changes.add(change(of.name(), before(kept, of.declared().name(), made), made));
                }
            }
        }
    }

    private static Network.FoldedValues change(String name, FloatMatrix before, FloatMatrix made) {
        float[] old = before.toArray();
        float[] present = made.toArray();
        int changed = 0;
        double largest = 0;
        for (int i = 0; i < old.length; i++) {
            changed += Float.floatToRawIntBits(old[i]) == Float.floatToRawIntBits(present[i]) ? 0 : 1;
            largest = Math.max(largest, Math.abs((double) old[i] - present[i]));
        }
        return new Network.FoldedValues(name, changed, old.length, largest);
    }
}
