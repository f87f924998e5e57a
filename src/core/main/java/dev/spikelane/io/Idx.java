package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The content of an IDX file of unsigned bytes, the format of MNIST and Fashion-MNIST: labels {@code [count]}, feature
 * vectors {@code [count x features]} or images {@code [count x height x width]}.
 *
 * <p>Files are plain or gzip, which the first two bytes tell. A file must have exactly the bytes that its header
 * declares, 1 GiB at most.
 */
public final class Idx {

    private static final int UNSIGNED_BYTE = 0x08;
    private static final int MOST_DIMENSIONS = 3;
    private static final int MOST_BYTES = 1 << 30;
    private static final int FEW_BYTES = 1 << 20;

    private static final long UNKNOWN_LENGTH = -1;

    /** Limits the classes that one wrong label can add. */
    private static final int MOST_CLASS = 65_535;

    /** {@code byte / 255} as a float32 division, as in torchvision's {@code ToTensor}. */
    private static final float[] INTENSITY = intensities();

    private final String name;
    private final int[] dimensions;
    private final byte[] data;

    private Idx(String name, int[] dimensions, byte[] data) {
        this.name = name;
        this.dimensions = dimensions;
        this.data = data;
    }

    /**
     * Reads a file.
     *
     * @param file the file, plain or gzip
     * @return its content
     * @throws IOException if the file cannot be read, or is not a whole IDX file of unsigned bytes with 1 to 3
     *     dimensions; the message starts with the file's name
     */
    public static Idx read(Path file) throws IOException {
        Inputs.requireFile(file);
        long length = Files.isRegularFile(file) ? Files.size(file) : UNKNOWN_LENGTH;
        return FileText.reading(file.toString(), () -> {
            try (InputStream stream = Files.newInputStream(file)) {
                return read(file.toString(), stream, length);
            }
        });
    }

    /**
     * Reads a stream to its end, for example a resource of a jar. The stream stays open.
     *
     * @param name the name of the stream in error messages
     * @param stream the bytes of an IDX file, plain or gzip
     * @return the content
     * @throws IOException as {@link #read(Path)} does
     */
    public static Idx read(String name, InputStream stream) throws IOException {
        return FileText.reading(name, () -> read(name, stream, UNKNOWN_LENGTH));
    }

    private static Idx read(String name, InputStream stream, long length) throws IOException {
        PushbackInputStream start = new PushbackInputStream(Objects.requireNonNull(stream, "stream"), 2);
        byte[] first = start.readNBytes(2);
        start.unread(first);
        if (!GzipInput.isGzip(first)) {
            return readPlain(name, start, length);
        }
        byte[] packed = readPacked(name, start);
        long unpacked = UNKNOWN_LENGTH;
        try (GzipInput inflated = new GzipInput(name, new ByteArrayInputStream(packed))) {
            int[] dimensions = readDimensions(name, inflated);
            if (dataSize(name, dimensions) > FEW_BYTES) { // Checked before memory is allocated.
                unpacked = Integer.BYTES * (1L + dimensions.length) + requireSize(name, inflated, dimensions);
            }
        }
        try (GzipInput inflated = new GzipInput(name, new ByteArrayInputStream(packed))) {
            return readPlain(name, inflated, unpacked);
        }
    }

