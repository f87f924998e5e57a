package dev.spikelane.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    @Test
    void failureLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("file");
        Files.write(file, new byte[] {1});
        for (Exception failure : List.of(new IOException("disk full"), new IllegalStateException("closed"))) {
            Exception thrown = assertThrows(
                    Exception.class,
                    () -> AtomicFile.write(file, channel -> {
                        channel.write(ByteBuffer.wrap(new byte[] {2, 3}));
                        if (failure instanceof IOException io) {
                            throw io;
                        }
                        throw (RuntimeException) failure;
                    }));
            assertEquals(failure, thrown);
            assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
            assertEquals(List.of("file"), List.of(folder.toFile().list()));
        }
    }

    @Test
    void successReplacesTheOldFile() throws IOException {
        Path file = folder.resolve("file");
        Files.write(file, new byte[] {1});
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {2, 3})));
        assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(file));
        assertEquals(List.of("file"), List.of(folder.toFile().list()));
    }

    @Test
    void othersMayReadItAsTheyMayReadAnyNewFile() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path usual = Files.write(folder.resolve("usual"), new byte[] {1});
        Path file = folder.resolve("file");
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {1})));
        assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(file));
    }
}
