package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.cli.network.Classics;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.EquationNeuron;
import java.util.List;
import java.util.Locale;

/**
 * A second of a large network with delays, in steps of 0.1 ms: one of {@link Classics}, or 100,000 neurons with 10,000
 * synapses each, which are drawn again when spikes arrive.
 *
 * @param size of CUBA, in neurons; else the scale
 * @param threads threads of the simulation
 */
public record SparseNetworkWork(Kind kind, double size, int threads) implements Work {

    /** The networks. */
    public enum Kind {
        CUBA,
        MICROCIRCUIT,
        PROCEDURAL
    }

    private static final int STEPS = 10_000;

    /** Neurons that fire once in 250 ms, at times of their own, whatever arrives: 10^9 synapses, 4 x 10^9 events. */
    private static final int NEURONS = 100_000;

    private static final int TARGETS = 10_000;
    private static final String CLOCK = """
            neuron Clock
            param start = 0
            state v = start
            input current
            v = v + 0.0004 + current
            spike v > 1
            reset v = v - 1
            """;

    @Override
    public String name() {
        String declared = kind == Kind.CUBA ? "neurons %.0f" : "scale %s";
        Object of = kind == Kind.CUBA ? (Object) size : "%.2f".formatted(size).replaceAll("\\.?0+$", "");
        return kind.name().toLowerCase(Locale.ROOT) + " " + declared.formatted(of) + " threads " + threads;
    }

    private Network network() {
        return switch (kind) {
            case CUBA -> Classics.cuba((int) size, 1);
            case MICROCIRCUIT -> Classics.microcircuit(size, false, 1);
            case PROCEDURAL -> {
                double[] starts = new double[(int) (NEURONS * size)];
                for (int i = 0; i < starts.length; i++) {
                    starts[i] = (double) i / starts.length;
                }
                NetworkBuilder builder = Network.builder();
                Population all = builder.population(
                        "all", Shape.of(starts.length), EquationNeuron.of(CLOCK).with("start", starts));
                Sparse synapses = Sparse.of(Connectivity.outDegree(TARGETS)).weights(0x1p-30);
                builder.project("own", all, all, synapses.fixedPoint(0x1p-30).procedural())
                        .delay(1);
                yield builder.build();
            }
        };
    }

    @Override
    public Case open() {
        Simulation simulation = network().simulate(1, threads);
        return new Case() {
            @Override
            public List<Entry> entries() {
                return List.of(new Entry(
                        Contestant.JAVA,
                        simulation::reset,
                        () -> simulation.run(STEPS),
                        () -> List.of(simulation.state(0).membrane().segment())));
            }

            @Override
            public void close() {
                simulation.close();
            }
        };
    }
}
