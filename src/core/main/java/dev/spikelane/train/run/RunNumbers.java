package dev.spikelane.train.run;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoublePredicate;
import java.util.stream.Collectors;

/**
 * The numbers of a run as texts of its checkpoint. Numbers that follow from others must agree with them; other numbers
 * must be in range.
 *
 * @param epochs the most epochs
 * @param batches batches of an epoch
 * @param batch samples of a batch
 * @param samples samples of an epoch
 * @param classes true if outputs are classes, so that accuracy exists
 * @param mostSpikes the most spikes of a sample, for each population
 */
public record RunNumbers(
        int epochs, int batches, int batch, long samples, boolean classes, Map<String, Long> mostSpikes) {

    private static final String EPOCH = "epoch.";
    private static final String NORM_SUM = "run.gradient_norm_sum";
    private static final String SPIKES = "run.spikes";

    /** Most nanoseconds: 146 years. */
    private static final long MOST = 1L << 62;

    Map<String, String> texts(RunState state) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("run.epoch", String.valueOf(state.epoch));
        texts.put("run.batch", String.valueOf(state.batch));
        texts.put("run.step", String.valueOf(state.step));
        texts.put("run.loss_sum", String.valueOf(state.lossSum));
        texts.put("run.right", String.valueOf(state.right));
        texts.put("run.samples", String.valueOf(state.samples));
        texts.put("run.nanoseconds", String.valueOf(state.nanoseconds));
        texts.put("run.observer_nanoseconds", String.valueOf(state.observerNanoseconds));
        texts.put(NORM_SUM, String.valueOf(state.normSum));
        texts.put(SPIKES, words(state.spikes));
        texts.put("run.last_loss", String.valueOf(state.lastLoss));
        texts.put("run.last_rate", String.valueOf(state.lastRate));
        texts.put("run.best_epoch", String.valueOf(state.bestEpoch));
        texts.put("run.epochs", String.valueOf(state.results.size()));
        for (EpochNumbers result : state.results) {
            texts.put(EPOCH + result.epoch(), text(result));
        }
        return texts;
    }

    private static String text(EpochNumbers result) {
        return result.rate() + " " + result.loss() + " " + result.accuracy() + " " + result.validationLoss() + " "
                + result.validationAccuracy() + " " + result.samples() + " " + result.seconds() + " "
                + result.observerSeconds() + " " + result.gradientNorm() + " "
                + words(result.spikeRates().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }

    private static String words(double[] numbers) {
        return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(" "));
    }

    /** Returns the share of neurons and steps with a spike so far, for each population. */
    public Map<String, Double> spikeRates(RunState state) {
        Map<String, Double> rates = new LinkedHashMap<>();
        mostSpikes.forEach(
                (name, most) -> rates.put(name, state.spikes[rates.size()] / ((double) state.samples * most)));
        return rates;
    }

    /** Reads the state of a run. */
    RunState read(CheckpointReader reader) throws IOException {
        RunState state = new RunState(mostSpikes.size());
        state.epoch = (int) reader.whole(
                "run.epoch",
                0,
                epochs,
                ", the epochs that this run was built with: ask for more, or delete the file to train anew");
        reader.whole("run.epochs", state.epoch, state.epoch, ", as 'run.epoch' says");
        for (int epoch = 1; epoch <= state.epoch; epoch++) {
            state.add(result(reader, epoch));
        }
        reader.whole("run.best_epoch", state.bestEpoch, state.bestEpoch, ", as the results of the epochs say");
        state.batch = (int) reader.whole("run.batch", 0, batches, ", the batches of an epoch");
        long steps = (long) state.epoch * batches + state.batch;
        state.step = reader.whole("run.step", steps, steps, ", as 'run.epoch' and 'run.batch' say");
        long done = Math.min((long) state.batch * batch, samples);
        state.samples = reader.whole("run.samples", done, done, ", as 'run.batch' says");
        state.right = reader.whole("run.right", 0, classes ? done : 0, ", the samples of the epoch");
        state.lossSum = reader.number("run.loss_sum", Double::isFinite, "a finite number");
        state.lastLoss = reader.number("run.last_loss", Double::isFinite, "a finite number");
        state.lastRate = reader.number("run.last_rate", RunNumbers::isAmount, "a finite number, at least 0");
        state.nanoseconds = reader.whole("run.nanoseconds", 0, MOST, "");
        state.observerNanoseconds = reader.whole("run.observer_nanoseconds", 0, MOST, "");
        readActivity(reader, state);
        return state;
    }

    private void readActivity(CheckpointReader reader, RunState state) throws IOException {
        state.normSum = reader.number(NORM_SUM, RunNumbers::isNorm, "a number of at least 0, or NaN");
        String text = reader.text(SPIKES);
        Words each = Words.of(reader, SPIKES, text, mostSpikes.size());
        int population = 0;
        for (long most : mostSpikes.values()) {
            double all = (double) most * state.samples;
            state.spikes[population] = each.number(
                    population, "a population", count -> !(count < 0 || count > all), "0 to " + all + " or NaN");
            population++;
        }
    }

    /** Reads the step count of a parameter's optimizer, which must equal the first parameter's. */
    static long steps(CheckpointReader reader, String name, String ofFirst) throws IOException {
        long first = reader.whole(ofFirst, 0, MOST, "");
        return reader.whole(name, first, first, ", as '" + ofFirst + "' says");
    }

    private EpochNumbers result(CheckpointReader reader, int epoch) throws IOException {
        String name = EPOCH + epoch;
        Words each = Words.of(reader, name, reader.text(name), 9 + mostSpikes.size());
        Map<String, Double> rates = new LinkedHashMap<>();
        for (String population : mostSpikes.keySet()) {
            rates.put(
                    population,
                    each.number(9 + rates.size(), "a spike rate", RunNumbers::isShareOrNone, "0 to 1 or NaN"));
        }
        return new EpochNumbers(
                epoch,
                each.number(0, "the rate", RunNumbers::isAmount, "a finite number, at least 0"),
                each.number(1, "the loss", Double::isFinite, "a finite number"),
                each.number(
                        2, "the accuracy", classes ? RunNumbers::isShare : Double::isNaN, classes ? "0 to 1" : "NaN"),
                each.number(3, "the loss in validation", number -> true, "a number or NaN"),
                each.number(4, "the accuracy in validation", RunNumbers::isShareOrNone, "0 to 1 or NaN"),
                reader.whole(name, each.words.get(5), samples, samples, " in place 6, the samples of an epoch"),
                each.number(6, "the seconds", RunNumbers::isAmount, "a finite number, at least 0"),
                each.number(7, "the seconds of observers", RunNumbers::isAmount, "a finite number, at least 0"),
                each.number(8, "the norm", RunNumbers::isNorm, "at least 0 or NaN"),
                rates);
    }

    /** Returns true for a possible norm; it may overflow before the values do. */
    private static boolean isNorm(double number) {
        return !(number < 0);
    }

    private static boolean isShareOrNone(double number) {
        return isShare(number) || Double.isNaN(number);
    }

    private static boolean isShare(double number) {
        return number >= 0 && number <= 1;
    }

    private static boolean isAmount(double number) {
        return number >= 0 && Double.isFinite(number);
    }

    private record Words(CheckpointReader reader, String name, List<String> words) {

        static Words of(CheckpointReader reader, String name, String text, int count) throws IOException {
            List<String> words = List.of(text.split(" ", -1));
            if (words.size() != count) {
                throw reader.wrong(name, text, count + " numbers");
            }
            return new Words(reader, name, words);
        }

        double number(int place, String what, DoublePredicate allowed, String expected) throws IOException {
            return reader.number(name, words.get(place), allowed, expected + " in place " + (place + 1) + ", " + what);
        }
    }
}
