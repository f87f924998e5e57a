package dev.spikelane.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The header of a {@code .npy} file.
 *
 * @param code the item type in NumPy's notation, {@code <f4}
 * @param fortranOrder true if the first index runs fastest
 * @param shape the dimensions, each 0 or more
 */
record NpyHeader(String code, boolean fortranOrder, List<Integer> shape) {

    /** Magic, version and length of the text in version 1.0. */
    static final int PREFIX_BYTES = 10;

    static final int MOST_DIMENSIONS = 8;

    /** NumPy has the same limit. */
    static final int MOST_TEXT_BYTES = 10_000;

    static final int MOST_BYTES = PREFIX_BYTES + Short.BYTES + MOST_TEXT_BYTES;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    /** Digits that NumPy reserves for the first dimension, so that files can grow in place. */
    private static final int GROWTH_DIGITS = 21;

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /** Returns the bytes that NumPy writes for version 1.0. */
    byte[] toBytes() {
        String text = "{'descr': '" + code + "', 'fortran_order': " + (fortranOrder ? "True" : "False") + ", 'shape': "
                + shapeText() + ", }";
        if (!shape.isEmpty()) {
            int growing = shape.get(fortranOrder ? shape.size() - 1 : 0);
            text += " ".repeat(GROWTH_DIGITS - Integer.toString(growing).length());
        }
        int used = PREFIX_BYTES + text.length() + 1;
        // NumPy writes a full block of padding if none is needed.
        int padding = ALIGNMENT - used % ALIGNMENT;
        ByteBuffer bytes = ByteBuffer.allocate(used + padding).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (text.length() + padding + 1));
        bytes.put((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
        return bytes.array();
    }

    /** Returns the shape as a Python tuple. */
    String shapeText() {
        return shape.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", "(", shape.size() == 1 ? ",)" : ")"));
    }

    /**
     * @param input reads a number of bytes, and throws if there are fewer
     */
    static NpyHeader read(String name, Bytes input) throws IOException {
        byte[] prefix = input.next(PREFIX_BYTES);
        ByteBuffer lengths = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN);
        long textBytes = Short.toUnsignedLong(lengths.getShort(PREFIX_BYTES - Short.BYTES));
        int version = versionMajor(name, prefix);
        if (version > 1) {
            byte[] more = input.next(Short.BYTES);
            textBytes |= (Byte.toUnsignedLong(more[0]) | Byte.toUnsignedLong(more[1]) << Byte.SIZE) << Short.SIZE;
        }
        if (textBytes > MOST_TEXT_BYTES) {
            throw new IOException(
                    name + ": declares a header of " + textBytes + " bytes, expected at most " + MOST_TEXT_BYTES);
        }
        String text = new String(input.next((int) textBytes), StandardCharsets.ISO_8859_1);
        return NpyHeaderParser.parse(name, text);
    }

    @FunctionalInterface
    interface Bytes {
        byte[] next(int count) throws IOException;

        static Bytes of(String name, ReadableByteChannel channel) {
            return count -> {
                byte[] bytes = new FileBytes(name, 0).head(channel, count);
                if (bytes.length < count) {
                    throw new IOException(
                            name + ": ends inside its header, expected " + (count - bytes.length) + " more bytes");
                }
                return bytes;
            };
        }
    }

    /** Returns the number of items; throws if it overflows. */
    long items(String name) throws IOException {
        try {
            long items = 1;
            for (int size : shape) {
                items = Math.multiplyExact(items, size);
            }
            Math.multiplyExact(items, Double.BYTES);
            return items;
        } catch (ArithmeticException overflow) {
            throw new IOException(name + ": shape " + shapeText() + " has more items than a file can hold", overflow);
        }
    }

    boolean isPlain() {
        return !fortranOrder || shape.size() < 2;
    }

    /**
     * Returns the format's version, 1, 2 or 3. The text's length has two bytes in 1 and four in 2 and 3. The text is
     * UTF-8 in 3, but here ASCII.
     */
    private static int versionMajor(String name, byte[] prefix) throws IOException {
        if (!Arrays.equals(MAGIC, 0, MAGIC.length, prefix, 0, MAGIC.length)) {
            String advice = ForeignFile.advice(prefix, ForeignFile.NUMPY);
            throw new IOException(
                    name + ": " + (advice.isEmpty() ? "does not start with \\x93NUMPY, expected a .npy file" : advice));
        }
        int major = Byte.toUnsignedInt(prefix[MAGIC.length]);
        int minor = Byte.toUnsignedInt(prefix[MAGIC.length + 1]);
        if (major < 1 || major > 3 || minor != 0) {
            throw new IOException(name + ": has format version " + major + "." + minor + ", expected 1.0, 2.0 or 3.0");
        }
        return major;
    }
}
