package dev.spikelane.io;

import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.Filled.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import org.junit.jupiter.api.Test;

/** A load allocates at most its budget, and nothing for bytes that do not arrive. */
final class FileBytesTest {

    private static ReadableByteChannel channel(int bytes) {
        byte[] content = bytes(bytes, i -> (byte) i);
        return Channels.newChannel(new ByteArrayInputStream(content));
    }

    private static void assertSays(String message, IOException error) {
        assertEquals("x: " + message, error.getMessage());
    }

    @Test
    void aFileThatGetsShorterWhileItIsReadIsRefused() {
        FileBytes file = new FileBytes("x", 1_000);
        assertSays(
                "ends inside its data, expected 60 more bytes",
                assertThrows(IOException.class, () -> file.read(new byte[0], channel(40), 100, "its data")));
        FileBytes stream = new FileBytes("x", 1_000);
        assertSays(
                "ends inside its data, expected 60 more bytes",
                assertThrows(IOException.class, () -> stream.readPieces(channel(40), 100, "its data")));
    }

    @Test
    void whatComesInPiecesIsWhole() throws IOException {
        int bytes = 3_000_000;
        assertArrayEquals(
                new FileBytes("x", bytes)
                        .read(new byte[0], channel(bytes), bytes, "")
                        .toArray(ValueLayout.JAVA_BYTE),
                new FileBytes("x", bytes).readToEnd(new byte[0], channel(bytes)).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(
                0, new FileBytes("x", bytes).readToEnd(new byte[0], channel(0)).byteSize());
    }

    @Test
    void theBudgetBoundsAllOfALoad() throws IOException {
        FileBytes file = new FileBytes("x", 1_000);
        file.allocate(600, "one");
        assertSays(
                "needs 500 bytes of memory for two beside 600 that it has, expected at most 1000 in all, the limit"
                        + " mostBytes",
                assertThrows(IOException.class, () -> file.allocate(500, "two")));
        assertEquals(400, file.allocate(400, "three").byteSize());
        assertSays(
                "goes on after 1000 bytes, expected at most 1000 in all, the limit mostBytes",
                assertThrows(
                        IOException.class, () -> new FileBytes("x", 1_000).readToEnd(new byte[0], channel(1_001))));
    }

    /** A header does not decide what is allocated: reading of an endless stream ends at the budget. */
    @Test
    void anEndlessStreamEndsWithTheBudget() {
        InputStream zeros = new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] into, int from, int count) {
                return count;
            }
        };
        assertStart(
                IOException.class,
                "x: goes on after 1048576 bytes",
                () -> new FileBytes("x", 1 << 20).readToEnd(new byte[0], Channels.newChannel(zeros)));
    }

    @Test
    void memoryThatIsRefusedLeavesAUsableProcess() throws IOException {
        FileBytes file = new FileBytes("x", Long.MAX_VALUE);
        assertStart(
                IOException.class,
                "x: needs 1152921504606846976 bytes of native memory for its data, which",
                () -> file.allocate(1L << 60, "its data"));
        assertEquals(8, file.allocate(8, "its data").byteSize());
    }
}
