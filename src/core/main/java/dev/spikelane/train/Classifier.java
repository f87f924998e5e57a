package dev.spikelane.train;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.engine.JitWarmUp;
import dev.spikelane.engine.observe.MetricSink;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.memory.Signal;
import dev.spikelane.model.Model;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Metrics;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.run.ClassScores;
import dev.spikelane.train.run.ClassifierRun;
import dev.spikelane.train.run.Warmth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Classifies one sample at a time, in the way the model was trained: encodes the sample, runs the network and decodes
 * its outputs.
 *
 * <pre>{@code
 * var classifier = Classifier.of(ModelFile.readModel(Path.of("model.safetensors")));
 * Result found = classifier.classify(pixels);
 * System.out.println(found.name() + " " + found.probability(found.label()));
 * }</pre>
 *
 * <p>The model's notes give steps, encoding and decoding. The methods below replace them, and must set those that the
 * model does not note. The answer depends on the sample alone, not on earlier samples. One thread at a time may use a
 * classifier; a second one gets an {@link IllegalStateException}. A call allocates its result and nothing else.
 */
public final class Classifier implements AutoCloseable {

    private static final String METRIC = "spikelane.classifier.";

    private final Model model;
    private final RunLock turn;
    private MetricSink told = new MetricSink(null);
    private int steps;
    private @Nullable InputEncoding code;
    private @Nullable Decoding decoding;
    private @Nullable EarlyExit early;
    private int stepsAtOnce = 1;
    private long seed;
    private @Nullable ClassifierRun made;

    private Classifier(Model model) {
        this.model = model;
        this.turn = new RunLock("classifier", model.network().laidOut().turns());
        model.network().laidOut().turns().register(turn); // values do not change between the calls of a sample
        this.steps = model.steps().orElse(0);
        this.decoding = model.decoding().map(Decoding::named).orElse(null);
    }

    /**
     * Creates a classifier that follows the model's notes.
     *
     * @param model the model; values of its network may change between calls
     * @return a classifier
     * @throws IllegalArgumentException if the noted decoding is unknown
     */
    public static Classifier of(Model model) {
        return new Classifier(Objects.requireNonNull(model, "model"));
    }

    /**
     * Sets the number of steps.
     *
     * @param ofSample steps, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Classifier steps(int ofSample) {
        Checks.atLeast(1, "steps", ofSample);
        return change(() -> steps = ofSample);
    }

    /**
     * Sets the encoding of samples.
     *
     * @param ofSamples the encoding, which only this classifier uses from now on
     * @return this
     * @throws IllegalArgumentException if the encoding of a sample depends on earlier samples
     */
    public Classifier code(InputEncoding ofSamples) {
        if (ofSamples.isSequential()) {
            throw new IllegalArgumentException("the code draws from one stream, so that a sample's answer depends on"
                    + " those before it, expected a code that draws from the samples' own streams");
        }
        return change(() -> code = ofSamples);
    }

    /**
     * Sets the decoding of outputs.
     *
     * @param ofOutputs the decoding
     * @return this
     */
    public Classifier decoding(Decoding ofOutputs) {
        Objects.requireNonNull(ofOutputs, "ofOutputs");
        return change(() -> decoding = ofOutputs);
    }

    /**
     * Sets the seed of random encodings; the default is 0.
     *
     * @param number the seed
     * @return this
     */
    public Classifier seed(long number) {
        return change(() -> seed = number);
    }

    /**
     * Ends a sample as soon as its label is decided. The probabilities then cover the steps that ran, up to
     * {@code atOnce - 1} more than the rule needed; the label is the one that the rule decided.
     *
     * @param rule when it is decided, for as many steps as a sample has; counts spikes, so the decoding must too
     * @param atOnce after how many steps the lead is looked at, at least 1
     * @return this
     * @throws IllegalArgumentException if {@code atOnce} is below 1
     */
    public Classifier early(EarlyExit rule, int atOnce) {
        Objects.requireNonNull(rule, "rule");
        Checks.atLeast(1, "atOnce", atOnce);
        return change(() -> {
            early = rule;
            stepsAtOnce = atOnce;
        });
    }

    /**
     * Reports the time, input and certainty of each sample.
     *
     * @param ofSamples gets the numbers, in the call that classifies
     * @return this
     */
    public Classifier metrics(Metrics ofSamples) {
        Objects.requireNonNull(ofSamples, "ofSamples");
        return change(() -> told = new MetricSink(ofSamples::record));
    }

