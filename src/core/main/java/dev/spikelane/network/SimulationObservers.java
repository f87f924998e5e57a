package dev.spikelane.network;

import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.PopulationRun;
import dev.spikelane.engine.observe.BlockObserver;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Neuron;
import org.jspecify.annotations.Nullable;

record SimulationObservers(Network network, NetworkRun run, int batch) {

    <T extends Population.Observer> T attach(int population, T observer) {
        PopulationRun seen = run.population(population);
        observer.attach(batch, seen.size());
        if (observer instanceof Recorder<?> recorder) {
            recorder.describe(network.populations().get(population), TimeSteps.common(network));
        }
        seen.add(new ObserverAdapter(observer));
        return observer;
    }

    void record(Population population, Population.VariableRecorder recorder) {
        recorder.describe(population, TimeSteps.common(network));
        run.record(network.number(population.name()), recorder.observing());
    }

    /** Returns the number of values per step of a variable, or at a port that projections enter. */
    int columns(Population of, String variable) {
        Neuron neuron = of.neuron();
        if (neuron.variables().contains(variable)) {
            return of.size();
        }
        if (!neuron.ports().contains(variable)) {
            throw new IllegalArgumentException("population '" + of.name() + "' has neither a variable nor a port '"
                    + variable + "', expected one of " + neuron.variables() + " or " + neuron.ports());
        }
        if (!network.laidOut().description().enters(network.number(of.name()), variable)) {
            throw new IllegalArgumentException(
                    "no projection enters the port " + JsonValue.quoted(variable) + " of population '"
                            + of.name()
                            + "', expected one whose currents can be recorded; neurons that feed back to themselves one"
                            + " to one do so without");
        }
        return of.shape().times(neuron.gates()).size();
    }

    /** Returns the population of an observer; null if there is none. */
    @Nullable
    Population populationOf(Population.Observer observer) {
        for (int i = 0; i < network.populations().size(); i++) {
            PopulationRun seen = run.population(i);
            if (seen.isSeenBy(new ObserverAdapter(observer))
                    || observer instanceof Population.VariableRecorder own && seen.isSeenBy(own.observing())) {
                return network.populations().get(i);
            }
        }
        return null;
    }

    private record ObserverAdapter(Population.Observer observer) implements BlockObserver {

        @Override
        public boolean needsMembranes() {
            return observer.needsMembranes();
        }

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
            observer.observe(firstStep, steps, spikes, membranes);
        }

        @Override
        public void reset() {
            observer.reset();
        }

        /** Compares identities, as observers that are equal have separate values. */
        @Override
        @SuppressWarnings("ReferenceEquality")
        public boolean equals(@Nullable Object other) {
            return other instanceof ObserverAdapter observed && observed.observer == observer;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(observer);
        }
    }
}
