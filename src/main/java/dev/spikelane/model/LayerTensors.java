package dev.spikelane.model;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.Firing;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes connections and neurons of the tensors of torch's modules, and knows which of them were read. */
final class LayerTensors {

    static final String RECURRENT = "recurrent.";
    static final String OWN_WEIGHTS = ".V";
    static final String TIME_STEP = ".time_step";
    private static final Map<String, Reset> RESETS =
            Map.of("subtract", Reset.SUBTRACT, "zero", Reset.ZERO, "none", Reset.NONE);

    private final String file;
    private final Map<String, Tensor> tensors;
    private final Set<String> read = new LinkedHashSet<>();

    LayerTensors(String file, Map<String, Tensor> tensors) {
        this.file = file;
        this.tensors = tensors;
    }

    /** The names of tensors that no layer has read. */
    Set<String> unread() {
        Set<String> others = new LinkedHashSet<>(tensors.keySet());
        others.removeAll(read);
        return others;
    }

    Dense dense(Layer layer) throws IOException {
        Tensor weights = find(layer.name() + ".weight");
        requireShape(weights, 2, "[outputs, inputs]");
        requireSame(layer, 0, "in_features", weights, 1, 1);
        requireSame(layer, 1, "out_features", weights, 0, 1);
        return hasBias(layer, 2) ? Dense.of(matrix(weights), bias(layer)) : Dense.of(matrix(weights));
    }

    /** A convolution whose sizes are those of its weights, and whose options are said. */
    Convolution convolution(Layer layer) throws IOException {
        boolean transposed = layer.type().equals("ConvTranspose2d");
        int dimensions = layer.type().equals("Conv1d") ? 1 : 2;
        Tensor weights = find(layer.name() + ".weight");
        requireShape(weights, dimensions + 2, "[outputs, inputs, kernel]");
        List<Integer> shape = weights.shape();
        int groups = layer.number(6, "groups", 1);
        requireSame(layer, 0, "in_channels", weights, transposed ? 0 : 1, transposed ? 1 : groups);
        requireSame(layer, 1, "out_channels", weights, transposed ? 1 : 0, transposed ? groups : 1);
        int[] size = layer.pair(2, "kernel_size", shape.get(2), shape.getLast());
        if (size[0] != shape.get(2) || size[1] != shape.getLast()) {
            throw wrong(layer + " has a kernel of " + size[0] + " x " + size[1] + ", but the weights are " + weights);
        }
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
        FloatMatrix flat = flat(weights);
        return hasBias(layer, 7) ? Convolution.of(kernel, flat, bias(layer)) : Convolution.of(kernel, flat);
    }

    /** A batch norm, whose values are given to the network when it is made. */
    BatchNorm batchNorm(Layer layer) throws IOException {
        Tensor mean = find(layer.name() + ".running_mean");
        requireShape(mean, 1, "[channels]");
        requireSame(layer, 0, "num_features", mean, 0, 1);
        BatchNorm made = BatchNorm.of(mean.shape().getFirst())
                .withEpsilon(layer.real(1, "eps", 1e-5))
                .withMomentum(layer.real(2, "momentum", 0.1));
        boolean affine = layer.truth(3, "affine", tensors.containsKey(layer.name() + ".weight"));
        layer.says(4, "track_running_stats", "True");
        return affine ? made : made.withoutAffine();
    }

    /** The tensor of a batch norm's value. */
    Tensor value(Layer layer, String value) throws IOException {
        return find(layer.name() + "." + value);
    }

    private boolean hasBias(Layer layer, int place) throws IOException {
        boolean found = tensors.containsKey(layer.name() + ".bias");
        if (layer.arguments() != null && layer.truth(place, "bias", found) != found) {
            throw wrong(layer + (found ? " has no bias, but the file has one" : " has a bias, but the file has none"));
        }
        return found;
    }

    private FloatMatrix bias(Layer layer) throws IOException {
        return matrix(find(layer.name() + ".bias"));
    }

    private void requireShape(Tensor tensor, int rank, String expected) throws IOException {
        if (tensor.shape().size() != rank || tensor.count() == 0) {
            throw wrong(tensor + ", expected " + rank + (rank == 1 ? " dimension, " : " dimensions, ") + expected
                    + "; say the layers (StateDict.network(layers), --layers), or build the network and load the"
                    + " tensors with StateDict.loadInto");
        }
    }

    private void requireSame(Layer layer, int place, String argument, Tensor tensor, int axis, int times)
            throws IOException {
        int found = tensor.shape().get(axis) * times;
        if (layer.arguments() != null && layer.number(place, argument, found) != found) {
            throw wrong(layer + " has other " + argument + " than " + found + ", as " + tensor + " has");
        }
    }

    /** Rows of the first dimension, as kernels take them. */
    private FloatMatrix flat(Tensor tensor) throws IOException {
        FloatMatrix matrix = matrix(tensor);
        int rows = tensor.shape().getFirst();
        FloatMatrix flat = FloatMatrix.zeros(rows, Math.toIntExact(tensor.count() / rows));
        float[] values = matrix.toArray();
        for (int i = 0; i < values.length; i++) {
            flat.set(i / flat.columns(), i % flat.columns(), values[i]);
        }
        return flat;
    }

