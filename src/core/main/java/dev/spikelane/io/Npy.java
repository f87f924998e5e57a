package dev.spikelane.io;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Reads and writes NumPy's {@code .npy} files of float32 and spikes.
 *
 * <p>Spikes are written as {@code numpy.save} writes uint8: one byte each, 0 or 1. Floats of 0 and 1 are read too. Only
 * {@link #readRounded} reads float64. Other item types and pickled objects are refused; {@link Tensors} reads arrays of
 * every item type. An array in Fortran order or with big-endian items is reordered, which takes memory for its bytes
 * once or twice more.
 *
 * <p>The result is a matrix and the shape in the file. The last dimension becomes the columns, the product of the
 * others the rows: {@code [steps, batch, neurons]} becomes {@code [(steps * batch) x neurons]}.
 *
 * @param <M> {@link FloatMatrix} or {@link SpikeMatrix}
 */
public final class Npy<M extends Signal> {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final Tensor.Type[] SPIKES = {Tensor.Type.U8, Tensor.Type.BOOL, Tensor.Type.F32, Tensor.Type.F64};

    private final M matrix;
    private final List<Integer> shape;

    private Npy(M matrix, List<Integer> shape) {
        this.matrix = matrix;
        this.shape = List.copyOf(shape);
    }

    /**
     * Returns the values.
     *
     * @return the matrix
     */
    public M matrix() {
        return matrix;
    }

    /**
     * Returns the dimensions in the file.
     *
     * @return each at least 1; empty for a single number, whose matrix is {@code [1 x 1]}
     */
    public List<Integer> shape() {
        return shape;
    }

    /**
     * Writes a float32 array. A complete file replaces an older one; a pipe or a device is written in place.
     *
     * @param file the target
     * @param values the values, row after row
     * @param shape the array's dimensions, whose product is {@code rows * columns}; none means {@code [rows, columns]}
     * @throws IllegalArgumentException if a dimension is below 1, there are more than 8, or their product is wrong
     * @throws IllegalStateException if the matrix's arena is closed
     * @throws WrongThreadException if the matrix's arena is confined to another thread
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write(Path file, FloatMatrix values, int... shape) throws IOException {
        values.requireShape("values", values.rows(), values.columns());
        byte[] header = header("<f4", shape, values.rows(), values.columns());
        AtomicFile.write(file, channel -> writeFloats(channel, header, values));
    }

    /**
     * Writes spikes as a uint8 array of 0 and 1. The file appears under its name only when it is complete; an older one
     * is replaced; a pipe or a device is written in place.
     *
     * @param file where to
     * @param spikes the spikes, row after row
     * @param shape the array's dimensions, whose product is {@code rows * columns}; none means {@code [rows, columns]}
     * @throws IllegalArgumentException if a dimension is below 1, there are more than 8, or their product is another
     * @throws IllegalStateException if the matrix's arena is closed
     * @throws WrongThreadException if the matrix's arena is confined to another thread
     * @throws IOException if the file cannot be written; an older file stays
     */
    public static void write(Path file, SpikeMatrix spikes, int... shape) throws IOException {
        spikes.requireShape("spikes", spikes.rows(), spikes.columns());
        byte[] header = header("|u1", shape, spikes.rows(), spikes.columns());
        AtomicFile.write(file, channel -> writeSpikes(channel, header, spikes));
    }

    /**
     * Reads a float32 array into at most 512 MiB of memory. NaN and infinities stay.
     *
     * @param file the file
     * @param arena the arena that owns the matrix
     * @return the values and their shape
     * @throws IOException if the file cannot be read, is not a whole {@code .npy} file of float32 ({@code '<f4'}), has
     *     no item, or memory is refused or more than 512 MiB; the message starts with the file's name
     */
    public static Npy<FloatMatrix> readFloats(Path file, Arena arena) throws IOException {
        return readFloats(file, arena, Inputs.MOST_BYTES);
    }

    /**
     * Reads a float32 array. NaN and infinities stay.
     *
     * @param file the file
     * @param arena the arena that owns the matrix
     * @param mostBytes the limit of the matrix, see {@link FloatMatrix#bytes}: a row takes at least 256 bytes, 64 times
     *     the file's if the last dimension is 1
     * @return the values and their shape
     * @throws IOException as {@link #readFloats(Path, Arena)} does, but with the limit {@code mostBytes}
     */
    public static Npy<FloatMatrix> readFloats(Path file, Arena arena, long mostBytes) throws IOException {
        Objects.requireNonNull(arena, "arena");
        return FileText.reading(file.toString(), () -> {
            try (NpyInput input = NpyInput.open(file, Tensor.Type.F32)) {
                return floats(input, arena, mostBytes);
            }
        });
    }

    /**
     * Reads a float32 array as {@link #readFloats(Path, Arena)} does, into garbage-collected memory.
     *
     * @param file the file
     * @return the values and their shape
     * @throws IOException as {@link #readFloats(Path, Arena)} does
     */
    public static Npy<FloatMatrix> readFloats(Path file) throws IOException {
        return readFloats(file, NativeMemory.ofAuto());
    }

    /**
     * Reads a float32 array from a stream to its end, for example a resource of a jar, into at most 512 MiB of
     * garbage-collected memory. The stream stays open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of a {@code .npy} file
     * @return the values and their shape
     * @throws IOException as {@link #readFloats(Path, Arena)} does; the message starts with {@code name}
     */
    @SuppressWarnings("resource") // The caller closes the stream.
    public static Npy<FloatMatrix> readFloats(String name, InputStream stream) throws IOException {
        return FileText.reading(
                name,
                () -> floats(NpyInput.of(name, stream, Tensor.Type.F32), NativeMemory.ofAuto(), Inputs.MOST_BYTES));
    }

    /**
     * Reads an array of float64 or float32 as {@link #readFloats(Path)} does. float64 is rounded to the nearest
     * float32, which changes a value by at most {@code 2^-24} (6e-8) of itself, or by {@code 2^-150} below
     * {@code 2^-126}.
     *
     * @param file the file
     * @return the values and their shape
     * @throws IOException as {@link #readFloats(Path, Arena)} does, or if a finite value is beyond the range of float32
     */
    public static Npy<FloatMatrix> readRounded(Path file) throws IOException {
        return FileText.reading(file.toString(), () -> {
            try (NpyInput input = NpyInput.open(file, Tensor.Type.F32, Tensor.Type.F64)) {
                return floats(input, NativeMemory.ofAuto(), Inputs.MOST_BYTES);
            }
        });
    }

    private static Npy<FloatMatrix> floats(NpyInput input, Arena arena, long mostBytes) throws IOException {
        FloatMatrix values =
                Inputs.zeros(input.name(), input.shapeText(), arena, input.rows(), input.columns(), mostBytes);
        for (int row = 0; row < values.rows(); row++) {
            if (input.type() == Tensor.Type.F64) {
                readRounded(input, values, row);
            } else {
                readRow(input, values, row);
            }
        }
        input.requireEnd();
        return new Npy<>(values, input.shape());
    }

    private static void readRounded(NpyInput input, FloatMatrix values, int row) throws IOException {
        for (int column = 0; column < values.columns(); column++) {
            double value = input.data().getDouble();
            if (Double.isFinite(value) && !Float.isFinite((float) value)) {
                throw new IOException(input.name() + ": item " + column + " of row " + row + " is " + value
                        + ", which float32 cannot hold");
            }
            values.set(row, column, (float) value);
        }
    }

    /**
     * Reads spikes from an array of 0 and 1, of uint8, bool, float32 or float64, into at most 512 MiB of memory.
     *
     * @param file the file
     * @param arena the arena that owns the matrix
     * @return the spikes and their shape
     * @throws IOException if the file cannot be read, is not a whole {@code .npy} file of these types, has no item or
     *     another value than 0 and 1, or needs more memory; the message starts with the file's name
     */
    public static Npy<SpikeMatrix> readSpikes(Path file, Arena arena) throws IOException {
        return readSpikes(file, arena, Inputs.MOST_BYTES);
    }

    /**
     * Reads spikes as {@link #readSpikes(Path, Arena)} does, with another limit.
     *
     * @param file the file
     * @param arena the arena that owns the matrix
     * @param mostBytes the limit of the matrix, see {@link SpikeMatrix#bytes}: at most an eighth of the file's bytes
     *     from 8 columns on, and 8 bytes a row for fewer
     * @return the spikes and their shape
     * @throws IOException as {@link #readSpikes(Path, Arena)} does
     */
    public static Npy<SpikeMatrix> readSpikes(Path file, Arena arena, long mostBytes) throws IOException {
        Objects.requireNonNull(arena, "arena");
        return FileText.reading(file.toString(), () -> {
            try (NpyInput input = NpyInput.open(file, SPIKES)) {
                return spikes(input, arena, mostBytes);
            }
        });
    }

    /**
     * Reads spikes as {@link #readSpikes(Path, Arena)} does, into garbage-collected memory.
     *
     * @param file the file
     * @return the spikes and their shape
     * @throws IOException as {@link #readSpikes(Path, Arena)} does
     */
    public static Npy<SpikeMatrix> readSpikes(Path file) throws IOException {
        return readSpikes(file, NativeMemory.ofAuto());
    }

    /**
     * Reads spikes from a stream to its end, into at most 512 MiB of garbage-collected memory. The stream stays
     * open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of a {@code .npy} file
     * @return the spikes and their shape
     * @throws IOException as {@link #readSpikes(Path, Arena)} does; the message starts with {@code name}
     */
    @SuppressWarnings("resource") // The caller closes the stream.
    public static Npy<SpikeMatrix> readSpikes(String name, InputStream stream) throws IOException {
        return FileText.reading(
                name, () -> spikes(NpyInput.of(name, stream, SPIKES), NativeMemory.ofAuto(), Inputs.MOST_BYTES));
    }

    private static Npy<SpikeMatrix> spikes(NpyInput input, Arena arena, long mostBytes) throws IOException {
        SpikeMatrix spikes =
                Inputs.noSpikes(input.name(), input.shapeText(), arena, input.rows(), input.columns(), mostBytes);
        for (int row = 0; row < spikes.rows(); row++) {
            readRow(input, spikes, row);
        }
        input.requireEnd();
        return new Npy<>(spikes, input.shape());
    }

    private static byte[] header(String code, int[] shape, int rows, int columns) {
        int[] sizes = shape.length == 0 ? new int[] {rows, columns} : shape;
        if (sizes.length > NpyHeader.MOST_DIMENSIONS) {
            throw new IllegalArgumentException(
                    "shape has " + sizes.length + " dimensions, expected at most " + NpyHeader.MOST_DIMENSIONS);
        }
        long expected = (long) rows * columns;
        long rest = expected;
        for (int size : sizes) {
            if (size < 1 || rest % size != 0) {
                throw wrongShape(sizes, rows, columns);
            }
            rest /= size;
        }
        if (rest != 1) {
            throw wrongShape(sizes, rows, columns);
        }
        List<Integer> dimensions = Arrays.stream(sizes).boxed().toList();
        return new NpyHeader(code, false, dimensions).toBytes();
    }

    private static IllegalArgumentException wrongShape(int[] shape, int rows, int columns) {
        return new IllegalArgumentException(
                "shape is " + Arrays.toString(shape) + ", expected dimensions whose product is " + (long) rows * columns
                        + " for a [" + rows + " x " + columns + "] matrix");
    }

    private static void writeFloats(WritableByteChannel channel, byte[] header, FloatMatrix values) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).put(header);
        MemorySegment bytes = MemorySegment.ofArray(buffer.array());
        for (int row = 0; row < values.rows(); row++) {
            int column = 0;
            while (column < values.columns()) {
                makeRoom(channel, buffer);
                int count = Math.min(values.columns() - column, buffer.remaining() / Float.BYTES);
                long source = values.rowOffset(row) + (long) column * Float.BYTES;
                MemorySegment.copy(
                        values.segment(), JAVA_FLOAT, source, bytes, LittleEndian.FLOAT, buffer.position(), count);
                buffer.position(buffer.position() + count * Float.BYTES);
                column += count;
            }
        }
        flush(channel, buffer);
    }

    private static void writeSpikes(WritableByteChannel channel, byte[] header, SpikeMatrix spikes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).put(header);
        for (int row = 0; row < spikes.rows(); row++) {
            long offset = spikes.rowOffset(row);
            long word = 0;
            for (int column = 0; column < spikes.columns(); column++) {
                if (column % Long.SIZE == 0) {
                    word = spikes.segment()
                            .get(ValueLayout.JAVA_LONG, offset + (long) (column / Long.SIZE) * Long.BYTES);
                }
                makeRoom(channel, buffer);
                buffer.put((byte) (word & 1));
                word >>>= 1;
            }
        }
        flush(channel, buffer);
    }

    private static void makeRoom(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        if (buffer.remaining() < Float.BYTES) {
            flush(channel, buffer);
        }
    }

    private static void flush(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        buffer.flip();
        channel.write(buffer);
        buffer.clear();
    }

    private static void readRow(NpyInput input, FloatMatrix values, int row) throws IOException {
        int column = 0;
        while (column < values.columns()) {
            ByteBuffer data = input.data();
            int count = Math.min(values.columns() - column, data.remaining() / Float.BYTES);
            MemorySegment bytes = MemorySegment.ofBuffer(data);
            long target = values.rowOffset(row) + (long) column * Float.BYTES;
            MemorySegment.copy(bytes, LittleEndian.FLOAT, 0, values.segment(), JAVA_FLOAT, target, count);
            data.position(data.position() + count * Float.BYTES);
            column += count;
        }
    }

    /** Returns the next item; a double has every value of each type. */
    private static double item(NpyInput input) throws IOException {
        ByteBuffer data = input.data();
        return switch (input.type()) {
            case F32 -> data.getFloat();
            case F64 -> data.getDouble();
            default -> Byte.toUnsignedInt(data.get());
        };
    }

    private static void readRow(NpyInput input, SpikeMatrix spikes, int row) throws IOException {
        long word = 0;
        for (int column = 0; column < spikes.columns(); column++) {
            double spike = item(input);
            if (spike != 0 && spike != 1) {
                throw new IOException(input.name() + ": item " + column + " of row " + row + " is "
                        + (spike == (long) spike ? String.valueOf((long) spike) : String.valueOf(spike))
                        + ", expected a spike, 0 or 1");
            }
            word |= (long) spike << column;
            if (column % Long.SIZE == Long.SIZE - 1 || column == spikes.columns() - 1) {
                long offset = spikes.rowOffset(row) + (long) (column / Long.SIZE) * Long.BYTES;
                spikes.segment().set(ValueLayout.JAVA_LONG, offset, word);
                word = 0;
            }
        }
    }

    @Override
    public String toString() {
        return "Npy " + shape + " in " + matrix;
    }
}
