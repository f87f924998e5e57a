package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.Roofline;
import dev.spikelane.kernel.Yardstick;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks and input of a {@link ModelWork}. Results are the spikes of a run; OpenBLAS rounds differently. */
final class ModelCase implements Case {

    private final Arena arena = Arena.ofShared();
    private final ModelWork work;
    private final Map<String, Signal> inputs;
    private final List<Simulation> simulations = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();

    ModelCase(ModelWork work) {
        this.work = work;
        this.inputs = work.run().inputs(work.population());
        Network network = work.run().network(work.population(), connection -> connection);
        Simulation simulation = simulate(network);
        entries.add(new Entry(
                Contestant.JAVA,
                simulation::reset,
                () -> work.run().run(simulation, inputs),
                () -> List.copyOf(spikes(network).values())));
        if (OpenBlas.isAvailable() && hasDense(network)) {
            Simulation blas = simulate(work.run().network(work.population(), ModelCase::byBlas));
            entries.add(new Entry(
                    Contestant.OPENBLAS,
                    blas::reset,
                    () -> {
                        BlasThreads.set(1);
                        work.run().run(blas, inputs);
                    },
                    List::of));
        }
        if (Yardstick.AVAILABLE && work.threads() == 1) {
            entries.addAll(Roofline.loads(arena, work.run().loads(work.population())));
        }
    }

    private static boolean hasDense(Network network) {
        return network.projections().stream()
                .flatMap(projection -> projection.path().stream())
                .anyMatch(Dense.class::isInstance);
    }

    private static Connection byBlas(Connection connection) {
        return connection instanceof Dense dense ? dense.byOpenBlas() : connection;
    }

    private Simulation simulate(Network network) {
        Simulation simulation = network.simulate(
                work.run().subject().batch(), work.run().subject().threads());
        simulations.add(simulation);
        return simulation;
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    /** Checks that a population alone fires the same spikes as in the run of the whole network. */
    @Override
    public void verify() {
        Network network = simulations.getFirst().network();
        spikes(network).forEach((name, found) -> {
            MemorySegment expected = work.run().spikes(name).segment();
            if (found.mismatch(expected) >= 0) {
                throw new IllegalStateException(
                        "population '" + name + "' fires other spikes alone than in the network; it draws random"
                                + " numbers, or reads what a simulation keeps");
            }
        });
    }

    /** Returns the spikes of a separate run, because recording takes time. */
    private Map<String, MemorySegment> spikes(Network network) {
        Map<String, SpikeMatrix> recorded = new LinkedHashMap<>();
        try (Simulation again = network.simulate(
                work.run().subject().batch(), work.run().subject().threads())) {
            network.populations()
                    .forEach(each -> recorded.put(
                            each.name(),
                            again.recordSpikes(each.name(), work.run().subject().steps())
                                    .spikes()));
            work.run().run(again, inputs);
        }
        Map<String, MemorySegment> segments = new LinkedHashMap<>();
        recorded.forEach((name, spikes) -> segments.put(name, spikes.segment()));
        return segments;
    }

    @Override
    public void close() {
        simulations.forEach(Simulation::close);
        arena.close();
    }
}