    /** {@return sentences for each difference from the model's training; empty without a difference} */
    public List<String> notices() {
        List<String> texts = new ArrayList<>();
        model.steps().stream()
                .filter(noted -> noted != steps)
                .forEach(noted -> texts.add(differ("steps", noted, steps)));
        InputEncoding other = code;
        if (other != null) {
            model.code()
                    .filter(noted -> !noted.equals(other.word()))
                    .ifPresent(noted -> texts.add(differ("code", noted, other)));
        }
        model.decoding()
                .filter(noted -> !noted.equals(String.valueOf(decoding)))
                .ifPresent(noted -> texts.add(differ("decoding", noted, String.valueOf(decoding))));
        return List.copyOf(texts);
    }

    private static String differ(String what, Object noted, Object used) {
        return what + ": " + used + ", while the model was trained with " + noted + "; accuracy may be lower";
    }

    /**
     * Classifies a sample.
     *
     * @param sample its values on the scale of training, such as pixels from 0 to 1, as many as the code makes the
     *     network's input of; copied
     * @return its class
     * @throws IllegalArgumentException if there are more or fewer values, or the code cannot encode them
     * @throws IllegalStateException if steps, encoding or decoding are neither in the model's notes nor set here; or
     *     another thread uses this classifier
     */
    public Result classify(float[] sample) {
        try (RunLock _ = turn.take()) {
            long start = begin();
            ClassifierRun run = run();
            return end(start, run, classification(run, run.classify(sample)));
        }
    }

    /**
     * Classifies a sample that is encoded already, such as events.
     *
     * @param input {@code [steps x inputs]}, or {@code [1 x inputs]} for a frame that is the same at all steps
     * @return its class
     * @throws IllegalArgumentException if it has another shape
     * @throws IllegalStateException if steps or decoding are neither in the model's notes nor set here; or another
     *     thread uses this classifier
     */
    public Result classify(Signal input) {
        try (RunLock _ = turn.take()) {
            long start = begin();
            ClassifierRun run = run();
            return end(start, run, classification(run, run.classify(input)));
        }
    }

    private long begin() {
        return told.wanted() ? System.nanoTime() : 0;
    }

    private Result end(long start, ClassifierRun run, Result found) {
        if (start != 0) {
            told.tell(METRIC + "seconds", (System.nanoTime() - start) * 1e-9);
            told.tell(METRIC + "steps", found.steps());
            told.tell(METRIC + "input", run.inputDensity());
            told.tell(METRIC + "undecided", found.isDecided() ? 0 : 1);
            told.tell(METRIC + "margin", found.margin());
        }
        return found;
    }

    /**
     * The outcome of a warm-up.
     *
     * @param settled whether times did not fall any more; if not, the next samples may be slower, never wrong
     * @param took how long it took
     * @param median the time that half of the last 256 samples took at most
     * @param slowest the time that 99 of 100 of them took at most
     */
    public record WarmUp(boolean settled, Duration took, Duration median, Duration slowest) {

        /** Such as {@code settled after 2.8 s: a sample takes 0.128 ms, one of 100 more than 0.171 ms}. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s after %.1f s: a sample takes %.3f ms, one of 100 more than %.3f ms",
                    settled ? "settled" : "not settled",
                    took.toNanos() * 1e-9,
                    median.toNanos() * 1e-6,
                    slowest.toNanos() * 1e-6);
        }
    }

    /**
     * Classifies samples until the JVM has compiled their code and products know their fastest kernels, so that the
     * first sample that comes is as fast as later ones. Answers do not depend on it.
     *
     * @param samples such as will come, as {@link #classify(float[])} takes them; without any this makes some of
     *     several densities, of spikes and of frames where the model notes no code
     * @return its outcome; no round starts after 10 seconds
     * @throws IllegalArgumentException as {@link #classify(float[])} does
     * @throws IllegalStateException as {@link #classify(float[])} does
     */
    public WarmUp warmUp(float[]... samples) {
        return warmUp(samples, JitWarmUp.MOST);
    }

    WarmUp warmUp(float[][] samples, Duration most) {
        try (RunLock _ = turn.take()) {
            ClassifierRun run = run();
            Warmth warmth = run.warmUp(samples, ran -> classification(run, ran), most);
            return new WarmUp(warmth.settled(), warmth.took(), warmth.time(0.5), warmth.time(0.99));
        }
    }

    private static Result classification(ClassifierRun run, int steps) {
        ClassScores scores = run.scores();
        return new Result(run.names(), scores.scores(), scores.shares(), run.label(), steps);
    }

