package dev.spikelane.connection;

import dev.spikelane.simd.Checks;

/**
 * The window of each output of a {@link Convolution}, with the options of {@code torch.nn.Conv1d}, {@code Conv2d} and
 * {@code ConvTranspose2d}: {@code Kernel.of(3).withStride(2).withPadding(1)}. Methods throw an
 * {@link IllegalArgumentException} if an option is out of its range or does not fit the others.
 *
 * @param y along the rows of maps; of size 1 for lines
 * @param x along their columns
 * @param dimensions 1 or 2
 * @param transposed true if each input is spread over the outputs, as the gradient of a convolution is over its inputs
 * @param groups parts of the channels, each with its own inputs and outputs; at least 1
 * @param biased true if each output channel has a bias
 */
public record Kernel(Axis y, Axis x, int dimensions, boolean transposed, int groups, boolean biased) {

    private static final Axis ONE = new Axis(1, 1, 0, 1, 0, false);

    /**
     * The window along one dimension.
     *
     * @param size inputs of a window, at least 1
     * @param stride from one window to the next, at least 1; for a transposed kernel, from one input to the next
     * @param padding zeros before and after the inputs, at least 0; for a transposed kernel, outputs that are dropped
     *     there
     * @param dilation from one input of a window to the next, at least 1
     * @param outputPadding outputs that a transposed kernel adds at the end, less than stride or dilation
     * @param same true if the padding makes as many outputs as inputs, with an odd zero at the end; stride is 1 then
     */
    public record Axis(int size, int stride, int padding, int dilation, int outputPadding, boolean same) {

        /**
         * Creates an axis.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Axis {
            Checks.atLeast(1, "kernel size", size);
            Checks.atLeast(1, "stride", stride);
            Checks.atLeast(0, "padding", padding);
            Checks.atLeast(1, "dilation", dilation);
            Checks.atLeast(0, "output padding", outputPadding);
            if (outputPadding > 0 && outputPadding >= Math.max(stride, dilation)) {
                throw new IllegalArgumentException("output padding is " + outputPadding + ", expected less than "
                        + Math.max(stride, dilation) + ", the larger of stride and dilation");
            }
            if (same && stride != 1) {
                throw new IllegalArgumentException(
                        "stride is " + stride + ", expected 1 where there are to be as many outputs as inputs");
            }
        }

        /** {@return the number of places from the first to the last input of a window} */
        public long span() {
            return (long) dilation * (size - 1) + 1;
        }
    }

    /**
     * Creates a kernel.
     *
     * @throws IllegalArgumentException if an option does not fit the others
     */
    public Kernel {
        Checks.atLeast(1, "groups", groups);
        if (dimensions != 1 && dimensions != 2) {
            throw new IllegalArgumentException("dimensions is " + dimensions + ", expected 1 or 2");
        }
        if (dimensions == 1 && (transposed || !y.equals(ONE))) {
            throw new IllegalArgumentException("a kernel of one dimension is "
                    + (transposed ? "transposed, expected two dimensions" : y + " along rows, expected " + ONE));
        }
        if (transposed && (y.same || x.same)) {
            throw new IllegalArgumentException("a transposed kernel has padding \"same\", expected numbers");
        }
        if (dimensions == 2 && y.same != x.same) {
            throw new IllegalArgumentException(
                    "a kernel has padding \"same\" along one dimension, expected it along both");
        }
        if (!transposed && Math.max(y.outputPadding, x.outputPadding) > 0) {
            throw new IllegalArgumentException("a kernel has output padding, expected it of a transposed one only");
        }
    }

    /**
     * Creates a kernel for maps.
     *
     * @param size rows and columns of a window, at least 1
     * @return a kernel of stride 1, without padding, dilation and groups, with a bias
     * @throws IllegalArgumentException if the size is below 1
     */
    public static Kernel of(int size) {
        return of(size, size);
    }

