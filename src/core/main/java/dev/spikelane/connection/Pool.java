package dev.spikelane.connection;

import dev.spikelane.memory.Shape;
import dev.spikelane.simd.Checks;
import java.util.Locale;
import java.util.Objects;

/**
 * Computes the largest value, the average or the sum of each window of maps or lines, channel by channel, as
 * {@code torch.nn.MaxPool2d}, {@code AvgPool2d} and their one-dimensional forms do. The source's shape decides whether
 * windows have one dimension or two: {@code Pool.max(2)} halves lines, and maps in both directions.
 *
 * <p>Values of a window are taken row by row: {@code m = x if x > m or x is NaN}, from minus infinity; sums from 0, and
 * averages are sums divided once. Padding is no term. A silent neuron is 0, and outputs of spikes are values: the
 * largest is 0 or the value of a spike. Backward, the gradient of a largest value goes to the first of equal ones;
 * windows that overlap add to it in the order of the outputs, row by row.
 *
 * <p>A spread is the transpose of a sum: each output is its input added to +0, and the gradient of an input is the sum
 * over its window.
 *
 * <p>As in torch, a window may not begin in the padding after the source, and padding is at most half a window. Methods
 * throw an {@link IllegalArgumentException} if an option is out of its range or does not fit the others.
 *
 * @param rule the rule by which a window becomes a value
 * @param y along the rows of maps; for lines the same as {@code x}
 * @param x along their columns, or along lines
 * @param ceil true if a last window may reach past the source and its padding
 * @param countsPadding true if an average is divided by all values of a window, including padding
 */
public record Pool(Rule rule, Axis y, Axis x, boolean ceil, boolean countsPadding) implements Connection {

    /** The result of a window. */
    public enum Rule {
        /** The largest value. */
        MAX,
        /** The sum, divided by the number of values. */
        AVERAGE,
        /** The sum. */
        SUM,
        /** Each value at all places of its window, as in {@code torch.nn.Upsample} (nearest). */
        SPREAD
    }

    /**
     * The windows along one dimension.
     *
     * @param size values of a window, at least 1; 0 for all values of the source
     * @param stride from one window to the next, at least 1
     * @param padding before and after the source, at least 0
     * @param dilation from one value of a window to the next, at least 1; 1 for sums and averages
     */
    public record Axis(int size, int stride, int padding, int dilation) {

        /**
         * Creates an axis.
         *
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Axis {
            Checks.atLeast(0, "window size", size);
            Checks.atLeast(1, "stride", stride);
            Checks.atLeast(0, "padding", padding);
            Checks.atLeast(1, "dilation", dilation);
            if (size == 0 && (stride > 1 || padding > 0 || dilation > 1)) {
                throw new IllegalArgumentException("a window of all values has stride " + stride + ", padding "
                        + padding + " and dilation " + dilation + ", expected 1, 0 and 1");
            }
        }

        private static Axis of(int size) {
            Checks.atLeast(1, "window size", size);
            return new Axis(size, size, 0, 1);
        }

        private boolean isApart() {
            return size > 0 && stride == size && padding == 0;
        }

        private int outputs(Pool pool, String name, int inputs) {
            if (pool.rule == Rule.SPREAD) {
                if (size > Integer.MAX_VALUE / inputs) {
                    throw new IllegalArgumentException(pool + " makes " + (long) inputs * size + " values along its "
                            + name + ", expected at most " + Integer.MAX_VALUE);
                }
                return inputs * size;
            }
            long span = (size == 0 ? inputs - 1L : size - 1L) * dilation + 1;
            if (padding > span / 2) {
                throw new IllegalArgumentException(pool + " has a padding of " + padding + " along its " + name
                        + ", expected at most " + span / 2 + ", half of a window");
            }
            long room = inputs + 2L * padding - span;
            long last = Math.floorDiv(room + (pool.ceil ? stride - 1 : 0), (long) stride);
            if (last * stride >= (long) inputs + padding) {
                last--; // it would begin in the padding
            }
            if (last < 0) {
                throw new IllegalArgumentException(pool + " spans " + span + " values along its " + name
                        + " and makes no output, expected at most " + (inputs + 2L * padding)
                        + ", those of its source with the padding");
            }
            for (long output = 0; output <= last && output * stride < padding; output++) {
                long before = padding - output * stride;
                long place = Math.ceilDiv(before, (long) dilation);
                if (place >= size || place * dilation - before >= inputs) {
                    throw new IllegalArgumentException(
                            pool + " has a window of padding alone along its " + name + ", expected none");
                }
            }
            return Math.toIntExact(last + 1);
        }
    }

    /**
     * Creates a pool.
     *
     * @throws IllegalArgumentException if sums have a dilation, or spreads more than a size
     */
    public Pool {
        Objects.requireNonNull(rule, "rule");
        Objects.requireNonNull(y, "y");
        Objects.requireNonNull(x, "x");
        if (rule != Rule.MAX && y.dilation + x.dilation > 2) {
            throw new IllegalArgumentException("dilation is " + Math.max(y.dilation, x.dilation) + ", expected 1 for "
                    + (rule == Rule.AVERAGE ? "averages" : "sums"));
        }
        if (rule == Rule.SPREAD && (ceil || !y.isApart() || !x.isApart())) {
            throw new IllegalArgumentException("a spread has the windows " + y + " and " + x
                    + (ceil ? ", rounded up" : "") + ", expected windows side by side without padding");
        }
    }

