package dev.spikelane.connection.operator.sparse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

@EveryWidth
final class SynapseReaderTest {

    private static final int SOURCES = 100;
    private static final int EDGES = 3;

    /** A simulation starts and lays out the weights while another thread reads them. */
    @Test
    void readersThatDrawTakeNoWeightsInAnotherOrder() {
        Sparse declared = Sparse.of(Connectivity.outDegree(EDGES)).weights(Distribution.normal(1, 1));
        float[] ones = new float[SOURCES];
        Arrays.fill(ones, 1);
        SynapseReader[] readers = new SynapseReader[4000];
        for (int i = 0; i < 30; i++) { // one try in five fails if a reader reads during the layout
            SparseStore store = new SparseStore(Arena.ofAuto(), declared, Shape.of(SOURCES), ones);
            CompletableFuture<?> other = CompletableFuture.runAsync(store::synapses);
            int made = 0;
            while (!other.isDone()) {
                readers[made++ % readers.length] = new SynapseReader(store);
            }
            double expected = sum(new SynapseReader(store));
            for (int k = 0; k < Math.min(made, readers.length); k++) {
                assertEquals(expected, sum(readers[k]), 1e-5);
            }
        }
    }

    private static double sum(SynapseReader reader) {
        reader.read(SOURCES - 1);
        double sum = 0;
        for (int k = 0; k < EDGES; k++) {
            sum += reader.weight(k);
        }
        return sum;
    }
}
