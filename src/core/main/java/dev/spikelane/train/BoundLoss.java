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
import dev.spikelane.train.loss.ClassDecoder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A loss bound to a part of a batch: its input, its labels or targets, and the memory of its gradients. */
final class BoundLoss {

    private static final String MEMBRANE = "membrane";

    private final int number;
    private final int steps;
    private final int size;
    private final Shape shape;
    private final boolean adds;
    private final PopulationLoss of;
    private final int threads;
    private final LossInputs read;
    /** Losses over the first steps of the window, by their number; created when a sample ends there. */
    private final @Nullable Prefix[] prefixes;

    private int[] ends = {};

    private final double[] terms;
    private final int[] labels;
    private final int[] labelsOfSteps;
    private final boolean readsLabelsOfSteps;
    private @Nullable FloatMatrix targets;
    private final @Nullable Place spikes;
    private final @Nullable Place membranes;
    /** Spikes of maps; the loss reads a copy in torch's order. */
    private final @Nullable SpikeMatrix fired;

    private final @Nullable SpikeMatrix firedInTorch;
    private final @Nullable FloatMatrix values;
    private final @Nullable FloatMatrix valuesInTorch;
    /** Class scores that the loss computes with its terms; null if there are none. */
    private final @Nullable FloatMatrix scores;

    private record Place(FloatMatrix own, FloatMatrix given) {}

    BoundLoss(PopulationLoss of, int number, Gradients gradients, boolean adds) {
        this.number = number;
        RunSize window = gradients.plan().size();
        this.steps = window.steps();
        this.size = window.batch();
        String name = of.population();
        GradientPopulation population = gradients.population(name);
        this.shape = population.declared().shape();
        this.adds = adds;
        Loss loss = of.loss();
        this.spikes = loss.readsSpikes() ? place(population.ofSpikes()) : null;
        this.membranes = loss.readsMembranes() ? place(population.ofVariable(MEMBRANE)) : null;
        this.fired = loss.readsSpikes() ? population.forward().spikes().block() : null;
        this.values = loss.readsMembranes() ? population.ofVariable(MEMBRANE).values() : null;
        int rows = steps * size;
        boolean copies = TorchLayout.differs(shape);
        this.firedInTorch = fired != null && copies ? SpikeMatrix.zeros(rows, of.outputs()) : fired;
        this.valuesInTorch = values != null && copies ? FloatMatrix.zeros(rows, of.outputs()) : values;
        this.read = new LossInputs(steps, size, of.outputs());
        if (firedInTorch != null) {
            read.whole().setSpikes(firedInTorch);
        }
        if (valuesInTorch != null) {
            read.whole().setMembranes(valuesInTorch);
        }
        this.of = of;
        this.threads = gradients.workers().threads();
        this.prefixes = new Prefix[steps + 1];
        boolean scored = loss instanceof CrossEntropyLoss entropy && entropy.scoresMembranes();
        this.scores = scored ? FloatMatrix.zeros(size, of.outputs()) : null;
        this.terms = new double[size];
        this.labels = new int[size];
        this.labelsOfSteps = new int[steps];
        this.readsLabelsOfSteps = loss instanceof SquaredErrorLoss error && error.readsStepLabels();
        prefix(steps);
    }

    private Prefix prefix(int count) {
        Prefix made = prefixes[count];
        if (made == null) {
            made = new Prefix(count);
            prefixes[count] = made;
        }
        return made;
    }

    /** A loss over the first steps of the window, which samples that end there see. */
    private final class Prefix {

        private final Loss.Gradient written;
        private final Loss.Computation[] evaluators = new Loss.Computation[threads];

        private final @Nullable ClassDecoder[] decoders = new ClassDecoder[threads];

        Prefix(int count) {
            Loss.Gradient gradient = gradient(first(spikes, count), first(membranes, count));
            this.written = scores == null ? gradient : gradient.withScores(scores);
            Decoding decoding = of.loss().decoding();
            for (int i = 0; i < threads; i++) {
                evaluators[i] = of.loss().bind(count, size, of.outputs());
                decoders[i] = scores == null ? decoding.decoder(of.loss(), count, size, of.outputs()) : null;
            }
        }

        private @Nullable FloatMatrix first(@Nullable Place place, int count) {
            return place == null ? null : place.own.rows(0, count * size);
        }
    }

    private Place place(OutputGradients outlet) {
        FloatMatrix given = Objects.requireNonNull(outlet.given(), "given");
        boolean apart = adds || TorchLayout.differs(shape);
        return new Place(apart ? FloatMatrix.zeros(given.rows(), given.columns()) : given, given);
    }

    /**
     * Returns the bytes of gradients, spikes and membranes for {@code rows} rows, without the population's own memory.
     */
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

    private static Loss.Gradient gradient(@Nullable FloatMatrix spikes, @Nullable FloatMatrix membranes) {
        if (spikes != null && membranes != null) {
            return Loss.Gradient.of(spikes, membranes);
        }
        if (spikes != null) {
            return Loss.Gradient.ofSpikes(spikes);
        }
        return membranes == null ? Loss.Gradient.NONE : Loss.Gradient.ofMembranes(membranes);
    }

