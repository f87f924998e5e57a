package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.Work;
import dev.spikelane.connection.Edges;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.random.CounterRandom;
import java.util.List;
import java.util.Map;

/**
 * A second of the network CUBA: 80 synapses for each neuron, and a step of 0.1 ms. Source: Brette et al., "Simulation of
 * networks of spiking neurons", J. Comput. Neurosci. 2007, benchmark 2.
 *
 * @param neurons of both populations
 * @param threads threads of the simulation
 */
public record CubaWork(int neurons, int threads) implements Work {

    private static final int STEPS = 10_000;
    private static final double FAN_OUT = 80;

    /** Membranes in mV above the rest of -49. */
    private static final String NEURON = """
            neuron Cuba
            param tau [ms] = 20, threshold [mV] = -1, low [mV] = -11, taue [ms] = 5, taui [ms] = 10, pause [ms] = 5, dt [ms] = 0.1
            state v [mV], ge [mV], gi [mV]
            input current, feedback
            refractory pause / dt holds v
            dv/dt = (ge + gi - v) / tau : exact
            dge/dt = -ge / taue : exact
            dgi/dt = -gi / taui : exact
            ge = ge + current
            gi = gi + feedback
            spike v > threshold
            reset v = low
            """;

    @Override
    public String name() {
        return "cuba neurons %d threads %d".formatted(neurons, threads);
    }

    @Override
    public Case open() {
        return new Open(this);
    }

    private Network network() {
        EquationNeuron neuron = EquationNeuron.of(NEURON);
        int excitatory = neurons * 4 / 5;
        NetworkBuilder builder = Network.builder();
        Population e = builder.population("e", Shape.of(excitatory), neuron);
        Population i = builder.population("i", Shape.of(neurons - excitatory), neuron);
        Sparse synapses = Sparse.of(Edges.probability(FAN_OUT / neurons)).delays(1);
        int seed = 1;
        for (Population from : List.of(e, i)) {
            for (Population to : List.of(e, i)) {
                builder.project(
                                from.name() + to.name(),
                                from,
                                to,
                                synapses.weights(from.equals(e) ? 1.62 : -9)
                                        .to(to.size())
                                        .seed(seed))
                        .port(from.equals(e) ? "current" : "feedback");
                seed++;
            }
        }
        return builder.build();
    }

    private static final class Open implements Case {
        private final Simulation simulation;

        Open(CubaWork work) {
            this.simulation = work.network().simulate(1, work.threads);
        }

        @Override
        public List<Entry> entries() {
            return List.of(new Entry(
                    Contestant.JAVA,
                    this::reset,
                    () -> simulation.runConstant(Map.of(), STEPS),
                    () -> List.of(simulation.state("e").membrane().segment())));
        }

        private void reset() {
            simulation.reset();
            for (int population = 0; population < 2; population++) {
                FloatMatrix membrane = simulation.state(population).membrane();
                for (int i = 0; i < membrane.columns(); i++) {
                    membrane.set(0, i, -11 + 10 * CounterRandom.uniform(1, 0, population, i));
                }
            }
        }

        @Override
        public void close() {
            simulation.close();
        }
    }
}
