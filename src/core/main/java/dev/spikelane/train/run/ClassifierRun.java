package dev.spikelane.train.run;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.Model;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Rows;
import dev.spikelane.train.loss.ClassScore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A simulation of one sample, its encoder, and the decoder of its outputs. */
public final class ClassifierRun implements AutoCloseable {

    private static final int[] FIRST_SAMPLE = {0};

    private final Simulation simulation;
    private @Nullable Signal last;
    private final int steps;
    private final ClassScore decoding;
    private final ClassScores scores;
    private final String population;
    private final List<String> names;
    private final int classes;
    private final int outputs;
    private @Nullable InputEncoding code;
    private CounterRandom.Draws draws = CounterRandom.Draws.NONE;
    private @Nullable EncodedSample encoded;
    private EarlyExit.@Nullable Labels labels;
    private int stepsAtOnce = 1;

    public ClassifierRun(Model model, int steps, ClassScore decoding) {
        Network network = model.network();
        this.steps = steps;
        this.decoding = decoding;
        this.population = model.population();
        this.names = model.classNames();
        int outputs = network.population(population).size();
        int noted = model.classes().orElse(outputs);
        this.classes = noted == outputs ? 0 : noted; // one output for each class is not a code
        int named = classes == 0 ? outputs : classes;
        if (!names.isEmpty() && names.size() != named) {
            throw new IllegalArgumentException("the model notes " + names.size() + " names of classes, expected "
                    + named + ", one for each class");
        }
        this.outputs = outputs;
        this.simulation = network.serve(1, 1);
        try {
            this.scores = new ClassScores(simulation, population, steps, decoding, classes);
        } catch (RuntimeException | Error refused) {
            simulation.close();
            throw refused;
        }
    }

    public ClassScores scores() {
        return scores;
    }

    public List<String> names() {
        return names;
    }

    public int steps() {
        return steps;
    }

    public void encode(@Nullable InputEncoding samples, long seed) {
        if (samples != null) {
            CodedSteps.require(samples, steps, "classifier");
        }
        code = samples;
        draws = CounterRandom.Draws.encoding(seed, 1);
        draws.setSamples(FIRST_SAMPLE, 0, 1);
    }

    public void early(EarlyExit rule, int atOnce) {
        if (decoding != ClassScore.Named.COUNT) {
            throw new IllegalArgumentException(
                    "outputs are decoded by " + decoding + ", expected count for early decisions, which count spikes");
        }
        int ofRule = rule.classes() == outputs ? 0 : rule.classes();
        if (rule.steps() != steps || ofRule != classes) {
            throw new IllegalArgumentException("early decisions are for " + rule.steps() + " steps and "
                    + rule.classes() + " classes, expected " + steps + " and " + classes);
        }
        labels = simulation.observe(population, rule.labels());
        stepsAtOnce = atOnce;
    }

    /** Returns the class of the last sample: the class of its early exit, or the one with the largest score. */
    public int label() {
        return labels == null ? scores.best() : labels.label(0);
    }

    public int classify(float[] sample) {
        InputEncoding samples = code;
        if (samples == null) {
            throw new IllegalStateException("the model does not note its code, expected Classifier.code(...), as it"
                    + " was trained; TrainingRun.model() notes it");
        }
        return classify(encode(samples, sample));
    }

    public int classify(Signal input) {
        last = input;
        boolean frame = CodedSteps.isFrame(input, 1, steps);
        int ran = steps;
        EarlyExit.Labels deciding = labels;
        if (deciding != null) {
            ran = frame
                    ? deciding.runConstant(simulation, input, stepsAtOnce)
                    : deciding.run(simulation, input, stepsAtOnce);
        } else {
            simulation.reset();
            if (frame) {
                simulation.runConstant(input, steps);
            } else {
                simulation.run(input);
            }
        }
        scores.read(ran);
        return ran;
    }

    /** Returns the share of the last sample's inputs that fire or are not 0. */
    public double inputDensity() {
        Signal input = Objects.requireNonNull(last);
        return (double) Rows.active(input, 0, input.rows()) / ((double) input.rows() * input.columns());
    }

    @Override
    public void close() {
        simulation.close();
    }

    /**
     * Classifies samples until their times settle: the given ones, or generated ones. Without an encoding, generated
     * samples are frames and spikes.
     *
     * @param answer gets the number of steps of each sample
     * @param most no round starts after this time
     */
    public Warmth warmUp(float[][] given, IntConsumer answer, Duration most) {
        InputEncoding samples = code;
        List<InputEncoding> codes = samples == null
                ? List.of(InputEncoding.frame(), InputEncoding.rate(new Rate(), steps))
                : List.of(samples);
        float[][][] ofCodes = new float[codes.size()][][];
        Arrays.setAll(ofCodes, i -> given.length > 0 ? given : MadeSamples.of(valuesOf(codes.get(i))));
        Warmth warmth = new Warmth();
        warmth.settle(most, () -> {
            for (int i = 0; i < ofCodes.length; i++) {
                for (float[] sample : ofCodes[i]) {
                    warmth.begin();
                    answer.accept(classify(encode(codes.get(i), sample)));
                    warmth.end();
                }
            }
        });
        return warmth;
    }

    private int valuesOf(InputEncoding samples) {
        long made = samples.allocate(1, steps).columns(); // pieces need a multiple of the steps
        return (int) ((long) input().shape().size() * steps / made);
    }

    private record EncodedSample(InputEncoding code, FloatMatrix values, Signal input) {}

    private Signal encode(InputEncoding samples, float[] sample) {
        EncodedSample into = encoded;
        if (into == null || into.values.columns() != sample.length || !into.code.equals(samples)) {
            into = encoded(samples, sample.length);
            encoded = into;
        }
        into.values.copyFrom(sample);
        samples.encode(into.values, draws, into.input);
        return into.input;
    }

    private Input input() {
        List<Input> inputs = simulation.network().inputs();
        if (inputs.size() != 1) {
            throw new IllegalArgumentException("the network has the inputs "
                    + inputs.stream().map(Input::name).toList() + ", expected one, for the sample");
        }
        return inputs.getFirst();
    }

    private EncodedSample encoded(InputEncoding samples, int values) {
        int expected = input().shape().size();
        Signal input = samples.allocate(1, values);
        if (input.columns() != expected) {
            throw new IllegalArgumentException("sample has " + values + " values, which the code (" + samples
                    + ") makes " + input.columns() + " inputs of, expected " + expected);
        }
        return new EncodedSample(samples, FloatMatrix.zeros(1, values), input);
    }
}
