package dev.spikelane.train;

import static dev.spikelane.Allocations.assertNone;

import dev.spikelane.Alone;
import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.train.loss.ClassDecoder;
import dev.spikelane.train.update.Clipping;
import dev.spikelane.train.update.ParameterUpdate;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Losses, decoders, surrogates and optimizer steps do not allocate on the heap. */
@Alone
final class TrainAllocationTest {

    private static final int CALLS = 200;
    private static final int STEPS = 5;
    private static final int BATCH = 6;
    private static final int OUTPUTS = 10;

    private final Random random = new Random(1);
    private final Arena arena = Arena.ofAuto();
    private final Loss.Input input = new Loss.Input(STEPS, BATCH, OUTPUTS)
            .setSpikes(Matrices.spikes(arena, STEPS * BATCH, OUTPUTS, 0.3, random))
            .setMembranes(Matrices.uniform(arena, STEPS * BATCH, OUTPUTS, random))
            .setLabels(new int[] {0, 3, 9, 1, 1, 0});
    private final double[] terms = new double[BATCH];

    @Test
    void losses() {
        Loss.Gradient gradient =
                Loss.Gradient.of(FloatMatrix.zeros(STEPS * BATCH, OUTPUTS), FloatMatrix.zeros(STEPS * BATCH, OUTPUTS));
        List<Loss> losses = List.of(
                CrossEntropyLoss.rate(),
                CrossEntropyLoss.count().withPopulationCode(10),
                CrossEntropyLoss.maxMembrane(),
                CrossEntropyLoss.membrane().withLabelSmoothing(0.1),
                CrossEntropyLoss.temporal(),
                SquaredErrorLoss.count(0.8, 0.1),
                SquaredErrorLoss.membrane(),
                SquaredErrorLoss.spikeTime(1, 3),
                SquaredErrorLoss.spikeTimes(new double[] {1, 2}, new double[] {3, 4})
                        .withSharedSteps(),
                Loss.spikeRatePenalty(1e-5),
                Loss.temporalEfficient(0.05, 1),
                Loss.temporalMean(),
                Loss.rateBounds(0.1, 0.3),
                Loss.rateDivergence(0.1));
        for (Loss loss : losses) {
            Loss.Computation evaluator = loss.bind(STEPS, BATCH, OUTPUTS);
            assertNone(CALLS, () -> {
                input.setDivisor(loss.divisor(input));
                evaluator.evaluate(input, gradient, terms);
            });
        }
    }

    @Test
    void decoders() {
        int[] classes = new int[BATCH];
        List<Decoding> decodings = new ArrayList<>(Decoding.values());
        decodings.add(Decoding.ofSpikes("own", (outputs, row, scores) -> scores[outputs.sample(row) % OUTPUTS] = 1));
        for (Decoding decoding : decodings) {
            if (decoding != Decoding.NONE) {
                ClassDecoder decoder = new ClassDecoder(decoding.score(), STEPS, BATCH, OUTPUTS);
                assertNone(CALLS, () -> decoder.decode(input.rows(), 0, BATCH, classes));
            }
        }
    }

    @Test
    void optimizersAndClipping() {
        FloatMatrix parameter = Matrices.uniform(arena, 30, 130, random);
        FloatMatrix gradient = Matrices.uniform(arena, 30, 130, random);
        Clipping.Clipper norm = new Clipping(Clipping.How.NORM, 1).bind(List.of(gradient.segment()));
        Clipping.Clipper value = new Clipping(Clipping.How.VALUE, 0.5).bind(List.of(gradient.segment()));
        Schedule schedule = Schedule.cosine(100, 0).afterWarmUp(0.1, 5);
        for (Trainer.Optimizer optimizer : List.of(
                new Sgd(0.01),
                new Sgd(0.01).withMomentum(0.9).withNesterov(true).withWeightDecay(0.1),
                new Adam(0.01),
                Adam.decoupled(0.01).withAmsgrad(true))) {
            ParameterUpdate update = TrainingParts.bind(optimizer, parameter);
            assertNone(CALLS, () -> {
                norm.clip();
                value.clip();
                update.step(gradient.segment(), schedule.rate(update.steps(), optimizer.rate()));
            });
        }
    }

    @Test
    void surrogates() {
        FloatMatrix distance = Matrices.uniform(arena, BATCH, 130, random);
        FloatMatrix gradient = Matrices.uniform(arena, BATCH, 130, random);
        FloatMatrix out = FloatMatrix.zeros(BATCH, 130);
        CounterRandom.Draws draws = CounterRandom.Draws.surrogate(1, 0, BATCH);
        int[] samples = {5, 4, 3, 2, 1, 0};
        for (Surrogate surrogate : List.of(
                Surrogate.atan(),
                Surrogate.fastSigmoid(),
                Surrogate.sigmoid(),
                Surrogate.straightThrough(),
                Surrogate.triangular(),
                Surrogate.heaviside(),
                Surrogate.spikeRateEscape(),
                Surrogate.sso(),
                Surrogate.lso(),
                Surrogate.sfs(),
                Surrogate.custom("mine", (x, g) -> g))) {
            assertNone(CALLS, () -> {
                draws.setEpoch(1);
                draws.setSamples(samples, 0, BATCH);
                surrogate.backward(distance, gradient, out, draws, 3, 0);
            });
        }
    }

    @Test
    void inputsOfOtherKinds() {
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS * BATCH, OUTPUTS);
        FloatMatrix targets = FloatMatrix.zeros(BATCH, OUTPUTS);
        Loss.Computation evaluator = SquaredErrorLoss.membraneTargets().bind(STEPS, BATCH, OUTPUTS);
        assertNone(CALLS, () -> {
            input.setSpikes(spikes).setTargets(targets).setDivisor(2);
            evaluator.evaluate(input, Loss.Gradient.NONE, terms);
        });
    }
}
