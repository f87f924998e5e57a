package dev.spikelane.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@code .npy} file that is open for reading, with a header that agrees with the file's length. */
final class NpyInput implements Closeable {

    private static final int BUFFER_BYTES = 1 << 16;
    /** Limits the memory for a stream that may end early: a matrix takes at most 64 times these bytes. */
    private static final int MOST_BYTES_AHEAD = 1 << 19;

    private static final long UNKNOWN = -1;

    private final String name;
    private final ReadableByteChannel channel;
    /** Bytes from here to the end, or {@link #UNKNOWN}. */
    private final long length;

    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private List<Integer> shape = List.of();
    private String shapeText = "";
    private int rows = 1;
    private int columns = 1;
    private Tensor.Type type = Tensor.Type.F32;
    private long unread;
    /** Items in the order of a matrix; null if the file has this order. */
    private @Nullable MemorySegment ordered;

    private NpyInput(String name, ReadableByteChannel channel, long length) {
        this.name = name;
        this.channel = channel;
        this.length = length;
    }

    static NpyInput open(Path file, Tensor.Type... types) throws IOException {
        Inputs.requireFile(file);
        FileChannel channel = FileChannel.open(file);
        NpyInput input = new NpyInput(file.toString(), channel, Files.isRegularFile(file) ? channel.size() : UNKNOWN);
        try {
            input.readHeader(types);
        } catch (IOException | RuntimeException | Error failure) {
            input.close();
            throw failure;
        }
        return input;
    }

    /** Reads the header of a stream, which {@link #close} closes. */
    static NpyInput of(String name, InputStream stream, Tensor.Type... types) throws IOException {
        NpyInput input = new NpyInput(name, Channels.newChannel(stream), UNKNOWN);
        input.readHeader(types);
        return input;
    }

    String name() {
        return name;
    }

    List<Integer> shape() {
        return shape;
    }

    String shapeText() {
        return shapeText;
    }

    Tensor.Type type() {
        return type;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** Returns little-endian bytes of at least one item, from which the caller reads. */
    ByteBuffer data() throws IOException {
        if (!buffer.hasRemaining()) {
            int count = (int) Math.min(unread, BUFFER_BYTES);
            if (ordered == null) {
                fill(count);
            } else {
                buffer.clear().limit(count);
                MemorySegment.copy(ordered, ordered.byteSize() - unread, MemorySegment.ofBuffer(buffer), 0, count);
            }
            unread -= count;
        }
        return buffer;
    }

    /** Throws if a stream has bytes after the last item. A file's length was compared with its header. */
    void requireEnd() throws IOException {
        if (length == UNKNOWN && channel.read(ByteBuffer.allocate(1)) >= 0) {
            throw new IOException(name + ": goes on after the items of shape " + shapeText + ", expected its end");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void readHeader(Tensor.Type... types) throws IOException {
        NpyHeader header = NpyHeader.read(name, NpyHeader.Bytes.of(name, channel));
        type = Stream.of(types)
                .filter(known -> header.code().replace('>', '<').equals(NpyItems.code(known)))
                .findFirst()
                .orElseThrow(() -> wrongType(header, types));
        shape = header.shape();
        shapeText = header.shapeText();
        if (shape.contains(0)) {
            throw new IOException(name + ": shape " + shapeText + " holds nothing, expected at least one item");
        }
        long items = header.items(name);
        unread = items * type.bytes();
        long left = channel instanceof FileChannel file && length != UNKNOWN ? length - file.position() : unread;
        if (left != unread) {
            throw new IOException(name + ": holds " + left + " bytes after its header, expected " + items + " items of "
                    + type.bytes() + " bytes for shape " + header.shapeText());
        }
        columns = shape.isEmpty() ? 1 : shape.getLast();
        if (items / columns > Integer.MAX_VALUE) {
            throw new IOException(name + ": shape " + header.shapeText() + " makes " + items / columns
                    + " rows, expected at most " + Integer.MAX_VALUE);
        }
        rows = (int) (items / columns);
        NpyItems stored = NpyItems.of(name, header.code());
        if (!stored.stay(header) || length == UNKNOWN && unread > MOST_BYTES_AHEAD) {
            FileBytes file = new FileBytes(name, 2 * Inputs.MOST_BYTES);
            MemorySegment all = length == UNKNOWN
                    ? file.readPieces(channel, unread, "its data")
                    : file.read(new byte[0], channel, unread, "its data");
            ordered = stored.tensor("", header, all, file).bytes();
        }
    }

    private IOException wrongType(NpyHeader header, Tensor.Type... types) {
        String expected = Stream.of(types).map(NpyInput::description).collect(Collectors.joining(" or "));
        boolean rounds = header.code().equals(NpyItems.code(Tensor.Type.F64)) && types[0] == Tensor.Type.F32;
        return new IOException(name + ": has item type '" + header.code() + "', expected " + expected
                + (rounds ? "; Npy.readRounded takes float64 as well" : ""));
    }

    private static String description(Tensor.Type type) {
        String meaning = switch (type) {
            case F32 -> "float32";
            case F64 -> "float64";
            case U8 -> "uint8, spikes as 0 and 1";
            default -> "bool";
        };
        return "'" + NpyItems.code(type) + "' (" + meaning + ")";
    }

    private void fill(int count) throws IOException {
        buffer.clear().limit(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException(name + ": ends inside its data, expected " + buffer.remaining() + " more bytes");
            }
        }
        buffer.flip();
    }
}
