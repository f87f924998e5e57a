package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Reads and writes files of safetensors. */
final class Safetensors {

    private static final int LENGTH_BYTES = Long.BYTES;
    private static final int MOST_HEADER_BYTES = 1 << 24;
    /** Some JVMs refuse the largest array. */
    private static final int MOST_BYTES_IN_ARRAY = Integer.MAX_VALUE - Long.BYTES;

    private static final int MOST_BYTES_IN_CALL = 1 << 20;

    private Safetensors() {}

    /** Throws if safetensors cannot store these names and texts. */
    static void requireStored(Map<String, String> metadata, List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            requireText(tensor.name());
            if (tensor.name().equals("__metadata__")) {
                throw new IllegalArgumentException(
                        tensor + " has a name that is used already, expected another name for each tensor");
            }
        }
        metadata.forEach((name, text) -> {
            requireText(name);
            requireText(text);
        });
    }

    private static void requireText(String text) {
        if (text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE)) {
            throw new IllegalArgumentException(
                    JsonValue.quoted(text) + " has half a character (a surrogate alone), expected text");
        }
    }

    /** Returns the order of the Python library: widest types first, so that items are aligned; then by name. */
    static Comparator<Tensor> order() {
        return Comparator.comparing(Tensor::type, Comparator.reverseOrder())
                .thenComparing(tensor -> tensor.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);
    }

    static Tensors read(FileBytes file, MemorySegment bytes) throws IOException {
        String name = file.name();
        byte[] first = bytes.asSlice(0, Math.min(bytes.byteSize(), ForeignFile.FIRST_BYTES))
                .toArray(ValueLayout.JAVA_BYTE);
        int headerBytes = headerBytes(name, first);
        long after = bytes.byteSize() - LENGTH_BYTES;
        if (headerBytes > after) {
            throw new IOException(name + ": declares a header of " + headerBytes + " bytes, but " + after + " follow");
        }
        SafetensorsHeader header = SafetensorsHeader.parse(
                name, bytes.asSlice(LENGTH_BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE));
        MemorySegment data = bytes.asSlice(LENGTH_BYTES + headerBytes);
        long expected = header.requireTiles(name);
        if (data.byteSize() != expected) {
            throw new IOException(name + ": holds " + data.byteSize() + " bytes of data, expected " + expected
                    + ", where its last tensor ends");
        }
        List<Tensor> tensors =
                header.entries().stream().map(entry -> entry.of(data)).toList();
        return new Tensors(Tensors.Format.SAFETENSORS, header.metadata(), tensors, TensorItems.oddities(name, tensors));
    }

    static int headerBytes(String name, byte[] first) throws IOException {
        if (first.length < LENGTH_BYTES) {
            throw new IOException(name + ": ends after " + first.length + " bytes, expected " + LENGTH_BYTES
                    + " with the length of its header");
        }
        long bytes = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (bytes < 0 || bytes > MOST_HEADER_BYTES) {
            String advice = ForeignFile.advice(first, ForeignFile.SAFETENSORS);
            throw new IOException(name + ": "
                    + (advice.isEmpty()
                            ? "is no safetensors file: declares a header of " + Long.toUnsignedString(bytes)
                                    + " bytes, expected at most " + MOST_HEADER_BYTES
                            : advice));
        }
        return (int) bytes;
    }

    static void write(Path file, Tensors content) throws IOException {
        ByteBuffer header = header(content);
        AtomicFile.write(file, channel -> {
            channel.write(header);
            for (Tensor tensor : content.tensors()) {
                MemorySegment bytes = tensor.bytes();
                for (long at = 0; at < bytes.byteSize(); at += MOST_BYTES_IN_CALL) {
                    channel.write(bytes.asSlice(at, Math.min(MOST_BYTES_IN_CALL, bytes.byteSize() - at))
                            .asByteBuffer());
                }
            }
        });
    }

    static byte[] bytes(Tensors content) {
        ByteBuffer header = header(content);
        long size = header.remaining();
        for (Tensor tensor : content.tensors()) {
            size += tensor.bytes().byteSize();
        }
        if (size > MOST_BYTES_IN_ARRAY) {
            throw new IllegalArgumentException(
                    "content has " + size + " bytes, expected at most " + MOST_BYTES_IN_ARRAY + " in an array");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size).put(header);
        content.tensors().forEach(tensor -> bytes.put(tensor.bytes().asByteBuffer()));
        return bytes.array();
    }

    private static ByteBuffer header(Tensors content) {
        byte[] text =
                SafetensorsHeader.text(content.metadata(), content.tensors()).getBytes(StandardCharsets.UTF_8);
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
}
