package dev.spikelane.train.online;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.EProp;
import dev.spikelane.train.Sgd;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares online training through time with plain loops in double precision. */
@EveryWidth
class ThroughTimeTest {

    private static final int[] SIZES = {12, 70, 40, 3};
    private static final double[] LEAKS = {0, 0.875, 0.9375, 0.75};
    private static final double THRESHOLD = 0.5;
    private static final int STEPS = 210;
    private static final int BATCH = 2;
    private static final double RATE = 0.05;

    /** Weights with the bias as the last column, one matrix for each layer. */
    private final double[][][] weights = new double[SIZES.length][][];

    private final double[][][] gradients = new double[SIZES.length][][];
    private final float[][] input = new float[STEPS * BATCH][SIZES[0]];
    private final int[] labels = {2, 0};

    @Test
    void losses() {
        Network network = Networks.of(
                new TorchRandom(2),
                SIZES[0],
                dense(SIZES[1], new Leaky(LEAKS[1]).withThreshold(THRESHOLD)),
                dense(SIZES[2], new Leaky(LEAKS[2]).withThreshold(THRESHOLD)),
                dense(SIZES[3], new Leaky(LEAKS[3]).withThreshold(THRESHOLD)));
        for (int layer = 1; layer < SIZES.length; layer++) {
            weights[layer] = new double[SIZES[layer]][SIZES[layer - 1] + 1];
            FloatMatrix weight = network.weights().get("fc" + layer + ".weight");
            FloatMatrix bias = network.weights().get("fc" + layer + ".bias");
            for (int j = 0; j < SIZES[layer]; j++) {
                for (int i = 0; i < SIZES[layer - 1]; i++) {
                    weights[layer][j][i] = weight.get(j, i);
                }
                weights[layer][j][SIZES[layer - 1]] = bias.get(0, j);
            }
        }
        Random values = new Random(3);
        for (float[] row : input) {
            for (int i = 0; i < row.length; i++) {
                row[i] = values.nextInt(64) / 32f;
            }
        }
        try (Trainer trainer = Trainer.of(network, STEPS, BATCH)
                .loss(CrossEntropyLoss.rate())
                .optimizer(new Sgd(RATE))
                .online(EProp.throughTime())
                .build()) {
            double first = 0;
            for (int i = 0; i < 5; i++) {
                double expected = step();
                double loss = trainer.step(TrainingBatch.of(FloatMatrix.of(input), labels));
                assertEquals(expected, loss, 1e-6 * expected, "iteration " + i);
                first = i == 0 ? loss : first;
                assertTrue(i == 0 || Math.abs(loss - first) > 1e-3 * first, "nothing was learned");
            }
        }
    }

    private double step() {
        for (int layer = 1; layer < SIZES.length; layer++) {
            gradients[layer] = new double[SIZES[layer]][SIZES[layer - 1] + 1];
        }
        double loss = 0;
        for (int sample = 0; sample < BATCH; sample++) {
            loss += sample(sample);
        }
        for (int layer = 1; layer < SIZES.length; layer++) {
            for (int j = 0; j < SIZES[layer]; j++) {
                for (int i = 0; i <= SIZES[layer - 1]; i++) {
                    weights[layer][j][i] -= RATE * gradients[layer][j][i];
                }
            }
        }
        return loss;
    }

    private double sample(int sample) {
        double[][] membranes = new double[SIZES.length][];
        double[][] traces = new double[SIZES.length][];
        for (int layer = 1; layer < SIZES.length; layer++) {
            membranes[layer] = new double[SIZES[layer]];
            traces[layer] = new double[SIZES[layer - 1] + 1];
        }
        double loss = 0;
        for (int t = 0; t < STEPS; t++) {
            double[] row = new double[SIZES[0]];
            for (int i = 0; i < row.length; i++) {
                row[i] = input[t * BATCH + sample][i];
            }
            for (int layer = 1; layer < SIZES.length; layer++) {
                row = layer(layer, row, membranes[layer], traces[layer]);
            }
            double[] g = new double[row.length];
            double sum = 0;
            for (double each : row) {
                sum += Math.exp(each);
            }
            for (int k = 0; k < g.length; k++) {
                g[k] = (Math.exp(row[k]) / sum - (k == labels[sample] ? 1 : 0)) / (BATCH * STEPS);
            }
            loss += (Math.log(sum) - row[labels[sample]]) / (BATCH * STEPS);
            for (int layer = SIZES.length - 1; layer > 0; layer--) {
                g = back(layer, g, membranes[layer], traces[layer]);
            }
        }
        return loss;
    }

    /** Computes a step of a layer; traces belong to its input spikes. */
    private double[] layer(int layer, double[] row, double[] membranes, double[] traces) {
        double[] spikes = new double[SIZES[layer]];
        for (int i = 0; i < traces.length; i++) {
            traces[i] = LEAKS[layer] * traces[i] + (i < row.length ? row[i] : 1);
        }
        for (int j = 0; j < spikes.length; j++) {
            double current = weights[layer][j][row.length];
            for (int i = 0; i < row.length; i++) {
                current += weights[layer][j][i] * row[i];
            }
            double reset = membranes[j] > THRESHOLD ? THRESHOLD : 0;
            membranes[j] = LEAKS[layer] * membranes[j] + current - reset;
            spikes[j] = membranes[j] > THRESHOLD ? 1 : 0;
        }
        return spikes;
    }

    /** Takes gradients of spikes back through the step, and adds those of weights. */
    private double[] back(int layer, double[] ofSpikes, double[] membranes, double[] traces) {
        double[] before = new double[SIZES[layer - 1]];
        for (int j = 0; j < ofSpikes.length; j++) {
            double of = ofSpikes[j] * EPropReference.surrogate(membranes[j] - THRESHOLD);
            for (int i = 0; i < traces.length; i++) {
                gradients[layer][j][i] += of * traces[i];
                if (i < before.length) {
                    before[i] += weights[layer][j][i] * of;
                }
            }
        }
        return before;
    }
}
