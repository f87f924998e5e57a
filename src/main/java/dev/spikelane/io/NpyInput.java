package dev.spikelane.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A {@code .npy} file that is open for reading, its header read and checked against the file's length. */
final class NpyInput implements Closeable {

    private static final int BUFFER_BYTES = 1 << 16;

    private final String name;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private List<Integer> shape = List.of();
    private String shapeText = "";
    private int rows = 1;
    private int columns = 1;
    private long unread;

    private NpyInput(String name, FileChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    /** Opens a file of the given item type. */
    static NpyInput open(Path file, NpyType type) throws IOException {
        Inputs.requireFile(file);
        NpyInput input = new NpyInput(file.toString(), FileChannel.open(file));
        try {
            input.readHeader(type);
        } catch (IOException | RuntimeException | Error failure) {
            input.close();
            throw failure;
        }
        return input;
    }

    String name() {
        return name;
    }

    List<Integer> shape() {
        return shape;
    }

    /** The shape as the file writes it. */
    String shapeText() {
        return shapeText;
    }

    int rows() {
        return rows;
    }

    int columns() {
        return columns;
    }

    /** The bytes that come next, little-endian, at least one whole item; the caller takes some of them. */
    ByteBuffer data() throws IOException {
        if (!buffer.hasRemaining()) {
            int count = (int) Math.min(unread, BUFFER_BYTES);
            fill(count, "data");
            unread -= count;
        }
        return buffer;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void readHeader(NpyType type) throws IOException {
        fill(NpyHeader.PREFIX_BYTES, "header");
        byte[] prefix = new byte[NpyHeader.PREFIX_BYTES];
        buffer.get(prefix);
        long textBytes = Short.toUnsignedLong(buffer.getShort(NpyHeader.PREFIX_BYTES - Short.BYTES));
        if (NpyHeader.versionMajor(name, prefix) > 1) {
            fill(Short.BYTES, "header");
            textBytes |= Short.toUnsignedLong(buffer.getShort()) << Short.SIZE;
        }
        if (textBytes > NpyHeader.MOST_TEXT_BYTES) {
            throw new IOException(name + ": declares a header of " + textBytes + " bytes, expected at most "
                    + NpyHeader.MOST_TEXT_BYTES);
        }
        fill((int) textBytes, "header");
        byte[] text = new byte[(int) textBytes];
        buffer.get(text);
        check(NpyHeaderParser.parse(name, new String(text, StandardCharsets.ISO_8859_1)), type);
    }

    private void check(NpyHeader header, NpyType type) throws IOException {
        if (!header.code().equals(type.code())) {
            throw new IOException(name + ": has item type '" + header.code() + "', expected " + type.description());
        }
        if (header.fortranOrder()) {
            throw new IOException(
                    name + ": is in Fortran order, expected C order (numpy.ascontiguousarray makes it so)");
        }
        shape = header.shape();
        shapeText = header.shapeText();
        long items = items(header);
        unread = channel.size() - channel.position();
        if (unread != items * type.bytes()) {
            throw new IOException(name + ": holds " + unread + " bytes after its header, expected " + items
                    + " items of " + type.bytes() + " bytes for shape " + header.shapeText());
        }
        columns = shape.isEmpty() ? 1 : shape.getLast();
        if (items / columns > Integer.MAX_VALUE) {
            throw new IOException(name + ": shape " + header.shapeText() + " makes " + items / columns
                    + " rows, expected at most " + Integer.MAX_VALUE);
        }
        rows = (int) (items / columns);
    }

    private long items(NpyHeader header) throws IOException {
        if (header.shape().contains(0)) {
            throw new IOException(
                    name + ": shape " + header.shapeText() + " holds nothing, expected at least one item");
        }
        try {
            long items = 1;
            for (int size : header.shape()) {
                items = Math.multiplyExact(items, size);
            }
            Math.multiplyExact(items, Float.BYTES);
            return items;
        } catch (ArithmeticException overflow) {
            throw new IOException(
                    name + ": shape " + header.shapeText() + " has more items than a file can hold", overflow);
        }
    }

    private void fill(int count, String part) throws IOException {
        buffer.clear().limit(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException(
                        name + ": ends inside its " + part + ", expected " + buffer.remaining() + " more bytes");
            }
        }
        buffer.flip();
    }
}
