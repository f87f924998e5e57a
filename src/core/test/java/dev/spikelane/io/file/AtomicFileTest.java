package dev.spikelane.io.file;

import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.fixture.FolderCase;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest extends FolderCase {

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
    void namesMayBeAsLongAsTheFileSystemAllows() throws IOException {
        Path file = folder.resolve("n".repeat(255));
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {2, 3})));
        assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(file));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "modes of POSIX, and links without a right")
    void othersMayReadItAsTheyMayReadAnyNewFile() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path usual = Files.write(folder.resolve("usual"), new byte[] {1});
        Path file = folder.resolve("file");
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {1})));
        assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(file));
    }

    @Test
    @Timeout(600)
    void aPipeIsWrittenStraightAndStays() throws Exception {
        Path pipe = pipe(folder.resolve("pipe"));
        FutureTask<byte[]> reader = new FutureTask<>(() -> Files.readAllBytes(pipe));
        Thread.ofPlatform().daemon().start(reader);
        AtomicFile.requireWritable(pipe);
        AtomicFile.write(pipe, channel -> channel.write(ByteBuffer.wrap(new byte[] {2, 3})));
        assertArrayEquals(new byte[] {2, 3}, reader.get());
        assertTrue(Files.readAttributes(pipe, BasicFileAttributes.class).isOther());
        assertEquals(List.of("pipe"), List.of(folder.toFile().list()));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "modes of POSIX, and links without a right")
    void anOpenFileOfAProcessIsWrittenStraight() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors));
        Path file = Files.write(folder.resolve("file"), new byte[] {1});
        Object before = key(file);
        try (FileChannel open = FileChannel.open(file, StandardOpenOption.WRITE)) {
            assertTrue(open.isOpen());
            Path descriptor = descriptorOf(file.toRealPath(), descriptors);
            Path link = Files.createSymbolicLink(folder.resolve("link"), descriptor);
            AtomicFile.write(link, channel -> channel.write(ByteBuffer.wrap(new byte[] {2, 3})));
        }
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(file));
        assertEquals(before, key(file));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "modes of POSIX, and links without a right")
    void aLinkStaysAndWhatItLeadsToIsReplaced() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        Path file = Files.write(there.resolve("file"), new byte[] {1});
        Path near = Files.createSymbolicLink(there.resolve("near"), Path.of("file"));
        Path far = Files.createSymbolicLink(folder.resolve("far"), Path.of("there", "near"));
        AtomicFile.write(far, channel -> channel.write(ByteBuffer.wrap(new byte[] {2, 3})));
        assertTrue(Files.isSymbolicLink(far));
        assertTrue(Files.isSymbolicLink(near));
        assertTrue(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
        assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(file));
        assertEquals(2, there.toFile().list().length);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "modes of POSIX, and links without a right")
    void whatADanglingLinkLeadsToIsMade() throws IOException {
        Path there = Files.createDirectory(folder.resolve("there"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("there", "file"));
        AtomicFile.write(link, channel -> channel.write(ByteBuffer.wrap(new byte[] {2, 3})));
        assertTrue(Files.isSymbolicLink(link));
        assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(there.resolve("file")));

        Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), Path.of("none", "file"));
        assertRefused(nowhere, "there is no folder " + folder.resolve("none"));
        Path circle = Files.createSymbolicLink(folder.resolve("circle"), Path.of("circle"));
        assertRefused(circle, "is a link that leads to more than 40 others, expected fewer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "rw-rw-rw-", "rwxr-x---"})
    void permissionsAndOwnerStay(String permissions) throws IOException {
        assumePosix();
        Path file = Files.write(folder.resolve("file"), new byte[] {1});
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        giveAwayIfRoot(file);
        UserPrincipal owner = Files.getOwner(file);
        AtomicFile.write(file, channel -> {
            for (Path any : List.of(folder.toFile().listFiles()).stream()
                    .map(File::toPath)
                    .toList()) {
                assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(any)));
            }
            channel.write(ByteBuffer.wrap(new byte[] {2, 3}));
        });
        assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(owner, Files.getOwner(file));
        assertArrayEquals(new byte[] {2, 3}, Files.readAllBytes(file));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "modes of POSIX, and links without a right")
    void aReadOnlyFileIsRefused() throws IOException {
        assumePosix();
        Path file = Files.write(folder.resolve("file"), new byte[] {1});
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assertRefused(file, "is read-only, expected a file that may be written");
        assertRefused(link, "is read-only, expected a file that may be written");
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(file));
    }

    private static void assertRefused(Path target, String reason) {
        String message = target + ": " + reason;
        List<Executable> calls = List.of(
                () -> AtomicFile.requireWritable(target),
                () -> AtomicFile.write(target, channel -> fail("asked for content")));
        for (Executable call : calls) {
            assertMessage(IOException.class, message, call);
        }
    }

    private void assumePosix() {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
    }

    private static Path pipe(Path path) throws IOException, InterruptedException {
        try {
            Process made = new ProcessBuilder("mkfifo", path.toString()).start();
            assumeTrue(made.waitFor() == 0, "mkfifo failed");
        } catch (IOException missing) {
            abort("there is no mkfifo: " + missing.getMessage());
        }
        return path;
    }

    private static void giveAwayIfRoot(Path file) throws IOException {
        try {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        } catch (FileSystemException | UserPrincipalNotFoundException notRoot) {
            assertTrue(Files.isWritable(file));
        }
    }

    private static Path descriptorOf(Path file, Path descriptors) throws IOException {
        try (Stream<Path> open = Files.list(descriptors)) {
            return open.filter(descriptor -> leadsTo(file, descriptor))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean leadsTo(Path file, Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }
}
