package dev.spikelane.train;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses beyond snnTorch's cases: ranges of samples, smoothing, weights, population codes, numeric targets, and bad
 * input.
 */
@EveryWidth
final class LossTest {

    private static final int STEPS = 5;
    private static final int BATCH = 7;
    private static final int OUTPUTS = 6;
    private static final float[] WEIGHTS = {0.5f, 1, 2, 0.25f, 3, 1.5f};

    private final Random random = new Random(3);
    private final Arena arena = Arena.ofAuto();
    private final SpikeMatrix spikes = Matrices.spikes(arena, STEPS * BATCH, OUTPUTS, 0.3, random);
    private final FloatMatrix membranes = Matrices.uniform(arena, STEPS * BATCH, OUTPUTS, random);
    private final Loss.Input input = new Loss.Input(STEPS, BATCH, OUTPUTS)
            .setSpikes(spikes)
            .setMembranes(membranes)
            .setLabels(new int[] {0, 1, 1, 0, 1, 1, 0});

    private static Stream<Loss> losses() {
        return Stream.of(
                CrossEntropyLoss.rate(),
                CrossEntropyLoss.rate().withPopulationCode(2),
                CrossEntropyLoss.count().withWeights(WEIGHTS),
                CrossEntropyLoss.count().withPopulationCode(3).withSum(),
                CrossEntropyLoss.maxMembrane().withLabelSmoothing(0.1),
                CrossEntropyLoss.membrane().withWeights(WEIGHTS).withLabelSmoothing(0.2),
                CrossEntropyLoss.temporal().withWeights(WEIGHTS),
                CrossEntropyLoss.reciprocalTemporal(),
                SquaredErrorLoss.count(0.8, 0.2).withWeights(WEIGHTS),
                SquaredErrorLoss.count(0.8, 0.2).withPopulationCode(3),
                SquaredErrorLoss.membrane().withWeights(WEIGHTS),
                SquaredErrorLoss.spikeTimes(new double[] {1, 3}, new double[] {2, -1})
                        .withTolerance(1),
                Loss.spikeRatePenalty(1e-5),
                Loss.temporalEfficient(0.05, 1),
                Loss.temporalMean(),
                Loss.rateBounds(0.1, 0.3),
                Loss.rateDivergence(0.1));
    }

    /** Checkpoints compare losses by their texts, so each option must show. */
    @Test
    void saysAllItsOptions() {
        List<Loss> different = List.of(
                CrossEntropyLoss.rate(),
                CrossEntropyLoss.rate().withSum(),
                CrossEntropyLoss.rate().withWeights(WEIGHTS),
                CrossEntropyLoss.rate().withPopulationCode(2),
                CrossEntropyLoss.rate().withLabelSmoothing(0.1),
                CrossEntropyLoss.temporal(),
                CrossEntropyLoss.reciprocalTemporal(),
                SquaredErrorLoss.count(),
                SquaredErrorLoss.count(0.8, 0.2),
                SquaredErrorLoss.count().withSum(),
                SquaredErrorLoss.count().withWeights(WEIGHTS),
                SquaredErrorLoss.count().withOutputWeights(WEIGHTS),
                SquaredErrorLoss.count().withPopulationCode(3),
                SquaredErrorLoss.membrane(),
                SquaredErrorLoss.membrane(2, 1),
                SquaredErrorLoss.membrane().withStepLabels(),
                SquaredErrorLoss.membraneTargets(),
                SquaredErrorLoss.spikeTime(),
                SquaredErrorLoss.spikeTime(1, -1),
                SquaredErrorLoss.spikeTime().withTolerance(2),
                SquaredErrorLoss.spikeTimes(new double[] {1, 3}, new double[] {2, -1}),
                SquaredErrorLoss.spikeTimes(new double[] {1, 3}, new double[] {2, -1})
                        .withSharedSteps(),
                SquaredErrorLoss.spikeTimeTargets(2),
                Loss.spikeRatePenalty(1e-5),
                Loss.spikeRatePenalty(1e-4));
        assertEquals(
                different.size(),
                different.stream().map(Loss::toString).distinct().count(),
                () -> different.toString());
    }

    private Loss.Gradient places() {
        return Loss.Gradient.of(FloatMatrix.zeros(STEPS * BATCH, OUTPUTS), FloatMatrix.zeros(STEPS * BATCH, OUTPUTS));
    }