    /**
     * Reads labels of an IDX file, or of a {@code .npy} file of whole numbers.
     *
     * @param file the file, of NumPy if its name ends in {@code .npy}
     * @return a class for each sample, 0 to 65,535
     * @throws IOException if the file cannot be read, has another number of dimensions than one, or has a label that is
     *     no whole number from 0 to 65,535; the message starts with the file's name
     */
    public static int[] readLabels(Path file) throws IOException {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
            return read(file).labels();
        }
        return FileText.reading(
                file.toString(),
                () -> FileText.made(
                        file + ": ",
                        () -> labels(Tensors.read(file, Tensors.Format.NUMPY).tensor(""))));
    }

    private static int[] labels(Tensor tensor) {
        int[] labels = tensor.integers();
        if (tensor.shape().size() != 1) {
            throw new IllegalArgumentException("is " + tensor.shape() + ", expected labels of one dimension");
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] > MOST_CLASS) {
                throw new IllegalArgumentException(
                        "label " + i + " is " + labels[i] + ", expected a class from 0 to " + MOST_CLASS);
            }
        }
        return labels;
    }

    private static byte[] readPacked(String name, InputStream stream) throws IOException {
        try {
            byte[] packed = stream.readNBytes(MOST_BYTES);
            if (packed.length == MOST_BYTES && stream.read() >= 0) {
                throw new IOException(name + ": goes on after " + MOST_BYTES + " bytes of gzip, expected at most that");
            }
            return packed;
        } catch (OutOfMemoryError refused) {
            throw new IOException(name + ": holds more bytes of gzip than the Java heap has room for", refused);
        }
    }

    private static long requireSize(String name, InputStream stream, int[] dimensions) throws IOException {
        int size = dataSize(name, dimensions);
        byte[] buffer = new byte[1 << 16];
        long found = 0;
        for (int count = 0; count >= 0 && found <= size; count = stream.read(buffer)) {
            found += count;
        }
        if (found != size) {
            throw wrongSize(name, found > size ? "more" : found + " bytes", dimensions, size);
        }
        return found;
    }

    private static Idx readPlain(String name, InputStream stream, long length) throws IOException {
        int[] dimensions = readDimensions(name, stream);
        int size = dataSize(name, dimensions);
        long header = Integer.BYTES * (1L + dimensions.length);
        if (length != UNKNOWN_LENGTH && length - header != size) {
            throw wrongSize(name, (length - header) + " bytes", dimensions, size);
        }
        try {
            byte[] data = readData(name, stream, dimensions, size, length != UNKNOWN_LENGTH);
            return new Idx(name, dimensions, data);
        } catch (OutOfMemoryError refused) {
            throw new IOException(name + ": holds " + size + " bytes, for which the Java heap has no room", refused);
        }
    }

    private static int[] readDimensions(String name, InputStream stream) throws IOException {
        byte[] magic = stream.readNBytes(Integer.BYTES);
        if (magic.length < Integer.BYTES) {
            throw new IOException(name + ": has " + magic.length + " bytes, expected an IDX header of at least 8");
        }
        if (magic[0] != 0 || magic[1] != 0) {
            String advice = ForeignFile.advice(ForeignFile.first(magic, stream), ForeignFile.IDX);
            throw new IOException(name + ": "
                    + (advice.isEmpty()
                            ? String.format("starts with bytes %02X %02X, expected 00 00 (IDX)", magic[0], magic[1])
                            : advice));
        }
        if (magic[2] != UNSIGNED_BYTE) {
            throw new IOException(name
                    + String.format(
                            ": type code 0x%02X (%s), expected 0x08 (unsigned byte)", magic[2], typeName(magic[2])));
        }
        int rank = Byte.toUnsignedInt(magic[3]);
        if (rank < 1 || rank > MOST_DIMENSIONS) {
            throw new IOException(name + ": has " + rank + " dimensions, expected 1 (labels), 2 or 3 (images)");
        }
        byte[] sizes = stream.readNBytes(rank * Integer.BYTES);
        if (sizes.length < rank * Integer.BYTES) {
            throw new IOException(name + ": ends inside its header, expected " + rank + " dimensions of 4 bytes");
        }
        int[] dimensions = new int[rank];
        MemorySegment.copy(
                MemorySegment.ofArray(sizes),
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN),
                0,
                dimensions,
                0,
                rank);
        return dimensions;
    }

    private static int dataSize(String name, int[] dimensions) throws IOException {
        long size = 1;
        for (int dimension : dimensions) {
            if (dimension < 0) {
                throw new IOException(name + ": has a dimension of " + Integer.toUnsignedString(dimension)
                        + ", expected at most " + Integer.MAX_VALUE);
            }
            try {
                size = Math.multiplyExact(size, dimension);
            } catch (ArithmeticException overflow) {
                throw tooLarge(name, dimensions, overflow);
            }
        }
        if (size > MOST_BYTES) {
            throw tooLarge(name, dimensions, null);
        }
        return (int) size;
    }

    /** If bytes may be missing, the JDK collects them in pieces. */
    private static byte[] readData(String name, InputStream stream, int[] dimensions, int size, boolean known)
            throws IOException {
        byte[] data = known ? new byte[size] : stream.readNBytes(size);
        int count = known ? stream.readNBytes(data, 0, size) : data.length;
        if (count < size) {
            throw wrongSize(name, count + " bytes", dimensions, size);
        }
        if (stream.read() >= 0) {
            throw wrongSize(name, "more", dimensions, size);
        }
        return data;
    }

    private static IOException wrongSize(String name, String found, int[] dimensions, int expected) {
        return new IOException(name + ": holds " + found + ", expected " + expected + " bytes after its header for "
                + describe(dimensions));
    }

    private static IOException tooLarge(String name, int[] dimensions, @Nullable Throwable cause) {
        return new IOException(
                name + ": declares " + describe(dimensions) + " bytes, expected at most " + MOST_BYTES, cause);
    }

    private static String typeName(byte code) {
        return switch (code) {
            case 0x09 -> "signed byte";
            case 0x0B -> "short";
            case 0x0C -> "int";
            case 0x0D -> "float";
            case 0x0E -> "double";
            default -> "unknown";
        };
    }

    /**
     * Returns the dimensions: {@code [count]}, {@code [count, features]} or {@code [count, height, width]}.
     *
     * @return 1 to 3 sizes, each 0 or more
     */
    public List<Integer> shape() {
        return Arrays.stream(dimensions).boxed().toList();
    }

    /**
     * Returns the number of labels, vectors or images.
     *
     * @return the first dimension, 0 or more
     */
    public int count() {
        return dimensions[0];
    }

    /**
     * Returns a copy of all bytes.
     *
     * @return unsigned bytes; the last dimension runs fastest
     */
    public byte[] toArray() {
        return data.clone();
    }

    /**
     * Returns the labels.
     *
     * @return {@code [count]} values, each 0 to 255
     * @throws IOException if the file has another number of dimensions than one
     */
    public int[] labels() throws IOException {
        if (dimensions.length != 1) {
            throw new IOException(name + ": is " + describe(dimensions) + ", expected labels of one dimension");
        }
        int[] labels = new int[data.length];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = Byte.toUnsignedInt(data[i]);
        }
        return labels;
    }

    /**
     * Copies all images into at most 512 MiB of memory, enough for 160,000 images of 28 x 28 pixels.
     *
     * @param arena the arena that owns the matrix
     * @return {@code [count x (height * width)]} intensities in [0, 1]: {@code byte / 255} in float32
     * @throws IOException if the file has no images, or memory is refused or more than 512 MiB
     */
    public FloatMatrix images(Arena arena) throws IOException {
        requireImages();
        return images(arena, 0, count());
    }

    /**
     * Copies some images into at most 512 MiB of memory.
     *
     * @param arena the arena that owns the matrix
     * @param first the first image
     * @param count their number, at least 1
     * @return {@code [count x (height * width)]} intensities, as for {@link #images(Arena)}
     * @throws IOException as {@link #images(Arena)} does
     * @throws IndexOutOfBoundsException if an image does not exist
     */
    public FloatMatrix images(Arena arena, int first, int count) throws IOException {
        return images(arena, first, count, Inputs.MOST_BYTES);
    }

    /**
     * Copies some images.
     *
     * @param arena the arena that owns the matrix
     * @param first the first image
     * @param count their number, at least 1
     * @param mostBytes the limit of the matrix, see {@link FloatMatrix#bytes}: an image takes at least 256 bytes
     * @return {@code [count x (height * width)]} intensities, as for {@link #images(Arena)}
     * @throws IOException if the file has no images, or memory is refused or more than {@code mostBytes}
     * @throws IndexOutOfBoundsException if an image does not exist
     */
    public FloatMatrix images(Arena arena, int first, int count, long mostBytes) throws IOException {
        Objects.requireNonNull(arena, "arena");
        requireImages();
        if (first < 0 || count < 1 || first > count() - count) {
            throw new IndexOutOfBoundsException(
                    name + " has " + count() + " images, asked for " + count + " from image " + first);
        }
        int pixels = data.length / count();
        FloatMatrix images = Inputs.zeros(name, describe(dimensions), arena, count, pixels, mostBytes);
        for (int image = 0; image < count; image++) {
            read(first + image, images, image);
        }
        return images;
    }

    /**
     * Writes one image into a row of a matrix. It allocates nothing.
     *
     * @param image the image
     * @param into {@code [any x (height * width)]}
     * @param row the row, overwritten with intensities, as for {@link #images(Arena)}
     * @throws IndexOutOfBoundsException if there is no such image or row
     * @throws IllegalArgumentException if the matrix has another number of columns
     */
    public void read(int image, FloatMatrix into, int row) {
        Objects.checkIndex(image, count());
        Objects.checkIndex(row, into.rows());
        int pixels = data.length / count();
        into.requireShape("into", into.rows(), pixels);
        long at = into.rowOffset(row);
        for (int pixel = 0; pixel < pixels; pixel++) {
            float intensity = INTENSITY[Byte.toUnsignedInt(data[image * pixels + pixel])];
            into.segment().set(ValueLayout.JAVA_FLOAT, at + (long) pixel * Float.BYTES, intensity);
        }
    }

    private void requireImages() throws IOException {
        if (dimensions.length == 1 || data.length == 0) {
            throw new IOException(name + ": is " + describe(dimensions)
                    + ", expected images [count x height x width] or [count x features], at least one");
        }
    }

    private static String describe(int[] dimensions) {
        return Arrays.stream(dimensions)
                .mapToObj(Integer::toUnsignedString)
                .collect(Collectors.joining(" x ", "[", "]"));
    }

    private static float[] intensities() {
        float[] intensities = new float[256];
        for (int value = 0; value < intensities.length; value++) {
            intensities[value] = value / 255f;
        }
        return intensities;
    }

    @Override
    public String toString() {
        return "Idx " + describe(dimensions) + " of " + name;
    }
}
