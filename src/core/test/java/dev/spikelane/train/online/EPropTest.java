package dev.spikelane.train.online;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EProp;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.SquaredErrorLoss;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Compares e-prop with {@link EPropReference}. */
@EveryWidth
class EPropTest {

    private static final int INPUTS = 8;
    private static final int HIDDEN = 66;
    private static final int OUTPUTS = 3;
    private static final int STEPS = 210;
    private static final int BATCH = 2;

    private static final String ADAPTIVE = """
            neuron AdaptiveThreshold
            param keep = %s, keepa = %s, threshold = %s, raise = %s
            state v, a
            input current
            v = keep * v + current
            spike v > threshold + raise * a
            v = v - spike * (threshold + raise * a)
            a = keepa * a + spike
            """.formatted(
            EPropReference.KEEP, EPropReference.KEEP_ADAPTATION, EPropReference.THRESHOLD, EPropReference.RAISE);

    private static Network network(boolean adapts) {
        TorchRandom random = new TorchRandom(5);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Dense in = Dense.linear(INPUTS, HIDDEN, random);
        Dense recurrent = Dense.linear(HIDDEN, HIDDEN, random);
        Population h = builder.population(
                "h",
                Shape.of(HIDDEN),
                adapts
                        ? EquationNeuron.of(ADAPTIVE)
                        : new RLeaky(Recurrence.allToAll(recurrent.weights()), EPropReference.KEEP)
                                .withThreshold(EPropReference.THRESHOLD));
        Population y = builder.population(
                "y",
                Shape.of(OUTPUTS),
                new Leaky(EPropReference.LEAK).withFiring(ThresholdAndReset.DEFAULT.withReset(Reset.NONE)));
        builder.project("in", x, h, in);
        if (adapts) {
            builder.project("rec", h, h, recurrent).delay(1);
        }
        builder.project("out", h, y, Dense.linear(HIDDEN, OUTPUTS, random));
        return builder.build();
    }

    private record Data(SpikeMatrix input, FloatMatrix targets, int[] labels) {

        static Data of(Random random) {
            SpikeMatrix input = SpikeMatrix.zeros(STEPS * BATCH, INPUTS);
            FloatMatrix targets = FloatMatrix.zeros(STEPS * BATCH, OUTPUTS);
            for (int row = 0; row < STEPS * BATCH; row++) {
                for (int i = 0; i < INPUTS; i++) {
                    input.set(row, i, random.nextInt(4) == 0);
                }
                for (int k = 0; k < OUTPUTS; k++) {
                    targets.set(row, k, (float) Math.sin(row * (k + 1) * 0.1));
                }
            }
            return new Data(input, targets, new int[] {2, 0});
        }

        double[][][] inputs() {
            double[][][] all = new double[BATCH][STEPS][INPUTS];
            for (int row = 0; row < STEPS * BATCH; row++) {
                for (int i = 0; i < INPUTS; i++) {
                    all[row % BATCH][row / BATCH][i] = input.get(row, i) ? 1 : 0;
                }
            }
            return all;
        }

        double[][][] wanted() {
            double[][][] all = new double[BATCH][STEPS][OUTPUTS];
            for (int row = 0; row < STEPS * BATCH; row++) {
                for (int k = 0; k < OUTPUTS; k++) {
                    all[row % BATCH][row / BATCH][k] = targets.get(row, k);
                }
            }
            return all;
        }
    }

    /** Compares the losses of the first iterations. */
    private static void compare(
            int iterations,
            boolean adapts,
            boolean classifies,
            EProp rule,
            double @Nullable [][] feedback,
            EPropReference.Rule more) {
        Network network = network(adapts);
        EPropReference reference = new EPropReference(network, adapts, classifies, STEPS, feedback, more);
        Data data = Data.of(new Random(1));
        double rate = classifies ? 1e-5 : 1e-3;
        TrainingBatch batch = new TrainingBatch(Map.of("x", data.input), false, data.labels, data.targets, null);
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(classifies ? CrossEntropyLoss.membrane() : SquaredErrorLoss.membraneTargets())
                .optimizer(new Sgd(rate))
                .online(rule)
                .build()) {
            double first = 0;
            for (int i = 0; i < iterations; i++) {
                double expected = reference.step(data.inputs(), data.wanted(), data.labels, rate);
                double loss = trainer.step(batch);
                assertEquals(expected, loss, 1e-6 * expected, "iteration " + i);
                first = i == 0 ? loss : first;
                assertTrue(i == 0 || Math.abs(loss - first) > 1e-3 * first, "nothing was learned");
            }
        }
    }

    private static final EPropReference.Rule PLAIN = new EPropReference.Rule(false, 0, 0);

    @Test
    void regressionOfRecurrentNeurons() {
        compare(5, false, false, EProp.symmetric(), null, PLAIN);
    }

    @Test
    void classificationOfAdaptiveNeurons() {
        compare(5, true, true, EProp.symmetric(), null, PLAIN);
    }

    /** Returns drawn weights of a readout without a bias. */
    private static double[][] drawn(long seed) {
        FloatMatrix weights =
                Dense.linear(HIDDEN, OUTPUTS, new TorchRandom(seed)).weights();
        double[][] drawn = new double[OUTPUTS][HIDDEN + 1];
        for (int k = 0; k < OUTPUTS; k++) {
            for (int j = 0; j < HIDDEN; j++) {
                drawn[k][j] = weights.get(k, j);
            }
        }
        return drawn;
    }

    @Test
    void randomFeedback() {
        compare(2, false, true, EProp.random(7), drawn(7), PLAIN);
    }

    @Test
    void adaptiveFeedback() {
        compare(3, true, false, EProp.adaptive(8), drawn(8), new EPropReference.Rule(true, 0, 0));
    }

    @Test
    void regularizedRates() {
        compare(2, true, true, EProp.symmetric().withRate(0.02, 50), null, new EPropReference.Rule(false, 0.02, 50));
    }
}
