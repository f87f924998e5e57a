package dev.spikelane.spark;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Loss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.ArraySeq;

/** A simulation of a batch of samples, with its encoder and the observers of its outputs. */
final class BatchRun implements AutoCloseable {

    /** Rows between two checks for early decisions. */
    private static final int ROWS_AT_ONCE = 1_024;

    private final Simulation simulation;
    private final int samples;
    private final int steps;
    private final int classes;
    private final Decoding decoding;
    private final @Nullable InputEncoding code;
    private final CounterRandom.Draws draws;
    private final Signal input;
    private final boolean isFrame;
    private final Loss.Input outputs;
    private final SpikeMatrix spikes;
    private final EarlyExit.@Nullable Labels early;
    private final @Nullable SynapticOperations ofInput;
    private final List<SynapticOperations> ofPopulations = new ArrayList<>();
    /** Synaptic operations of each step from values, which use all synapses. */
    private final double always;

    BatchRun(CachedModel held, InferencePlan plan, int samples, int threads) {
        Network network = held.network();
        this.samples = samples;
        this.steps = plan.steps();
        this.decoding = Decoding.named(plan.decoding());
        Population population = network.population(held.model().population());
        int noted = held.model().classes().orElse(population.size());
        this.classes = noted == population.size() ? 0 : noted;
        this.simulation = network.simulate(samples, threads);
        try {
            Input only = network.inputs().getFirst();
            this.draws = CounterRandom.Draws.encoding(plan.seed(), samples);
            if (plan.code().equals(InputKind.SPIKES_CODE)) {
                code = null;
                input = SpikeMatrix.zeros(
                        Math.multiplyExact(steps, samples), only.shape().size());
            } else {
                InputEncoding named = InputEncoding.named(plan.code(), steps);
                code = named;
                input = named.allocate(samples, SampleValues.count(plan, network));
            }
            this.isFrame = code != null && code.steps() == 0;
            this.spikes = simulation.recordSpikes(population.name(), steps).spikes();
            this.outputs = new Loss.Input(steps, samples, population.size()).setSpikes(spikes);
            if (decoding != Decoding.COUNT && decoding != Decoding.FIRST_SPIKE && decoding != Decoding.NONE) {
                outputs.setMembranes(simulation
                        .recordBeforeReset(population.name(), "membrane", steps)
                        .values());
            }
            this.early = plan.earlyMargin() == 0
                    ? null
                    : simulation.observe(population.name(), new EarlyExit(steps, plan.earlyMargin(), classes).labels());
            int[] reach = SynapticOperations.reach(network, only);
            this.ofInput = reach.length == 0 ? null : new SynapticOperations(reach, samples, input.rows());
            this.always = observe(network);
        } catch (RuntimeException | Error refused) {
            simulation.close();
            throw refused;
        }
    }

    /** Observes the spikes of populations; returns the operations of each step that variables of populations cause. */
    private double observe(Network network) {
        for (Population each : network.populations()) {
            int[] reach = SynapticOperations.reach(network, each);
            if (reach.length > 0) {
                ofPopulations.add(simulation.observe(
                        each.name(), new SynapticOperations(reach, samples, Math.multiplyExact(steps, samples))));
            }
        }
        double sum = 0;
        for (Projection projection : network.projections()) {
            Projection.Source source = projection.source();
            if (!(source instanceof Input) && !(source instanceof Population)) {
                int[] reach = projection.fanOut();
                sum += Arrays.stream(reach).average().orElse(0) * source.shape().size();
            }
        }
        return sum;
    }

    int samples() {
        return samples;
    }

    Row[] run(SampleBatch batch) {
        batch.setDraws(draws);
        if (code == null) {
            batch.copySpikes(steps, (SpikeMatrix) input);
        } else {
            code.encode(batch.values(), draws, input);
        }
        if (ofInput != null) {
            ofInput.count(0, input.rows(), input);
        }
        run();
        int[] labels = early == null && decoding != Decoding.NONE ? decoding.classes(outputs, classes) : new int[0];
        Row[] results = new Row[samples];
        for (int sample = 0; sample < samples; sample++) {
            Integer label = labels.length == 0 ? null : labels[sample];
            results[sample] = result(sample, early == null ? label : Integer.valueOf(early.label(sample)));
        }
        return results;
    }

    private void run() {
        if (early != null) {
            int atOnce = Math.max(1, ROWS_AT_ONCE / samples);
            if (isFrame) {
                early.runConstant(simulation, input, atOnce);
            } else {
                early.run(simulation, input, atOnce);
            }
            return;
        }
        simulation.reset();
        if (isFrame) {
            simulation.runConstant(input, steps);
        } else {
            simulation.run(input);
        }
    }

    /** Returns the result of a sample at its last step; the batch may have run further. */
    private Row result(int sample, @Nullable Integer label) {
        int end = early == null || early.steps(sample) == 0 ? steps : Math.toIntExact(early.steps(sample));
        int[] counts = new int[spikes.columns()];
        int[] first = new int[spikes.columns()];
        Arrays.fill(first, -1);
        for (int step = 0; step < end; step++) {
            int row = step * samples + sample;
            for (int neuron = spikes.next(row, 0); neuron >= 0; neuron = spikes.next(row, neuron + 1)) {
                if (counts[neuron] == 0) {
                    first[neuron] = step;
                }
                counts[neuron]++;
            }
        }
        double operations = always * end;
        if (ofInput != null) {
            operations += ofInput.of(sample, isFrame ? 1 : end);
        }
        for (SynapticOperations each : ofPopulations) {
            operations += each.of(sample, end);
        }
        return RowFactory.create(label, new ArraySeq.ofInt(counts), new ArraySeq.ofInt(first), operations, end);
    }

    @Override
    public void close() {
        simulation.close();
    }
}
