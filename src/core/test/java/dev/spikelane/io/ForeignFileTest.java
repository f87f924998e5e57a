package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/** Files of other tools are recognized, and the error says how to read them. */
final class ForeignFileTest {

    private interface Reader {
        void read(byte[] bytes) throws IOException;
    }

    private static String refusal(Reader reader, byte[] bytes) {
        return assertThrows(IOException.class, () -> reader.read(bytes)).getMessage();
    }

    private static void assertSafetensorsSays(String expected, byte[] bytes) {
        String message = refusal(
                content -> Tensors.read("x", new ByteArrayInputStream(content), Tensors.Format.SAFETENSORS), bytes);
        assertTrue(message.startsWith("x: " + expected), message);
    }

    private static void assertOthersSay(String expected, byte[] bytes) {
        String idx = refusal(content -> Idx.read("x", new ByteArrayInputStream(content)), bytes);
        assertTrue(idx.startsWith("x: " + expected), idx);
        String npy = refusal(content -> Npy.readFloats("x", new ByteArrayInputStream(content)), bytes);
        assertTrue(npy.startsWith("x: is ") && npy.contains("; "), npy);
    }

    private static byte[] zip(String name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(new byte[100]);
        }
        return bytes.toByteArray();
    }

    private static byte[] of(String hex) {
        return HexFormat.of().parseHex(hex + "00".repeat(64));
    }

    @Test
    void archives() throws IOException {
        for (String[] each : new String[][] {
            {"model/data.pkl", "is a file of PyTorch (.pt, .pth); "},
            {"arr_0.npy", "is an archive of NumPy (.npz); "},
            {"readme.txt", "is a zip archive, such as "}
        }) {
            assertSafetensorsSays(each[1], zip(each[0]));
            assertOthersSay(each[1], zip(each[0]));
        }
    }

    @Test
    void filesByTheirFirstBytes() {
        assertSafetensorsSays("is a file of an old PyTorch (.pt, .pth); ", of("80028a0a6cfc9c46f920"));
        assertSafetensorsSays("is a pickle of Python; ", of("8004953a000000000000"));
        assertSafetensorsSays("is a file of HDF5; ", of("894844460d0a1a0a0000"));
        assertSafetensorsSays("is an array of NumPy (.npy); ", of("934e554d505901007600"));
        assertSafetensorsSays("is a network of ONNX; ", of("0807120770797463f2a0"));
        assertSafetensorsSays("is a page of HTML", of("3c21444f435459504520"));
        assertSafetensorsSays("is a page of HTML", of("3c68746d6c3e0a3c6865"));
        assertSafetensorsSays("is a text, such as JSON", of("7b0a2020226e616d6522"));
        assertSafetensorsSays("is no safetensors file: declares a header", of("ffffffffffffffffffff"));
        assertOthersSay("is a file of HDF5; ", of("894844460d0a1a0a0000"));
        String npy =
                refusal(content -> Npy.readSpikes("x", new ByteArrayInputStream(content)), of("00000803000000100000"));
        assertEquals("x: is a file of IDX (MNIST's format); read it with Idx", npy);
    }

    /** A header of 640 bytes starts like a pickle. */
    @Test
    void safetensorsWithAnyLengthAreRead() throws IOException {
        String text = "{\"__metadata__\":{\"note\":\"" + "n".repeat(640 - 28) + "\"}}";
        ByteBuffer file = ByteBuffer.allocate(8 + 640).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(640).put(text.getBytes(StandardCharsets.UTF_8));
        assertEquals((byte) 0x80, file.get(0));
        assertEquals(
                640 - 28,
                Tensors.read("x", new ByteArrayInputStream(file.array()), Tensors.Format.SAFETENSORS)
                        .metadata()
                        .get("note")
                        .length());
    }
}
