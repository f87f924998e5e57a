package dev.spikelane.kernel.product.gradient;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.ZeroInputs;

/** The specification of {@link WeightGradient}: plain loops in the canonical order, for a block of 64 outputs. */
final class ScalarWeightGradient {

    private ScalarWeightGradient() {}

    /** Adds gradients if the source is spikes. */
    static void add(SpikeMatrix spikes, Tile values, int steps, int batch, PackedWeights gradient, int block) {
        int end = Math.min((block + 1) * PackedWeights.BLOCK, gradient.outputs());
        for (int input = 0; input < gradient.inputs(); input++) {
            int row = block * gradient.paddedInputs() + input;
            for (int output = block * PackedWeights.BLOCK; output < end; output++) {
                float sum = Elements.get(gradient.packed(), row, output % PackedWeights.BLOCK);
                for (int step = steps - 1; step >= 0; step--) {
                    for (int group = 0; group < batch; group += 4) {
                        float part = -0.0f;
                        for (int sample = group; sample < Math.min(group + 4, batch); sample++) {
                            int at = step * batch + sample;
                            part = spikes.get(at, input)
                                    ? part + Elements.get(values.matrix(), at, output - values.origin())
                                    : part;
                        }
                        sum += part;
                    }
                }
                Elements.set(gradient.packed(), row, output % PackedWeights.BLOCK, sum);
            }
        }
    }

    /** Adds gradients if the source is values. A sum of zero is +0. */
    static void add(FloatMatrix source, Tile values, int steps, int batch, PackedWeights gradient, int block) {
        int end = Math.min((block + 1) * PackedWeights.BLOCK, gradient.outputs());
        for (int input = 0; input < gradient.inputs(); input++) {
            int row = block * gradient.paddedInputs() + input;
            for (int output = block * PackedWeights.BLOCK; output < end; output++) {
                float sum = Elements.get(gradient.packed(), row, output % PackedWeights.BLOCK);
                for (int step = steps - 1; step >= 0; step--) {
                    for (int sample = 0; sample < batch; sample++) {
                        int at = step * batch + sample;
                        sum = ZeroInputs.fma(
                                Elements.get(source, at, input),
                                Elements.get(values.matrix(), at, output - values.origin()),
                                sum);
                    }
                }
                Elements.set(gradient.packed(), row, output % PackedWeights.BLOCK, sum + 0.0f);
            }
        }
    }

    /**
     * Adds the gradients of the bias.
     *
     * @param together the number of rows that are summed before their sum is added
     */
    static void addBias(Tile values, int steps, int batch, int together, FloatMatrix bias, int block) {
        int end = Math.min((block + 1) * PackedWeights.BLOCK, bias.columns());
        for (int output = block * PackedWeights.BLOCK; output < end; output++) {
            float sum = Elements.get(bias, 0, output);
            for (int step = steps - 1; step >= 0; step--) {
                for (int group = 0; group < batch; group += together) {
                    float part = -0.0f;
                    for (int sample = group; sample < Math.min(group + together, batch); sample++) {
                        part += Elements.get(values.matrix(), step * batch + sample, output - values.origin());
                    }
                    sum += part;
                }
            }
            Elements.set(bias, 0, output, sum);
        }
    }
}
