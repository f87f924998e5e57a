package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Simulation;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.TargetRows;
import dev.spikelane.train.run.OperationCounts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A simulation of some samples, its recordings, and the losses and the decoder that read them. */
final class EvaluationBatch implements AutoCloseable {

    private final Simulation simulation;
    private final int steps;
    private final List<PopulationLoss> losses;
    /** The input that is read of each population. */
    private final Map<String, Loss.Input> read = new LinkedHashMap<>();

    /** How losses read targets. */
    private final @Nullable TargetRows[] layouts;

    private final Loss.Input outputs;
    private final List<Loss.Computation> evaluators = new ArrayList<>();
    private final @Nullable ClassDecoder decoder;
    private final double[] terms;
    private final int[] classes;
    private final OperationCounts counts;

    EvaluationBatch(
            Simulation simulation,
            int steps,
            String population,
            List<PopulationLoss> losses,
            Decoding decoding,
            boolean measuring) {
        this.simulation = simulation;
        this.steps = steps;
        this.losses = losses;
        this.layouts = losses.stream().map(loss -> loss.targetRows(steps)).toArray(TargetRows[]::new);
        int samples = simulation.batch();
        outputs = read(
                population, decoding.score().readsSpikes(), decoding.score().readsMembranes());
        for (PopulationLoss each : losses) {
            if (!each.population().equals(population)) {
                read(each.population(), false, false);
            }
            evaluators.add(each.loss().bind(steps, samples, each.outputs()));
        }
        counts = new OperationCounts(simulation, steps, measuring);
        int size = outputs.outputs();
        decoder = decoding == Decoding.NONE
                ? null
                : losses.isEmpty()
                        ? new ClassDecoder(decoding.score(), steps, samples, size)
                        : decoding.decoder(PopulationLoss.main(losses).loss(), steps, samples, size);
        terms = new double[samples];
        classes = new int[samples];
    }

    /** Records the rows of a population that losses and the decoding read. */
    private Loss.Input read(String population, boolean spikes, boolean membranes) {
        Loss.Input known = read.get(population);
        if (known != null) {
            return known;
        }
        boolean readsSpikes = spikes;
        boolean readsMembranes = membranes;
        for (PopulationLoss each : losses) {
            boolean same = each.population().equals(population);
            readsSpikes |= same && each.loss().readsSpikes();
            readsMembranes |= same && each.loss().readsMembranes();
        }
        int size = simulation.network().population(population).size();
        Loss.Input made = new Loss.Input(steps, simulation.batch(), size);
        if (readsSpikes) {
            made.setSpikes(simulation.recordSpikes(population, steps).spikes());
        }
        if (readsMembranes) {
            made.setMembranes(
                    simulation.recordBeforeReset(population, "membrane", steps).values());
        }
        read.put(population, made);
        return made;
    }

    int samples() {
        return simulation.batch();
    }

    void run(TrainingBatch batch, int count, EvaluationTotals totals) {
        simulation.reset();
        Map<String, Signal> inputs = new LinkedHashMap<>();
        for (Input each : simulation.network().inputs()) {
            inputs.put(each.name(), batch.input(each.name(), true));
        }
        if (batch.constant()) {
            simulation.runConstant(inputs, steps);
        } else {
            simulation.run(inputs);
        }
        for (Loss.Input each : read.values()) {
            each.setLabels(batch.labels());
            each.setSamples(Objects.requireNonNull(batch.samples()));
        }
        if (!losses.isEmpty()) {
            totals.addLoss(loss(batch, count), count);
        }
        if (decoder != null) {
            decoder.decode(outputs.rows(), 0, count, classes);
        }
        for (int sample = 0; sample < count; sample++) {
            totals.addSample(batch.labels()[sample], decoder == null ? -1 : classes[sample]);
        }
        totals.add(counts.count(inputs, batch.constant()));
    }

    /** Gives a loss the targets of its population. */
    private void setTargets(int loss, TrainingBatch batch, int count) {
        String population = losses.get(loss).population();
        FloatMatrix given = batch.targets(population);
        TargetRows layout = layouts[loss];
        Loss.Input input = Objects.requireNonNull(read.get(population));
        if (layout != null) {
            input.setTargets(layout.of(given, count));
        } else if (given != null) {
            input.setTargets(given);
        } else {
            input.forgetTargets();
        }
    }

    private double loss(TrainingBatch batch, int count) {
        double sum = 0;
        for (int i = 0; i < losses.size(); i++) {
            setTargets(i, batch, count); // one loss after another: those of a population share its input
            Loss.Input input = Objects.requireNonNull(read.get(losses.get(i).population()));
            input.setDivisor(losses.get(i).divisor(input));
            sum += evaluators.get(i).evaluate(input, Loss.Gradient.NONE, terms);
        }
        return sum;
    }

    @Override
    public void close() {
        simulation.close();
    }
}
