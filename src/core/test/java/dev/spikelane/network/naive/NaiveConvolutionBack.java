package dev.spikelane.network.naive;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.naive.NaiveNetwork.Row;

/** The backward pass of a convolution by direct loops in the canonical order, in torch's layout. */
final class NaiveConvolutionBack {

    /** Samples whose weight gradients are summed before they are added. */
    static final int BLOCK = 8;

    private final NaiveArithmetic arithmetic;
    private final Convolution declared;
    private final NaiveConvolution forward;
    private final Kernel kernel;
    private final Shape source;
    private final Shape made;
    private final float[] weights;

    /** Visits a place of a group's window: channels from the first on, at a row and column. */
    private interface Place {
        void at(int group, int position, int ky, int kx, int pixel);
    }

    NaiveConvolutionBack(NaiveArithmetic arithmetic, Convolution declared, Shape source) {
        this.arithmetic = arithmetic;
        this.declared = declared;
        this.forward = new NaiveConvolution(declared, source);
        this.kernel = declared.kernel();
        this.source = source;
        this.made = declared.outputShape(source);
        this.weights = declared.weights().toArray();
    }

    /** Visits the inputs of each output position, ascending. */
    private void forEach(Place place) {
        int positions = made.height() * made.width();
        for (int position = 0; position < positions; position++) {
            for (int ky = 0; ky < kernel.y().size(); ky++) {
                int y = forward.place(kernel.y(), position / made.width(), ky, source.height());
                for (int kx = 0; kx < kernel.x().size(); kx++) {
                    int x = forward.place(kernel.x(), position % made.width(), kx, source.width());
                    for (int group = 0; group < kernel.groups() && y >= 0 && x >= 0; group++) {
                        place.at(group, position, ky, kx, y * source.width() + x);
                    }
                }
            }
        }
    }

    private int channels() {
        return source.channels() / kernel.groups();
    }

    private int outputs() {
        return made.channels() / kernel.groups();
    }

    private int input(int channel, int pixel) {
        return channel * source.height() * source.width() + pixel;
    }

    private int output(int channel, int position) {
        return channel * made.height() * made.width() + position;
    }

    /** Returns the gradients of the source. */
    double[] pulled(double[] of) {
        double[] back = new double[source.size()];
        forEach((group, position, ky, kx, pixel) -> {
            for (int channel = group * channels(); channel < (group + 1) * channels(); channel++) {
                double sum = 0;
                for (int output = group * outputs(); output < (group + 1) * outputs(); output++) {
                    double gradient = of[output(output, position)];
                    float weight = weights[forward.weight(output, channel, ky, kx)];
                    sum = arithmetic.fma(gradient, NaiveNetwork.met(gradient, weight), sum);
                }
                int input = input(channel, pixel);
                back[input] = arithmetic.plus(back[input], sum);
            }
        });
        return back;
    }

    /** Returns zeros for the gradients of weights, then biases. */
    double[] zeros() {
        return new double[weights.length + (kernel.biased() ? declared.outputs() : 0)];
    }

    /** Adds the contribution of a source row to the gradients of weights. */
    void add(Row row, double[] of, double[] sum) {
        forEach((group, position, ky, kx, pixel) -> {
            for (int channel = group * channels(); channel < (group + 1) * channels(); channel++) {
                int input = input(channel, pixel);
                for (int output = group * outputs(); output < (group + 1) * outputs(); output++) {
                    int at = forward.weight(output, channel, ky, kx);
                    sum[at] = plus(sum[at], row, input, of[output(output, position)]);
                }
            }
        });
        for (int output = 0; output < declared.outputs() && kernel.biased(); output++) {
            for (int position = 0; position < made.height() * made.width(); position++) {
                int at = weights.length + output;
                sum[at] = arithmetic.plus(sum[at], of[output(output, position)]);
            }
        }
    }

    private double plus(double sum, Row row, int input, double gradient) {
        boolean[] fires = row.fires();
        if (fires != null) {
            return fires[input] ? arithmetic.plus(sum, gradient) : sum;
        }
        float value = row.values()[input];
        return arithmetic.fma(value == 0 && !Double.isFinite(gradient) ? 0 : gradient, value, sum);
    }

    /** Returns the output in float64, with weights in the layout of {@link #zeros}. */
    double[] smooth(double[] row, double[] values) {
        double[] currents = new double[made.size()];
        forEach((group, position, ky, kx, pixel) -> {
            for (int channel = group * channels(); channel < (group + 1) * channels(); channel++) {
                for (int output = group * outputs(); output < (group + 1) * outputs(); output++) {
                    currents[output(output, position)] +=
                            values[forward.weight(output, channel, ky, kx)] * row[input(channel, pixel)];
                }
            }
        });
        for (int output = 0; output < declared.outputs() && kernel.biased(); output++) {
            for (int position = 0; position < made.height() * made.width(); position++) {
                currents[output(output, position)] += values[weights.length + output];
            }
        }
        return currents;
    }

    void addBlock(double[] block, double[] sum) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] = arithmetic.plus(sum[i], block[i]);
        }
    }

    /** Multiplies gradients of spikes by the spike value of each channel. */
    void carry(float[] carried, double[] sum) {
        for (int channel = 0; channel < source.channels(); channel++) {
            int first = channel / channels() * outputs();
            for (int output = first; output < first + outputs(); output++) {
                for (int ky = 0; ky < kernel.y().size(); ky++) {
                    for (int kx = 0; kx < kernel.x().size(); kx++) {
                        int at = forward.weight(output, channel, ky, kx);
                        sum[at] = arithmetic.times(sum[at], carried[input(channel, 0)]);
                    }
                }
            }
        }
    }
}
