package dev.spikelane.network;

import dev.spikelane.connection.BatchNorm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch that is normalized by its own statistics, on plain arrays in torch's order, and the way back. */
final class NaiveBatchNorm {

    private final int channels;
    private final int positions;
    private final double count;
    private final float[] weights;
    private final float[] inverse;
    /** For each sample. */
    private final float[][] normalized;

    /**
     * Normalizes a batch.
     *
     * @param rows one for each sample
     * @param weights one for each channel
     */
    NaiveBatchNorm(BatchNorm said, List<float[]> rows, float[] weights) {
        this.channels = said.channels();
        this.positions = rows.getFirst().length / channels;
        this.count = (double) rows.size() * positions;
        this.weights = weights;
        this.inverse = new float[channels];
        this.normalized = new float[rows.size()][];
        for (int sample = 0; sample < rows.size(); sample++) {
            normalized[sample] = rows.get(sample).clone();
        }
        for (int channel = 0; channel < channels; channel++) {
            double sum = sum(rows.size(), channel, (sample, i) -> rows.get(sample)[i]);
            double squares = sum(rows.size(), channel, (sample, i) -> {
                double x = rows.get(sample)[i];
                return x * x;
            });
            double mean = sum / count;
            double spread = Math.max(squares - sum * mean, 0);
            inverse[channel] = (float) (1 / Math.sqrt(spread / count + said.epsilon()));
            for (float[] row : normalized) {
                for (int i = channel * positions; i < (channel + 1) * positions; i++) {
                    row[i] = (row[i] - (float) mean) * inverse[channel];
                }
            }
        }
    }

    /** An element of a sample. */
    private interface Element {
        double of(int sample, int i);
    }

    /** The sum over a channel, in blocks of eight samples. */
    private double sum(int samples, int channel, Element element) {
        double sum = 0;
        for (int block = 0; block < samples; block += 8) {
            double part = 0;
            for (int sample = block; sample < Math.min(block + 8, samples); sample++) {
                for (int position = 0; position < positions; position++) {
                    part += element.of(sample, channel * positions + position);
                }
            }
            sum += part;
        }
        return sum;
    }

    /** The row of a sample times the weights, and what is added. */
    float[] affine(int sample, float @Nullable [] bias) {
        float[] row = new float[normalized[sample].length];
        for (int i = 0; i < row.length; i++) {
            float x = normalized[sample][i];
            int channel = i / positions;
            row[i] = Math.fma(x, NaiveNetwork.met(x, weights[channel]), bias == null ? 0 : bias[channel]);
        }
        return row;
    }

    /** The sums of the gradients of a channel, and of their products with what was normalized. */
    private double[] sums(NaiveArithmetic arithmetic, List<double[]> gradients, int channel) {
        boolean magnitudes = arithmetic == NaiveArithmetic.MAGNITUDE;
        return new double[] {
            sum(gradients.size(), channel, (sample, i) -> gradients.get(sample)[i]),
            sum(gradients.size(), channel, (sample, i) -> {
                float x = normalized[sample][i];
                return gradients.get(sample)[i] * (magnitudes ? Math.abs(x) : x);
            })
        };
    }

    /** The gradients of a sample's row, from those of all samples behind the weights. */
    double[] back(NaiveArithmetic arithmetic, List<double[]> gradients, int sample) {
        double[] back = gradients.get(sample).clone();
        for (int channel = 0; channel < channels; channel++) {
            double[] sums = sums(arithmetic, gradients, channel);
            double mean = arithmetic.rounded(sums[0] / count);
            double slope = arithmetic.rounded(sums[1] / count);
            for (int i = channel * positions; i < (channel + 1) * positions; i++) {
                double left = arithmetic.fma(slope, -normalized[sample][i], arithmetic.minus(back[i], mean));
                back[i] = arithmetic.times(left, weights[channel] * inverse[channel]);
            }
        }
        return back;
    }

    /** Adds the gradients of the weights, and then of the biases. */
    void add(NaiveArithmetic arithmetic, List<double[]> gradients, double[] to) {
        for (int channel = 0; channel < channels; channel++) {
            double[] sums = sums(arithmetic, gradients, channel);
            to[channel] = arithmetic.plus(to[channel], arithmetic.rounded(sums[1]));
            to[channels + channel] = arithmetic.plus(to[channels + channel], arithmetic.rounded(sums[0]));
        }
    }
}
