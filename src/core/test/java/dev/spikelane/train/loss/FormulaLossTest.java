package dev.spikelane.train.loss;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.train.Loss;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Losses equal the formulas of their Javadoc in double precision, and gradients equal finite differences. */
@EveryWidth
final class FormulaLossTest {

    private static final int STEPS = 6;
    private static final int BATCH = 3;
    private static final int OUTPUTS = 5;
    private static final int[] LABELS = {4, 0, 2};
    private static final double STEP = 1e-5;

    /** A loss of one sample with outputs of each step. */
    private interface Formula {
        double of(double[][] outputs, int sample);
    }

    private final Random random = new Random(3);
    private final FloatMatrix membranes = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, OUTPUTS, random);
    private final SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, OUTPUTS, 0.4, random);
    private final SpikeMatrix wanted = Matrices.spikes(Arena.ofAuto(), STEPS * BATCH, OUTPUTS, 0.3, random);

    private static double entropy(double[] row, int label) {
        double sum = 0;
        for (double each : row) {
            sum += Math.exp(each);
        }
        return Math.log(sum) - row[label];
    }

    private static double[] mean(double[][] outputs) {
        double[] mean = new double[OUTPUTS];
        for (double[] row : outputs) {
            for (int i = 0; i < OUTPUTS; i++) {
                mean[i] += row[i] / STEPS;
            }
        }
        return mean;
    }

    @Test
    void temporalEfficientTraining() {
        check(Loss.temporalEfficient(0.05, 1), false, (outputs, sample) -> {
            double sum = 0;
            for (double[] row : outputs) {
                sum += 0.95 * entropy(row, LABELS[sample]) / STEPS;
                for (double each : row) {
                    sum += 0.05 * (each - 1) * (each - 1) / OUTPUTS / STEPS;
                }
            }
            return sum;
        });
    }

    @Test
    void temporalMean() {
        check(Loss.temporalMean(), false, (outputs, sample) -> entropy(mean(outputs), LABELS[sample]));
    }

    @Test
    void rateBounds() {
        check(Loss.rateBounds(0.2, 0.45), true, (outputs, _) -> {
            double sum = 0;
            for (double rate : mean(outputs)) {
                sum += Math.pow(Math.max(0, 0.2 - rate), 2) + Math.pow(Math.max(0, rate - 0.45), 2);
            }
            return sum / OUTPUTS;
        });
    }

    @Test
    void rateDivergence() {
        check(Loss.rateDivergence(0.1), true, (outputs, _) -> {
            double sum = 0;
            for (double each : mean(outputs)) {
                double rate = (each * STEPS + 0.5) / (STEPS + 1);
                sum += 0.1 * Math.log(0.1 / rate) + 0.9 * Math.log(0.9 / (1 - rate));
            }
            return sum / OUTPUTS;
        });
    }

    @Test
    void vanRossum() {
        double decay = Math.exp(-1 / 3.0);
        check(Loss.vanRossum(3), true, (outputs, sample) -> {
            double sum = 0;
            for (int output = 0; output < OUTPUTS; output++) {
                double f = 0;
                double g = 0;
                for (int step = 0; step < STEPS; step++) {
                    f = decay * f + outputs[step][output];
                    g = decay * g + (wanted.get(step * BATCH + sample, output) ? 1 : 0);
                    sum += (f - g) * (f - g) / 3;
                }
            }
            return sum / OUTPUTS;
        });
    }

    private void check(Loss loss, boolean ofSpikes, Formula formula) {
        FloatMatrix targets = fill(FloatMatrix.zeros(STEPS * BATCH, OUTPUTS), (row, i) -> wanted.get(row, i) ? 1 : 0);
        Loss.Input input = new Loss.Input(STEPS, BATCH, OUTPUTS)
                .setSpikes(spikes)
                .setMembranes(membranes)
                .setLabels(LABELS)
                .setTargets(targets);
        input.setDivisor(loss.divisor(input));
        FloatMatrix gradient = FloatMatrix.zeros(STEPS * BATCH, OUTPUTS);
        double[] terms = new double[BATCH];
        loss.bind(STEPS, BATCH, OUTPUTS)
                .evaluate(
                        input,
                        ofSpikes ? Loss.Gradient.ofSpikes(gradient) : Loss.Gradient.ofMembranes(gradient),
                        terms);
        for (int sample = 0; sample < BATCH; sample++) {
            double[][] outputs = outputs(ofSpikes, sample);
            assertEquals(formula.of(outputs, sample) / BATCH, terms[sample], 1e-6, loss + " of sample " + sample);
            for (int step = 0; step < STEPS; step++) {
                for (int output = 0; output < OUTPUTS; output++) {
                    double before = outputs[step][output];
                    outputs[step][output] = before + STEP;
                    double above = formula.of(outputs, sample);
                    outputs[step][output] = before - STEP;
                    double below = formula.of(outputs, sample);
                    outputs[step][output] = before;
                    double expected = (above - below) / (2 * STEP) / BATCH;
                    assertEquals(expected, gradient.get(step * BATCH + sample, output), 1e-6, loss + " at " + step);
                }
            }
        }
    }

    private double[][] outputs(boolean ofSpikes, int sample) {
        double[][] outputs = new double[STEPS][OUTPUTS];
        for (int step = 0; step < STEPS; step++) {
            for (int output = 0; output < OUTPUTS; output++) {
                int row = step * BATCH + sample;
                outputs[step][output] = ofSpikes ? spikes.get(row, output) ? 1 : 0 : membranes.get(row, output);
            }
        }
        return outputs;
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> Loss.temporalEfficient(1.1, 1));
        assertThrows(IllegalArgumentException.class, () -> Loss.temporalEfficient(0.5, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Loss.rateBounds(0.5, 0.4));
        assertThrows(IllegalArgumentException.class, () -> Loss.rateBounds(0, 1.1));
        assertThrows(IllegalArgumentException.class, () -> Loss.rateDivergence(0));
        assertThrows(IllegalArgumentException.class, () -> Loss.vanRossum(0));
        assertThrows(IllegalArgumentException.class, () -> Loss.vanRossum(Double.POSITIVE_INFINITY));
    }
}
