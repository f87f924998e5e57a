package dev.spikelane.model;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.LayerText.Layer;
import dev.spikelane.neuron.Recurrence;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds connections from the tensors of torch's modules, and records which tensors were read. */
final class LayerTensors {

    static final String RECURRENT = "recurrent.";
    static final String OWN_WEIGHTS = ".V";
    static final String TIME_STEP = ".time_step";

    private final String file;
    private final Map<String, Tensor> tensors;
    private final Set<String> read = new LinkedHashSet<>();

    LayerTensors(String file, Map<String, Tensor> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    /** Marks a tensor as read, which has no effect here. */
    void passOver(String tensor) {
        read.add(tensor);
    }

    Set<String> unread() {
        Set<String> others = new LinkedHashSet<>(tensors.keySet());
        others.removeAll(read);
        return others;
    }

    /**
     * The names of a module's weights and arguments.
     *
     * @param first the place of the argument {@code inputs}; {@code outputs} follows
     * @param placeOfBias the place of the argument {@code bias}
     * @param rows rows of weights for each output
     */
    private record DenseNames(
            String weight, String bias, int first, String inputs, String outputs, int placeOfBias, int rows) {}

    private static final Map<String, DenseNames> DENSE = Map.of(
            "Linear", new DenseNames(".weight", ".bias", 0, "in_features", "out_features", 2, 1),
            "LinearLeaky", new DenseNames(".linear.weight", ".linear.bias", 1, "in_features", "out_features", 3, 1),
            "LeakyParallel",
                    new DenseNames(".rnn.weight_ih_l0", ".rnn.bias_ih_l0", 0, "input_size", "hidden_size", 3, 1),
            "SLSTM",
                    new DenseNames(".lstm_cell.weight_ih", ".lstm_cell.bias_ih", 0, "input_size", "hidden_size", 2, 4));

    /** Returns true for a dense connection, or neurons that include one. */
    static boolean isDense(String type) {
        return DENSE.containsKey(type);
    }

    Dense dense(Layer layer) throws IOException {
        DenseNames names = Objects.requireNonNull(DENSE.get(layer.type()));
        Tensor weights = find(layer.name() + names.weight);
        requireShape(weights, 2, "[outputs, inputs]");
        requireSame(layer, names.first, names.inputs, weights, weights.shape().getLast());
        requireSame(
                layer, names.first + 1, names.outputs, weights, weights.shape().getFirst() / names.rows);
        String bias = layer.name() + names.bias;
        return hasBias(layer, names.placeOfBias, bias)
                ? Dense.of(matrix(weights), matrix(find(bias)))
                : Dense.of(matrix(weights));
    }

    /** Returns a convolution; the weights define its sizes, the text its options. */
    Convolution convolution(Layer layer) throws IOException {
        boolean transposed = layer.type().equals("ConvTranspose2d");
        int dimensions = layer.type().equals("Conv1d") ? 1 : 2;
        Tensor weights = find(layer.name() + ".weight");
        requireShape(weights, dimensions + 2, "[outputs, inputs, kernel]");
        List<Integer> shape = weights.shape();
        int groups = layer.number(6, "groups", 1);
        int rows = shape.getFirst();
        int columns = shape.get(1) * groups;
        requireSame(layer, 0, "in_channels", weights, transposed ? rows : columns);
        requireSame(layer, 1, "out_channels", weights, transposed ? columns : rows);
        int[] size = requireSize(layer, weights);
        Kernel kernel = transposed
                ? Kernel.transposed(size[0], size[1])
                : dimensions == 1 ? Kernel.of1d(size[1]) : Kernel.of(size[0], size[1]);
        int[] stride = layer.pair(3, "stride", 1, 1);
        int[] dilation = layer.pair(transposed ? 8 : 5, "dilation", 1, 1);
        kernel = kernel.withGroups(groups);
        kernel = dimensions == 1
                ? kernel.withStride(stride[0]).withDilation(dilation[0])
                : kernel.withStride(stride[0], stride[1]).withDilation(dilation[0], dilation[1]);
        if (layer.says(4, "padding", "same")) {
            kernel = kernel.withSamePadding();
        } else if (!layer.says(4, "padding", "valid")) {
            int[] padding = layer.pair(4, "padding", 0, 0);
            kernel = dimensions == 1 ? kernel.withPadding(padding[0]) : kernel.withPadding(padding[0], padding[1]);
        }
        if (transposed) {
            int[] output = layer.pair(5, "output_padding", 0, 0);
            kernel = kernel.withOutputPadding(output[0], output[1]);
        }
        layer.says(transposed ? 9 : 8, "padding_mode", "zeros");
        return convolution(kernel, layer.name(), hasBias(layer, 7, layer.name() + ".bias"));
    }

    private Convolution convolution(Kernel kernel, String owner, boolean biased) throws IOException {
        Tensor weights = floats(find(owner + ".weight"));
        return biased
                ? Convolution.of(kernel, weights, floats(find(owner + ".bias")))
                : Convolution.of(kernel, weights);
    }

    /** Returns a convolution that keeps the size of maps. */
    private Convolution same(String owner, boolean biased) throws IOException {
        Tensor weights = find(owner + ".weight");
        requireShape(weights, 4, "[outputs, inputs, height, width]");
        int height = weights.shape().get(2);
        int width = weights.shape().getLast();
        return convolution(Kernel.of(height, width).withPadding(height / 2, width / 2), owner, biased);
    }

    /** Returns the convolution of inputs and hidden states that computes the gates of an SConv2dLSTM. */
    Convolution gates(Layer layer) throws IOException {
        String owner = layer.name() + ".conv";
        Convolution all = same(owner, hasBias(layer, 3, owner + ".bias"));
        Tensor weights = find(owner + ".weight");
        requireSame(layer, 0, "in_channels", weights, all.inputs() - all.outputs() / 4);
        requireSame(layer, 1, "out_channels", weights, all.outputs() / 4);
        requireSize(layer, weights);
        return all;
    }

    private int[] requireSize(Layer layer, Tensor weights) throws IOException {
        List<Integer> shape = weights.shape();
        int[] size = layer.pair(2, "kernel_size", shape.get(2), shape.getLast());
        if (size[0] != shape.get(2) || size[1] != shape.getLast()) {
            throw wrong(layer + " has a kernel of " + size[0] + " x " + size[1] + ", but the weights are " + weights);
        }
        return size;
    }

    /**
     * Returns a recurrence: one-to-one weights, which have a second name if they are learned, a convolution, or all to
     * all.
     */
    Recurrence recurrence(Layer layer, Shape neurons) throws IOException {
        String owner = layer.name() + "." + RECURRENT;
        if (has(layer.name() + OWN_WEIGHTS)) {
            read.add(owner + "V");
            return Recurrence.by(new OneToOne(parameter(layer.name() + OWN_WEIGHTS, neurons)));
        }
        if (has(owner + "V")) {
            return Recurrence.by(new OneToOne(parameter(owner + "V", neurons)));
        }
        Tensor weights = find(owner + "weight");
        return weights.shape().size() < 4
                ? Recurrence.allToAll(matrix(weights), matrix(find(owner + "bias")))
                : Recurrence.by(same(layer.name() + ".recurrent", true));
    }

    /** Returns a batch norm; {@link ChainReader} sets its values in the network. */
    BatchNorm batchNorm(Layer layer) throws IOException {
        Tensor mean = find(layer.name() + ".running_mean");
        requireShape(mean, 1, "[channels]");
        requireSame(layer, 0, "num_features", mean, mean.shape().getFirst());
        BatchNorm made = BatchNorm.of(mean.shape().getFirst())
                .withEpsilon(layer.real(1, "eps", 1e-5))
                .withMomentum(layer.real(2, "momentum", 0.1));
        boolean affine = layer.truth(3, "affine", has(layer.name() + ".weight"));
        layer.says(4, "track_running_stats", "True");
        return affine ? made : made.withoutAffine();
    }

    Tensor value(Layer layer, String value) throws IOException {
        return find(layer.name() + "." + value);
    }

    private boolean hasBias(Layer layer, int place, String bias) throws IOException {
        boolean found = has(bias);
        if (layer.arguments() != null && layer.truth(place, "bias", found) != found) {
            throw wrong(layer + (found ? " has no bias, but the file has one" : " has a bias, but the file has none"));
        }
        return found;
    }

    private void requireShape(Tensor tensor, int rank, String expected) throws IOException {
        if (tensor.shape().size() != rank || tensor.count() == 0) {
            throw wrong(tensor + ", expected " + rank + (rank == 1 ? " dimension, " : " dimensions, ") + expected
                    + "; say the layers (StateDict.network(layers), --layers), or build the network and load the"
                    + " tensors with StateDict.loadInto");
        }
    }

    private void requireSame(Layer layer, int place, String argument, Tensor tensor, int found) throws IOException {
        if (layer.arguments() != null && layer.number(place, argument, found) != found) {
            throw wrong(layer + " has other " + argument + " than " + found + ", as " + tensor + " has");
        }
    }

    Parameter parameter(String tensor, Shape neurons) throws IOException {
        Tensor found = find(tensor);
        float[] values = isNumbers(found) ? repeated(found, neurons) : null;
        if (values == null) {
            throw wrong(found + ", expected a number, or one for each neuron");
        }
        return Parameter.of(values);
    }

    double number(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (found.count() != 1 || !isNumbers(found)) {
            throw wrong(found + ", expected a number");
        }
        return found.floats()[0];
    }

    /** Returns true if a tensor may be a parameter; Python also writes integers, such as a threshold of 1. */
    static boolean isNumbers(Tensor found) {
        return found.count() > 0 && found.type() != Tensor.Type.BOOL;
    }

    /**
     * Returns the values of a parameter for each neuron, repeated along dimensions of 1 as in torch. A tensor with at
     * most one dimension stays as it is. Returns null if the shape does not match.
     */
    static float @Nullable [] repeated(Tensor found, Shape neurons) {
        FloatMatrix matrix = found.matrix();
        matrix.requireFinite("tensor '" + found.name() + "'");
        float[] values = matrix.toArray();
        List<Integer> shape = found.shape();
        if (values.length == 1 || shape.size() == 1) {
            return values;
        }
        List<Integer> sizes = neurons.sizes();
        int more = shape.size() - sizes.size();
        for (int axis = 0; axis < shape.size(); axis++) {
            int size = shape.get(axis);
            if (size != 1 && (axis < more || size != sizes.get(axis - more))) {
                return null;
            }
        }
        float[] each = new float[neurons.size()];
        for (int i = 0; i < each.length; i++) {
            int left = i;
            int stride = 1;
            int at = 0;
            for (int axis = shape.size() - 1; axis >= Math.max(0, more); axis--) {
                int size = shape.get(axis);
                at += size == 1 ? 0 : left % size * stride;
                stride *= size;
                left /= sizes.get(axis - more);
            }
            each[i] = values[at];
        }
        return each;
    }

    private Tensor floats(Tensor tensor) throws IOException {
        matrix(tensor);
        return tensor;
    }

    /** Returns finite floats; throws if there are others. */
    FloatMatrix matrix(Tensor tensor) throws IOException {
        if (tensor.type() == Tensor.Type.BOOL || tensor.type().name().matches("[IU]\\d+")) {
            throw wrong(tensor + ", expected floats");
        }
        FloatMatrix matrix = tensor.matrix();
        matrix.requireFinite("tensor '" + tensor.name() + "'");
        return matrix;
    }

    Tensor find(String tensor) throws IOException {
        Tensor found = tensors.get(tensor);
        if (found == null) {
            throw wrong("has no tensor " + JsonValue.quoted(tensor) + ", expected one; it has "
                    + FileText.shown(tensors.keySet()));
        }
        read.add(tensor);
        return found;
    }

    IOException wrong(String what) {
        return new IOException(FileText.escaped(file + ": " + what));
    }
}
