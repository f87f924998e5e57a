package dev.spikelane.cli.certify;

import dev.spikelane.cli.certify.NirReference.NirValue;
import java.io.IOException;
import java.util.List;

/** Nodes without a state, by the formulas in torch's documentation. */
final class NirReferenceOps {

    private NirReferenceOps() {}

    static NirValue of(NirNumbers node, NirValue got) throws IOException {
        return switch (node.type()) {
            case "Affine", "Linear" -> dense(node, got);
            case "Scale" -> scaled(node.spread("scale", got.values().length, got.shape()), got);
            case "Flatten" ->
                new NirValue(
                        flattened(node, got.shape()),
                        got.values().clone(),
                        got.errors().clone());
            case "Conv1d" -> convolved(node, got, false);
            case "Conv2d" -> convolved(node, got, true);
            default -> pooled(node, got, node.type().equals("AvgPool2d"));
        };
    }

    /** Returns the flattened shape. A dense node after it ignores dimensions. */
    private static int[] flattened(NirNumbers node, int... shape) {
        int start = (int) number(node, "start_dim", 0, 1);
        int end = (int) number(node, "end_dim", 0, -1);
        boolean more = node.has("input_type") && node.numbers("input_type").length > shape.length;
        int batch = more || end == shape.length ? 1 : 0;
        end = end < 0 ? end + shape.length : end - batch;
        start = Math.clamp(start < 0 ? start + shape.length : start - batch, 0, end);
        int[] made = new int[shape.length - end + start];
        for (int axis = 0; axis < shape.length; axis++) {
            int to = axis < start ? axis : Math.max(start, axis - end + start);
            made[to] = axis > start && axis <= end ? made[to] * shape[axis] : shape[axis];
        }
        return made;
    }

