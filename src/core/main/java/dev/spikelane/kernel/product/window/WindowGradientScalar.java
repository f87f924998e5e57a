package dev.spikelane.kernel.product.window;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.ZeroInputs;

/** The specification of {@link WindowGradientInput} and {@link WindowGradientWeights}: plain loops over one row. */
record WindowGradientScalar(WindowGradientShape shape) {

    /** Computes the gradients of a row of inputs. */
    void pull(FloatMatrix gradient, int row, FloatMatrix weights, FloatMatrix into, int intoRow) {
        for (int input = 0; input < shape.window().inputs(); input++) {
            Elements.set(into, intoRow, input, 0);
        }
        for (int position = 0; position < shape.window().positions(); position++) {
            for (int place = 0; place < shape.places(); place++) {
                for (int group = 0; group < shape.groups(); group++) {
                    int input = shape.input(position, place, group);
                    for (int channel = 0; channel < shape.channels() && input >= 0; channel++) {
                        int weight = shape.row(group, 0) + place * shape.channels() + channel;
                        float sum = product(gradient, row, firstOutput(position, group), weights, weight);
                        float before = Elements.get(into, intoRow, input + channel);
                        Elements.set(into, intoRow, input + channel, before + sum);
                    }
                }
            }
        }
    }

    private int firstOutput(int position, int group) {
        return position * shape.outputs() + group * shape.outputsOfGroup();
    }

    /** Returns the sum over the outputs of a group. */
    private float product(FloatMatrix gradient, int row, int first, FloatMatrix weights, int weight) {
        float sum = 0;
        for (int output = 0; output < shape.outputsOfGroup(); output++) {
            int at = weight + shape.row(0, output / WindowGradientShape.BLOCK);
            float factor = Elements.get(weights, at, output % WindowGradientShape.BLOCK);
            sum = ZeroInputs.fma(Elements.get(gradient, row, first + output), factor, sum);
        }
        return sum;
    }

    /** Adds one row to the gradients of the weights of some channels of each group. */
    void add(
            Signal source,
            int row,
            FloatMatrix gradient,
            int gradientRow,
            FloatMatrix sums,
            int firstChannel,
            int endChannel) {
        for (int position = 0; position < shape.window().positions(); position++) {
            for (int place = 0; place < shape.places(); place++) {
                for (int group = 0; group < shape.groups(); group++) {
                    int input = shape.input(position, place, group);
                    for (int channel = firstChannel; channel < endChannel && input >= 0; channel++) {
                        int weight = shape.row(group, 0) + place * shape.channels() + channel;
                        int first = firstOutput(position, group);
                        if (source instanceof FloatMatrix values) {
                            float value = Elements.get(values, row, input + channel);
                            addValue(value, gradient, gradientRow, first, sums, weight);
                        } else if (((SpikeMatrix) source).get(row, input + channel)) {
                            addSpike(gradient, gradientRow, first, sums, weight);
                        }
                    }
                }
            }
        }
    }

    private void addValue(float value, FloatMatrix gradient, int row, int first, FloatMatrix sums, int weight) {
        for (int output = 0; output < shape.outputsOfGroup(); output++) {
            int at = weight + shape.row(0, output / WindowGradientShape.BLOCK);
            int column = output % WindowGradientShape.BLOCK;
            float outputGradient = Elements.get(gradient, row, first + output);
            Elements.set(sums, at, column, ZeroInputs.fma(value, outputGradient, Elements.get(sums, at, column)));
        }
    }

    private void addSpike(FloatMatrix gradient, int row, int first, FloatMatrix sums, int weight) {
        for (int output = 0; output < shape.outputsOfGroup(); output++) {
            int at = weight + shape.row(0, output / WindowGradientShape.BLOCK);
            int column = output % WindowGradientShape.BLOCK;
            float outputGradient = Elements.get(gradient, row, first + output);
            Elements.set(sums, at, column, Elements.get(sums, at, column) + outputGradient);
        }
    }

    /** Adds one row to the gradients of the biases, which have a row for each block of outputs. */
    void addBias(FloatMatrix gradient, int row, FloatMatrix bias) {
        for (int position = 0; position < shape.window().positions(); position++) {
            for (int output = 0; output < shape.outputs(); output++) {
                int inGroup = output % shape.outputsOfGroup();
                int block = output / shape.outputsOfGroup() * shape.blocks() + inGroup / WindowGradientShape.BLOCK;
                int column = inGroup % WindowGradientShape.BLOCK;
                float outputGradient = Elements.get(gradient, row, position * shape.outputs() + output);
                Elements.set(bias, block, column, Elements.get(bias, block, column) + outputGradient);
            }
        }
    }
}