    int[] labels() {
        return read.whole().labels();
    }

    /** Returns the scores of the samples, of which the largest wins; null if the loss computes none. */
    @Nullable
    FloatMatrix scores() {
        return scores;
    }

    double[] terms() {
        return terms;
    }

    /**
     * Takes the outputs of the window, before threads evaluate samples.
     *
     * @param behind the number of steps of each sample in the window
     * @param numbers of the samples
     */
    void open(ShardedBatch cut, int shard, int[] behind, int[] numbers) {
        ends = behind;
        read.whole().setSamples(numbers);
        for (int sample = 0; sample < size; sample++) {
            int some = ends[sample];
            if (some > 0 && (sample == 0 || some != ends[sample - 1])) {
                prefix(some); // before threads share it
                read.open(some).setDivisor(cut.divisor(number, some, cut.length(shard, sample)));
            }
        }
        if (TorchLayout.differs(shape)) {
            if (fired != null) {
                TorchLayout.copyTorch(shape, fired, 0, Objects.requireNonNull(firedInTorch), 0, fired.rows());
            }
            if (values != null) {
                TorchLayout.copyTorch(shape, values, 0, Objects.requireNonNull(valuesInTorch), 0, values.rows());
            }
        }
    }

    void evaluate(int first, int end, int thread) {
        for (int from = first; from < end; ) {
            int behind = LossInputs.endOfEqual(ends, from, end);
            Prefix made = prefixes[ends[from]];
            if (made == null) { // they have ended before the window
                Arrays.fill(terms, from, behind, 0);
            } else {
                made.evaluators[thread].evaluate(read.of(ends[from]), from, behind, made.written, terms);
            }
            clearBehind(spikes, from, behind);
            clearBehind(membranes, from, behind);
            from = behind;
        }
        addToPopulation(spikes, first, end);
        addToPopulation(membranes, first, end);
    }

    private void clearBehind(@Nullable Place place, int first, int end) {
        for (int step = ends[first]; place != null && step < steps; step++) {
            for (int sample = first; sample < end; sample++) {
                Rows.clear(place.own, step * size + sample);
            }
        }
    }

    /** Decodes some samples; a sample that ended before the window has the class -1. */
    void decode(int first, int end, int thread, int[] classes) {
        for (int from = first; from < end; ) {
            int behind = LossInputs.endOfEqual(ends, from, end);
            Prefix made = prefixes[ends[from]];
            for (int sample = from; sample < behind; sample++) {
                classes[sample] = made == null || scores == null ? -1 : ClassDecoder.best(scores, sample);
            }
            if (made != null && scores == null) {
                Objects.requireNonNull(made.decoders[thread])
                        .decode(read.of(ends[from]).rows(), from, behind, classes);
            }
            from = behind;
        }
    }

    private void addToPopulation(@Nullable Place place, int first, int end) {
        if (place == null || place.own == place.given) {
            return;
        }
        long bytes = place.own.rowOffset(1);
        for (int step = 0; step < steps; step++) {
            for (int sample = first; sample < end; sample++) {
                int row = step * size + sample;
                if (TorchLayout.differs(shape)) {
                    addMap(place, row);
                } else {
                    long at = place.own.rowOffset(row);
                    GradientSum.add(place.given.segment(), at, place.own.segment(), at, bytes);
                }
            }
        }
    }

    private void addMap(Place place, int row) {
        for (int neuron = 0; neuron < shape.size(); neuron++) {
            int at = shape.inside(neuron);
            float value = Elements.get(place.own, row, neuron);
            Elements.set(place.given, row, at, adds ? Elements.get(place.given, row, at) + value : value);
        }
    }

    void takeLabels(ShardedBatch cut, int shard, int firstStep) {
        TrainingBatch batch = cut.batch(shard);
        int whole = cut.samplesOfBatch(shard);
        int first = cut.firstInBatch(shard);
        int allSteps = cut.steps();
        int[] given = batch.labels();
        boolean loaded = batch.samples() != null; // a larger batch's labels may follow a loader's labels
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
        read.whole().setLabels(given.length == 0 ? given : own, ofSteps ? firstStep : cut.first(shard));
        FloatMatrix wanted = cut.targets(number);
        if (wanted == null) {
            read.whole().forgetTargets();
        } else {
            copyTargets(wanted, cut.samples(), cut.first(shard), firstStep, allSteps);
        }
    }

    /** Copies the target rows of these samples: for the steps of the window, or for all blocks of the loss. */
    private void copyTargets(FloatMatrix wanted, int whole, int first, int firstStep, int allSteps) {
        int blocks = wanted.rows() / whole;
        boolean even = blocks * whole == wanted.rows();
        boolean ofSteps = even && blocks == allSteps;
        if (whole == size && (steps == allSteps || !ofSteps)) {
            read.whole().setTargets(wanted);
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
        read.whole().setTargets(into);
    }
}