    private ClassifierRun run() {
        ClassifierRun known = made;
        if (known == null) {
            known = new ClassifierRun(
                    model,
                    stated("steps", steps == 0 ? null : steps),
                    stated("decoding", decoding).score());
            try {
                known.encode(code == null ? noted(known.steps()) : code, seed);
                if (early != null) {
                    known.early(early, stepsAtOnce);
                }
            } catch (RuntimeException | Error refused) {
                known.close(); // each call would make another one
                throw refused;
            }
            made = known;
        }
        return known;
    }

    private @Nullable InputEncoding noted(int ofSample) {
        return model.code().map(word -> InputEncoding.named(word, ofSample)).orElse(null);
    }

    private static <T> T stated(String what, @Nullable T declared) {
        if (declared == null) {
            throw new IllegalStateException("the model does not note its " + what + ", expected Classifier." + what
                    + "(...), as it was trained; TrainingRun.model() notes it");
        }
        return declared;
    }

    private Classifier change(Runnable change) {
        try (RunLock _ = turn.take()) {
            change.run();
            if (made != null) {
                made.close();
                made = null;
            }
        }
        return this;
    }

    /** Frees the memory; another call makes it anew. */
    @Override
    public void close() {
        change(() -> {});
    }

    /** Such as {@code classifier, 25 steps, frame, decoded by membrane}. */
    @Override
    public String toString() {
        return "classifier, " + steps + " steps, "
                + (code == null ? model.code().orElse("no code") : code) + ", decoded by " + decoding;
    }

    /** The class that a network finds for a sample. */
    public static final class Result {

        private final List<String> names;
        private final float[] scores;
        private final float[] probabilities;
        private final int label;
        private final int steps;

        Result(List<String> names, float[] scores, float[] probabilities, int label, int steps) {
            this.names = names;
            this.scores = scores;
            this.probabilities = probabilities;
            this.label = label;
            this.steps = steps;
        }

        /**
         * Returns the class with the largest score.
         *
         * @return the class, the lowest of equals; see {@link #isDecided}
         */
        public int label() {
            return label;
        }

        /** {@return the name of the class with the largest score, or its number if the model has no names} */
        public String name() {
            return name(label);
        }

        /**
         * Returns the name of a class.
         *
         * @param number the class
         * @return the name that the model notes, or the number
         * @throws IndexOutOfBoundsException if there is no such class
         */
        public String name(int number) {
            return names.isEmpty() ? String.valueOf(requireClass(number)) : names.get(requireClass(number));
        }

        /**
         * Returns true if one class won.
         *
         * @return false if another class has the same score (no output fired, or a tie), or a score is NaN, for example
         *     because a membrane overflowed
         */
        public boolean isDecided() {
            for (int other = 0; other < scores.length; other++) {
                if (other != label && !(scores[other] < scores[label])) {
                    return false;
                }
            }
            return true;
        }

        /** {@return the number of classes} */
        public int classes() {
            return scores.length;
        }

        /**
         * Returns the share that the loss of the model's decoding gives to a class: the softmax of spike counts, of
         * negative spike times, or of the highest membranes, and for {@link Decoding#MEMBRANE} the mean over the steps
         * of the softmax of membranes. Shares are as sure as the network is, which may be more than it should be;
         * nothing has calibrated them.
         *
         * @param number the class
         * @return from 0 to 1; all classes together 1
         * @throws IndexOutOfBoundsException if there is no such class
         */
        public double probability(int number) {
            return probabilities[requireClass(number)];
        }

        double margin() {
            float next = 0;
            for (int number = 0; number < probabilities.length; number++) {
                next = number == label ? next : Math.max(next, probabilities[number]);
            }
            return probabilities[label] - next;
        }

        private int requireClass(int number) {
            Checks.index("class", number, scores.length);
            return number;
        }

        /**
         * Returns the classes with the largest scores.
         *
         * @param count how many, at least 1
         * @return classes, the largest score first and the lowest class first of equals; all if there are fewer
         * @throws IllegalArgumentException if the count is below 1
         */
        public List<Integer> top(int count) {
            Checks.atLeast(1, "count", count);
            return IntStream.range(0, scores.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer number) -> -scores[number]))
                    .limit(count)
                    .toList();
        }

        /** {@return the number of steps of the sample; an early exit has fewer} */
        public int steps() {
            return steps;
        }

        /** Such as {@code sneaker, 0.93 after 25 steps}. */
        @Override
        public String toString() {
            return (isDecided() ? name() : "undecided") + ", "
                    + String.format(Locale.ROOT, "%.2f", probabilities[label])
                    + " after " + steps + " steps";
        }
    }
}
