package dev.spikelane.connection.operator.window;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.kernel.product.PackedGroups;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Window;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * A convolution as a product for each group of channels: the windows of its inputs, and torch's weights as
 * {@code [outputs of a group x inputs of a window]}. A transposed convolution is the equal convolution over spread
 * inputs, with reversed weights.
 */
public record ConvolutionLayout(Kernel kernel, Shape source, Shape made) {

    /** Returns the layout for a source; throws if the shapes do not match. */
    public static ConvolutionLayout of(Convolution declared, Shape source) {
        return new ConvolutionLayout(declared.kernel(), source, declared.outputShape(source));
    }

    int groups() {
        return kernel.groups();
    }

    int inputs() {
        return source.channels() / groups();
    }

    public int outputs() {
        return made.channels() / groups();
    }

    private int places() {
        return kernel.y().size() * kernel.x().size();
    }

    public Window[] windows() {
        Window.Axis y = axis(kernel.y(), source.height(), made.height());
        Window.Axis x = axis(kernel.x(), source.width(), made.width());
        Window[] windows = new Window[groups()];
        for (int group = 0; group < windows.length; group++) {
            windows[group] = new Window(inputs(), group * inputs(), source.channels(), y, x);
        }
        return windows;
    }

    private Window.Axis axis(Kernel.Axis declared, int inputs, int outputs) {
        int reach = Math.toIntExact(declared.span() - 1);
        if (kernel.transposed()) {
            return new Window.Axis(
                    inputs,
                    declared.size(),
                    1,
                    reach - declared.padding(),
                    declared.dilation(),
                    outputs,
                    declared.stride());
        }
        int before = declared.same() ? reach / 2 : declared.padding();
        return new Window.Axis(inputs, declared.size(), declared.stride(), before, declared.dilation(), outputs);
    }

    /**
     * Returns true if each window is a position of the source, and the channels of inputs and outputs fill whole words.
     */
    boolean isOfPositions() {
        Window.Axis y = axis(kernel.y(), source.height(), made.height());
        Window.Axis x = axis(kernel.x(), source.width(), made.width());
        return groups() == 1
                && source.channels() % Long.SIZE == 0
                && made.channels() % Long.SIZE == 0
                && isOfPositions(y)
                && isOfPositions(x);
    }

    private static boolean isOfPositions(Window.Axis axis) {
        int last = axis.inputs() - 1;
        return axis.kernel() == 1 && axis.outputs() == axis.inputs() && axis.at(0, 0) == 0 && axis.at(last, 0) == last;
    }

    /** Returns the number of outputs that each input adds to, in torch's order. */
    public int[] reach() {
        int[] all = new int[inputs() * places()];
        Arrays.fill(all, outputs());
        return reach(_ -> all);
    }

    /** Returns the number of outputs that each input adds to with a nonzero weight. */
    public int[] reach(FloatMatrix torch) {
        return reach(group -> Rows.nonzeros(arranged(torch, group)));
    }

    /** Sums for each input the weights of a group at the places of its windows. */
    private int[] reach(IntFunction<int[]> weights) {
        Window.Axis y = windows()[0].y();
        Window.Axis x = windows()[0].x();
        int[] reach = new int[source.size()];
        for (int group = 0; group < groups(); group++) {
            int[] counts = weights.apply(group);
            for (int k = 0; k < counts.length; k++) {
                int row = (group * inputs() + k % inputs()) * y.inputs();
                int place = k / inputs();
                for (int output = 0; output < y.outputs() * x.outputs(); output++) {
                    int atY = y.at(output / x.outputs(), place / x.kernel());
                    int atX = x.at(output % x.outputs(), place % x.kernel());
                    if (atY >= 0 && atY < y.inputs() && atX >= 0 && atX < x.inputs()) {
                        reach[(row + atY) * x.inputs() + atX] += counts[k];
                    }
                }
            }
        }
        return reach;
    }

    /** Returns the row in torch's weights for an output of a group and an input {@code k} of its windows. */
    private int row(int group, int output, int k) {
        return kernel.transposed() ? group * inputs() + k % inputs() : group * outputs() + output;
    }