    /** Ranges of samples, on separate evaluators, give the terms and gradients of the whole batch bit for bit. */
    @ParameterizedTest
    @MethodSource("losses")
    void partsOfABatchGiveTheWhole(Loss loss) {
        input.setDivisor(loss.divisor(input));
        double[] expected = new double[BATCH];
        Loss.Gradient whole = places();
        double sum = loss.bind(STEPS, BATCH, OUTPUTS).evaluate(input, whole, expected);
        double[] terms = new double[BATCH];
        Loss.Gradient parts = places();
        loss.bind(STEPS, BATCH, OUTPUTS).evaluate(input, 4, BATCH, parts, terms);
        loss.bind(STEPS, BATCH, OUTPUTS).evaluate(input, 0, 4, parts, terms);
        assertArrayEquals(expected, terms);
        double ascending = 0;
        for (double term : terms) {
            ascending += term;
        }
        assertEquals(sum, ascending);
        Matrices.assertSameBits(whole.spikes().orElseThrow(), parts.spikes().orElseThrow(), "spikes");
        Matrices.assertSameBits(
                whole.membranes().orElseThrow(), parts.membranes().orElseThrow(), "membranes");
    }

    /** A shard with its matrices and the divisor of the whole batch gives terms of the whole batch. */
    @ParameterizedTest
    @MethodSource("losses")
    void shardsGiveTheWhole(Loss loss) {
        input.setDivisor(loss.divisor(input));
        double[] expected = new double[BATCH];
        loss.bind(STEPS, BATCH, OUTPUTS).evaluate(input, Loss.Gradient.NONE, expected);
        int shard = 3;
        int first = 2;
        SpikeMatrix some = SpikeMatrix.zeros(STEPS * shard, OUTPUTS);
        FloatMatrix others = FloatMatrix.zeros(STEPS * shard, OUTPUTS);
        int[] labels = new int[shard];
        for (int row = 0; row < STEPS * shard; row++) {
            int source = row / shard * BATCH + first + row % shard;
            labels[row % shard] = input.labels()[first + row % shard];
            for (int output = 0; output < OUTPUTS; output++) {
                some.set(row, output, spikes.get(source, output));
                others.set(row, output, membranes.get(source, output));
            }
        }
        Loss.Input part = new Loss.Input(STEPS, shard, OUTPUTS)
                .setSpikes(some)
                .setMembranes(others)
                .setLabels(labels)
                .setDivisor(input.divisor());
        double[] terms = new double[shard];
        loss.bind(STEPS, BATCH, OUTPUTS).evaluate(part, Loss.Gradient.NONE, terms);
        for (int sample = 0; sample < shard; sample++) {
            assertEquals(expected[first + sample], terms[sample], "sample " + sample);
        }
    }

    /** Gradients of membranes equal finite differences. */
    @Test
    void gradientsOfMembranesAreFiniteDifferences() {
        for (Loss loss : List.of(
                CrossEntropyLoss.membrane(),
                CrossEntropyLoss.membrane().withWeights(WEIGHTS).withLabelSmoothing(0.3),
                CrossEntropyLoss.maxMembrane().withWeights(WEIGHTS),
                SquaredErrorLoss.membrane(0.7, 0.1).withWeights(WEIGHTS))) {
            input.setDivisor(loss.divisor(input));
            Loss.Computation evaluator = loss.bind(STEPS, BATCH, OUTPUTS);
            Loss.Gradient gradient = places();
            double[] terms = new double[BATCH];
            evaluator.evaluate(input, gradient, terms);
            for (int row = 0; row < STEPS * BATCH; row++) {
                for (int output = 0; output < OUTPUTS; output++) {
                    float before = membranes.get(row, output);
                    float step = 1e-3f;
                    membranes.set(row, output, before + step);
                    double above = evaluator.evaluate(input, Loss.Gradient.NONE, terms);
                    membranes.set(row, output, before - step);
                    double below = evaluator.evaluate(input, Loss.Gradient.NONE, terms);
                    membranes.set(row, output, before);
                    assertEquals(
                            (above - below) / (2 * step),
                            gradient.membranes().orElseThrow().get(row, output),
                            1e-3,
                            loss + " at row " + row + ", output " + output);
                }
            }
        }
    }

