package dev.spikelane.train;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SpikeCounts;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.TargetRows;
import dev.spikelane.train.run.CodedSteps;
import dev.spikelane.train.run.EvaluationTotals;
import dev.spikelane.train.run.InputColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A simulation of some samples, what it records, and what reads that. */
final class EvaluationBatch implements AutoCloseable {

    private final Simulation simulation;
    private final int steps;
    private final List<PopulationLoss> losses;
    /** What is read of each population. */
    private final Map<String, Loss.Input> read = new LinkedHashMap<>();

    /** How losses read targets. */
    private final @Nullable TargetRows[] layouts;

    private final InputColumns columns;
    private @Nullable Map<String, Signal> cut;
    private final Loss.Input outputs;
    private final List<Loss.Computation> evaluators = new ArrayList<>();
    private final @Nullable ClassDecoder decoder;
    private final double[] terms;
    private final int[] classes;
    private final Map<String, SpikeCounts> counts = new LinkedHashMap<>();

    EvaluationBatch(
            Simulation simulation, int steps, String population, List<PopulationLoss> losses, Decoding decoding) {
        this.simulation = simulation;
        this.steps = steps;
        this.losses = losses;
        this.layouts = losses.stream().map(loss -> loss.targetRows(steps)).toArray(TargetRows[]::new);
        this.columns = new InputColumns(simulation.network());
        int samples = simulation.batch();
        outputs = read(
                population, decoding.score().readsSpikes(), decoding.score().readsMembranes());
        for (PopulationLoss each : losses) {
            if (!each.population().equals(population)) {
                read(each.population(), false, false);
            }
            evaluators.add(each.loss().bind(steps, samples, each.outputs()));
        }
        for (Population each : simulation.network().populations()) {
            counts.put(each.name(), simulation.countSpikes(each.name()));
        }
        int size = outputs.outputs();
        decoder = decoding == Decoding.NONE
                ? null
                : losses.isEmpty()
                        ? new ClassDecoder(decoding.score(), steps, samples, size)
                        : decoding.decoder(PopulationLoss.main(losses).loss(), steps, samples, size);
        terms = new double[samples];
        classes = new int[samples];
    }

    /** Records what the losses read of a population, and what decoding does. */
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

    void run(BatchLoader.Batch batch, EvaluationTotals totals) {
        simulation.reset();
        Map<String, Signal> inputs = inputs(batch.input());
        if (CodedSteps.isFrame(batch.input(), batch.count(), steps)) {
            simulation.runConstant(inputs, steps);
        } else {
            simulation.run(inputs);
        }
        for (Loss.Input each : read.values()) {
            each.setLabels(batch.labels());
            each.setSamples(batch.samples());
        }
        if (!losses.isEmpty()) {
            totals.addLoss(loss(batch), batch.count());
        }
        if (decoder != null) {
            decoder.decode(outputs.rows(), 0, batch.count(), classes);
        }
        for (int sample = 0; sample < batch.count(); sample++) {
            totals.addSample(batch.labels()[sample], decoder == null ? -1 : classes[sample]);
        }
        count(inputs, totals);
    }

    /** Gives a loss the targets of its population. */
    private void setTargets(int loss, BatchLoader.Batch batch) {
        String population = losses.get(loss).population();
        FloatMatrix given = batch.targetsOf().get(population);
        if (given == null && batch.hasTargets()) {
            given = batch.targets();
        }
        if (given != null) {
            given = given.rows(0, batch.count());
        }
        TargetRows layout = layouts[loss];
        Loss.Input input = Objects.requireNonNull(read.get(population));
        if (layout != null) {
            input.setTargets(layout.of(given, batch.count()));
        } else if (given != null) {
            input.setTargets(given);
        } else {
            input.forgetTargets();
        }
    }

    /** The rows of each input. */
    private Map<String, Signal> inputs(Signal all) {
        if (columns.isOne()) {
            return Map.of(simulation.network().inputs().getFirst().name(), all);
        }
        Map<String, Signal> into = cut;
        if (into == null) {
            into = columns.allocate(all);
            cut = into;
        }
        columns.cut(all, into);
        return into;
    }

    private double loss(BatchLoader.Batch batch) {
        double sum = 0;
        for (int i = 0; i < losses.size(); i++) {
            setTargets(i, batch); // one loss after another: those of a population share its input
            Loss.Input input = Objects.requireNonNull(read.get(losses.get(i).population()));
            input.setDivisor(losses.get(i).divisor(input));
            sum += evaluators.get(i).evaluate(input, Loss.Gradient.NONE, terms);
        }
        return sum;
    }

    /**
     * Adds up what arrived at each projection; that of the last delayed steps is counted although it arrives after the
     * end.
     */
    private void count(Map<String, Signal> inputs, EvaluationTotals totals) {
        Network network = simulation.network();
        counts.forEach((name, each) -> totals.addSpikes(name, EvaluationTotals.reachedByCounts(each.counts(), 1)));
        for (Projection projection : network.projections()) {
            int[] reach = projection.fanOut();
            totals.addOperations(
                    switch (projection.source()) {
                        case Input only ->
                            EvaluationTotals.reached(Objects.requireNonNull(inputs.get(only.name())), reach);
                        case Population population ->
                            EvaluationTotals.reachedByCounts(spikesOf(population.name()), reach);
                        case Projection.Source variable -> {
                            double all = Arrays.stream(reach).asLongStream().sum();
                            double mean = all / reach.length;
                            yield mean * variable.shape().size() * steps * simulation.batch();
                        }
                    });
        }
    }

    private FloatMatrix spikesOf(String population) {
        SpikeCounts found = counts.get(population);
        if (found == null) {
            throw new IllegalArgumentException("there is no population " + JsonValue.quoted(population) + "");
        }
        return found.counts();
    }

    @Override
    public void close() {
        simulation.close();
    }
}
