package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.golden.InteropFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Files of Python's safetensors are read bit for bit; damaged ones are refused by name. */
@EveryWidth
final class InteropSafetensorsTest extends FolderCase {

    @Test
    void filesHoldWhatThePythonLibraryReads() {
        GoldenSet.interop("safetensors").check(golden -> {
            InteropFiles.read(golden, folder, (file, facts) -> {
                Tensors content = Tensors.read(file, Tensors.Format.SAFETENSORS);
                if (golden.fact("tensors").isArray()) {
                    compare(content, golden);
                    compare(Tensors.read("stream", stream(file), Tensors.Format.SAFETENSORS), golden);
                    compareCopy(content, file, golden);
                }
                if (!golden.outputs().isEmpty()) {
                    StateDictRun.check(golden, content);
                }
                return content.warnings();
            });
        });
    }

    private static ByteArrayInputStream stream(Path path) throws IOException {
        return new ByteArrayInputStream(Files.readAllBytes(path));
    }

    private static void compare(Tensors file, GoldenCase golden) {
        Map<String, String> metadata = new HashMap<>();
        golden.fact("metadata")
                .properties()
                .forEach(each -> metadata.put(each.getKey(), each.getValue().asText()));
        assertEquals(metadata, file.metadata(), golden.name());
        assertEquals(golden.fact("tensors").size(), file.tensors().size(), golden.name());
        if (golden.fact("order_in_header").isArray()) {
            List<String> order = new ArrayList<>();
            golden.fact("order_in_header").forEach(name -> order.add(name.asText()));
            assertEquals(order, file.tensors().stream().map(Tensor::name).toList(), golden.name());
        }
        for (JsonNode expected : golden.fact("tensors")) {
            Tensor tensor = file.tensor(expected.path("name").asText());
            String what = golden.name() + ": " + tensor;
            assertEquals(expected.path("dtype").asText(), tensor.type().name(), what);
            List<Integer> shape = new ArrayList<>();
            expected.path("shape").forEach(size -> shape.add(size.intValue()));
            assertEquals(shape, tensor.shape(), what);
            if (expected.has("values")) {
                compareStored(
                        golden.file(expected.path("values").asText()),
                        expected.path("stored_as").asText(),
                        tensor);
            } else {
                for (int i = 0; i < tensor.count(); i++) {
                    assertEquals(
                            expected.path("values_c_order")
                                    .get(i)
                                    .bigIntegerValue()
                                    .longValue(),
                            integer(tensor, i),
                            what);
                }
            }
        }
    }

    /** Compares with a NumPy array: widened floats by value, all others byte for byte. */
    private static void compareStored(byte[] array, String storedAs, Tensor tensor) {
        int header = 10 + ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN).getChar(8);
        byte[] data = Arrays.copyOfRange(array, header, array.length);
        if (storedAs.equals("float32")) {
            float[] values = tensor.floats();
            ByteBuffer bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(data.length, values.length * Float.BYTES, tensor::toString);
            for (int i = 0; i < values.length; i++) {
                float expected = bytes.getFloat();
                assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(values[i]), tensor + " at " + i);
            }
        } else {
            assertArrayEquals(data, tensor.bytes().toArray(ValueLayout.JAVA_BYTE), tensor::toString);
        }
    }

    private static long integer(Tensor tensor, int index) {
        ByteBuffer bytes = tensor.bytes().asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return switch (tensor.type().bytes()) {
            case 2 -> bytes.getChar(2 * index);
            case 4 -> Integer.toUnsignedLong(bytes.getInt(4 * index));
            default -> bytes.getLong(8 * index);
        };
    }

    /** Writing again gives equal content, and equal bytes for files of the Python library. */
    private void compareCopy(Tensors file, Path path, GoldenCase golden) throws IOException {
        Path copy = folder.resolve("copy.safetensors");
        Tensors.of(file.metadata(), file.tensors().reversed()).write(copy);
        Tensors again = Tensors.read(copy, Tensors.Format.SAFETENSORS);
        assertEquals(file.metadata(), again.metadata());
        assertEquals(file.tensors().size(), again.tensors().size());
        for (Tensor tensor : file.tensors()) {
            Tensor other = again.tensor(tensor.name());
            assertEquals(tensor.toString(), other.toString());
            assertEquals(-1, tensor.bytes().mismatch(other.bytes()), tensor::toString);
        }
        byte[] bytes = Files.readAllBytes(path);
        boolean plain = new String(bytes, StandardCharsets.ISO_8859_1)
                .substring(0, Long.BYTES + golden.fact("header_bytes").intValue())
                .substring(Long.BYTES)
                .chars()
                .allMatch(character -> character < 128);
        if (golden.fact("produced_by").asText().startsWith("safetensors.torch.save") && plain) {
            assertArrayEquals(bytes, Files.readAllBytes(copy), golden.name());
        }
        Files.delete(copy);
    }

    @Test
    void messagesSayWhatIsWrong() throws IOException {
        Map<String, String> faults = Map.ofEntries(
                Map.entry("empty_file", "ends after 0 bytes, expected 8 with the length of its header"),
                Map.entry("length_bomb", "declares a header of 18446744073709551615 bytes, expected at most 16777216"),
                Map.entry("length_past_file", "declares a header of "),
                Map.entry("zero_length_header", "its header begins with nothing, expected '{'"),
                Map.entry("overlap", ", where the tensor before it ends"),
                Map.entry("hole", ", where the tensor before it ends"),
                Map.entry("end_past_data", " bytes of data, expected "),
                Map.entry("duplicate_key", "twice in one object"),
                Map.entry("negative_shape", "expected a whole number from 0 to 2147483647"),
                Map.entry("shape_mismatch", " for F32 of shape "),
                Map.entry("unknown_dtype", "in 'dtype' is 'F33', expected one of [BOOL, U8, "),
                Map.entry("missing_offsets", "has no 'data_offsets'"),
                Map.entry("trailing_comma", "expected a string"),
                Map.entry("byte_order_mark", "its header begins with byte 0xef, expected '{'"),
                Map.entry("deep_nesting", "nests deeper than 32"),
                Map.entry("invalid_utf8", "its header is not UTF-8"),
                Map.entry("lone_surrogate", "has half a character (a surrogate alone)"),
                Map.entry("metadata_not_strings", "expected a string"),
                Map.entry("zip_named_safetensors", "is a zip archive, such as"));
        for (GoldenCase golden : GoldenSet.interop("safetensors").cases()) {
            for (Map.Entry<String, String> fault : faults.entrySet()) {
                String name = fault.getKey() + ".safetensors";
                if (golden.fact("files").has(name)) {
                    Path path = Files.write(folder.resolve(name), golden.file(name));
                    Malformed.assertRejected(
                            path, fault.getValue(), () -> Tensors.read(path, Tensors.Format.SAFETENSORS));
                }
            }
        }
    }
}
