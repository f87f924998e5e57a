package dev.spikelane.model;

import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.neuron.Leaky;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights of 2 and 4 bits in files: layout and errors. */
final class PackedItemsTest {

    private static final short[] FIVE = {1, 0, -1, -1, 1, 0, 0, 1, -1, 0};

    private static byte[] file(ElementType type) {
        return ModelFile.toBytes(
                Networks.of(5, by(Dense.integers(IntegerMatrix.of(type, 2, 5, FIVE, 0.5f, 3)), new Leaky(0.9f))));
    }

    private static Tensors tensors(byte[] file) throws IOException {
        return Tensors.read("m", new ByteArrayInputStream(file), Tensors.Format.SAFETENSORS);
    }

    @ParameterizedTest
    @CsvSource({"TERNARY, 2, '[2, 2]', f1 01 d0 00", "INT4, 4, '[2, 3]', 01 ff 01 00 f1 00"})
    void standInTheLowestBitsFirst(ElementType type, int bits, String shape, String bytes) throws IOException {
        Tensors file = tensors(file(type));
        Tensor weight = file.tensor("fc1.weight");
        assertEquals("tensor 'fc1.weight' of U8 " + shape, weight.toString());
        assertEquals(
                bytes.replace(" ", ""), HexFormat.of().formatHex(weight.bytes().toArray(ValueLayout.JAVA_BYTE)));
        String declared = file.metadata().get("spikelane");
        assertTrue(
                declared.startsWith(
                        "{\"version\":2,\"packed\":{\"fc1.weight\":{\"bits\":" + bits + ",\"shape\":[2,5]}}"),
                declared);
    }

    private static String refusal(ElementType type, String from, String to, int at, int value) throws IOException {
        Tensors file = tensors(file(type));
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        metadata.computeIfPresent("spikelane", (_, text) -> text.replace(from, to));
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor each : file.tensors()) {
            byte[] bytes = each.bytes().toArray(ValueLayout.JAVA_BYTE);
            if (each.name().equals("fc1.weight") && at >= 0) {
                bytes[at] = (byte) value;
            }
            tensors.add(Tensor.of(each.name(), each.type(), each.shape(), MemorySegment.ofArray(bytes)));
        }
        byte[] changed = Tensors.of(metadata, tensors).toBytes();
        return assertThrows(IOException.class, () -> ModelFile.read("m", new ByteArrayInputStream(changed)))
                .getMessage();
    }

    @Test
    void whatIsNotAsSaidIsRefusedWithItsPlace() throws IOException {
        String weight = "m: tensor 'fc1.weight' of U8 [2, 2] has ";
        assertEquals(
                weight + "-2 at bit 4 of byte 2, expected -1, 0 or 1", refusal(ElementType.TERNARY, "", "", 2, 0xe0));
        assertEquals(
                weight + "1 at bit 2 of byte 1, expected 0 behind the last item of a row",
                refusal(ElementType.TERNARY, "", "", 1, 5));
        for (String[] each : new String[][] {
            {"\"bits\":4,\"shape\":[2,5]", "\"bits\":3,\"shape\":[2,5]", "in 'bits' is 3, expected 2 or 4"},
            {"[2,5]", "[2,7]", "a tensor 'fc1.weight' of U8 [2, 4], found tensor 'fc1.weight' of U8 [2, 3]"},
            {"[2,5]", "[2,0]", "in 'packed' in 'fc1.weight' in 'shape' at 1 is 0, expected"},
            {"[2,5]", "[65536,65536]", "at 1 is 65536, expected at most 268435456 weights that are packed"},
            {"\"fc1.weight\":{", "\"fc1.weigh\":{", "a tensor 'fc1.weigh' of U8 [2, 3], found none"},
            {"\"version\":2,", "\"version\":1,", "expected nothing but inputs, populations, projections, version"},
        }) {
            String message = refusal(ElementType.INT4, each[0], each[1], -1, 0);
            assertTrue(message.startsWith("m: "), message);
            assertTrue(message.contains(each[2]), message);
        }
    }

    /** Any change gives a network, or one line that names the file. */
    @ParameterizedTest
    @EnumSource(names = {"INT4", "TERNARY"})
    void damagedFilesGiveNothingButAnErrorThatNamesThem(ElementType type) {
        byte[] whole = file(type);
        Random random = new Random(1);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt() : '0' + i % 10);
            try {
                ModelFile.read("m", new ByteArrayInputStream(bytes));
            } catch (IOException error) {
                refused++;
                assertTrue(error.getMessage().startsWith("m: "), error.getMessage());
            }
        }
        assertTrue(refused > 500, refused + " of 2000 were refused");
    }

    /** Other formats cannot describe packed items. */
    @Test
    void tensorsOfOtherFormatsTakeAByte() {
        byte[] items = StateDict.of(ModelFile.of(file(ElementType.TERNARY))).tensors().stream()
                .filter(each -> each.name().equals("fc1.weight"))
                .findFirst()
                .orElseThrow()
                .bytes()
                .toArray(ValueLayout.JAVA_BYTE);
        assertArrayEquals(new byte[] {1, 0, -1, -1, 1, 0, 0, 1, -1, 0}, items);
    }
}
