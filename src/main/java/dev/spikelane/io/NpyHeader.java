package dev.spikelane.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
     * Returns the format's version, 1 or 2; in version 2 the text's length has four bytes, not two.
     *
     * @param name the file, for messages
     * @param prefix the first {@value #PREFIX_BYTES} bytes
     */
    static int versionMajor(String name, byte[] prefix) throws IOException {
        if (!Arrays.equals(MAGIC, 0, MAGIC.length, prefix, 0, MAGIC.length)) {
            String advice = ForeignFile.advice(prefix, ForeignFile.NUMPY);
            throw new IOException(
                    name + ": " + (advice.isEmpty() ? "does not start with \\x93NUMPY, expected a .npy file" : advice));
        }
        int major = Byte.toUnsignedInt(prefix[MAGIC.length]);
        int minor = Byte.toUnsignedInt(prefix[MAGIC.length + 1]);
        if (major < 1 || major > 2 || minor != 0) {
            throw new IOException(name + ": has format version " + major + "." + minor + ", expected 1.0 or 2.0");
        }
        return major;
    }
}
