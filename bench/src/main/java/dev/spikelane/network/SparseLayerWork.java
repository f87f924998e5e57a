package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.connection.SynapseRows;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A layer of synapses, two in a hundred of a dense one, against that dense one with zeros.
 *
 * @param batch samples side by side
 * @param threads threads of the simulations
 */
public record SparseLayerWork(int batch, int threads) implements Work {

    private static final int NEURONS = 4096;
    private static final int STEPS = 25;
    private static final double DENSITY = 0.05;

    @Override
    public String name() {
        return "sparse layer %dx%d of 0.02 batch %d steps %d density %.2f threads %d"
                .formatted(NEURONS, NEURONS, batch, STEPS, DENSITY, threads);
    }

    private static Network network(Connection connection) {
        NetworkBuilder builder = Network.builder();
        Input input = builder.input("x", Shape.of(NEURONS));
        Population out = builder.population("out", Shape.of(NEURONS), new Leaky(0.9f));
        builder.project("w", input, out, connection);
        return builder.build();
    }

    @Override
    public Case open() {
        Sparse sparse = Sparse.of(Connectivity.probability(0.02)).weights(0x1p-6); // sums are exact in any order
        FloatMatrix weights = FloatMatrix.zeros(NEURONS, NEURONS);
        SynapseRows rows = sparse.synapses(Shape.of(NEURONS));
        for (int source = 0; source < NEURONS; source++) {
            int count = rows.read(source);
            for (int i = 0; i < count; i++) {
                weights.set(rows.target(i), source, rows.weight(i));
            }
        }
        Simulation ours = network(sparse).simulate(batch, threads);
        Simulation dense = network(Dense.of(weights)).simulate(batch, threads);
        SpikeMatrix spikes = RandomData.spikes(Arena.ofAuto(), STEPS * batch, NEURONS, DENSITY);
        return new Case() {
            @Override
            public List<Entry> entries() {
                return List.of(entry(Contestant.JAVA, ours), entry(Contestant.DENSE, dense));
            }

            private Entry entry(Contestant who, Simulation of) {
                return new Entry(
                        who,
                        of::reset,
                        () -> of.run(spikes),
                        () -> List.of(of.state("out").membrane().segment()));
            }

            @Override
            public void close() {
                ours.close();
                dense.close();
            }
        };
    }
}