    private static NirValue dense(NirNumbers node, NirValue got) throws IOException {
        double[] weights = node.numbers("weight");
        double[] bias = node.type().equals("Affine") ? node.numbers("bias") : new double[0];
        int inputs = got.values().length;
        int outputs = weights.length / inputs;
        if (inputs != node.shape("weight").getLast()) {
            throw new IOException("a weight of shape " + node.shape("weight") + " gets " + inputs + " numbers");
        }
        Sum sum = new Sum(outputs);
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                sum.add(o, weights[o * inputs + i], got, i);
            }
            sum.plus(o, bias.length == 0 ? 0 : bias[o]);
        }
        return sum.value(new int[] {outputs});
    }

    private static NirValue scaled(double[] scale, NirValue got) {
        Sum sum = new Sum(got.values().length);
        for (int i = 0; i < got.values().length; i++) {
            sum.add(i, scale[i], got, i);
        }
        return sum.value(got.shape());
    }

    private static NirValue convolved(NirNumbers node, NirValue got, boolean maps) throws IOException {
        double[] weights = node.numbers("weight");
        double[] bias = node.has("bias") ? node.numbers("bias") : new double[0];
        List<Integer> shape = node.shape("weight");
        int height = maps ? shape.get(2) : 1;
        int width = maps ? shape.get(3) : shape.get(2);
        int groups = (int) number(node, "groups", 0, 1);
        Window y = maps ? new Window(node, 0, height, got.shape()[1]) : Window.ONE;
        Window x = new Window(node, 1, width, got.shape()[got.shape().length - 1]);
        int perGroup = shape.get(1);
        int outputs = shape.get(0);
        if (got.shape()[0] != perGroup * groups) {
            throw new IOException("a convolution of " + perGroup * groups + " channels gets " + got.shape()[0]);
        }
        Sum sum = new Sum(outputs * y.outputs * x.outputs);
        for (int o = 0; o < outputs; o++) {
            int firstInput = o / (outputs / groups) * perGroup;
            for (int at = 0; at < y.outputs * x.outputs; at++) {
                int place = o * y.outputs * x.outputs + at;
                for (int k = 0; k < perGroup * height * width; k++) {
                    int row = y.input(at / x.outputs, k / width % height);
                    int column = x.input(at % x.outputs, k % width);
                    if (row >= 0 && column >= 0) {
                        int channel = firstInput + k / (height * width);
                        sum.add(
                                place,
                                weights[o * perGroup * height * width + k],
                                got,
                                (channel * y.inputs + row) * x.inputs + column);
                    }
                }
                sum.plus(place, bias.length == 0 ? 0 : bias[o]);
            }
        }
        return sum.value(maps ? new int[] {outputs, y.outputs, x.outputs} : new int[] {outputs, x.outputs});
    }

    private static NirValue pooled(NirNumbers node, NirValue got, boolean averages) {
        Window y = new Window(node, 0, (int) number(node, "kernel_size", 0, 1), got.shape()[1]);
        Window x = new Window(node, 1, (int) number(node, "kernel_size", 1, 1), got.shape()[2]);
        int channels = got.shape()[0];
        double factor = averages ? 1.0 / (y.size * x.size) : 1;
        Sum sum = new Sum(channels * y.outputs * x.outputs);
        for (int place = 0; place < channels * y.outputs * x.outputs; place++) {
            int channel = place / (y.outputs * x.outputs);
            for (int k = 0; k < y.size * x.size; k++) {
                int row = y.input(place / x.outputs % y.outputs, k / x.size);
                int column = x.input(place % x.outputs, k % x.size);
                if (row >= 0 && column >= 0) {
                    sum.add(place, factor, got, (channel * y.inputs + row) * x.inputs + column);
                }
            }
        }
        return sum.value(new int[] {channels, y.outputs, x.outputs});
    }

    private static double number(NirNumbers node, String name, int index, double otherwise) {
        if (!node.has(name)) {
            return otherwise;
        }
        double[] values = node.numbers(name);
        return values[Math.min(index, values.length - 1)];
    }

    /** The positions of a window along one axis. */
    private static final class Window {

        static final Window ONE = new Window();

        final int size;
        final int inputs;
        final int outputs;
        private final int stride;
        private final int dilation;
        private final int padding;

        private Window() {
            size = 1;
            inputs = 1;
            outputs = 1;
            stride = 1;
            dilation = 1;
            padding = 0;
        }

        Window(NirNumbers node, int axis, int size, int inputs) {
            this.size = size;
            this.inputs = inputs;
            this.stride = (int) number(node, "stride", axis, 1);
            this.dilation = (int) number(node, "dilation", axis, 1);
            boolean same = "same".equals(node.text("padding"));
            int span = dilation * (size - 1);
            this.padding = same ? span / 2 : (int) number(node, "padding", axis, 0);
            this.outputs = same ? inputs : (inputs + 2 * padding - span - 1) / stride + 1;
        }

        /** Returns the input at a place of the window of an output; negative outside. */
        int input(int output, int place) {
            int input = output * stride - padding + place * dilation;
            return input < inputs ? input : -1;
        }
    }

    /** Sums with bounds of their errors: each addition rounds once, and so do weight and product. */
    private static final class Sum {
        private final double[] values;
        private final double[] sizes;
        private final double[] errors;
        private final int[] terms;

        Sum(int count) {
            values = new double[count];
            sizes = new double[count];
            errors = new double[count];
            terms = new int[count];
        }

        void add(int to, double weight, NirValue got, int from) {
            double value = got.values()[from];
            double error = got.errors()[from];
            if (value != 0 || error != 0) {
                values[to] += weight * value;
                sizes[to] += Math.abs(weight * value);
                errors[to] += Math.abs(weight) * error;
                terms[to]++;
            }
        }

        void plus(int to, double bias) {
            values[to] += bias;
            sizes[to] += Math.abs(bias);
        }

        NirValue value(int... shape) {
            for (int i = 0; i < values.length; i++) {
                errors[i] += (terms[i] + 3) * (NirValue.ROUNDING * sizes[i] + NirValue.TINY);
            }
            return new NirValue(shape, values, errors);
        }
    }
}
