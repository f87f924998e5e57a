package dev.spikelane.connection.kind;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Synapses of some pairs of neurons. */
final class SparseKind extends ConnectionKind<Sparse> {

    /** Up to this number, float32 represents all integers. */
    private static final int MOST_EXACT = 1 << 24;

    SparseKind() {
        super(Sparse.class, "sparse", Trait.SUMS, Trait.VALUES);
    }

    /**
     * Describes listed edges as values that never learn, and a weight of all synapses as a value. Weights that are
     * drawn and constant are not values.
     */
    @Override
    public List<ValueDescription> values(Sparse declared, Shape rows) {
        List<ValueDescription> values = new ArrayList<>();
        boolean own = Float.isNaN(declared.weight());
        boolean listed = declared.isListed();
        if (!own) {
            values.add(ValueDescription.buffer(ValueDescription.WEIGHT, 1));
        } else if (declared.quantum() > 0 && listed) {
            values.add(ValueDescription.buffer(ValueDescription.WEIGHT, declared.count(rows)));
        } else if (declared.quantum() == 0 && !declared.isProcedural()) {
            values.add(ValueDescription.weight(ValueDescription.WEIGHT, declared.count(rows)));
        }
        if (listed) {
            values.add(ValueDescription.buffer(SparseOperator.DEGREE, rows.size()));
            values.add(ValueDescription.buffer(SparseOperator.TARGET, declared.count(rows)));
            values.add(ValueDescription.buffer(SparseOperator.DELAY, declared.count(rows)));
        }
        return values;
    }

    /** Files hold the numbers of listed edges as float32, which limits them. */
    @Override
    public @Nullable String unstored(Sparse declared, Shape rows) {
        if (!declared.isListed() || Math.max(declared.outputShape(rows).size(), declared.count(rows)) <= MOST_EXACT) {
            return null;
        }
        SynapseRows edges = declared.synapses(rows);
        for (int source = 0; source < rows.size(); source++) {
            int count = edges.read(source);
            int most = count;
            for (int i = 0; i < count; i++) {
                most = Math.max(most, edges.target(i));
            }
            if (most > MOST_EXACT) {
                return ": neuron " + source + " has " + count + " edges, of which one may go to neuron " + most
                        + ", expected at most " + MOST_EXACT + " and neurons up to it";
            }
        }
        return null;
    }

    @Override
    public int[] reach(Sparse declared, Shape source) {
        return declared.fanOut(source);
    }

    /** Counts all stored or drawn synapses as nonzero weights, and all other pairs as zeros. */
    @Override
    public Nonzeros nonzeros(Sparse declared, Shape source, Function<String, FloatMatrix> present) {
        int[] reach = declared.fanOut(source);
        long count = Arrays.stream(reach).asLongStream().sum();
        return new Nonzeros((long) source.size() * declared.outputShape(source).size(), count, reach);
    }

    @Override
    public int[] delays(Sparse declared) {
        return declared.delays();
    }

    @Override
    public SequencedMap<String, Number> options(Sparse declared) {
        return declared.options();
    }

    @Override
    public Operator bind(Arena arena, Sparse declared, Shape rows, Parameter spikeValue) {
        return SparseOperator.of(arena, declared, rows, values(declared, rows), spikeValue.values());
    }

    @Override
    public Connection quantized(Sparse declared, ElementType type, Function<String, FloatMatrix> present) {
        throw new IllegalArgumentException(
                declared + " is quantized by Sparse.fixedPoint(quantum), expected a path without it");
    }

    /** Returns the connection; drawn weights get their present values after the network is built. */
    @Override
    public Connection read(JsonValue declared, StoredValues values) throws IOException {
        Map<String, Double> options = new HashMap<>();
        for (Map.Entry<String, JsonValue> each : declared.members().entrySet()) {
            if (!each.getKey().equals(TYPE)) {
                options.put(each.getKey(), each.getValue().real());
            }
        }
        try {
            Sparse read = read(options, values);
            requireOptions(declared, read.options().keySet());
            return read;
        } catch (IllegalArgumentException | IllegalStateException refused) {
            throw new IOException(
                    declared.unexpected("a sparse connection").getMessage() + ": " + refused.getMessage(), refused);
        }
    }

    private static Sparse read(Map<String, Double> options, StoredValues values) throws IOException {
        Sparse drawn = Sparse.of(options);
        if (!drawn.isListed()) {
            return drawn;
        }
        float[] degrees = values.floats(SparseOperator.DEGREE, 1).toArray();
        float[] found = values.floats(SparseOperator.TARGET, 1).toArray();
        int[] starts = new int[degrees.length + 1];
        for (int i = 0; i < degrees.length; i++) {
            double end = starts[i] + (double) degrees[i];
            if (!(degrees[i] >= 0 && end <= found.length)) {
                throw new IllegalArgumentException("edges of source " + i + " end at " + end + ", expected " + starts[i]
                        + " to " + found.length + ", as many as there are targets");
            }
            starts[i + 1] = (int) end;
        }
        int count = starts[degrees.length];
        int[] targets = new int[count];
        for (int i = 0; i < count; i++) {
            targets[i] = (int) found[i];
        }
        float[] delays = values.floats(SparseOperator.DELAY, 1).toArray();
        float[] weights = values.floats(ValueDescription.WEIGHT, 1).toArray();
        return drawn.with(
                Connectivity.csr(starts, targets), Arrays.copyOf(weights, count), Arrays.copyOf(delays, count));
    }
}
