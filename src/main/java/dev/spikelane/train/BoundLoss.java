package dev.spikelane.train;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.kernel.optimize.GradientSum;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.TorchLayout;
import dev.spikelane.train.gradient.GradientPopulation;
import dev.spikelane.train.gradient.OutputGradients;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of the losses of a part of a batch: its input, its labels or targets, and the place of its gradients.
 *
 * <p>Gradients go straight to the population's, unless another loss has written there before, to whose they are added,
 * or the population is arranged in maps, which losses see in torch's order.
 */
final class BoundLoss {

    private static final String MEMBRANE = "membrane";

    private final int number;
    private final int steps;
    private final int size;
    private final Shape shape;
    private final boolean adds;
    private final Loss.Input read;
    /** One for each thread, which takes some samples. */
    private final Loss.Computation[] evaluators;

    private final double[] terms;
    private final int[] labels;
    private final int[] labelsOfSteps;
    private final boolean readsLabelsOfSteps;
    private @Nullable FloatMatrix targets;
    private final @Nullable Place spikes;
    private final @Nullable Place membranes;
    /** Spikes and membranes of maps, and the copies in torch's order that the loss reads. */
    private final @Nullable SpikeMatrix fired;

    private final @Nullable SpikeMatrix firedInTorch;
    private final @Nullable FloatMatrix values;
    private final @Nullable FloatMatrix valuesInTorch;
    private final Loss.Gradient written;
    /** Scores of classes that the loss makes beside its terms; null if it makes none. */
    private final @Nullable FloatMatrix scores;

    /** Gradients that the loss writes, and the population's, which may be the same. */
    private record Place(FloatMatrix own, FloatMatrix given) {}

    /**
     * Binds a loss.
     *
     * @param number its place among the losses
     * @param adds whether another loss writes to the same gradients before
     */
    BoundLoss(PopulationLoss of, int number, Gradients gradients, boolean adds) {
        this.number = number;
        RunSize window = gradients.plan().size();
        this.steps = window.steps();
        this.size = window.batch();
        String name = of.population();
        GradientPopulation population = gradients.population(name);
        this.shape = population.declared().shape();
        this.adds = adds;
        this.read = new Loss.Input(steps, size, of.outputs());
        Loss loss = of.loss();
        this.spikes = loss.readsSpikes() ? place(population.ofSpikes()) : null;
        this.membranes = loss.readsMembranes() ? place(population.ofVariable(MEMBRANE)) : null;
        this.fired = loss.readsSpikes() ? population.forward().spikes().block() : null;
        this.values = loss.readsMembranes() ? population.ofVariable(MEMBRANE).values() : null;
        int rows = steps * size;
        boolean copies = TorchLayout.differs(shape);
        this.firedInTorch = fired != null && copies ? SpikeMatrix.zeros(rows, of.outputs()) : fired;
        this.valuesInTorch = values != null && copies ? FloatMatrix.zeros(rows, of.outputs()) : values;
        if (firedInTorch != null) {
            read.setSpikes(firedInTorch);
        }
        if (valuesInTorch != null) {
            read.setMembranes(valuesInTorch);
        }
        boolean scored = loss instanceof CrossEntropyLoss entropy && entropy.scoresMembranes();
        this.scores = scored ? FloatMatrix.zeros(size, of.outputs()) : null;
        Loss.Gradient gradient = gradient(spikes, membranes);
        this.written = scores == null ? gradient : gradient.withScores(scores);
        this.evaluators = new Loss.Computation[gradients.workers().threads()];
        for (int i = 0; i < evaluators.length; i++) {
            evaluators[i] = loss.bind(steps, size, of.outputs());
        }
        this.terms = new double[size];
        this.labels = new int[size];
        this.labelsOfSteps = new int[steps];
        this.readsLabelsOfSteps = loss instanceof SquaredErrorLoss error && error.readsStepLabels();
    }

    private Place place(OutputGradients outlet) {
        FloatMatrix given = Objects.requireNonNull(outlet.given(), "given");
        boolean apart = adds || TorchLayout.differs(shape);
        return new Place(apart ? FloatMatrix.zeros(given.rows(), given.columns()) : given, given);
    }

    /** The memory of gradients, spikes and membranes that are not the population's own, of so many rows. */
    static long scratchBytes(PopulationLoss of, Shape shape, boolean adds, long rows) {
        boolean maps = TorchLayout.differs(shape);
        long values = FloatMatrix.zeros(1, of.outputs()).rowOffset(1) * rows;
        long bytes = 0;
        if (of.loss().readsSpikes()) {
            bytes += (adds || maps ? values : 0)
                    + (maps ? SpikeMatrix.zeros(1, of.outputs()).rowOffset(1) * rows : 0);
        }
        if (of.loss().readsMembranes()) {
            bytes += (adds || maps ? values : 0) + (maps ? values : 0);
        }
        return bytes;
    }