    private static Pool of(Rule rule, int height, int width) {
        return new Pool(rule, Axis.of(height), Axis.of(width), false, true);
    }

    /**
     * Creates a pool of the largest values.
     *
     * @param size of a window, and from one to the next, in each dimension; at least 1
     * @return a pool without padding and dilation
     * @throws IllegalArgumentException if the size is below 1
     */
    public static Pool max(int size) {
        return max(size, size);
    }

    /**
     * Creates a pool of the largest values for maps.
     *
     * @param height rows of a window, and from one to the next; at least 1
     * @param width columns of a window, and from one to the next; at least 1
     * @return a pool without padding and dilation
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Pool max(int height, int width) {
        return of(Rule.MAX, height, width);
    }

    /**
     * Creates a pool of averages.
     *
     * @param size of a window, and from one to the next, in each dimension; at least 1
     * @return a pool without padding
     * @throws IllegalArgumentException if the size is below 1
     */
    public static Pool average(int size) {
        return average(size, size);
    }

    /**
     * Creates a pool of averages for maps.
     *
     * @param height rows of a window, and from one to the next; at least 1
     * @param width columns of a window, and from one to the next; at least 1
     * @return a pool without padding
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Pool average(int height, int width) {
        return of(Rule.AVERAGE, height, width);
    }

    /** {@return a pool of the average of each map or line, {@code torch.nn.AdaptiveAvgPool2d(1)}} */
    public static Pool averageOfAll() {
        return ofAll(Rule.AVERAGE);
    }

    private static Pool ofAll(Rule rule) {
        Axis all = new Axis(0, 1, 0, 1);
        return new Pool(rule, all, all, false, true);
    }

    /**
     * Creates a pool of sums.
     *
     * @param size of a window, and from one to the next, in each dimension; at least 1
     * @return a pool without padding
     * @throws IllegalArgumentException if the size is below 1
     */
    public static Pool sum(int size) {
        return sum(size, size);
    }

    /**
     * Creates a pool of sums for maps.
     *
     * @param height rows of a window, and from one to the next; at least 1
     * @param width columns of a window, and from one to the next; at least 1
     * @return a pool without padding
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Pool sum(int height, int width) {
        return of(Rule.SUM, height, width);
    }

    /** {@return a pool of the sum of each map or line} */
    public static Pool sumOfAll() {
        return ofAll(Rule.SUM);
    }

    /**
     * Spreads each value of maps over a window, {@code torch.nn.Upsample(scale_factor=(height, width))}.
     *
     * @param height rows of a window, at least 1
     * @param width columns of a window, at least 1
     * @return a pool that makes maps larger by these factors
     * @throws IllegalArgumentException if a size is below 1
     */
    public static Pool spread(int height, int width) {
        return of(Rule.SPREAD, height, width);
    }

