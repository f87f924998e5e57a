package dev.spikelane.train;

import dev.spikelane.layout.Crew;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a batch: some samples, over a window of steps. */
final class TrainingPart {

    private final Gradients gradients;
    private final int steps;
    private final int size;
    private final String population;
    private final int shard;
    private final LossInput read;
    private final LossGradient written;
    private final Crew crew;
    /** One for each thread, which takes some samples. */
    private final LossEvaluator[] evaluators;

    private final ClassDecoder[] decoders;
    private final Crew.Job evaluate = this::evaluate;
    private final Crew.Job decode = this::decode;
    private final double[] terms;
    private final int[] classes;
    private final int[] labels;
    private final int[] labelsOfSteps;
    private final boolean readsLabelsOfSteps;
    private final int[] numbers;
    private final List<Input> inputs;
    private final Map<String, Signal> loaded = new LinkedHashMap<>();
    private final Map<String, Signal> scratch = new LinkedHashMap<>();
    private @Nullable FloatMatrix targets;

    /** Makes a part that serves a shard, or number 0 for all. */
    TrainingPart(Gradients gradients, Loss loss, String population, int shard) {
        this.gradients = gradients;
        this.steps = gradients.plan().size().steps();
        this.size = gradients.plan().size().batch();
        this.population = population;
        this.shard = shard;
        this.inputs = gradients.plan().network().inputs();
        int outputs = gradients.plan().network().population(population).size();
        this.read = new LossInput(steps, size, outputs);
        LossGradient gradient = LossGradient.NONE;
        if (loss.readsSpikes()) {
            read.setSpikes(gradients.spikes(population));
            gradient = LossGradient.ofSpikes(gradients.given(population));
        }
        if (loss.readsMembranes()) {
            read.setMembranes(gradients.values(population, "membrane"));
            FloatMatrix ofMembranes = gradients.given(population, "membrane");
            gradient = loss.readsSpikes()
                    ? LossGradient.of(gradients.given(population), ofMembranes)
                    : LossGradient.ofMembranes(ofMembranes);
        }
        this.written = gradient;
        this.crew = gradients.crew();
        this.evaluators = new LossEvaluator[crew.threads()];
        List<ClassDecoder> decoding = new ArrayList<>();
        for (int i = 0; i < evaluators.length; i++) {
            evaluators[i] = loss.bind(steps, size, outputs);
            ClassDecoder decoder = ClassDecoder.of(loss, loss.decoding(), steps, size, outputs);
            if (decoder != null) {
                decoding.add(decoder);
            }
        }
        this.decoders = decoding.toArray(ClassDecoder[]::new);
        this.terms = new double[size];
        this.classes = new int[size];
        this.labels = new int[size];
        this.labelsOfSteps = new int[steps];
        this.readsLabelsOfSteps = loss instanceof SquaredErrorLoss error && error.readsStepLabels();
        this.numbers = new int[size];
    }

    Gradients gradients() {
        return gradients;
    }

    int size() {
        return size;
    }

    int steps() {
        return steps;
    }

    int shard() {
        return shard;
    }

    double[] terms() {
        return terms;
    }

    /**
     * Runs a window of some samples forward, and computes their loss.
     *
     * @param whole samples of the whole batch
     * @param first the first sample of this part
     * @param firstStep the first step of the window
     * @param divisor of the whole batch
     */
    void forward(TrainingBatch batch, int whole, int first, int firstStep, int allSteps, double divisor) {
        draw(batch, first);
        if (batch.constant()) {
            gradients.forwardConstant(rows(inputs.getFirst(), batch, whole, first, 0, 1));
        } else {
            for (int i = 0; i < inputs.size(); i++) {
                Input input = inputs.get(i);
                loaded.put(input.name(), rows(input, batch, whole, first, firstStep, steps));
            }
            gradients.forward(loaded);
        }
        label(batch, whole, first, firstStep, allSteps);
        read.setDivisor(divisor);
        crew.run(evaluate, Math.min(crew.threads(), size));
    }

    /** Decodes the samples as the loss trains them, and counts those that are right; 0 if outputs are not classes. */
    int right() {
        if (decoders.length == 0) {
            return 0;
        }
        crew.run(decode, Math.min(crew.threads(), size));
        return ClassDecoder.right(classes, labels, 0, size);
    }

    private void evaluate(int part, int thread) {
        evaluators[thread].evaluate(read, firstOf(part), firstOf(part + 1), written, terms);
    }

    private void decode(int part, int thread) {
        decoders[thread].decode(read, firstOf(part), firstOf(part + 1), classes);
    }

    /** The first sample of a thread's share. */
    private int firstOf(int part) {
        return part * size / Math.min(crew.threads(), size);
    }

    void backward() {
        gradients.backward();
    }

    private void draw(TrainingBatch batch, int first) {
        int[] samples = batch.samples();
        for (int i = 0; i < size; i++) {
            numbers[i] = samples == null ? first + i : samples[first + i];
        }
        gradients.setSamples(numbers);
    }

    /** The rows of these samples in some steps. */
    private Signal rows(Input input, TrainingBatch batch, int whole, int first, int firstStep, int count) {
        Signal all = batch.input(input.name(), inputs.size() == 1);
        if (whole == size && firstStep == 0 && all.rows() == count * size) {
            return all;
        }
        Signal into = scratch(input, all, count);
        for (int step = 0; step < count; step++) {
            MemorySegment.copy(
                    all.segment(),
                    all.rowOffset((firstStep + step) * whole + first),
                    into.segment(),
                    into.rowOffset(step * size),
                    into.rowOffset(size));
        }
        return into;
    }

    private Signal scratch(Input input, Signal like, int count) {
        Signal made = scratch.get(input.name());
        boolean fits = made != null && made.rows() == count * size && made.getClass() == like.getClass();
        if (made == null || !fits) {
            made = like instanceof SpikeMatrix
                    ? SpikeMatrix.zeros(count * size, like.columns())
                    : FloatMatrix.zeros(count * size, like.columns());
            scratch.put(input.name(), made);
        }
        return made;
    }

    private void label(TrainingBatch batch, int whole, int first, int firstStep, int allSteps) {
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
        read.setLabels(given.length == 0 ? given : own);
        FloatMatrix wanted = batch.targets();
        if (wanted == null) {
            return;
        }
        if (whole == size && (steps == allSteps || wanted.rows() != allSteps * whole)) {
            read.setTargets(wanted);
            return;
        }
        boolean each = wanted.rows() == allSteps * whole;
        FloatMatrix into = targets;
        if (into == null) {
            into = FloatMatrix.zeros(each ? steps * size : size, wanted.columns());
            targets = into;
        }
        for (int step = 0; step < (each ? steps : 1); step++) {
            MemorySegment.copy(
                    wanted.segment(),
                    wanted.rowOffset((each ? (firstStep + step) * whole : 0) + first),
                    into.segment(),
                    into.rowOffset(step * size),
                    into.rowOffset(size));
        }
        read.setTargets(into);
    }

    /** The slots of this part, in the order of those of all parts. */
    List<GradientSlot> slots() {
        return gradients.slots();
    }

    @Override
    public String toString() {
        return size + " samples of " + steps + " steps, loss at '" + population + "'";
    }
}
