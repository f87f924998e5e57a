package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.SynapseRows;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.TorchLayout;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the present synapses of a connection, one source at a time, in the order of rows. They are drawn unless
 * something else needs them laid out.
 */
final class SynapseReader {

    private final @Nullable Synapses synapses;
    private final @Nullable SynapseRows rows;
    private final Shape source;
    private final Shape target;
    private final boolean reorders;
    private final int[] steps;
    private long first;
    private int present;
    private long[] ends = new long[0];
    /** The present weights; null if they are drawn. */
    private final @Nullable FloatMatrix weights;

    SynapseReader(SparseStore store) {
        this.synapses = store.known();
        this.source = store.rows();
        this.target = store.made();
        this.reorders = TorchLayout.differs(target);
        this.steps = store.steps();
        this.rows = synapses == null ? store.declared().synapses(source) : null;
        // Another thread may lay the synapses out meanwhile: its order of weights does not match drawn synapses.
        this.weights = synapses == null && store.hasOwn() ? null : store.knownWeights();
    }

    private SynapseReader(SynapseReader other) {
        this.synapses = other.synapses;
        this.source = other.source;
        this.target = other.target;
        this.reorders = other.reorders;
        this.steps = other.steps;
        this.rows = other.rows == null ? null : other.rows.another();
        this.weights = other.weights;
    }

    SynapseReader another() {
        return new SynapseReader(this);
    }

    double expected() {
        return rows == null ? Objects.requireNonNull(synapses).count() : rows.expected();
    }

    int present() {
        return present;
    }

    int count(int input) {
        int torch = SparseStore.torch(source, input);
        if (rows != null) {
            return rows.count(torch);
        }
        Synapses known = Objects.requireNonNull(synapses);
        return (int) (known.end(torch, steps.length - 1) - known.first(torch, 0));
    }

    float only() {
        if (weights == null) {
            return Objects.requireNonNull(rows).onlyWeight();
        }
        for (int i = 1; i < weights.columns(); i++) {
            if (weights.get(0, i) != weights.get(0, 0)) {
                return Float.NaN;
            }
        }
        return weights.get(0, 0);
    }

    float most() {
        return weights == null ? Objects.requireNonNull(rows).mostWeight() : QuantaSum.most(weights);
    }

    /** Reads the synapses of an input, and returns their number. */
    int read(int input) {
        int torch = SparseStore.torch(source, input);
        if (rows != null) {
            present = rows.read(torch);
            return present;
        }
        Synapses known = Objects.requireNonNull(synapses);
        ends = ends.length == steps.length ? ends : new long[steps.length];
        first = known.first(torch, 0);
        for (int d = 0; d < ends.length; d++) {
            ends[d] = known.end(torch, d);
        }
        present = (int) (ends[ends.length - 1] - first);
        return present;
    }

    /** Returns the place of the target in a row. */
    int target(int synapse) {
        if (rows == null) {
            return Objects.requireNonNull(synapses).target(first + synapse);
        }
        int torch = rows.target(synapse);
        return reorders ? SparseStore.inside(target, torch) : torch;
    }

    int delay(int synapse) {
        if (rows != null) {
            return rows.delay(synapse);
        }
        int d = Arrays.binarySearch(ends, first + synapse + 1);
        d = d < 0 ? -1 - d : d;
        while (d > 0 && ends[d - 1] == ends[d]) {
            d--; // skips delays without a synapse of this source
        }
        return steps[d];
    }

    float weight(int synapse) {
        if (weights == null) {
            return Objects.requireNonNull(rows).weight(synapse);
        }
        return weights.get(0, weights.columns() > 1 ? (int) (first + synapse) : 0);
    }
}