    /**
     * Creates a kernel for maps.
     *
     * @param height rows of a window, at least 1
     * @param width columns of a window, at least 1
     * @return a kernel of stride 1, without padding, dilation and groups, with a bias
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Kernel of(int height, int width) {
        return new Kernel(axis(height), axis(width), 2, false, 1, true);
    }

    /**
     * Creates a kernel for maps of one dimension.
     *
     * @param size inputs of a window, at least 1
     * @return a kernel of stride 1, without padding, dilation and groups, with a bias
     * @throws IllegalArgumentException if the size is below 1
     */
    public static Kernel of1d(int size) {
        return new Kernel(ONE, axis(size), 1, false, 1, true);
    }

    /**
     * Creates a transposed kernel for maps.
     *
     * @param size rows and columns over which an input is spread, at least 1
     * @return a kernel of stride 1, without padding, dilation and groups, with a bias
     * @throws IllegalArgumentException if the size is below 1
     */
    public static Kernel transposed(int size) {
        return transposed(size, size);
    }

    /**
     * Creates a transposed kernel for maps.
     *
     * @param height rows over which an input is spread, at least 1
     * @param width columns over which an input is spread, at least 1
     * @return a kernel of stride 1, without padding, dilation and groups, with a bias
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Kernel transposed(int height, int width) {
        return new Kernel(axis(height), axis(width), 2, true, 1, true);
    }

    private static Axis axis(int size) {
        return new Axis(size, 1, 0, 1, 0, false);
    }

    private Kernel with(Axis newY, Axis newX) {
        return new Kernel(dimensions == 1 ? ONE : newY, newX, dimensions, transposed, groups, biased);
    }

    /**
     * Returns the same with another stride.
     *
     * @param stride along each dimension, at least 1
     * @return a kernel
     * @throws IllegalArgumentException if it is below 1
     */
    public Kernel withStride(int stride) {
        return withStride(stride, stride);
    }

    /**
     * Returns the same with other strides.
     *
     * @param rows along rows, at least 1; nothing to a kernel of one dimension
     * @param columns along columns, at least 1
     * @return a kernel
     * @throws IllegalArgumentException if one is below 1
     */
    public Kernel withStride(int rows, int columns) {
        return with(
                new Axis(y.size, rows, y.padding, y.dilation, y.outputPadding, y.same),
                new Axis(x.size, columns, x.padding, x.dilation, x.outputPadding, x.same));
    }

    /**
     * Returns the same with another padding.
     *
     * @param zeros on each side, at least 0
     * @return a kernel
     * @throws IllegalArgumentException if it is negative
     */
    public Kernel withPadding(int zeros) {
        return withPadding(zeros, zeros);
    }

    /**
     * Returns the same with other paddings.
     *
     * @param rows above and below, at least 0; nothing to a kernel of one dimension
     * @param columns left and right, at least 0
     * @return a kernel
     * @throws IllegalArgumentException if one is negative
     */
    public Kernel withPadding(int rows, int columns) {
        return with(
                new Axis(y.size, y.stride, rows, y.dilation, y.outputPadding, false),
                new Axis(x.size, x.stride, columns, x.dilation, x.outputPadding, false));
    }

    /**
     * Returns this kernel with padding that makes as many outputs as inputs, {@code padding="same"} in torch. An odd
     * zero goes to the end.
     *
     * @return a kernel
     * @throws IllegalArgumentException if the stride is not 1
     */
    public Kernel withSamePadding() {
        return with(
                new Axis(y.size, y.stride, 0, y.dilation, y.outputPadding, true),
                new Axis(x.size, x.stride, 0, x.dilation, x.outputPadding, true));
    }

    /**
     * Returns the same with another dilation.
     *
     * @param step from one input of a window to the next, at least 1
     * @return a kernel
     * @throws IllegalArgumentException if it is below 1
     */
    public Kernel withDilation(int step) {
        return withDilation(step, step);
    }