    /** Neurons of a shape, with snnTorch's defaults where neither their tensors nor the text say otherwise. */
    Neuron neuron(Layer said, Shape neurons) throws IOException {
        String layer = said.name();
        String type = said.type();
        boolean delayed = said.arguments() == null || said.truth(-1, "reset_delay", true);
        boolean inhibited = said.arguments() != null && said.truth(-1, "inhibition", false);
        Parameter beta = parameter(layer + ".beta", neurons);
        Firing firing = Firing.DEFAULT
                .withThreshold(parameter(layer + ".threshold", neurons).values())
                .withReset(reset(said))
                .withDelayedReset(delayed)
                .withInhibition(inhibited);
        Parameter graded = tensors.containsKey(layer + ".graded_spikes_factor")
                ? parameter(layer + ".graded_spikes_factor", neurons)
                : Parameter.of(1);
        if (!type.equals("Leaky") && !graded.equals(Parameter.of(1))) {
            throw wrong(JsonValue.quoted(layer + ".graded_spikes_factor") + " is not 1, expected that of " + type);
        }
        return switch (type) {
            case "Leaky" -> new Leaky(beta, firing, graded);
            case "Synaptic" -> new Synaptic(parameter(layer + ".alpha", neurons), beta, firing);
            case "Alpha" -> new Alpha(parameter(layer + ".alpha", neurons), beta, firing);
            case "Lapicque" ->
                Lapicque.of(number(layer + ".R"), number(layer + ".C"), number(layer + TIME_STEP))
                        .withFiring(firing);
            case "RLeaky" -> new RLeaky(beta, recurrence(layer, neurons), firing);
            default -> new RSynaptic(parameter(layer + ".alpha", neurons), beta, recurrence(layer, neurons), firing);
        };
    }

    /** What the file says, or the text where it does not. */
    private Reset reset(Layer layer) throws IOException {
        for (Map.Entry<String, Reset> each : RESETS.entrySet()) {
            if (layer.arguments() != null && layer.says(-1, "reset_mechanism", each.getKey())) {
                boolean stands = tensors.containsKey(layer.name() + StateDictMatch.RESET);
                if (stands && reset(layer.name()) != each.getValue()) {
                    throw wrong(layer + " has reset_mechanism='" + each.getKey() + "', but the file says "
                            + reset(layer.name()));
                }
                return each.getValue();
            }
        }
        return reset(layer.name());
    }

    private Reset reset(String layer) throws IOException {
        Tensor reset = find(layer + StateDictMatch.RESET);
        long number = reset.type() == Tensor.Type.I64 && reset.count() == 1 ? Integers.count(reset) : -1;
        return switch (Math.clamp(number, -1, 3)) {
            case 0 -> Reset.SUBTRACT;
            case 1 -> Reset.ZERO;
            case 2 -> Reset.NONE;
            default -> throw wrong(reset + " is " + number + ", expected 0 (subtract), 1 (zero) or 2 (none)");
        };
    }

    /** By a weight of each neuron, which has a second name where it is learned; by a convolution of maps; or by all. */
    private Recurrence recurrence(String layer, Shape neurons) throws IOException {
        String owner = layer + "." + RECURRENT;
        if (tensors.containsKey(layer + OWN_WEIGHTS)) {
            read.add(owner + "V");
            return Recurrence.by(new OneToOne(parameter(layer + OWN_WEIGHTS, neurons)));
        }
        if (tensors.containsKey(owner + "V")) {
            return Recurrence.by(new OneToOne(parameter(owner + "V", neurons)));
        }
        Tensor weights = find(owner + "weight");
        FloatMatrix bias = matrix(find(owner + "bias"));
        if (weights.shape().size() < 4) {
            return Recurrence.allToAll(matrix(weights), bias);
        }
        requireShape(weights, 4, "[outputs, inputs, height, width]");
        int height = weights.shape().get(2);
        int width = weights.shape().get(3);
        Kernel kernel = Kernel.of(height, width).withPadding(height / 2, width / 2);
        return Recurrence.by(Convolution.of(kernel, flat(weights), bias));
    }

    private Parameter parameter(String tensor, Shape neurons) throws IOException {
        Tensor found = find(tensor);
        float[] values = isNumbers(found) ? repeated(found, neurons) : null;
        if (values == null) {
            throw wrong(found + ", expected a number, or one for each neuron");
        }
        return Parameter.of(values);
    }

    private double number(String tensor) throws IOException {
        Tensor found = find(tensor);
        if (found.count() != 1 || !isNumbers(found)) {
            throw wrong(found + ", expected a number");
        }
        return found.floats()[0];
    }

    /** Whether a tensor may be a parameter; Python's whole numbers, such as a threshold of 1, may. */
    static boolean isNumbers(Tensor found) {
        return found.count() > 0 && found.type() != Tensor.Type.BOOL;
    }

    /**
     * The values of a parameter as torch repeats them along dimensions of 1, one for each neuron; as they are where
     * they have at most one dimension, and null where their shape is none that neurons can have.
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

    FloatMatrix matrix(Tensor tensor) throws IOException {
        if (tensor.type() == Tensor.Type.BOOL || tensor.type().name().matches("[IU]\\d+")) {
            throw wrong(tensor + ", expected floats");
        }
        FloatMatrix matrix = tensor.matrix();
        matrix.requireFinite("tensor '" + tensor.name() + "'");
        return matrix;
    }

    private Tensor find(String tensor) throws IOException {
        Tensor found = tensors.get(tensor);
        if (found == null) {
            throw wrong("has no tensor " + JsonValue.quoted(tensor) + ", expected one; it has "
                    + FileText.shown(tensors.keySet()));
        }
        read.add(tensor);
        return found;
    }

    private IOException wrong(String what) {
        return new IOException(FileText.escaped(file + ": " + what));
    }
}
