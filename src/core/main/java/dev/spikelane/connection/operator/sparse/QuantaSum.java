package dev.spikelane.connection.operator.sparse;

import dev.spikelane.connection.SynapseRows;
import dev.spikelane.memory.FloatMatrix;
import java.util.List;

/**
 * A sum of quanta. An int must hold it even if all inputs fire at once, for synapses in lists or drawn on demand, and
 * for all later weights.
 */
public final class QuantaSum {

    private final String port;
    private final List<SparseStore> stores;
    private long version = -1;

    public QuantaSum(String port, List<SparseOperator> parts) {
        this.port = port;
        this.stores = parts.stream().map(SparseOperator::store).distinct().toList();
    }

    /** Throws if the sum may be too large with the present weights. */
    public void require() {
        long now = 0;
        for (int i = 0; i < stores.size(); i++) {
            now += stores.get(i).version();
        }
        if (now == version) {
            return;
        }
        double most = 0;
        for (SparseStore store : stores) {
            SynapseRows rows = store.declared().synapses(store.rows());
            FloatMatrix known = store.knownWeights();
            float weight = known == null ? rows.mostWeight() : most(known);
            most += rows.mostInto() * Math.abs((double) store.quanta(weight));
        }
        if (most > Integer.MAX_VALUE) {
            requireSums(); // the bound of random edges is larger than their actual sum
        }
        version = now;
    }

    static float most(FloatMatrix weights) {
        float most = 0;
        for (int i = 0; i < weights.columns(); i++) {
            most = Math.max(most, Math.abs(weights.get(0, i)));
        }
        return most;
    }

    private void requireSums() {
        long[] sums = new long[stores.getFirst().made().size()];
        for (SparseStore store : stores) {
            SynapseReader reader = new SynapseReader(store);
            for (int input = 0; input < store.rows().size(); input++) {
                int count = reader.read(input);
                for (int k = 0; k < count; k++) {
                    sums[reader.target(k)] += Math.abs((long) store.quanta(reader.weight(k)));
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            if (sums[i] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(port + " may get " + sums[i] + " quanta of "
                        + stores.getFirst().declared().quantum() + " at neuron "
                        + SparseStore.torch(stores.getFirst().made(), i) + " in a step, expected at most "
                        + Integer.MAX_VALUE + "; a larger quantum gives less");
            }
        }
    }
}