    private int column(int output, int k) {
        int place = k / inputs();
        return kernel.transposed() ? output * places() + places() - 1 - place : k % inputs() * places() + place;
    }

    /** Returns the weights of a group in the order of unfolded rows. */
    public FloatMatrix arranged(FloatMatrix torch, int group) {
        FloatMatrix arranged = FloatMatrix.zeros(outputs(), inputs() * places());
        for (int output = 0; output < arranged.rows(); output++) {
            for (int k = 0; k < arranged.columns(); k++) {
                arranged.set(output, k, torch.get(row(group, output, k), column(output, k)));
            }
        }
        return arranged;
    }

    /** Copies packed weights of all groups, or their gradients, to torch's layout, without allocation. */
    void read(PackedWeights[] groups, FloatMatrix torch) {
        for (int group = 0; group < groups.length; group++) {
            for (int output = 0; output < outputs(); output++) {
                for (int k = 0; k < groups[group].inputs(); k++) {
                    torch.set(row(group, output, k), column(output, k), groups[group].weight(output, k));
                }
            }
        }
    }

    void readBias(PackedGroups packed, FloatMatrix into) {
        for (int i = 0; i < into.columns(); i++) {
            into.set(0, i, packed.bias().get(i / outputs(), i % outputs()));
        }
    }

    /** Sets weights of all groups, or their gradients, from torch's layout. */
    void write(FloatMatrix torch, PackedWeights[] groups) {
        torch.requireFinite("values");
        take(torch, groups);
    }

    /** Sets numbers that may be infinite. */
    void take(FloatMatrix torch, PackedWeights[] groups) {
        for (int group = 0; group < groups.length; group++) {
            groups[group].set(arranged(torch, group));
        }
    }

    void writeBias(FloatMatrix from, PackedGroups packed) {
        from.requireFinite("values");
        for (int i = 0; i < from.columns(); i++) {
            packed.bias().set(i / outputs(), i % outputs(), from.get(0, i));
        }
    }

    /** Returns integers of a group in the order of unfolded rows, with the scales of its outputs. */
    public IntegerMatrix arranged(IntegerMatrix torch, int group) {
        int rows = outputs();
        int columns = inputs() * places();
        short[] items = new short[rows * columns];
        for (int i = 0; i < items.length; i++) {
            items[i] = (short) torch.item(row(group, i / columns, i % columns), column(i / columns, i % columns));
        }
        float[] all = torch.scales();
        float[] scales = all.length == 1 ? all : Arrays.copyOfRange(all, group * rows, (group + 1) * rows);
        return IntegerMatrix.of(torch.type(), rows, columns, items, scales);
    }

    /** Returns the bias of a group; -0.0 becomes +0.0, so that no current is -0.0 and maxima need no order. */
    FloatMatrix biasOf(FloatMatrix bias, int group) {
        FloatMatrix own = FloatMatrix.zeros(1, outputs());
        for (int i = 0; i < own.columns(); i++) {
            own.set(0, i, bias.get(0, group * own.columns() + i) + 0.0f);
        }
        return own;
    }

    /**
     * Returns the factors of the inputs of a group's windows, from spike values: one value, or one for each neuron.
     *
     * @throws IllegalArgumentException if spikes of a channel have different values
     */
    float[] factors(float[] spikeValues, int group) {
        if (spikeValues.length == 1) {
            return spikeValues;
        }
        float[] factors = new float[inputs() * places()];
        for (int i = 0; i < spikeValues.length; i++) {
            float first = spikeValues[i % source.channels()];
            if (spikeValues[i] != first) {
                throw new IllegalArgumentException("spikes of channel " + i % source.channels() + " carry " + first
                        + " and " + spikeValues[i] + ", expected the same, because they share weights");
            }
        }
        for (int i = 0; i < factors.length; i++) {
            factors[i] = spikeValues[group * inputs() + i % inputs()];
        }
        return factors;
    }
}
