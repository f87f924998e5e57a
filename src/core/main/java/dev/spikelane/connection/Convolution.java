package dev.spikelane.connection;

import dev.spikelane.io.Tensor;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, as {@code torch.nn.Conv1d}, {@code Conv2d} and {@code ConvTranspose2d}; the {@link Kernel} selects
 * which:
 * <pre>{@code
 * Convolution conv1 = Convolution.of(1, 12, Kernel.of(5), random);
 * Convolution conv2 = Convolution.of(12, 64, Kernel.of(3).withStride(2).withPadding(1), random);
 * }</pre>
 *
 * <p>{@code current = bias + weights * window}. Inputs of a window are numbered
 * {@code k = (ky * width + kx) * channels + channel}, with the channels of a group. The sum over k has the order of
 * {@link dev.spikelane.kernel.Matmul}: spikes in groups of four numbers, values one by one. Padding is silent, and zero
 * for inputs of values. A transposed kernel sums like the equivalent convolution with zeros between the inputs. A bias
 * of -0.0 is +0.0.
 *
 * <p>Matrices of weights have torch's layout, {@code [outputs x inputs / groups * height * width]}, or
 * {@code [inputs x outputs / groups * height * width]} with a transposed kernel; a bias is {@code [1 x outputs]}. Both
 * are copied. Factories throw an {@link IllegalArgumentException} if shapes do not fit, or a value is NaN or infinite.
 *
 * <p>Weights may be integers of at most 16 bits ({@link #nearest}), summed as in {@link Dense.Integers}. Spikes may
 * carry a value: one for all, or, with weights of float32, one for each channel.
 */
public final class Convolution implements Connection {

    private final Kernel kernel;
    private final int inputs;
    private final int outputs;
    private final FloatMatrix weights;
    private final @Nullable IntegerMatrix integers;
    private final FloatMatrix bias;

    private Convolution(Kernel kernel, FloatMatrix weights, @Nullable IntegerMatrix integers, FloatMatrix bias) {
        if (weights.columns() % kernel.places() != 0) {
            throw new IllegalArgumentException("weights are [" + weights.rows() + " x " + weights.columns()
                    + "], expected a multiple of " + kernel.places() + " columns for the kernel " + kernel);
        }
        int channels = Math.multiplyExact(weights.columns() / kernel.places(), kernel.groups());
        this.kernel = kernel;
        this.inputs = kernel.transposed() ? weights.rows() : channels;
        this.outputs = kernel.transposed() ? channels : weights.rows();
        requireGroups("input", inputs, kernel);
        requireGroups("output", outputs, kernel);
        bias.requireShape("bias", 1, outputs);
        weights.requireFinite("weights");
        bias.requireFinite("bias");
        this.weights = weights;
        this.integers = integers;
        this.bias = bias;
    }

    private static void requireGroups(String name, int channels, Kernel kernel) {
        if (channels < 1 || channels % kernel.groups() != 0) {
            throw new IllegalArgumentException("there are " + channels + " " + name
                    + " channels, expected a multiple of " + kernel.groups() + ", the groups");
        }
    }

    /**
     * Creates a connection.
     *
     * @param kernel the window that is read for each output
     * @param weights in torch's layout, {@code [outputs x inputs / groups * height * width]}, of a transposed kernel
     *     {@code [inputs x outputs / groups * height * width]}; copied
     * @param bias {@code [1 x outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public static Convolution of(Kernel kernel, FloatMatrix weights, FloatMatrix bias) {
        Kernel biased =
                new Kernel(kernel.y(), kernel.x(), kernel.dimensions(), kernel.transposed(), kernel.groups(), true);
        return new Convolution(
                biased,
                copy(Objects.requireNonNull(weights, "weights")),
                null,
                copy(Objects.requireNonNull(bias, "bias")));
    }

    /**
     * Creates a connection without a bias.
     *
     * @param kernel the window that is read for each output
     * @param weights in torch's layout, {@code [outputs x inputs / groups * height * width]}, of a transposed kernel
     *     {@code [inputs x outputs / groups * height * width]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a weight is NaN or infinite
     */
    public static Convolution of(Kernel kernel, FloatMatrix weights) {
        return new Convolution(
                kernel.withoutBias(), copy(Objects.requireNonNull(weights, "weights")), null, noBias(kernel, weights));
    }

    /**
     * Creates a connection without a bias of weights as a file has them.
     *
     * @param kernel the window that is read for each output
     * @param weights in torch's dimensions, {@code [outputs, inputs / groups, height, width]}, of lines
     *     {@code [outputs, inputs / groups, length]}; of a transposed kernel inputs and outputs change places; copied
     * @return the connection
     * @throws IllegalArgumentException if the shape does not fit, or a weight is NaN or infinite
     */
    public static Convolution of(Kernel kernel, Tensor weights) {
        return of(kernel, rows(kernel, weights));
    }

    /**
     * Creates a connection of weights and a bias as a file has them.
     *
     * @param kernel the window that is read for each output
     * @param weights as without a bias
     * @param bias {@code [outputs]}; copied
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a value is NaN or infinite
     */
    public static Convolution of(Kernel kernel, Tensor weights, Tensor bias) {
        return of(kernel, rows(kernel, weights), bias.matrix());
    }

    private static FloatMatrix rows(Kernel kernel, Tensor weights) {
        List<Integer> shape = weights.shape();
        boolean maps = kernel.dimensions() == 2;
        List<Integer> size = maps
                ? List.of(kernel.y().size(), kernel.x().size())
                : List.of(kernel.x().size());
        if (shape.size() != 2 + size.size() || !shape.subList(2, shape.size()).equals(size) || weights.count() == 0) {
            throw new IllegalArgumentException(
                    weights + ", expected [outputs, inputs / groups] and the kernel's " + size);
        }
        return FloatMatrix.copyOf(
                shape.getFirst(),
                Math.toIntExact(weights.count() / shape.getFirst()),
                weights.matrix().toArray());
    }

    private static FloatMatrix noBias(Kernel kernel, FloatMatrix weights) {
        int outputs = kernel.transposed() ? weights.columns() / kernel.places() * kernel.groups() : weights.rows();
        return FloatMatrix.zeros(1, Math.max(1, outputs));
    }

    private static FloatMatrix copy(FloatMatrix values) {
        FloatMatrix copy = FloatMatrix.zeros(values.rows(), values.columns());
        copy.copyFrom(values);
        return copy;
    }

    /**
     * Creates a connection with integer weights.
     *
     * @param kernel the window that is read for each output
     * @param weights in torch's layout, {@code [outputs x inputs / groups * height * width]}, with a scale for each
     *     output channel or one for all; of a transposed kernel {@code [inputs x outputs / groups * height * width]},
     *     with one scale
     * @param bias {@code [1 x outputs]}; copied; zeros if the kernel has none
     * @return the connection
     * @throws IllegalArgumentException if the shapes do not fit, or a bias is NaN or infinite
     */
    public static Convolution of(Kernel kernel, IntegerMatrix weights, FloatMatrix bias) {
        if (kernel.transposed() && weights.scales().length > 1) {
            throw new IllegalArgumentException("weights of a transposed kernel have " + weights.scales().length
                    + " scales, expected one, because their rows are inputs");
        }
        return new Convolution(kernel, weights.widened(), weights, copy(Objects.requireNonNull(bias, "bias")));
    }

    /**
     * Creates a connection with the random weights and bias that torch's module starts with: both uniform in
     * {@code [-1 / sqrt(n), 1 / sqrt(n))}, the weights drawn before the bias, where {@code n} is the number of weights
     * of an output, or as torch has it, of an input of a transposed kernel.
     *
     * @param inputs input channels, a multiple of the groups
     * @param outputs output channels, a multiple of the groups
     * @param kernel the window that is read for each output
     * @param random the stream they are drawn from
     * @return the connection
     * @throws IllegalArgumentException if there are no such channels
     */
    public static Convolution of(int inputs, int outputs, Kernel kernel, TorchRandom random) {
        requireGroups("input", inputs, kernel);
        requireGroups("output", outputs, kernel);
        int rows = kernel.transposed() ? inputs : outputs;
        int channels = (kernel.transposed() ? outputs : inputs) / kernel.groups();
        FloatMatrix weights = FloatMatrix.zeros(rows, Math.multiplyExact(channels, kernel.places()));
        FloatMatrix bias = FloatMatrix.zeros(1, outputs);
        random.kaimingUniform(weights, weights.columns());
        if (kernel.biased()) {
            random.kaimingUniform(bias, weights.columns());
        }
        return new Convolution(kernel, weights, null, bias);
    }

    /**
     * Rounds the weights to the nearest integers, with a scale for each output channel, or one for all if the kernel is
     * transposed; the bias stays as it is.
     *
     * @param type INT8, INT16, INT4 or TERNARY
     * @return the connection with integer weights
     * @throws IllegalStateException if the type is FLOAT32
     */
    public Convolution nearest(ElementType type) {
        IntegerMatrix rounded = kernel.transposed()
                ? IntegerMatrix.nearestWithOneScale(type, weights)
                : IntegerMatrix.nearest(type, weights);
        return of(kernel, rounded, bias);
    }

    /** {@return the window of each output} */
    public Kernel kernel() {
        return kernel;
    }

    /** {@return the number of input channels} */
    public int inputs() {
        return inputs;
    }

    /** {@return the number of output channels} */
    public int outputs() {
        return outputs;
    }

    /**
     * Returns the weights that a network starts with.
     *
     * @return in torch's layout, {@code [outputs x inputs / groups * height * width]}, of a transposed kernel
     *     {@code [inputs x outputs / groups * height * width]}; integers times their scales; not to be changed
     */
    public FloatMatrix weights() {
        return weights;
    }

    /** {@return the integers and their scales; empty if weights are float32} */
    public Optional<IntegerMatrix> integers() {
        return Optional.ofNullable(integers);
    }

    /** {@return the initial bias {@code [1 x outputs]}, zeros if there is none; not to be changed} */
    public FloatMatrix bias() {
        return bias;
    }

    @Override
    public Shape outputShape(Shape input) {
        int rank = kernel.dimensions() + 1;
        if (input.rank() != rank) {
            throw new IllegalArgumentException(this + " has a source of shape " + input + ", expected "
                    + (rank == 2 ? "channels and length" : "channels, height and width"));
        }
        if (input.channels() != inputs) {
            boolean last = input.sizes().getLast() == inputs;
            throw new IllegalArgumentException(this + " has a source of " + input.channels() + " channels, expected "
                    + inputs + (last ? ": shapes are channels first, as torch's, found " + input : ""));
        }
        int width = kernel.outputWidth(input.width());
        return rank == 2 ? Shape.of(outputs, width) : Shape.of(outputs, kernel.outputHeight(input.height()), width);
    }

    @Override
    public String toString() {
        return (kernel.transposed() ? "conv transpose" : "conv") + kernel.dimensions() + "d "
                + (integers == null ? "" : integers.type() + " ") + inputs + " -> " + outputs + ", " + kernel;
    }
}
