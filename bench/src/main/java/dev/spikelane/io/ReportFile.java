package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Text files that are whole or not there. */
public final class ReportFile {

    private ReportFile() {}

    /** Throws unless a text can be written; nothing is opened or created. */
    public static void requireWritable(Path file) throws IOException {
        AtomicFile.requireWritable(file);
    }

    /** Writes a text to a temporary file and renames it; into a pipe or a device, straight. */
    public static void write(Path file, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }
}
