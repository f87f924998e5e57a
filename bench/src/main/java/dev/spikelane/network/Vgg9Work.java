package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * {@link Vgg9}, all its steps. Results are the membranes of the last layers at the end.
 *
 * @param threads threads of the simulation
 */
public record Vgg9Work(int threads) implements Work {

    private static final int LAST = 8;

    @Override
    public String name() {
        return "vgg9 batch %d steps %d frame threads %d".formatted(Vgg9.BATCH, Vgg9.STEPS, threads);
    }

    @Override
    public Case open() {
        Vgg9 vgg = new Vgg9(false);
        Simulation simulation = vgg.network.simulate(Vgg9.BATCH, threads);
        Entry entry = new Entry(
                Contestant.JAVA,
                simulation::reset,
                () -> simulation.runConstant(vgg.images, Vgg9.STEPS),
                () -> membranes(simulation));
        return new Case() {
            @Override
            public List<Entry> entries() {
                return List.of(entry);
            }

            @Override
            public void close() {
                simulation.close();
            }
        };
    }

    /** Returns the membranes of a fork: a simulation whose state was read keeps updating the copy, which takes time. */
    private static List<MemorySegment> membranes(Simulation simulation) {
        try (Simulation fork = simulation.fork()) {
            return List.of(copy(fork, LAST - 1), copy(fork, LAST));
        }
    }

    private static MemorySegment copy(Simulation simulation, int layer) {
        return FloatMatrix.concatenate(simulation.state(layer).membrane()).segment();
    }
}
