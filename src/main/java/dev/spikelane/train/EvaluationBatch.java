package dev.spikelane.train;

import dev.spikelane.data.Batch;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A simulation of some samples, what it records, and what reads that. */
final class EvaluationBatch implements AutoCloseable {

    private final Simulation simulation;
    private final int steps;
    private final LossInput read;
    private final @Nullable Loss loss;
    private final @Nullable LossEvaluator evaluator;
    private final @Nullable ClassDecoder decoder;
    private final double[] terms;
    private final int[] classes;
    private final Map<String, SpikeCounts> counts = new LinkedHashMap<>();

    EvaluationBatch(Simulation simulation, int steps, String population, @Nullable Loss loss, Decoding decoding) {
        this.simulation = simulation;
        this.steps = steps;
        this.loss = loss;
        Network network = simulation.network();
        int samples = simulation.batch();
        int outputs = network.population(population).size();
        read = new LossInput(steps, samples, outputs);
        boolean lossReadsSpikes = loss != null && loss.readsSpikes();
        boolean lossReadsMembranes = loss != null && loss.readsMembranes();
        if (lossReadsSpikes || decoding == Decoding.RATE || decoding == Decoding.FIRST_SPIKE) {
            read.setSpikes(simulation.recordSpikes(population, steps).spikes());
        }
        if (lossReadsMembranes || decoding == Decoding.MEMBRANE || decoding == Decoding.MAX_MEMBRANE) {
            read.setMembranes(
                    simulation.recordBeforeReset(population, "membrane", steps).values());
        }
        for (Population each : network.populations()) {
            counts.put(each.name(), simulation.countSpikes(each.name()));
        }
        evaluator = loss == null ? null : loss.bind(steps, samples, outputs);
        decoder = decoding == Decoding.NONE
                ? null
                : loss == null
                        ? new ClassDecoder(decoding, steps, samples, outputs)
                        : ClassDecoder.of(loss, decoding, steps, samples, outputs);
        terms = new double[samples];
        classes = new int[samples];
    }

    int samples() {
        return simulation.batch();
    }

    void run(Batch batch, boolean hasTargets, EvaluationTotals totals) {
        simulation.reset();
        Signal input = batch.input();
        if (CodedSteps.isFrame(input, batch.count(), steps)) {
            simulation.runConstant(input, steps);
        } else {
            simulation.run(input);
        }
        read.setLabels(batch.labels());
        if (hasTargets) {
            read.setTargets(batch.targets().rows(0, batch.count()));
        }
        if (loss != null && evaluator != null) {
            read.setDivisor(loss.divisor(read));
            totals.addLoss(evaluator.evaluate(read, LossGradient.NONE, terms), batch.count());
        }
        if (decoder != null) {
            decoder.decode(read, 0, batch.count(), classes);
        }
        for (int sample = 0; sample < batch.count(); sample++) {
            totals.addSample(batch.labels()[sample], decoder == null ? -1 : classes[sample]);
        }
        count(input, totals);
    }

    /** Adds up what arrived at each projection; that of the last delayed steps is counted although it arrives after the end. */
    private void count(Signal input, EvaluationTotals totals) {
        Network network = simulation.network();
        counts.forEach((name, each) -> totals.addSpikes(name, sum(each.counts())));
        for (Projection projection : network.projections()) {
            double arrived = switch (projection.source()) {
                case Input only ->
                    input instanceof SpikeMatrix spikes
                            ? spikes.count()
                            : EvaluationTotals.nonZero((FloatMatrix) input);
                case Population population -> sum(spikesOf(population.name()));
                default -> (double) projection.source().shape().size() * steps * simulation.batch();
            };
            totals.addOperations(arrived * InferenceWork.fanOut(projection));
        }
    }

    private FloatMatrix spikesOf(String population) {
        SpikeCounts found = counts.get(population);
        if (found == null) {
            throw new IllegalArgumentException("there is no population '" + population + "'");
        }
        return found.counts();
    }

    private static double sum(FloatMatrix matrix) {
        double sum = 0;
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                sum += matrix.get(row, column);
            }
        }
        return sum;
    }

    @Override
    public void close() {
        simulation.close();
    }
}
