package dev.spikelane.network.naive;

import dev.spikelane.connection.BatchNorm;
import java.util.List;

/** A batch normalized by its statistics, on plain arrays in torch's order, and the backward pass. */
final class NaiveBatchNorm {

    private final int channels;
    private final int positions;
    private final double count;
    private final float[] weights;
    private final float[] means;
    private final float[] inverse;
    /** For each sample. */
    private final List<float[]> rows;

    /**
     * @param rows one for each sample
     * @param weights one for each channel
     */
    NaiveBatchNorm(BatchNorm declared, List<float[]> rows, float[] weights) {
        this.channels = declared.channels();
        this.positions = rows.getFirst().length / channels;
        this.count = (double) rows.size() * positions;
        this.weights = weights;
        this.inverse = new float[channels];
        this.means = new float[channels];
        this.rows = rows;
        for (int channel = 0; channel < channels; channel++) {
            double sum = sum(rows.size(), channel, (sample, i) -> rows.get(sample)[i]);
            double squares = sum(rows.size(), channel, (sample, i) -> {
                double x = rows.get(sample)[i];
                return x * x;
            });
            double mean = sum / count;
            double spread = Math.max(squares - sum * mean, 0);
            inverse[channel] = (float) (1 / Math.sqrt(spread / count + declared.epsilon()));
            means[channel] = (float) mean;
        }
    }

    private interface Element {
        double of(int sample, int i);
    }

    /** Returns the sum over a channel, in blocks of eight samples. */
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

    float[] normalized(int sample, float[] bias) {
        float[] row = new float[rows.get(sample).length];
        for (int i = 0; i < row.length; i++) {
            int channel = i / positions;
            float factor = weights[channel] * inverse[channel];
            float term = Math.fma(-means[channel], factor, bias[channel]);
            row[i] = Math.fma(rows.get(sample)[i], factor, term);
        }
        return row;
    }

    /** Returns the sums of the gradients of a channel, and of their products with deviations from the mean. */
    private double[] sums(NaiveArithmetic arithmetic, List<double[]> gradients, int channel) {
        boolean magnitudes = arithmetic == NaiveArithmetic.MAGNITUDE;
        return new double[] {
            sum(gradients.size(), channel, (sample, i) -> gradients.get(sample)[i]),
            sum(gradients.size(), channel, (sample, i) -> {
                double away = (double) rows.get(sample)[i] - means[channel];
                return gradients.get(sample)[i] * (magnitudes ? Math.abs(away) : away);
            })
        };
    }

    /** Returns the gradients of a sample's row, from those of all samples after the weights. */
    double[] back(NaiveArithmetic arithmetic, List<double[]> gradients, int sample) {
        double[] back = gradients.get(sample).clone();
        for (int channel = 0; channel < channels; channel++) {
            double[] sums = sums(arithmetic, gradients, channel);
            double mean = arithmetic.rounded(sums[0] / count);
            double slope = arithmetic.rounded(sums[1] * inverse[channel] * inverse[channel] / count);
            for (int i = channel * positions; i < (channel + 1) * positions; i++) {
                float away = rows.get(sample)[i] - means[channel];
                double left = arithmetic.fma(slope, -away, arithmetic.minus(back[i], mean));
                back[i] = arithmetic.times(left, weights[channel] * inverse[channel]);
            }
        }
        return back;
    }

    /** Adds the gradients of weights, then of biases. */
    void add(NaiveArithmetic arithmetic, List<double[]> gradients, double[] to) {
        for (int channel = 0; channel < channels; channel++) {
            double[] sums = sums(arithmetic, gradients, channel);
            to[channel] = arithmetic.plus(to[channel], arithmetic.rounded(sums[1] * inverse[channel]));
            to[channels + channel] = arithmetic.plus(to[channels + channel], arithmetic.rounded(sums[0]));
        }
    }
}