    /** Smoothed, weighted cross-entropy as PyTorch defines it, in double. */
    @Test
    void smoothingIsPyTorchs() {
        double share = 0.3;
        Loss loss = CrossEntropyLoss.membrane().withWeights(WEIGHTS).withLabelSmoothing(share);
        double expected = 0;
        double divisor = 0;
        for (int sample = 0; sample < BATCH; sample++) {
            divisor += WEIGHTS[input.labels()[sample]];
        }
        for (int row = 0; row < STEPS * BATCH; row++) {
            double sum = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                sum += Math.exp(membranes.get(row, c));
            }
            int label = input.labels()[row % BATCH];
            double smooth = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                smooth -= WEIGHTS[c] * (membranes.get(row, c) - Math.log(sum));
            }
            double plain = -WEIGHTS[label] * (membranes.get(row, label) - Math.log(sum));
            expected += ((1 - share) * plain + share / OUTPUTS * smooth) / divisor;
        }
        input.setDivisor(loss.divisor(input));
        double got = loss.bind(STEPS, BATCH, OUTPUTS).evaluate(input, Loss.Gradient.NONE, new double[BATCH]);
        assertEquals(expected, got, 1e-5);
    }

    /** A population code on rates: the spikes of each class are added up at each step. */
    @Test
    void rateEntropyPoolsAPopulationCode() {
        SpikeMatrix wide = SpikeMatrix.copyOf(1, 4, new byte[] {1, 1, 0, 1});
        Loss.Input one = new Loss.Input(1, 1, 4).setSpikes(wide).setLabels(new int[] {1});
        FloatMatrix gradient = FloatMatrix.zeros(1, 4);
        double loss = CrossEntropyLoss.rate()
                .withPopulationCode(2)
                .bind(1, 1, 4)
                .evaluate(one, Loss.Gradient.ofSpikes(gradient), new double[1]);
        double p = Math.exp(2) / (Math.exp(2) + Math.exp(1));
        assertEquals(-Math.log(1 - p), loss, 1e-6);
        assertArrayEquals(new float[] {(float) p, (float) p, (float) -p, (float) -p}, gradient.toArray(), 1e-6f);
    }

    @Test
    void membranesFollowTargetsThatAreNumbers() {
        FloatMatrix varying = Matrices.uniform(arena, STEPS * BATCH, OUTPUTS, random);
        FloatMatrix gradient = FloatMatrix.zeros(STEPS * BATCH, OUTPUTS);
        Loss loss = SquaredErrorLoss.membraneTargets();
        input.setTargets(varying).setDivisor(loss.divisor(input));
        double got = loss.bind(STEPS, BATCH, OUTPUTS)
                .evaluate(input, Loss.Gradient.ofMembranes(gradient), new double[BATCH]);
        double expected = 0;
        for (int row = 0; row < STEPS * BATCH; row++) {
            for (int output = 0; output < OUTPUTS; output++) {
                double error = membranes.get(row, output) - varying.get(row, output);
                expected += error * error;
                assertEquals(2 * error / (STEPS * BATCH * OUTPUTS), gradient.get(row, output), 1e-7);
            }
        }
        assertEquals(expected / (STEPS * BATCH * OUTPUTS), got, 1e-6);

        input.setTargets(varying.rows(0, BATCH));
        double still = loss.bind(STEPS, BATCH, OUTPUTS).evaluate(input, Loss.Gradient.NONE, new double[BATCH]);
        double first = 0;
        for (int row = 0; row < STEPS * BATCH; row++) {
            for (int output = 0; output < OUTPUTS; output++) {
                double error = membranes.get(row, output) - varying.get(row % BATCH, output);
                first += error * error;
            }
        }
        assertEquals(first / (STEPS * BATCH * OUTPUTS), still, 1e-6);
    }

    /** Each output's spikes are found separately. */
    @Test
    void severalSpikeTimesAreTheOutputsOwn() {
        SpikeMatrix own = SpikeMatrix.zeros(STEPS, 2);
        own.set(0, 0, true);
        own.set(2, 0, true);
        own.set(2, 1, true);
        own.set(3, 1, true);
        FloatMatrix times = FloatMatrix.of(new float[] {0, 2}, new float[] {2, 3});
        Loss.Input one = new Loss.Input(STEPS, 1, 2).setSpikes(own).setTargets(times);
        Loss loss = SquaredErrorLoss.spikeTimeTargets(2);
        assertEquals(0, loss.bind(STEPS, 1, 2).evaluate(one, Loss.Gradient.NONE, new double[1]));
        SquaredErrorLoss shared = SquaredErrorLoss.spikeTimeTargets(2).withSharedSteps();
        double expected = Math.pow((4 - 2) / 5.0, 2);
        assertEquals(expected, shared.bind(STEPS, 1, 2).evaluate(one, Loss.Gradient.NONE, new double[1]), 1e-7);
    }

    /** Half of the squared last membranes, as a user would write it. */
    @Test
    void aLossOfOnesOwnNeedsFewLines() {
        Loss mine = new Loss() {
            @Override
            public String name() {
                return "half_square";
            }

            @Override
            public boolean readsSpikes() {
                return false;
            }

            @Override
            public boolean readsMembranes() {
                return true;
            }

            @Override
            public Loss.Computation bind(int steps, int batch, int outputs) {
                return (given, first, end, gradient, terms) -> {
                    for (int sample = first; sample < end; sample++) {
                        int row = (steps - 1) * given.batch() + sample;
                        terms[sample] = 0;
                        for (int output = 0; output < outputs; output++) {
                            float membrane = given.membranes().get(row, output);
                            terms[sample] += membrane * membrane / 2 / given.divisor();
                            gradient.membranes().orElseThrow().set(row, output, (float) (membrane / given.divisor()));
                        }
                    }
                };
            }
        };
        Loss.Gradient gradient = places();
        input.setDivisor(mine.divisor(input));
        double got = mine.bind(STEPS, BATCH, OUTPUTS).evaluate(input, gradient, new double[BATCH]);
        double expected = 0;
        int last = (STEPS - 1) * BATCH;
        for (int row = last; row < STEPS * BATCH; row++) {
            for (int output = 0; output < OUTPUTS; output++) {
                expected += Math.pow(membranes.get(row, output), 2) / 2 / BATCH;
            }
        }
        assertEquals(expected, got, 1e-6);
        assertEquals(
                membranes.get(last, 2) / BATCH,
                gradient.membranes().orElseThrow().get(last, 2));
        assertEquals(Decoding.NONE, mine.decoding());
        assertEquals(OUTPUTS, mine.classes(OUTPUTS));
    }

    @Test
    void saysWhatIsWrong() {
        CrossEntropyLoss loss = CrossEntropyLoss.rate();
        Loss.Computation evaluator = loss.bind(STEPS, BATCH, OUTPUTS);
        double[] terms = new double[BATCH];
        assertInvalid(
                "label 2 is 6, expected a class of [0, 6)",
                () -> evaluator.evaluate(input.setLabels(new int[] {0, 1, 6, 0, 0, 0, 0}), Loss.Gradient.NONE, terms));
        assertInvalid(
                "label 0 is -1, expected a class of [0, 6)",
                () -> evaluator.evaluate(input.setLabels(new int[] {-1, 1, 6, 0, 0, 0, 0}), Loss.Gradient.NONE, terms));
        assertInvalid(
                "there are 2 labels, expected 7, one for each sample",
                () -> evaluator.evaluate(input.setLabels(new int[] {0, 1}), Loss.Gradient.NONE, terms));
        assertInvalid(
                "input has 4 steps, 7 samples and 6 outputs, expected 5, at most 7, and 6",
                () -> evaluator.evaluate(new Loss.Input(4, BATCH, OUTPUTS), Loss.Gradient.NONE, terms));
        assertInvalid(
                "gradient of spikes is [3 x 6], expected [35 x 6]",
                () -> evaluator.evaluate(input, Loss.Gradient.ofSpikes(FloatMatrix.zeros(3, 6)), terms));
        assertIllegalState(
                "the loss reads spikes, but its input has none",
                () -> evaluator.evaluate(
                        new Loss.Input(STEPS, BATCH, OUTPUTS).setLabels(new int[BATCH]), Loss.Gradient.NONE, terms));
        assertInvalid(
                "population code has 4 classes for 6 outputs, expected a divisor of the outputs",
                () -> loss.withPopulationCode(4).bind(STEPS, BATCH, OUTPUTS));
        assertInvalid(
                "ce_rate_loss has 2 class weights, expected 6, one for each class",
                () -> loss.withWeights(1, 2).bind(STEPS, BATCH, OUTPUTS));
        assertInvalid(
                "ce_membrane_loss has no population code, expected one that counts spikes",
                () -> CrossEntropyLoss.membrane().withPopulationCode(2));
        assertInvalid(
                "weights by output need as many samples as outputs, or one, but there are 7 samples and 6 outputs",
                () -> SquaredErrorLoss.count()
                        .withOutputWeights(WEIGHTS)
                        .bind(STEPS, BATCH, OUTPUTS)
                        .evaluate(input.setLabels(new int[BATCH]), Loss.Gradient.NONE, terms));
        assertInvalid(
                "samples are [0, 3), expected the whole batch of 7, as samples depend on each other where steps are shared",
                () -> SquaredErrorLoss.spikeTime()
                        .withSharedSteps()
                        .bind(STEPS, BATCH, OUTPUTS)
                        .evaluate(input, 0, 3, Loss.Gradient.NONE, terms));
    }
}
