package dev.spikelane.golden;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A {@code .npy} file as NumPy writes it for golden cases: version 1.0, little-endian, C order. It does not use the
 * library's reader, so a mistake there cannot hide.
 */
final class GoldenArray {

    private static final int PREFIX_BYTES = 10;
    private static final Pattern HEADER =
            Pattern.compile("\\{'descr': '(<f4|\\|u1)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\), }\\s*");

    private final boolean floats;
    private final List<Integer> shape;
    private final ByteBuffer data;

    private GoldenArray(boolean floats, List<Integer> shape, ByteBuffer data) {
        this.floats = floats;
        this.shape = shape;
        this.data = data;
    }

    static GoldenArray parse(String name, byte[] file) {
        int headerBytes = Byte.toUnsignedInt(file[8]) | Byte.toUnsignedInt(file[9]) << Byte.SIZE;
        String text = new String(file, PREFIX_BYTES, headerBytes, StandardCharsets.US_ASCII);
        Matcher header = HEADER.matcher(text);
        if (!header.matches()) {
            throw new IllegalArgumentException(name + " has the header " + text);
        }
        List<Integer> shape = Arrays.stream(header.group(2).split(","))
                .map(String::strip)
                .filter(size -> !size.isEmpty())
                .map(Integer::valueOf)
                .toList();
        boolean floats = header.group(1).equals("<f4");
        int start = PREFIX_BYTES + headerBytes;
        int expected = length(shape) * (floats ? Float.BYTES : Byte.BYTES);
        if (file.length - start != expected) {
            throw new IllegalArgumentException(
                    name + " holds " + (file.length - start) + " bytes, expected " + expected + " for shape " + shape);
        }
        ByteBuffer data = ByteBuffer.wrap(file, start, expected).slice().order(ByteOrder.LITTLE_ENDIAN);
        return new GoldenArray(floats, shape, data);
    }

    static int length(List<Integer> shape) {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    String type() {
        return floats ? "float32" : "uint8";
    }

    List<Integer> shape() {
        return shape;
    }

    float[] floats() {
        float[] values = new float[data.capacity() / Float.BYTES];
        data.asFloatBuffer().get(values);
        return values;
    }

    byte[] bytes() {
        byte[] values = new byte[data.capacity()];
        data.get(0, values);
        return values;
    }

    /** Returns the first {@code count} bits as bytes, highest bit of each byte first, as in {@code numpy.packbits}. */
    byte[] unpacked(int count) {
        byte[] packed = bytes();
        byte[] bits = new byte[count];
        for (int i = 0; i < count; i++) {
            int shift = Byte.SIZE - 1 - i % Byte.SIZE;
            bits[i] = (byte) (packed[i / Byte.SIZE] >> shift & 1);
        }
        return bits;
    }
}
