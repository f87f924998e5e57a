package dev.spikelane.io;

import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyTest extends KernelCase {

    /** Parts of the messages. NumPy accepts some of these files: trailing data, {@code =f4} and {@code 2L}. */
    private static final Map<String, String> FAULTS = Map.ofEntries(
            Map.entry("empty_file.npy", "ends inside its header"),
            Map.entry("bad_magic.npy", "does not start with \\x93NUMPY"),
            Map.entry("version_9.npy", "has format version 9.9, expected 1.0, 2.0 or 3.0"),
            Map.entry("header_length_bomb.npy", "declares a header of 4294967295 bytes, expected at most 10000"),
            Map.entry("header_truncated.npy", "ends inside its header"),
            Map.entry("header_not_a_dict.npy", "at character 0 of its header is '[', expected '{'"),
            Map.entry("header_extra_key.npy", "has the key 'evil', expected descr, fortran_order and shape only"),
            Map.entry("header_is_code.npy", "expected a"),
            Map.entry("header_deep.npy", "declares a header of 10052 bytes, expected at most 10000"),
            Map.entry("negative_shape.npy", "is '-', expected a dimension, a whole number of 0 or more"),
            Map.entry("shape_overflow.npy", "has a dimension of 4294967296, expected at most 2147483647"),
            Map.entry("shape_huge.npy", "holds 16 bytes after its header, expected 100000000000 items of 4 bytes"),
            Map.entry("shape_float.npy", "is '.', expected "),
            Map.entry("shape_is_parenthesised_number.npy", "expected a comma: (4) is a number, (4,) is a shape"),
            Map.entry("unknown_descr.npy", "has item type '<f3', expected '<f4' (float32)"),
            Map.entry("descr_native_order.npy", "has item type '=f4', expected '<f4' (float32)"),
            Map.entry("object_pickle.npy", "has item type '|O', expected '<f4' (float32)"),
            Map.entry("structured.npy", "has item type '[('"),
            Map.entry(
                    "data_truncated.npy",
                    "holds 15 bytes after its header, expected 4 items of 4 bytes for shape (2, 2)"),
            Map.entry("trailing_data.npy", "holds 20 bytes after its header, expected 4 items of 4 bytes"),
            Map.entry("python2_longs.npy", "is 'L', expected "),
            Map.entry("utf8_in_v1.npy", "has item type '[('"));

    @TempDir
    Path folder;

    @Test
    void rejectsEveryBrokenFileByName() throws IOException {
        InteropCase interop = InteropCase.unpack("npy", "malformed_npy", folder);
        for (String file : interop.files()) {
            Path path = interop.path(file);
            if (file.equals("nan_weights.npy")) {
                assertEquals(List.of(2), Npy.readFloats(path, arena).shape());
                continue;
            }
            assertNotNull(FAULTS.get(file), file);
            Malformed.assertRejected(path, FAULTS.get(file), () -> Npy.readFloats(path, arena));
        }
    }

    @Test
    void readsFloatsInAnyOrderAndNamesWhatItDoesNotRead() throws IOException {
        InteropCase interop = InteropCase.unpack("npy", "npy_dtypes", folder);
        for (String file : interop.files()) {
            Path path = interop.path(file);
            if (!interop.fact(file, "descr").asText().endsWith("f4")) {
                Malformed.assertRejected(path, "expected ", () -> Npy.readFloats(path, arena));
            } else if (interop.shape(file).contains(0)) {
                Malformed.assertRejected(
                        path, "holds nothing, expected at least one item", () -> Npy.readFloats(path, arena));
            } else {
                Npy<FloatMatrix> array = Npy.readFloats(path, arena);
                assertEquals(interop.shape(file), array.shape(), file);
                assertArrayEquals(
                        values(interop.fact(file, "values_c_order")),
                        array.matrix().toArray(),
                        file);
            }
        }
        Npy.readFloats(folder.resolve("f32_1d.npy"), arena).matrix().requireShape("vector", 1, 7);
        Npy.readFloats(folder.resolve("f32_0d.npy"), arena).matrix().requireShape("number", 1, 1);
    }

    @Test
    void writesByteForByteWhatNumpyWrites() throws IOException {
        InteropCase.unpack("npy", "npy_dtypes", folder);
        for (String name :
                List.of("f32_c.npy", "f32_1d.npy", "f32_1d_one.npy", "f32_special.npy", "f32_was_strided.npy")) {
            Npy<FloatMatrix> array = Npy.readFloats(folder.resolve(name), arena);
            Path copy = folder.resolve("copy.npy");
            Npy.write(copy, array.matrix(), dimensions(array.shape()));
            assertArrayEquals(Files.readAllBytes(folder.resolve(name)), Files.readAllBytes(copy), name);
        }
        InteropCase.unpack("npy", "npy_spikes", folder);
        Npy<SpikeMatrix> spikes = Npy.readSpikes(folder.resolve("spikes_u8.npy"), arena);
        Path copy = folder.resolve("copy.npy");
        Npy.write(copy, spikes.matrix(), 40, 2, 50);
        assertArrayEquals(Files.readAllBytes(folder.resolve("spikes_u8.npy")), Files.readAllBytes(copy));
    }

    @Test
    void readsSpikesOfItemsThatAreZeroOrOne() throws IOException {
        InteropCase interop = InteropCase.unpack("npy", "npy_spikes", folder);
        Npy<SpikeMatrix> spikes = Npy.readSpikes(interop.path("spikes_u8.npy"), arena);
        spikes.matrix().requireShape("spikes", 80, 50);
        assertEquals(List.of(40, 2, 50), spikes.shape());
        assertEquals(
                interop.fact("spikes_u8.npy", "ones").longValue(),
                spikes.matrix().count());
        for (String same : List.of("spikes_bool.npy", "spikes_f32.npy")) {
            assertArrayEquals(
                    spikes.matrix().toArray(),
                    Npy.readSpikes(interop.path(same), arena).matrix().toArray(),
                    same);
        }
        SpikeMatrix batchFirst = Npy.readSpikes(interop.path("spikes_u8_batch_first_fortran.npy"), arena)
                .matrix();
        for (int step = 0; step < 40; step++) {
            for (int neuron = 0; neuron < 50; neuron++) {
                assertEquals(spikes.matrix().get(2 * step + 1, neuron), batchFirst.get(40 + step, neuron));
            }
        }
        Map<String, String> refused = Map.of(
                "not_spikes_u8.npy", "expected a spike, 0 or 1",
                "labels_i64.npy", "has item type '<i8'");
        refused.forEach((file, part) -> {
            Path path = interop.path(file);
            Malformed.assertRejected(path, part, () -> Npy.readSpikes(path, arena));
        });
    }

    @Test
    void headersMayComeInAnyOrderAndQuotes() throws IOException {
        Path file = folder.resolve("file.npy");
        for (String header : List.of(
                "{'shape': (2,), 'descr': '<f4', 'fortran_order': False}",
                "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(2,)}\n",
                " { 'fortran_order' : False , 'shape' : ( 1 , 2 ) , 'descr' : '<f4' , } \n",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2,), }")) {
            Files.write(file, npy(header, 8));
            assertArrayEquals(new float[2], Npy.readFloats(file, arena).matrix().toArray(), header);
        }
    }

    @Test
    void headersBeyondTheGrammarAreRejected() throws IOException {
        Path file = folder.resolve("file.npy");
        Map<String, String> faults = Map.ofEntries(
                Map.entry("", "is its end, expected '{'"),
                Map.entry("{}", "lacks one of descr, fortran_order, shape"),
                Map.entry("{'descr': '<f4', 'descr': '<f4'}", "has the key 'descr' twice"),
                Map.entry("{'descr': '<f4', 'fortran_order': 0}", "is '0', expected True or False"),
                Map.entry(
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x", "expected the end of its header"),
                Map.entry("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "is its end, expected '}'"),
                Map.entry("{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", "expected a dimension"),
                Map.entry("{'descr': '<f4', 'fortran_order': False, 'shape': (02,)}", "expected a dimension"),
                Map.entry("{'descr': '<f4', 'fortran_order': False, 'shape': [2]}", "is '[', expected '('"),
                Map.entry(
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
                        "more than 8 dimensions"),
                Map.entry(
                        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, " + "9".repeat(400) + ")}",
                        "999, expected"),
                Map.entry("{'descr': '<\\x664', 'fortran_order': False, 'shape': (2,)}", "plain ASCII"),
                Map.entry("{'descr: 2}", "expected a quoted key of plain ASCII characters"),
                Map.entry("{'descr': '\u00e9'}", "plain ASCII"),
                Map.entry("\u00e9", "is '\u00e9', expected '{'"));
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            Files.write(file, npy(fault.getKey(), 8));
            Malformed.assertRejected(file, fault.getValue(), () -> Npy.readFloats(file, arena));
        }
    }

    @Test
    void memoryBeyondTheLimitIsRefusedBeforeItIsTaken() throws IOException {
        Path floats = sparse("floats.npy", "<f4", "(8000000, 1)", 32_000_000);
        Malformed.assertRejected(
                floats,
                "shape (8000000, 1) needs 2048000000 bytes of memory as a matrix of float32 (256 a row),"
                        + " expected at most 536870912, the limit mostBytes",
                () -> Npy.readFloats(floats, arena));
        Path spikes = sparse("spikes.npy", "|u1", "(67108865, 1)", 67_108_865);
        Malformed.assertRejected(
                spikes,
                "shape (67108865, 1) needs 536870920 bytes of memory as a matrix of spikes (8 a row),"
                        + " expected at most 536870912, the limit mostBytes",
                () -> Npy.readSpikes(spikes, arena));
        Path small = sparse("small.npy", "<f4", "(2, 65)", 520);
        Malformed.assertRejected(small, "needs 1024 bytes", () -> Npy.readFloats(small, arena, 1_023));
        assertEquals(2, Npy.readFloats(small, arena, 1_024).matrix().rows());
        Path few = sparse("few.npy", "|u1", "(2, 65)", 130);
        Malformed.assertRejected(few, "needs 32 bytes", () -> Npy.readSpikes(few, arena, 31));
        assertEquals(2, Npy.readSpikes(few, arena, 32).matrix().rows());
    }

    /** Writes zeros that take no space on the disk. */
    private Path sparse(String name, String type, String shape, long bytes) throws IOException {
        Path file = folder.resolve(name);
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        header += " ".repeat(127 - 10 - header.length()) + "\n";
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length(), 0});
            out.writeBytes(header);
            out.setLength(out.getFilePointer() + bytes);
        }
        return file;
    }

    @Test
    void shapesMustFitTheMatrix() throws IOException {
        FloatMatrix values = FloatMatrix.zeros(arena, 6, 4);
        Path file = folder.resolve("values.npy");
        for (int[] shape : new int[][] {
            {6, 5},
            {23},
            {-6, -4},
            {0},
            {2, 2, 2},
            {24, 2},
            {1 << 16, 1 << 16, 1 << 16, 1 << 16},
            {24, 1, 1, 1, 1, 1, 1, 1, 1}
        }) {
            assertThrows(IllegalArgumentException.class, () -> Npy.write(file, values, shape));
        }
        assertEquals(List.of(), List.of(folder.toFile().list()));
        Npy.write(file, values);
        assertEquals(List.of(6, 4), Npy.readFloats(file, arena).shape());
        Npy.write(file, values, 3, 2, 4);
        assertEquals(List.of(3, 2, 4), Npy.readFloats(file, arena).shape());
        assertEquals(List.of("values.npy"), List.of(folder.toFile().list()));
    }

    @Test
    void closedArenasAndBadTargetsAreNamed() {
        FloatMatrix values = FloatMatrix.zeros(arena, 1, 1);
        FloatMatrix closed;
        try (Arena other = Arena.ofConfined()) {
            closed = FloatMatrix.zeros(other, 1, 1);
        }
        assertThrows(IllegalStateException.class, () -> Npy.write(folder.resolve("a.npy"), closed));
        Malformed.assertRejected(folder, "is a folder", () -> Npy.write(folder, values));
        Path nowhere = folder.resolve("missing").resolve("a.npy");
        Malformed.assertRejected(nowhere, "there is no folder", () -> Npy.write(nowhere, values));
        Malformed.assertRejected(folder, "is a folder", () -> Npy.readFloats(folder, arena));
        Malformed.assertRejected(nowhere, "no such file", () -> Npy.readSpikes(nowhere, arena));
        assertEquals(List.of(), List.of(folder.toFile().list()));
    }

    private static byte[] npy(String header, int dataBytes) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        byte[] file = new byte[10 + text.length + dataBytes];
        System.arraycopy(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}, 0, file, 0, 8);
        file[8] = (byte) text.length;
        file[9] = (byte) (text.length >> Byte.SIZE);
        System.arraycopy(text, 0, file, 10, text.length);
        return file;
    }

    private static float[] values(JsonNode numbers) {
        List<Float> values = new ArrayList<>();
        numbers.forEach(number -> values.add(
                switch (number.asText()) {
                    case "nan" -> Float.NaN;
                    case "inf" -> Float.POSITIVE_INFINITY;
                    case "-inf" -> Float.NEGATIVE_INFINITY;
                    default -> number.floatValue();
                }));
        return floats(values.size(), i -> values.get(i));
    }

    private static int[] dimensions(List<Integer> shape) {
        return shape.stream().mapToInt(Integer::intValue).toArray();
    }
}
