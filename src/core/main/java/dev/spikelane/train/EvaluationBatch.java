package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Simulation;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.loss.TargetRows;
import dev.spikelane.train.run.OperationCounts;
import java.util.Arrays;
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
    /** Recorded rows of each population for losses and decoding. */
    private final Map<String, LossInputs> read = new LinkedHashMap<>();

    private final @Nullable TargetRows[] layouts;

    private final LossInputs outputs;
    private final Decoding decoding;
    private final Loss.@Nullable Computation[][] evaluators;

    private final @Nullable ClassDecoder[] decoders;

    private final int[] ends;
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
        }
        counts = new OperationCounts(simulation, steps, measuring);
        this.decoding = decoding;
        evaluators = new Loss.Computation[losses.size()][steps + 1];
        decoders = new ClassDecoder[steps + 1];
        ends = new int[samples];
        bind(steps);
        terms = new double[samples];
        classes = new int[samples];
    }

    private void bind(int some) {
        int samples = simulation.batch();
        for (int i = 0; i < evaluators.length; i++) {
            PopulationLoss each = losses.get(i);
            if (evaluators[i][some] == null) {
                evaluators[i][some] = each.loss().bind(some, samples, each.outputs());
            }
        }
        if (decoders[some] == null && decoding != Decoding.NONE) {
            int size = outputs.whole().outputs();
            decoders[some] = losses.isEmpty()
                    ? new ClassDecoder(decoding.score(), some, samples, size)
                    : decoding.decoder(PopulationLoss.main(losses).loss(), some, samples, size);
        }
    }

    private LossInputs read(String population, boolean spikes, boolean membranes) {
        LossInputs known = read.get(population);
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
        LossInputs made = new LossInputs(steps, simulation.batch(), size);
        if (readsSpikes) {
            made.whole().setSpikes(simulation.recordSpikes(population, steps).spikes());
        }
        if (readsMembranes) {
            made.whole()
                    .setMembranes(simulation
                            .recordBeforeReset(population, "membrane", steps)
                            .values());
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
        simulate(inputs, batch);
        for (LossInputs each : read.values()) {
            each.whole().setLabels(batch.labels());
            each.whole().setSamples(Objects.requireNonNull(batch.samples()));
        }
        if (!losses.isEmpty()) {
            totals.addLoss(loss(batch, count), count);
        }
        Arrays.fill(classes, -1);
        for (int from = 0; from < count && decoding != Decoding.NONE; ) {
            int behind = LossInputs.endOfEqual(ends, from, count);
            bind(ends[from]);
            Objects.requireNonNull(decoders[ends[from]])
                    .decode(outputs.open(ends[from]).rows(), from, behind, classes);
            from = behind;
        }
        for (int sample = 0; sample < count; sample++) {
            totals.addSample(batch.labels()[sample], classes[sample]);
        }
        totals.add(counts.count(inputs, batch.constant()));
    }

    private void simulate(Map<String, Signal> inputs, TrainingBatch batch) {
        int[] lengths = batch.lengths();
        Arrays.fill(ends, steps);
        if (lengths != null) {
            System.arraycopy(lengths, 0, ends, 0, ends.length);
        }
        if (batch.constant() && lengths != null) {
            simulation.runConstant(inputs, ends);
        } else if (batch.constant()) {
            simulation.runConstant(inputs, steps);
        } else if (lengths != null) {
            simulation.run(inputs, ends);
        } else {
            simulation.run(inputs);
        }
    }

    private void setTargets(int loss, TrainingBatch batch, int count) {
        String population = losses.get(loss).population();
        FloatMatrix given = batch.targets(population);
        TargetRows layout = layouts[loss];
        Loss.Input input = Objects.requireNonNull(read.get(population)).whole();
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
            setTargets(i, batch, count); // losses of a population share its input, so they run one after another
            LossInputs read = Objects.requireNonNull(this.read.get(losses.get(i).population()));
            for (int from = 0; from < count; ) {
                int behind = LossInputs.endOfEqual(ends, from, count);
                bind(ends[from]);
                Loss.Input input = read.open(ends[from]);
                input.setDivisor(losses.get(i).divisor(input));
                Objects.requireNonNull(evaluators[i][ends[from]])
                        .evaluate(input, from, behind, Loss.Gradient.NONE, terms);
                from = behind;
            }
            sum += Arrays.stream(terms, 0, count).reduce(0, Double::sum);
        }
        return sum;
    }

    @Override
    public void close() {
        simulation.close();
    }
}