    /**
     * Returns the same with another stride.
     *
     * @param stride from one window to the next in each dimension, at least 1
     * @return a pool
     * @throws IllegalArgumentException if it is below 1
     */
    public Pool withStride(int stride) {
        return withStride(stride, stride);
    }

    /**
     * Returns the same with other strides.
     *
     * @param rows along rows, at least 1
     * @param columns along columns, at least 1
     * @return a pool
     * @throws IllegalArgumentException if one is below 1
     */
    public Pool withStride(int rows, int columns) {
        return with(new Axis(y.size, rows, y.padding, y.dilation), new Axis(x.size, columns, x.padding, x.dilation));
    }

    /**
     * Returns the same with another padding.
     *
     * @param values on each side, at least 0
     * @return a pool
     * @throws IllegalArgumentException if it is negative
     */
    public Pool withPadding(int values) {
        return withPadding(values, values);
    }

    /**
     * Returns the same with other paddings.
     *
     * @param rows above and below, at least 0
     * @param columns left and right, at least 0
     * @return a pool
     * @throws IllegalArgumentException if one is negative
     */
    public Pool withPadding(int rows, int columns) {
        return with(new Axis(y.size, y.stride, rows, y.dilation), new Axis(x.size, x.stride, columns, x.dilation));
    }

    /**
     * Returns the same with another dilation.
     *
     * @param step from one value of a window to the next, at least 1
     * @return a pool of largest values
     * @throws IllegalArgumentException if it is below 1, or sums are made
     */
    public Pool withDilation(int step) {
        return withDilation(step, step);
    }

    /**
     * Returns the same with other dilations.
     *
     * @param rows along rows, at least 1
     * @param columns along columns, at least 1
     * @return a pool of largest values
     * @throws IllegalArgumentException if one is below 1, or sums are made
     */
    public Pool withDilation(int rows, int columns) {
        return with(new Axis(y.size, y.stride, y.padding, rows), new Axis(x.size, x.stride, x.padding, columns));
    }

    /** {@return this pool with a last window that may reach past the source and its padding, {@code ceil_mode=True}} */
    public Pool withCeil() {
        return new Pool(rule, y, x, true, countsPadding);
    }

    /** {@return this pool with averages without padding, {@code count_include_pad=False}} */
    public Pool withoutCountingPadding() {
        return new Pool(rule, y, x, ceil, false);
    }

    private Pool with(Axis newY, Axis newX) {
        return new Pool(rule, newY, newX, ceil, countsPadding);
    }

    @Override
    public Shape outputShape(Shape input) {
        if (input.rank() == 2) {
            if (!y.equals(x)) {
                throw new IllegalArgumentException(this + " has a source of shape " + input
                        + ", expected maps of channels, height and width, or the same along rows and columns");
            }
            return Shape.of(input.channels(), x.outputs(this, "length", input.width()));
        }
        if (input.rank() != 3) {
            throw new IllegalArgumentException(
                    this + " has a source of shape " + input + ", expected maps or lines of several positions");
        }
        return Shape.of(
                input.channels(), y.outputs(this, "height", input.height()), x.outputs(this, "width", input.width()));
    }

    /** Returns the differences from torch's defaults, as {@code max pool 2 x 2, padding 1 x 0}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(rule.name().toLowerCase(Locale.ROOT));
        text.append(rule == Rule.SPREAD ? " " : " pool ");
        text.append(x.size == 0 ? "of all" : y.size + " x " + x.size);
        if (x.size > 0 && (y.stride != y.size || x.stride != x.size)) {
            text.append(", stride ").append(y.stride).append(" x ").append(x.stride);
        }
        if (y.padding + x.padding > 0) {
            text.append(", padding ").append(y.padding).append(" x ").append(x.padding);
        }
        if (y.dilation + x.dilation > 2) {
            text.append(", dilation ").append(y.dilation).append(" x ").append(x.dilation);
        }
        return text.append(ceil ? ", ceil" : "")
                .append(countsPadding ? "" : ", padding not counted")
                .toString();
    }
}
