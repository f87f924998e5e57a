package dev.spikelane.memory;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The shape of a population: a row of {@code n} neurons, lines of {@code channels x length} neurons, or maps of
 * {@code channels x height x width} neurons.
 *
 * <p>A shape has two orders of its neurons. Outside, in weights, inputs, recordings and files, it is torch's order
 * (channel, y, x). Inside, in the rows of a shaped population, it is (y, x, channel), so that all channels of a
 * position are adjacent. Lines are maps of one row: their orders are (channel, position) and (position, channel). For a
 * row of neurons, one channel or one position, both orders are equal.
 *
 * <p>Factories throw an {@link IllegalArgumentException} if a size is below 1 or an {@code int} cannot count the
 * neurons. Methods throw an {@link IndexOutOfBoundsException} if a neuron or row does not exist.
 */
public final class Shape {

    private final int rank;
    private final int channels;
    private final int height;
    private final int width;

    private Shape(int rank, int channels, int height, int width) {
        this.rank = rank;
        this.channels = channels;
        this.height = height;
        this.width = width;
        if (channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("shape is " + this + ", expected every size to be at least 1");
        }
        if ((long) channels * height > Integer.MAX_VALUE / width) {
            throw new IllegalArgumentException(
                    "shape is " + this + ", expected at most " + Integer.MAX_VALUE + " neurons");
        }
    }

    /**
     * Returns the shape of a row of neurons.
     *
     * @param n number of neurons, at least 1
     * @return the shape, of rank 1
     * @throws IllegalArgumentException if {@code n} is below 1
     */
    public static Shape of(int n) {
        return new Shape(1, n, 1, 1);
    }

    /**
     * Returns the shape of lines of neurons, such as series of several channels.
     *
     * @param channels number of lines, at least 1
     * @param length neurons of a line, at least 1
     * @return the shape, of rank 2
     * @throws IllegalArgumentException if a size is below 1 or there are more neurons than an {@code int} can say
     */
    public static Shape of(int channels, int length) {
        return new Shape(2, channels, 1, length);
    }

    /**
     * Returns the shape of maps of neurons.
     *
     * @param channels number of maps, at least 1
     * @param height rows of a map, at least 1
     * @param width columns of a map, at least 1
     * @return the shape, of rank 3
     * @throws IllegalArgumentException if a size is below 1 or there are more neurons than an {@code int} can say
     */
    public static Shape of(int channels, int height, int width) {
        return new Shape(3, channels, height, width);
    }

    /**
     * Returns the shape of other maps, as high and as wide as these.
     *
     * @param count number of maps or lines, at least 1; for a row of neurons its length
     * @return a shape of the same rank
     * @throws IllegalArgumentException if {@code count} is below 1, or an {@code int} cannot say how many neurons
     */
    public Shape withChannels(int count) {
        return new Shape(rank, count, height, width);
    }

    /**
     * Returns the shape of several rows, lines or maps, joined in torch's order.
     *
     * @param count how many, at least 1
     * @return a row with {@code count} times the neurons, or lines or maps with {@code count} times the channels
     * @throws IllegalArgumentException if {@code count} is below 1, or an {@code int} cannot say how many neurons
     */
    public Shape times(int count) {
        if (count < 1 || count > Integer.MAX_VALUE / channels) {
            throw new IllegalArgumentException(
                    count + " times the shape " + this + ", expected at least 1, and an int of channels");
        }
        return withChannels(count * channels);
    }

    /** {@return torch's sizes: the channels, then the height of maps, then the width of lines and maps} */
    public List<Integer> sizes() {
        return switch (rank) {
            case 1 -> List.of(channels);
            case 2 -> List.of(channels, width);
            default -> List.of(channels, height, width);
        };
    }

    /** {@return the number of neurons, {@code channels * height * width}} */
    public int size() {
        return channels * height * width;
    }

    /** {@return 1 for a row of neurons, 2 for lines, 3 for maps} */
    public int rank() {
        return rank;
    }

    /** {@return the number of maps or lines; for a row of neurons its length} */
    public int channels() {
        return channels;
    }

    /** {@return the rows of a map; 1 for lines and for a row of neurons} */
    public int height() {
        return height;
    }

    /** {@return the columns of a map; the length of lines; 1 for a row of neurons} */
    public int width() {
        return width;
    }

    /** {@return true if the inner order differs from torch's: with several channels and several positions} */
    public boolean reordered() {
        return channels > 1 && positions() > 1;
    }

    /**
     * Returns where a neuron stands inside.
     *
     * @param torchIndex its index in torch's order (channel, y, x)
     * @return its index in the order (y, x, channel)
     * @throws IndexOutOfBoundsException if there is no such neuron
     */
    public int inside(int torchIndex) {
        requireIndex(torchIndex);
        int positions = positions();
        return torchIndex % positions * channels + torchIndex / positions;
    }

