package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Pool;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Replaces the neurons of a network without time by spiking neurons. */
final class AnnToSnn {

    /** A membrane that starts at half the threshold rounds a rate; one that starts at 0 rounds it down. */
    private static final String NEURON = """
            neuron IntegrateAndFire
            param threshold = 1
            state v = threshold / 2
            input current
            v = v + current
            spike v >= threshold
            v = v - spike * threshold
            carries threshold
            """;

    private static final int BATCH = 64;

    private final Network folded;
    private final Map<String, Values> rectified = new LinkedHashMap<>();

    private AnnToSnn(Network folded, int samples) {
        this.folded = folded;
        for (Population each : folded.populations()) {
            if (each.neuron().equals(EquationNeuron.relu())) {
                rectified.put(each.name(), new Values(samples));
            } else if (!isSum(each)) {
                throw new IllegalArgumentException("population '" + each.name() + "' is " + each.neuron()
                        + ", expected EquationNeuron.relu(), or Leaky with beta 0 and without a reset for the outputs");
            }
        }
        folded.projections().forEach(this::require);
    }

    static Network spiking(Network network, FloatMatrix samples, double percentile) {
        Checks.require(percentile > 0 && percentile <= 100, "percentile", percentile, "more than 0, at most 100");
        AnnToSnn spiking = new AnnToSnn(network.folded().network(), samples.rows());
        spiking.run(samples);
        return spiking.made(percentile);
    }

    private boolean isSum(Population of) {
        return of.neuron() instanceof Leaky declared
                && declared.firing().reset() == Reset.NONE
                && Parameter.of(folded.weights().get(of.name() + ".beta").toArray())
                        .isAlways(0);
    }

    /** Requires sources whose spikes, summed over time, give a projection the sum that their values would give. */
    private void require(Projection declared) {
        Projection.Source source = declared.source();
        boolean isInput = source instanceof Input;
        boolean isValue = source instanceof Variable
                && rectified.containsKey(source.ofPopulation().orElseThrow().name());
        if (declared.delay() > 0 || declared.plastic() || !isInput && !isValue) {
            throw new IllegalArgumentException("projection '" + declared + "' has "
                    + (declared.plastic() ? "a rule" : declared.delay() > 0 ? "a delay" : "another source")
                    + ", expected the membranes of ReLUs, or an input, in the same step");
        }
        for (Connection each : declared.path()) {
            if (!isInput && each instanceof Pool pool && pool.rule() == Pool.Rule.MAX) {
                throw new IllegalArgumentException("projection '" + declared.name() + "' has " + pool
                        + ", and the largest of spikes is not that of rates, expected an average");
            }
        }
    }

    private void run(FloatMatrix samples) {
        for (int first = 0; first < samples.rows(); first += BATCH) {
            int count = Math.min(BATCH, samples.rows() - first);
            FloatMatrix some = FloatMatrix.zeros(count, samples.columns());
            Rows.copy(samples, first, some, 0, count);
            try (Simulation simulation = folded.simulate(count)) {
                rectified.forEach(simulation::observe);
                simulation.run(some);
            }
        }
    }

    private static final class Values implements Population.Observer {

        private final int samples;
        private float[] all = {};
        private int filled;
        private int ofStep;

        Values(int samples) {
            this.samples = samples;
        }

        @Override
        public void attach(int batch, int neurons) {
            ofStep = batch * neurons;
            if (filled == 0) {
                all = new float[Math.multiplyExact(samples, neurons)];
            }
        }

        @Override
        public boolean needsMembranes() {
            return true;
        }

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
            System.arraycopy(membranes.toArray(), 0, all, filled, ofStep);
            filled += ofStep;
        }

        /** Returns the smallest value that at least {@code share} percent of all values do not exceed. */
        float percentile(double share) {
            Arrays.sort(all);
            return all[Math.max(1, (int) Math.ceil(share / 100 * all.length)) - 1];
        }
    }

    private Network made(double percentile) {
        NetworkBuilder builder = Network.builder().mixedTimeSteps();
        Map<String, Projection.Source> sources = new HashMap<>();
        folded.inputs().forEach(each -> sources.put(each.name(), builder.input(each.name(), each.shape())));
        Map<String, Population> populations = new HashMap<>();
        for (Population each : folded.populations()) {
            populations.put(each.name(), builder.population(each.name(), each.shape(), neuron(each, percentile)));
        }
        sources.putAll(populations);
        for (Projection declared : folded.projections()) {
            String from = declared.source()
                    .ofPopulation()
                    .map(Population::name)
                    .orElse(declared.source().name());
            Population target =
                    Objects.requireNonNull(populations.get(declared.target().name()));
            Connection[] path = declared.path().toArray(Connection[]::new);
            builder.project(declared.name(), Objects.requireNonNull(sources.get(from)), target, path)
                    .port(declared.port());
        }
        Network network = builder.build();
        List<String> names = new ArrayList<>(folded.weights().names());
        names.removeIf(name -> populations.keySet().stream().anyMatch(each -> name.equals(each + ".beta")));
        Map<String, FloatMatrix> values = new LinkedHashMap<>();
        names.forEach(name -> values.put(name, folded.weights().get(name)));
        network.weights().replaceAll(values);
        return network;
    }

    private Neuron neuron(Population of, double percentile) {
        Values values = rectified.get(of.name());
        if (values == null) {
            return of.neuron().withParameter("beta", Parameter.of(1));
        }
        float threshold = values.percentile(percentile);
        if (threshold <= 0) {
            throw new IllegalArgumentException("population '" + of.name() + "' is 0 at the percentile " + percentile
                    + " of its values on these samples, expected a higher one, or samples that it answers");
        }
        return EquationNeuron.of(NEURON).with("threshold", threshold);
    }
}
