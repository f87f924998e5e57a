package dev.spikelane.io;

import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.Filled.bytes;
import static dev.spikelane.Matrices.assertZeroPads;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxTest extends KernelCase {

    private static final Map<String, String> FAULTS = Map.ofEntries(
            Map.entry("empty_file-idx", "has 0 bytes, expected an IDX header of at least 8"),
            Map.entry("wrong_magic-idx", "starts with bytes 01 00, expected 00 00 (IDX)"),
            Map.entry("little_endian_magic-idx", "starts with bytes 03 08, expected 00 00"),
            Map.entry("type_code_7-idx", "type code 0x07 (unknown), expected 0x08 (unsigned byte)"),
            Map.entry("no_dimensions-idx", "has 0 dimensions, expected 1 (labels), 2 or 3 (images)"),
            Map.entry("truncated_dims-idx", "ends inside its header, expected 3 dimensions"),
            Map.entry("truncated_data-idx", "holds 23 bytes, expected 24 bytes after its header for [2 x 3 x 4]"),
            Map.entry("trailing_bytes-idx", "holds 26 bytes, expected 24 bytes"),
            Map.entry("dims_overflow-idx", "declares [65536 x 65536 x 65536] bytes, expected at most 1073741824"),
            Map.entry("dims_max-idx", "has a dimension of 4294967295, expected at most 2147483647"),
            Map.entry("dims_negative-idx", "has a dimension of 2147483648, expected at most 2147483647"),
            Map.entry("float_as_bytes-idx", "type code 0x0D (float), expected 0x08 (unsigned byte)"),
            Map.entry("gz_truncated-idx.gz", "its gzip data ends early"),
            Map.entry("gz_crc-idx.gz", "its gzip checksum is"),
            Map.entry("gz_bomb-idx.gz", "holds more, expected 24 bytes"),
            Map.entry("gz_trailing_garbage-idx.gz", "has bytes after its gzip data"),
            Map.entry("gz_of_gz-idx.gz", "starts with bytes 1F 8B, expected 00 00"));

    private static final Map<String, String> BEYOND_SCOPE = Map.of(
            "four_dims-idx4-ubyte", "has 4 dimensions, expected 1 (labels), 2 or 3 (images)",
            "other-idx2-byte", "type code 0x09 (signed byte)",
            "other-idx2-short", "type code 0x0B (short)",
            "other-idx2-int", "type code 0x0C (int)",
            "other-idx2-float", "type code 0x0D (float)",
            "other-idx2-double", "type code 0x0E (double)");

    @TempDir
    Path folder;

    @Test
    void readsEveryValidFileOrSaysWhatItDoesNotRead() throws IOException {
        InteropCase interop = InteropCase.unpack("idx", "idx_valid", folder);
        for (String file : interop.files()) {
            Path path = interop.path(file);
            if (BEYOND_SCOPE.containsKey(file)) {
                assertEquals("accept or reject clearly", interop.expect(file));
                Malformed.assertRejected(path, BEYOND_SCOPE.get(file), () -> Idx.read(path));
                continue;
            }
            assertEquals("accept", interop.expect(file));
            Idx idx = Idx.read(path);
            assertEquals(interop.shape(file), idx.shape(), file);
            assertEquals(interop.shape(file).getFirst(), idx.count(), file);
            assertArrayEquals(interop.storedBytes(file), idx.toArray(), file);
        }
    }

    @Test
    void rejectsEveryBrokenFileByName() throws IOException {
        InteropCase interop = InteropCase.unpack("idx", "malformed_idx", folder);
        for (String file : interop.files()) {
            Path path = interop.path(file);
            switch (interop.expect(file)) {
                case "reject" -> {
                    assertNotNull(FAULTS.get(file), file);
                    Malformed.assertRejected(path, FAULTS.get(file), () -> Idx.read(path));
                }
                case "reject as images" -> {
                    Idx labels = Idx.read(path);
                    Malformed.assertRejected(path, "is [24], expected images", () -> labels.images(Arena.ofAuto()));
                }
                default -> assertEquals(0, Idx.read(path).count(), file);
            }
        }
    }

    @Test
    void imagesAreBytesBy255() throws IOException {
        byte[] pixels = bytes(3 * 2 * 35, i -> (byte) (255 - i));
        Idx idx = Idx.read("images", new ByteArrayInputStream(idx(pixels, 3, 2, 35)));
        FloatMatrix images = idx.images(arena);
        images.requireShape("images", 3, 70);
        for (int i = 0; i < pixels.length; i++) {
            assertEquals((255 - i) / 255f, images.get(i / 70, i % 70));
        }
        assertZeroPads(images, "images");
        assertArrayEquals(images.rows(1, 2).toArray(), idx.images(arena, 1, 2).toArray());
    }

    @Test
    void rangesOfImagesAreChecked() throws IOException {
        Idx idx = Idx.read("images", new ByteArrayInputStream(idx(new byte[6], 3, 1, 2)));
        for (int[] range :
                new int[][] {{0, 0}, {-1, 1}, {0, 4}, {3, 1}, {Integer.MAX_VALUE, 1}, {1, Integer.MAX_VALUE}}) {
            assertThrows(IndexOutOfBoundsException.class, () -> idx.images(arena, range[0], range[1]));
        }
    }

    @Test
    void tablesAreRowsOfFeatures() throws IOException {
        Idx idx = Idx.read("table", new ByteArrayInputStream(idx(new byte[] {0, 51, -1, 0}, 2, 2)));
        try (Arena arena = Arena.ofConfined()) {
            assertArrayEquals(
                    new float[] {0, 51 / 255f, 1, 0}, idx.images(arena).toArray());
        }
        assertMessage(IOException.class, "table: is [2 x 2], expected labels of one dimension", idx::labels);
    }

    @Test
    void labelsAreUnsigned() throws IOException {
        Idx idx = Idx.read("labels", new ByteArrayInputStream(idx(new byte[] {0, 9, -1}, 3)));
        assertArrayEquals(new int[] {0, 9, 255}, idx.labels());
    }

    @ParameterizedTest
    @CsvSource({"<i8, 8", "<i4, 4", "|u1, 1", ">i8, 8"})
    void labelsOfNumPyAreRead(String code, int bytes) throws IOException {
        Path file = npy(code, bytes, 3, 200, 0);
        assertArrayEquals(new int[] {3, 200, 0}, Idx.readLabels(file));
        assertArrayEquals(new int[] {9}, Idx.readLabels(Files.write(folder.resolve("idx"), idx(new byte[] {9}, 1))));
    }

    @ParameterizedTest
    @CsvSource({
        "<i8, 8, -1, 'label 1 is -1, expected a class from 0 to 65535'",
        "<i4, 4, 65536, 'label 1 is 65536, expected a class from 0 to 65535'",
        "<i8, 8, 4294967296, 'item 1 of tensor '''' of I64 [2] is 4294967296, expected a number that int has'",
        "<f8, 8, 0, 'tensor '''' of F64 [2] is of floats, expected whole numbers'"
    })
    void labelsOfNumPyAreClasses(String code, int bytes, long wrong, String message) throws IOException {
        Path file = npy(code, bytes, 3, wrong);
        assertMessage(IOException.class, file + ": " + message, () -> Idx.readLabels(file));
    }

    @Test
    void labelsOfNumPyHaveOneDimension() throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1000);
        bytes.put(new NpyHeader("|u1", false, List.of(2, 1)).toBytes()).putShort((short) 0);
        Path file = Files.write(folder.resolve("two.npy"), Arrays.copyOf(bytes.array(), bytes.position()));
        assertMessage(
                IOException.class, file + ": is [2, 1], expected labels of one dimension", () -> Idx.readLabels(file));
    }

    private Path npy(String code, int bytes, long... values) throws IOException {
        byte[] header = new NpyHeader(code, false, List.of(values.length)).toBytes();
        ByteBuffer all =
                ByteBuffer.allocate(header.length + values.length * bytes).put(header);
        all.order(code.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            switch (bytes) {
                case 1 -> all.put((byte) value);
                case 4 -> all.putInt((int) value);
                default -> all.putLong(value);
            }
        }
        return Files.write(folder.resolve("labels.npy"), all.array());
    }

    @Test
    void emptyFilesHaveNoImages() throws IOException {
        Idx idx = Idx.read("nothing", new ByteArrayInputStream(idx(new byte[0], 0, 28, 28)));
        assertEquals(List.of(0, 28, 28), idx.shape());
        assertThrows(IOException.class, () -> idx.images(Arena.ofAuto()));
        assertArrayEquals(
                new int[0],
                Idx.read("nothing", new ByteArrayInputStream(idx(new byte[0], 0)))
                        .labels());
    }

    @Test
    void memoryGrowsWithTheBytesThatComeNotWithThoseDeclared() throws IOException {
        Path file = folder.resolve("huge");
        byte[] header = idx(new byte[0], 1 << 30);
        Files.write(file, gzip(header));
        Malformed.assertRejected(file, "holds 0 bytes, expected 1073741824 bytes", () -> Idx.read(file));
        Files.write(file, header);
        Malformed.assertRejected(file, "holds 0 bytes, expected 1073741824 bytes", () -> Idx.read(file));
        Files.write(file, gzip(idx(new byte[0], (1 << 30) + 1)));
        Malformed.assertRejected(file, "expected at most 1073741824", () -> Idx.read(file));
    }

    @Test
    void memoryBeyondTheLimitIsRefusedBeforeItIsTaken() throws IOException {
        Path file = folder.resolve("narrow-idx3-ubyte.gz");
        ByteBuffer content = ByteBuffer.allocate(16 + 3_000_000);
        content.putInt(0x0803).putInt(3_000_000).putInt(1).putInt(1);
        try (GZIPOutputStream gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
            gzip.write(content.array());
        }
        assertTrue(Files.size(file) < 4_000);
        Idx idx = Idx.read(file);
        String message = "shape [3000000 x 1 x 1] needs 768000000 bytes of memory as a matrix of float32 (256 a row),"
                + " expected at most 536870912, the limit mostBytes";
        Malformed.assertRejected(file, message, () -> idx.images(arena));
        Malformed.assertRejected(file, message, () -> idx.images(arena, 0, 3_000_000));
        Malformed.assertRejected(file, "needs 1024 bytes", () -> idx.images(arena, 1, 4, 1_023));
        assertEquals(4, idx.images(arena, 1, 4, 1_024).rows());
    }

    @Test
    void everyCutAndEveryWrongByteGivesAnExceptionThatNamesTheFile() throws IOException {
        byte[] plain = idx(new byte[] {1, 2, 3, 4, 5, 6}, 1, 2, 3);
        for (byte[] content : List.of(plain, gzip(plain))) {
            for (int length = 0; length < content.length; length++) {
                byte[] cut = Arrays.copyOf(content, length);
                IOException error = assertThrows(IOException.class, () -> read(cut), "cut to " + length);
                assertTrue(String.valueOf(error.getMessage()).startsWith("stream: "), error.getMessage());
            }
            for (int i = 0; i < content.length * Byte.SIZE; i++) {
                byte[] damaged = content.clone();
                damaged[i / Byte.SIZE] ^= (byte) (1 << i % Byte.SIZE);
                try {
                    assertEquals(6, read(damaged).toArray().length);
                } catch (IOException error) {
                    assertTrue(String.valueOf(error.getMessage()).startsWith("stream: "), error.getMessage());
                }
            }
        }
    }

    @Test
    void streamsMayComeByteByByteAndStayOpen() throws IOException {
        byte[] pixels = bytes(200_000, i -> (byte) (i * i >> 3));
        byte[] plain = idx(pixels, 2, 1000, 100);
        for (byte[] content : List.of(plain, gzip(plain))) {
            Dribble stream = new Dribble(content);
            assertArrayEquals(pixels, Idx.read("stream", stream).toArray());
            assertTrue(stream.open);
        }
    }

    @Test
    void missingFilesAndFoldersAreNamed() {
        Path missing = folder.resolve("missing");
        Malformed.assertRejected(missing, "no such file", () -> Idx.read(missing));
        assertThrows(NoSuchFileException.class, () -> Idx.read(missing));
        Malformed.assertRejected(folder, "is a folder, expected a file", () -> Idx.read(folder));
    }

    private static Idx read(byte[] content) throws IOException {
        return Idx.read("stream", new ByteArrayInputStream(content));
    }

    private static byte[] idx(byte[] data, int... dimensions) {
        ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + data.length);
        file.putShort((short) 0).put((byte) 8).put((byte) dimensions.length);
        for (int dimension : dimensions) {
            file.putInt(dimension);
        }
        return file.put(data).array();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(content);
        }
        return compressed.toByteArray();
    }

    /** Returns one byte in each call, like a slow pipe. */
    private static final class Dribble extends InputStream {

        private final byte[] content;
        private int position;
        private boolean open = true;

        Dribble(byte[] content) {
            this.content = content;
        }

        @Override
        public int read() {
            return position == content.length ? -1 : Byte.toUnsignedInt(content[position++]);
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int value = read();
            if (value < 0) {
                return -1;
            }
            target[offset] = (byte) value;
            return 1;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