    /**
     * Returns where a neuron stands in torch's order.
     *
     * @param insideIndex its index in the order (y, x, channel)
     * @return its index in the order (channel, y, x)
     * @throws IndexOutOfBoundsException if there is no such neuron
     */
    public int torch(int insideIndex) {
        requireIndex(insideIndex);
        return insideIndex % channels * positions() + insideIndex / channels;
    }

    /**
     * Copies rows from torch's order into the inner order. Allocates nothing.
     *
     * @param from {@code [any x size]}, in torch's order
     * @param fromRow the first row to read
     * @param to {@code [any x size]}, in the inner order; the rows written and read must not overlap in memory
     * @param toRow the first row to write
     * @param rows number of rows, at least 1
     * @throws IllegalArgumentException if a matrix has other columns or the rows overlap in memory
     * @throws IndexOutOfBoundsException if a row does not exist
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void toInside(FloatMatrix from, int fromRow, FloatMatrix to, int toRow, int rows) {
        requireRows(from, fromRow, to, toRow, rows);
        Reorder.transpose(from, fromRow, to, toRow, rows, channels);
    }

    /**
     * Copies rows from the order inside into torch's order. It allocates nothing.
     *
     * @param from holds the rows in the order inside, {@code [any x size]}
     * @param fromRow the first row to read
     * @param to receives the rows in torch's order, {@code [any x size]}; the rows written and read must not overlap in
     *     memory
     * @param toRow the first row to write
     * @param rows how many rows, at least 1
     * @throws IllegalArgumentException if a matrix has other columns or the rows overlap in memory
     * @throws IndexOutOfBoundsException if the rows are not all there
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void toTorch(FloatMatrix from, int fromRow, FloatMatrix to, int toRow, int rows) {
        requireRows(from, fromRow, to, toRow, rows);
        Reorder.transpose(from, fromRow, to, toRow, rows, positions());
    }

    /**
     * Copies rows of spikes from torch's order into the order inside. It allocates nothing.
     *
     * @param from holds the rows in torch's order, {@code [any x size]}
     * @param fromRow the first row to read
     * @param to receives the rows in the order inside, {@code [any x size]}; the rows written and read must not overlap
     *     in memory
     * @param toRow the first row to write
     * @param rows how many rows, at least 1
     * @throws IllegalArgumentException if a matrix has other columns or the rows overlap in memory
     * @throws IndexOutOfBoundsException if the rows are not all there
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void toInside(SpikeMatrix from, int fromRow, SpikeMatrix to, int toRow, int rows) {
        requireRows(from, fromRow, to, toRow, rows);
        Reorder.transpose(from, fromRow, to, toRow, rows, channels);
    }

    /**
     * Copies rows of spikes from the order inside into torch's order. It allocates nothing.
     *
     * @param from holds the rows in the order inside, {@code [any x size]}
     * @param fromRow the first row to read
     * @param to receives the rows in torch's order, {@code [any x size]}; the rows written and read must not overlap in
     *     memory
     * @param toRow the first row to write
     * @param rows how many rows, at least 1
     * @throws IllegalArgumentException if a matrix has other columns or the rows overlap in memory
     * @throws IndexOutOfBoundsException if the rows are not all there
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void toTorch(SpikeMatrix from, int fromRow, SpikeMatrix to, int toRow, int rows) {
        requireRows(from, fromRow, to, toRow, rows);
        Reorder.transpose(from, fromRow, to, toRow, rows, positions());
    }

    private int positions() {
        return height * width;
    }

    private void requireIndex(int index) {
        if (index < 0 || index >= size()) {
            throw new IndexOutOfBoundsException(
                    "index is " + index + ", expected 0 to " + (size() - 1) + " in shape " + this);
        }
    }

    private void requireRows(Signal from, int fromRow, Signal to, int toRow, int rows) {
        requireRows("from", from, fromRow, rows);
        requireRows("to", to, toRow, rows);
        long bytes = from.rowOffset(rows);
        long distance = from.segment().address()
                + from.rowOffset(fromRow)
                - to.segment().address()
                - to.rowOffset(toRow);
        if (Math.abs(distance) < bytes) {
            throw new IllegalArgumentException("rows of from and to overlap in memory, expected them apart");
        }
    }

    private void requireRows(String name, Signal signal, int first, int rows) {
        if (Objects.requireNonNull(signal, name).columns() != size()) {
            throw new IllegalArgumentException(
                    name + " has " + signal.columns() + " columns, expected " + size() + " for shape " + this);
        }
        Memory.requireRows(name, first, rows, signal.rows());
        signal.requireAccessible(name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape
                && rank == shape.rank
                && channels == shape.channels
                && height == shape.height
                && width == shape.width;
    }

    @Override
    public int hashCode() {
        return ((rank * 31 + channels) * 31 + height) * 31 + width;
    }

    /** Returns the sizes in torch's order, as {@code [1000]} or {@code [12 x 24 x 24]}. */
    @Override
    public String toString() {
        return sizes().stream().map(String::valueOf).collect(Collectors.joining(" x ", "[", "]"));
    }
}
