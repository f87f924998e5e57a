package dev.spikelane.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** Writes a file as a whole or not at all. */
public final class AtomicFile {

    private AtomicFile() {}

    /** Writes the bytes of a file. */
    @FunctionalInterface
    public interface Content {

        /**
         * Writes all bytes.
         *
         * @param channel where they go
         * @throws IOException if they cannot be written
         */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Writes {@code content} to a temporary file beside {@code target} and renames it; on failure nothing is left, and a file that was
     * there before stays as it was.
     *
     * @param target the file
     * @param content writes its bytes
     * @throws IOException if the file cannot be written; the message names it
     */
    public static void write(Path target, Content content) throws IOException {
        Path temporary = temporaryBeside(target);
        // Not Files.createTempFile: it lets nobody but the owner read, and the renamed file would keep that.
        try (FileChannel channel = create(target, temporary)) {
            content.writeTo(channel);
            channel.force(true);
        } catch (IOException | RuntimeException | Error failure) {
            deleteAfter(failure, temporary);
            throw failure;
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException failure) {
            deleteAfter(failure, temporary);
            throw failure;
        }
    }

    private static Path temporaryBeside(Path target) throws IOException {
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(target)) {
            throw new FileSystemException(target.toString(), null, "is a folder, expected the name of a file");
        }
        if (!Files.isDirectory(folder)) {
            throw new FileSystemException(target.toString(), null, "there is no folder " + folder);
        }
        long random = ThreadLocalRandom.current().nextLong();
        return folder.resolve("." + target.getFileName() + "." + Long.toHexString(random) + ".tmp");
    }

    private static FileChannel create(Path target, Path temporary) throws IOException {
        try {
            return FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        } catch (AccessDeniedException denied) {
            FileSystemException named =
                    new FileSystemException(target.toString(), null, "cannot be written, permission denied");
            named.initCause(denied);
            throw named;
        }
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException suppressed) {
            failure.addSuppressed(suppressed);
        }
    }
}
