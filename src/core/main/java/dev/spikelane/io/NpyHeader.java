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
 * @param fortranOrder whether the first index runs fastest
 * @param shape the dimensions, each 0 or more
 */
record NpyHeader(String code, boolean fortranOrder, List<Integer> shape) {

    /** Bytes before the text in version 1.0: magic, version, length of the text. */
    static final int PREFIX_BYTES = 10;

    /** The rank that is read and written at most. */
    static final int MOST_DIMENSIONS = 8;

    /** Length of a header's text, which NumPy does not go beyond either. */
    static final int MOST_TEXT_BYTES = 10_000;

    /** The longest header of any version. */
    static final int MOST_BYTES = PREFIX_BYTES + Short.BYTES + MOST_TEXT_BYTES;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    /** NumPy leaves room for so many digits of the first dimension, so that files can grow in place. */
    private static final int GROWTH_DIGITS = 21;

    NpyHeader {
        shape = List.copyOf(shape);
    }

    /** The header in version 1.0, byte for byte as NumPy writes it. */
    byte[] toBytes() {
        String text = "{'descr': '" + code + "', 'fortran_order': " + (fortranOrder ? "True" : "False") + ", 'shape': "
                + shapeText() + ", }";
        if (!shape.isEmpty()) {
            int growing = shape.get(fortranOrder ? shape.size() - 1 : 0);
            text += " ".repeat(GROWTH_DIGITS - Integer.toString(growing).length());
        }
        int used = PREFIX_BYTES + text.length() + 1;
        // A full block of padding when nothing is missing: NumPy does so.
        int padding = ALIGNMENT - used % ALIGNMENT;
        ByteBuffer bytes = ByteBuffer.allocate(used + padding).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (text.length() + padding + 1));
        bytes.put((text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII));
        return bytes.array();
    }

    /** The shape as a Python tuple. */
    String shapeText() {
        return shape.stream()
                .map(String::valueOf)
                .collect(Collectors.joining(", ", "(", shape.size() == 1 ? ",)" : ")"));
    }

    /**
     * Reads the header at the start of a file.
     *
     * @param name the file, for messages
     * @param input reads so many bytes of it, and throws if there are fewer
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

    /** Where a header comes from. */
    @FunctionalInterface
    interface Bytes {
        byte[] next(int count) throws IOException;

        /** The next bytes of a channel; throws if it ends before the header does. */
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

    /** How many items there are; throws if no file can hold so many. */
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

    /** Whether the first index runs slowest, or there is nothing that it would make a difference to. */
    boolean isPlain() {
        return !fortranOrder || shape.size() < 2;
    }

    /**
     * Returns the format's version, 1, 2 or 3; from 2 on the text's length has four bytes, not two, and in 3 the text
     * is UTF-8, which makes no difference to the texts that are read.
     *
     * @param name the file, for messages
     * @param prefix the first {@value #PREFIX_BYTES} bytes
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
