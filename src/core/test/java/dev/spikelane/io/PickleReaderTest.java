package dev.spikelane.io;

import static dev.spikelane.Failures.assertMessage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Errors are one readable line for any pickle. */
final class PickleReaderTest {

    @Test
    void manyNamesThatAreNoTensorsAreCounted() throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(new byte[] {(byte) 0x80, 2, '}', '('});
        for (int i = 0; i < 20_000; i++) {
            byte[] name = ("\u001b[31m" + i).getBytes(StandardCharsets.UTF_8);
            pickle.write(new byte[] {'X', (byte) name.length, 0, 0, 0});
            pickle.write(name);
            pickle.write(new byte[] {'K', 1});
        }
        pickle.write(new byte[] {'u', '.'});
        assertMessage(
                IOException.class,
                "net.pth: holds no tensor, but '\\u001b[31m0' and 19999 more, expected tensors in dictionaries",
                () -> PickleReader.read("net.pth", pickle.toByteArray(), new ArrayList<>()));
    }
}