    private static Loss.Gradient gradient(@Nullable Place spikes, @Nullable Place membranes) {
        if (spikes != null && membranes != null) {
            return Loss.Gradient.of(spikes.own, membranes.own);
        }
        if (spikes != null) {
            return Loss.Gradient.ofSpikes(spikes.own);
        }
        return membranes == null ? Loss.Gradient.NONE : Loss.Gradient.ofMembranes(membranes.own);
    }

    /** The input of the loss. */
    Loss.Input read() {
        return read;
    }

    /** The scores of the samples, of which the largest wins; null if the loss does not make any. */
    @Nullable
    FloatMatrix scores() {
        return scores;
    }

    /** The terms of the samples. */
    double[] terms() {
        return terms;
    }

    /** Takes the outputs of the window, before threads evaluate samples. */
    void open(double divisor) {
        read.setDivisor(divisor);
        if (TorchLayout.differs(shape)) {
            if (fired != null) {
                TorchLayout.copyTorch(shape, fired, 0, Objects.requireNonNull(firedInTorch), 0, fired.rows());
            }
            if (values != null) {
                TorchLayout.copyTorch(shape, values, 0, Objects.requireNonNull(valuesInTorch), 0, values.rows());
            }
        }
    }

    /** Evaluates some samples. */
    void evaluate(int first, int end, int thread) {
        evaluators[thread].evaluate(read, first, end, written, terms);
        deliver(spikes, first, end);
        deliver(membranes, first, end);
    }

    private void deliver(@Nullable Place place, int first, int end) {
        if (place == null || place.own == place.given) {
            return;
        }
        long bytes = place.own.rowOffset(1);
        for (int step = 0; step < steps; step++) {
            for (int sample = first; sample < end; sample++) {
                int row = step * size + sample;
                if (TorchLayout.differs(shape)) {
                    deliverMaps(place, row);
                } else {
                    long at = place.own.rowOffset(row);
                    GradientSum.add(place.given.segment(), at, place.own.segment(), at, bytes);
                }
            }
        }
    }

    private void deliverMaps(Place place, int row) {
        for (int neuron = 0; neuron < shape.size(); neuron++) {
            int at = shape.inside(neuron);
            float value = Elements.get(place.own, row, neuron);
            Elements.set(place.given, row, at, adds ? Elements.get(place.given, row, at) + value : value);
        }
    }

    /**
     * Takes the labels and targets of a shard.
     *
     * @param firstStep the first step of the window
     */
    void label(ShardedBatch cut, int shard, int firstStep) {
        TrainingBatch batch = cut.batch(shard);
        int whole = cut.samplesOfBatch(shard);
        int first = cut.firstInBatch(shard);
        int allSteps = cut.steps();
        int[] given = batch.labels();
        boolean loaded = batch.samples() != null; // a loader's labels may be followed by those of a larger batch
        boolean ofSteps = readsLabelsOfSteps || !loaded && given.length != whole && given.length == allSteps;
        boolean fits = loaded ? given.length >= whole : given.length == (ofSteps ? allSteps : whole);
        if (given.length != 0 && !fits) {
            throw new IllegalArgumentException("there are " + given.length + " labels, expected "
                    + (ofSteps ? allSteps + ", one for each step" : whole + ", one for each sample"));
        }
        int[] own = ofSteps ? labelsOfSteps : labels;
        if (given.length != 0) {
            System.arraycopy(given, ofSteps ? firstStep : first, own, 0, own.length);
        }
        read.setLabels(given.length == 0 ? given : own, ofSteps ? firstStep : cut.first(shard));
        FloatMatrix wanted = cut.targets(number);
        if (wanted == null) {
            read.forgetTargets();
        } else {
            aim(wanted, cut.samples(), cut.first(shard), firstStep, allSteps);
        }
    }

    /**
     * Takes the rows of these samples: of the steps of the window if there are rows for each step, else of all blocks
     * that the loss has.
     */
    private void aim(FloatMatrix wanted, int whole, int first, int firstStep, int allSteps) {
        int blocks = wanted.rows() / whole;
        boolean even = blocks * whole == wanted.rows();
        boolean ofSteps = even && blocks == allSteps;
        if (whole == size && (steps == allSteps || !ofSteps)) {
            read.setTargets(wanted);
            return;
        }
        if (!even) {
            throw new IllegalArgumentException(
                    "targets have " + wanted.rows() + " rows, expected a multiple of " + whole + " samples");
        }
        int count = ofSteps ? steps : blocks;
        FloatMatrix into = targets;
        if (into == null || into.rows() != count * size || into.columns() != wanted.columns()) {
            into = FloatMatrix.zeros(count * size, wanted.columns());
            targets = into;
        }
        for (int block = 0; block < count; block++) {
            int from = ((ofSteps ? firstStep : 0) + block) * whole + first;
            Rows.copy(wanted, from, into, block * size, size);
        }
        read.setTargets(into);
    }
}