    /**
     * Returns the same with other dilations.
     *
     * @param rows along rows, at least 1; nothing to a kernel of one dimension
     * @param columns along columns, at least 1
     * @return a kernel
     * @throws IllegalArgumentException if one is below 1
     */
    public Kernel withDilation(int rows, int columns) {
        return with(
                new Axis(y.size, y.stride, y.padding, rows, y.outputPadding, y.same),
                new Axis(x.size, x.stride, x.padding, columns, x.outputPadding, x.same));
    }

    /**
     * Returns the same transposed kernel with more outputs at the end.
     *
     * @param rows below, less than stride or dilation
     * @param columns at the right, less than stride or dilation
     * @return a kernel
     * @throws IllegalArgumentException if one is out of this range, or the kernel is not transposed
     */
    public Kernel withOutputPadding(int rows, int columns) {
        return with(
                new Axis(y.size, y.stride, y.padding, y.dilation, rows, y.same),
                new Axis(x.size, x.stride, x.padding, x.dilation, columns, x.same));
    }

    /**
     * Returns the same in parts: each has a part of the input channels, and makes a part of the output channels.
     *
     * @param parts how many, at least 1
     * @return a kernel
     * @throws IllegalArgumentException if it is below 1
     */
    public Kernel withGroups(int parts) {
        return new Kernel(y, x, dimensions, transposed, parts, biased);
    }

    /** {@return this kernel without a bias} */
    public Kernel withoutBias() {
        return new Kernel(y, x, dimensions, transposed, groups, false);
    }

    /** Weights between an input channel and an output channel. */
    int places() {
        return Math.multiplyExact(y.size, x.size);
    }

    private long outputs(String name, Axis axis, int inputs) {
        if (transposed) {
            long made = (inputs - 1L) * axis.stride - 2L * axis.padding + axis.span() + axis.outputPadding;
            if (made < 1) {
                throw new IllegalArgumentException(
                        this + " makes " + made + " outputs along its " + name + ", expected at least 1");
            }
            if (made > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(this + " makes " + made + " outputs along its " + name
                        + ", expected at most " + Integer.MAX_VALUE);
            }
            requireReach(name, (inputs - 1L) * axis.stride + 2 * axis.span() + axis.outputPadding);
            return made;
        }
        if (axis.same) {
            requireReach(name, inputs + axis.span() - 1);
            return inputs;
        }
        long padded = inputs + 2L * axis.padding;
        if (axis.span() > padded) {
            throw new IllegalArgumentException(this + " spans " + axis.span() + " inputs along its " + name
                    + ", expected at most " + padded + ", those of its source with the padding");
        }
        requireReach(name, padded);
        return (padded - axis.span()) / axis.stride + 1;
    }

    /** Checks that an int can count all places, including the padding. */
    private void requireReach(String name, long places) {
        if (places > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(this + " reaches " + places + " inputs along its " + name
                    + ", padding included, expected at most " + Integer.MAX_VALUE);
        }
    }

    int outputHeight(int height) {
        return Math.toIntExact(outputs("height", y, height));
    }

    int outputWidth(int width) {
        return Math.toIntExact(outputs(dimensions == 1 ? "length" : "width", x, width));
    }

    /** Returns the differences from torch's defaults, as {@code 3 x 3, stride 2}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(both(y.size, x.size));
        if (Math.max(y.stride, x.stride) > 1) {
            text.append(", stride ").append(both(y.stride, x.stride));
        }
        if (x.same) {
            text.append(", padding same");
        } else if (Math.max(y.padding, x.padding) > 0) {
            text.append(", padding ").append(both(y.padding, x.padding));
        }
        if (Math.max(y.dilation, x.dilation) > 1) {
            text.append(", dilation ").append(both(y.dilation, x.dilation));
        }
        if (Math.max(y.outputPadding, x.outputPadding) > 0) {
            text.append(", output padding ").append(both(y.outputPadding, x.outputPadding));
        }
        if (groups > 1) {
            text.append(", groups ").append(groups);
        }
        return text.append(biased ? "" : ", no bias").toString();
    }

    private String both(int rows, int columns) {
        return dimensions == 1 ? Integer.toString(columns) : rows + " x " + columns;
    }
}
