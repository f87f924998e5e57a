package dev.spikelane.network.naive;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The synapses of a sparse projection one by one, in the order of their weights. */
public final class NaiveSparse {

    /** A synapse between neurons in torch's order. */
    record Synapse(int source, int delay, int target, float weight) {}

    final Projection projection;
    final Sparse declared;
    final List<Synapse> synapses = new ArrayList<>();
    /** First synapse of each source, and the end. */
    private final int[] begins;

    NaiveSparse(Projection projection) {
        this.projection = projection;
        this.declared = (Sparse) projection.path().getFirst();
        Shape source = projection.source().shape();
        SynapseRows rows = declared.synapses(source);
        this.begins = new int[source.size() + 1];
        for (int i = 0; i < source.size(); i++) {
            int count = rows.read(i);
            List<Synapse> own = new ArrayList<>();
            for (int k = 0; k < count; k++) {
                own.add(new Synapse(i, rows.delay(k), rows.target(k), rows.weight(k)));
            }
            own.sort(Comparator.comparingInt(Synapse::delay).thenComparingInt(Synapse::target)); // the sort is stable
            synapses.addAll(own);
            begins[i + 1] = synapses.size();
        }
    }

    /** Returns true if a path is only a sparse connection. */
    public static boolean isAlone(Projection projection) {
        List<Connection> path = projection.path();
        return path.size() == 1 && path.getFirst() instanceof Sparse;
    }

    public static int[] delays(Projection projection) {
        int[] own = isAlone(projection) ? ((Sparse) projection.path().getFirst()).delays() : new int[1];
        return Arrays.stream(own).map(each -> each + projection.delay()).toArray();
    }

    /** Returns true if other projections or delays are in this sum. */
    static boolean isPart(Network network, Projection projection) {
        return isAlone(projection)
                && (delays(projection).length > 1
                        || inSum(network, projection.target(), projection.port())
                                        .size()
                                > 1);
    }

    /** Returns the sparse projections into a port, in the order of their sources. */
    static List<Projection> inSum(Network network, Population target, String port) {
        return network.projections().stream()
                .filter(each -> each.target() == target && each.port().equals(port) && isAlone(each))
                .sorted(Comparator.comparingInt(each -> place(network, each)))
                .toList();
    }

    private static int place(Network network, Projection projection) {
        return projection
                .source()
                .ofPopulation()
                .map(population ->
                        network.inputs().size() + network.populations().indexOf(population))
                .orElseGet(() -> network.inputs().indexOf(projection.source()));
    }

    /** Returns the current weights. */
    float[] weights(Map<String, FloatMatrix> present) {
        float[] weights = new float[synapses.size()];
        FloatMatrix found = present.get(projection.name() + ".weight");
        for (int i = 0; i < weights.length; i++) {
            weights[i] = found == null ? synapses.get(i).weight : found.get(0, found.columns() == 1 ? 0 : i);
        }
        return weights;
    }

    /** Adds the currents of the synapses of a delay, sources in their inner order. */
    void add(NaiveNetwork.Row row, int delay, float[] weights, float[] sum) {
        Shape source = projection.source().shape();
        for (int k = 0; k < source.size(); k++) {
            int i = source.torch(k);
            for (int at = begins[i]; at < begins[i + 1]; at++) {
                Synapse each = synapses.get(at);
                if (each.delay + projection.delay() != delay) {
                    continue;
                }
                float before = sum[each.target];
                if (row.fires() == null) {
                    float weight = NaiveNetwork.met(row.values()[i], weights[at]);
                    sum[each.target] = Math.fma(row.values()[i], weight, before);
                } else if (row.fires()[i]) {
                    sum[each.target] = declared.quantum() > 0
                            ? before + (float) Math.rint(weights[at] / declared.quantum())
                            : before + weights[at] * row.values()[i];
                }
            }
        }
    }

    void add(double[] row, int delay, double @Nullable [] weights, double[] sum) {
        for (int at = 0; at < synapses.size(); at++) {
            Synapse each = synapses.get(at);
            if (each.delay + projection.delay() == delay) {
                sum[each.target] += (weights == null ? each.weight : weights[at]) * row[each.source];
            }
        }
    }
}
