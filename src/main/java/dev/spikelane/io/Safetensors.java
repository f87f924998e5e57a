package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The content of a safetensors file: named tensors, and texts by name, its metadata.
 *
 * <p>The items may be F64, F32, F16, BF16, whole numbers of 8 to 64 bits with or without a sign, and BOOL; floats of 8
 * bits are refused by name. The reader is strict. The header is at most 16 MiB of JSON in which no name stands twice
 * and no field is unknown; tensors have at most 8 dimensions and fill the data without holes or overlaps, in any order;
 * their bytes are as many as their shape needs. What is written loads with Python's safetensors library, and has the
 * order that it gives tensors: widest items first, then by name.
 */
public final class Safetensors implements TensorFile {

    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int MOST_HEADER_BYTES = 1 << 24;
    /** A little less than the largest array, which some JVMs refuse. */
    private static final int MOST_BYTES_IN_ARRAY = Integer.MAX_VALUE - Long.BYTES;

    private static final int MOST_BYTES_IN_CALL = 1 << 20;
    private static final long UNKNOWN = -1;

    private final Map<String, String> metadata;
    private final List<Tensor> tensors;
    private final List<String> warnings;

    private Safetensors(Map<String, String> metadata, List<Tensor> tensors, List<String> warnings) {
        this.metadata = metadata;
        this.tensors = List.copyOf(tensors);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Collects what a file shall hold.
     *
     * @param metadata texts by name
     * @param tensors tensors of different names
     * @return the content
     * @throws IllegalArgumentException if two tensors have one name, one is named {@code __metadata__}, or a text has
     *     half a character (a surrogate alone)
     */
    public static Safetensors of(Map<String, String> metadata, List<Tensor> tensors) {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        for (Tensor tensor : tensors) {
            requireText(tensor.name());
            if (tensor.name().equals("__metadata__") || byName.put(tensor.name(), tensor) != null) {
                throw new IllegalArgumentException(
                        tensor + " has a name that is used already, expected another name for each tensor");
            }
        }
        metadata.forEach((name, text) -> {
            requireText(name);
            requireText(text);
        });
        return new Safetensors(
                Collections.unmodifiableMap(new LinkedHashMap<>(metadata)),
                tensors.stream().sorted(order()).toList(),
                List.of());
    }

    private static void requireText(String text) {
        if (text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            throw new IllegalArgumentException(
                    JsonValue.quoted(text) + " has half a character (a surrogate alone), expected text");
        }
    }

    /** Of the library: by type, the widest first, so that items are aligned; then by the bytes of the name. */
    private static Comparator<Tensor> order() {
        return Comparator.comparing(Tensor::type, Comparator.reverseOrder())
                .thenComparing(tensor -> tensor.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    }

    /**
     * Reads a file with at most 512 MiB of data. All of them are copied into memory that is freed when it is forgotten.
     *
     * @param file the file
     * @return its content
     * @throws IOException if there is no such file, it cannot be read, is not a whole safetensors file, or holds more
     *     data; the message starts with the file's name
     */
    public static Safetensors read(Path file) throws IOException {
        return read(file, Inputs.MOST_BYTES);
    }

    /**
     * Reads a file. All data are copied into memory that is freed when it is forgotten.
     *
     * @param file the file
     * @param mostBytes the most bytes of data that it may have
     * @return its content
     * @throws IOException if there is no such file, it cannot be read, is not a whole safetensors file, or holds more
     *     data; the message starts with the file's name
     */
    public static Safetensors read(Path file, long mostBytes) throws IOException {
        Inputs.requireFile(file);
        return FileText.reading(file.toString(), () -> {
            try (FileChannel channel = FileChannel.open(file)) {
                long length = Files.isRegularFile(file) ? channel.size() : UNKNOWN;
                return read(new FileBytes(file.toString(), mostBytes), channel, length);
            }
        });
    }

    /**
     * Reads a stream to its end, for example a resource of a jar, with at most 512 MiB of data. The stream stays open.
     *
     * @param name what error messages call the stream
     * @param stream the bytes of a safetensors file
     * @return its content
     * @throws IOException if the stream cannot be read, is not a whole safetensors file, or holds more data; the
     *     message starts with the name
     */
    public static Safetensors read(String name, InputStream stream) throws IOException {
        return FileText.reading(
                name, () -> read(new FileBytes(name, Inputs.MOST_BYTES), Channels.newChannel(stream), UNKNOWN));
    }

    private static Safetensors read(FileBytes file, ReadableByteChannel channel, long length) throws IOException {
        String name = file.name();
        int headerBytes = headerBytes(file, channel, length);
        byte[] text = file.head(channel, headerBytes);
        if (text.length < headerBytes) {
            throw new IOException(
                    name + ": ends after " + text.length + " bytes of its header, expected " + headerBytes);
        }
        SafetensorsHeader header = SafetensorsHeader.parse(name, text);
        long bytes = header.requireTiles(name);
        long there = length - LENGTH_BYTES - headerBytes;
        if (length != UNKNOWN && there != bytes) {
            throw new IOException(
                    name + ": holds " + there + " bytes of data, expected " + bytes + ", where its last tensor ends");
        }
        MemorySegment data =
                length == UNKNOWN ? file.readPieces(channel, bytes, "its data") : file.read(channel, bytes, "its data");
        if (file.head(channel, 1).length > 0) {
            throw new IOException(name + ": goes on after its " + bytes + " bytes of data, expected its end");
        }
        List<Tensor> tensors =
                header.entries().stream().map(entry -> entry.of(data)).toList();
        return new Safetensors(header.metadata(), tensors, TensorItems.oddities(name, tensors));
    }

    private static int headerBytes(FileBytes file, ReadableByteChannel channel, long length) throws IOException {
        String name = file.name();
        byte[] first = file.head(channel, LENGTH_BYTES);
        if (first.length < LENGTH_BYTES) {
            throw new IOException(name + ": ends after " + first.length + " bytes, expected " + LENGTH_BYTES
                    + " with the length of its header");
        }
        long bytes = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (bytes < 0 || bytes > MOST_HEADER_BYTES) {
            String advice = ForeignFile.advice(ForeignFile.first(first, channel), ForeignFile.SAFETENSORS);
            throw new IOException(name + ": "
                    + (advice.isEmpty()
                            ? "is no safetensors file: declares a header of " + Long.toUnsignedString(bytes)
                                    + " bytes, expected at most " + MOST_HEADER_BYTES
                            : advice));
        }
        if (length != UNKNOWN && bytes > length - LENGTH_BYTES) {
            throw new IOException(
                    name + ": declares a header of " + bytes + " bytes, but " + (length - LENGTH_BYTES) + " follow");
        }
        return (int) bytes;
    }

    /**
     * Writes a file. It appears under its name only when it is complete; an older one is replaced; a pipe or
     * a device is written in place.
     *
     * @param file where to
     * @throws IllegalArgumentException if the header would have more than 16 MiB
     * @throws IOException if the file cannot be written; an older one is still there then
     */
    public void write(Path file) throws IOException {
        ByteBuffer header = header();
        AtomicFile.write(file, channel -> {
            write(channel, header);
            for (Tensor tensor : tensors) {
                MemorySegment bytes = tensor.bytes();
                for (long at = 0; at < bytes.byteSize(); at += MOST_BYTES_IN_CALL) {
                    write(
                            channel,
                            bytes.asSlice(at, Math.min(MOST_BYTES_IN_CALL, bytes.byteSize() - at))
                                    .asByteBuffer());
                }
            }
        });
    }

    /**
     * Returns the bytes of a file.
     *
     * @return what {@link #write} writes
     * @throws IllegalArgumentException if the header would have more than 16 MiB, or there are more bytes than an array
     *     can hold
     */
    public byte[] toBytes() {
        ByteBuffer header = header();
        long size = header.remaining();
        for (Tensor tensor : tensors) {
            size += tensor.bytes().byteSize();
        }
        if (size > MOST_BYTES_IN_ARRAY) {
            throw new IllegalArgumentException(
                    "content has " + size + " bytes, expected at most " + MOST_BYTES_IN_ARRAY + " in an array");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size).put(header);
        tensors.forEach(tensor -> bytes.put(tensor.bytes().asByteBuffer()));
        return bytes.array();
    }

    private ByteBuffer header() {
        byte[] text = SafetensorsHeader.text(metadata, tensors).getBytes(StandardCharsets.UTF_8);
        int padded = Math.ceilDiv(text.length, Long.BYTES) * Long.BYTES;
        if (padded > MOST_HEADER_BYTES) {
            throw new IllegalArgumentException(
                    "the header has " + padded + " bytes, expected at most " + MOST_HEADER_BYTES);
        }
        ByteBuffer header = ByteBuffer.allocate(LENGTH_BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }

    private static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public List<Tensor> tensors() {
        return tensors;
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public String toString() {
        return "Safetensors " + tensors;
    }
}
