package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class GzipInputTest {

    private static final byte[] CONTENT = "spikes, spikes and more spikes".getBytes(StandardCharsets.US_ASCII);
    private static final int EVERY_OPTION = 0x1F;

    @Test
    void skipsAllOptionalFieldsOfTheHeader() throws IOException {
        assertArrayEquals(CONTENT, inflate(member(EVERY_OPTION, 0, 0)));
        assertArrayEquals(CONTENT, inflate(member(0, 0, 0)));
    }

    @Test
    void readsMembersOneAfterAnother() throws IOException {
        byte[] one = member(0, 0, 0);
        byte[] two = member(EVERY_OPTION, 0, 0);
        byte[] twice = ByteBuffer.allocate(2 * CONTENT.length)
                .put(CONTENT)
                .put(CONTENT)
                .array();
        assertArrayEquals(
                twice,
                inflate(ByteBuffer.allocate(one.length + two.length)
                        .put(one)
                        .put(two)
                        .array()));
    }

    @Test
    void namesTheFault() {
        assertFault("gzip: its gzip header checksum is", member(EVERY_OPTION, 1, 0));
        assertFault("gzip: its gzip length is 0000001E, expected 0000001F", member(0, 0, 1));
        assertFault(
                "gzip: gzip method 8, flags 32, expected method 8 (deflate) and flags below 32", member(0x20, 0, 0));
        byte[] damaged = member(0, 0, 0);
        damaged[10] = (byte) 0xFF;
        assertFault("gzip: its gzip data is damaged: invalid block type", damaged);
    }

    private static void assertFault(String start, byte[] compressed) {
        String message = String.valueOf(
                assertThrows(IOException.class, () -> inflate(compressed)).getMessage());
        assertEquals(start, message.substring(0, Math.min(start.length(), message.length())));
    }

    private static byte[] inflate(byte[] compressed) throws IOException {
        try (GzipInput input = new GzipInput("gzip", new ByteArrayInputStream(compressed))) {
            return input.readAllBytes();
        }
    }

    /** A hand-made gzip member; the last parameters are added to the header's checksum and to the length. */
    private static byte[] member(int flags, int wrongHeader, int wrongLength) {
        ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {0x1F, (byte) 0x8B, 8, (byte) flags, 1, 2, 3, 4, 5, 6});
        if (flags == EVERY_OPTION) {
            bytes.putShort((short) 3).put(new byte[] {7, 0, 9});
            bytes.put("name\0comment\0".getBytes(StandardCharsets.US_ASCII));
            CRC32 header = new CRC32();
            header.update(bytes.array(), 0, bytes.position());
            bytes.putShort((short) (header.getValue() + wrongHeader));
        }
        bytes.put(deflate());
        CRC32 checksum = new CRC32();
        checksum.update(CONTENT);
        bytes.putInt((int) checksum.getValue()).putInt(CONTENT.length + wrongLength);
        byte[] member = new byte[bytes.flip().remaining()];
        bytes.get(member);
        return member;
    }

    private static byte[] deflate() {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try (DeflaterOutputStream output = new DeflaterOutputStream(compressed, deflater)) {
            output.write(CONTENT);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        } finally {
            deflater.end();
        }
        return compressed.toByteArray();
    }
}
