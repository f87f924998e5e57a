package dev.spikelane.train.run;

import dev.spikelane.io.file.LittleEndian;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * A serialized value, little endian: a text of four letters, a version, the content and a CRC-32C. Another machine can
 * read it.
 *
 * @param letters the four letters
 * @param version the version of the content
 * @param what its name in messages
 */
public record CheckedBytes(String letters, int version, String what) {

    private static final int HEADER = 2 * Integer.BYTES;

    public byte[] write(long size, Consumer<ByteBuffer> content) {
        long all = HEADER + size + Integer.BYTES;
        if (all > Integer.MAX_VALUE - Long.BYTES) {
            throw new IllegalStateException(what + ": " + all + " bytes, expected at most 2 GB");
        }
        ByteBuffer to = ByteBuffer.allocate((int) all).order(ByteOrder.LITTLE_ENDIAN);
        to.put(letters.getBytes(StandardCharsets.US_ASCII)).putInt(version);
        content.accept(to);
        return to.putInt(sum(to.array())).array();
    }

    /** Reads the content, all of it. */
    public <T> T read(byte[] bytes, Function<ByteBuffer, T> content) {
        ByteBuffer from = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        byte[] start = new byte[Integer.BYTES];
        if (bytes.length < HEADER + Integer.BYTES
                || !new String(from.get(start).array(), 0, start.length, StandardCharsets.US_ASCII).equals(letters)) {
            throw wrong(bytes.length + " bytes that do not start with " + letters + " and a header");
        }
        from.position(start.length);
        int found = from.getInt();
        if (found != version) {
            throw wrong("version is " + found + ", expected " + version);
        }
        int sum = from.getInt(bytes.length - Integer.BYTES);
        if (sum != sum(bytes)) {
            throw wrong("damaged: the checksum is " + Integer.toHexString(sum(bytes)) + ", expected "
                    + Integer.toHexString(sum));
        }
        try {
            T value = content.apply(from.limit(bytes.length - Integer.BYTES));
            if (from.hasRemaining()) {
                throw new IllegalArgumentException(from.remaining() + " bytes too many");
            }
            return value;
        } catch (BufferUnderflowException tooShort) {
            throw new IllegalArgumentException(what + ": too few bytes, " + bytes.length, tooShort);
        } catch (IllegalArgumentException refused) {
            throw new IllegalArgumentException(what + ": " + refused.getMessage(), refused);
        }
    }

    private IllegalArgumentException wrong(String found) {
        return new IllegalArgumentException(what + ": " + found);
    }

    private static int sum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, bytes.length - Integer.BYTES);
        return (int) sum.getValue();
    }

    /** Reads the number of elements; throws if they cannot fit, with at least {@code bytesOfEach} bytes each. */
    public static int count(ByteBuffer from, int bytesOfEach, String elements) {
        int count = from.getInt();
        int most = from.remaining() / bytesOfEach;
        if (count < 0 || count > most) {
            throw new IllegalArgumentException(
                    count + " " + elements + ", expected 0 to " + most + " in " + from.remaining() + " bytes");
        }
        return count;
    }

    /** Returns the number of bytes that {@link #put} writes. */
    public static long bytes(Map<String, FloatMatrix> matrices) {
        long bytes = Integer.BYTES;
        for (Map.Entry<String, FloatMatrix> each : matrices.entrySet()) {
            FloatMatrix values = each.getValue();
            bytes += 3L * Integer.BYTES
                    + each.getKey().getBytes(StandardCharsets.UTF_8).length
                    + (long) values.rows() * values.columns() * Float.BYTES;
        }
        return bytes;
    }

    public static void put(ByteBuffer to, Map<String, FloatMatrix> matrices) {
        to.putInt(matrices.size());
        MemorySegment target = MemorySegment.ofBuffer(to.duplicate().rewind());
        matrices.forEach((name, values) -> {
            byte[] letters = name.getBytes(StandardCharsets.UTF_8);
            to.putInt(letters.length).put(letters).putInt(values.rows()).putInt(values.columns());
            for (int row = 0; row < values.rows(); row++) {
                MemorySegment.copy(
                        values.segment(),
                        ValueLayout.JAVA_FLOAT,
                        values.rowOffset(row),
                        target,
                        LittleEndian.FLOAT,
                        to.position(),
                        values.columns());
                to.position(to.position() + values.columns() * Float.BYTES);
            }
        });
    }

    public static Map<String, FloatMatrix> matrices(ByteBuffer from) {
        Map<String, FloatMatrix> matrices = new LinkedHashMap<>();
        MemorySegment source = MemorySegment.ofBuffer(from.duplicate().rewind());
        for (int left = count(from, 3 * Integer.BYTES, "matrices"); left > 0; left--) {
            byte[] letters = new byte[count(from, 1, "letters of a name")];
            from.get(letters);
            String name = new String(letters, StandardCharsets.UTF_8);
            int rows = from.getInt();
            int columns = from.getInt();
            if (rows < 1 || columns < 1 || (long) rows * columns > from.remaining() / Float.BYTES) {
                throw new IllegalArgumentException("'" + name + "' is [" + rows + " x " + columns
                        + "], expected at least one value and at most the " + from.remaining() / Float.BYTES
                        + " that follow");
            }
            FloatMatrix values = FloatMatrix.zeros(rows, columns);
            for (int row = 0; row < rows; row++) {
                MemorySegment.copy(
                        source,
                        LittleEndian.FLOAT,
                        from.position(),
                        values.segment(),
                        ValueLayout.JAVA_FLOAT,
                        values.rowOffset(row),
                        columns);
                from.position(from.position() + columns * Float.BYTES);
            }
            if (matrices.put(name, values) != null) {
                throw new IllegalArgumentException("'" + name + "' twice, expected names that differ");
            }
        }
        return matrices;
    }
}
