package dev.spikelane.io.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file as a whole or not at all.
 *
 * <p>Symbolic links are followed: their target is written, even if it does not exist yet. A replaced file keeps its
 * permissions, and its owner and group if the system allows it. A read-only file is refused. An existing path that is
 * not a regular file, such as a pipe, a device, or an open file of a process ({@code /dev/stdout}, {@code /dev/fd/63}),
 * is written in place, so a failure may leave some bytes there.
 *
 * <p>Ctrl-C deletes a temporary file in progress.
 */
public final class AtomicFile {

    /** Linux follows at most this many links. */
    private static final int MOST_LINKS = 40;

    private static final Set<PosixFilePermission> WRITE_PERMISSIONS =
            Set.of(PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private AtomicFile() {}

    @FunctionalInterface
    public interface Content {

        /**
         * Writes all bytes.
         *
         * @param channel the target, which writes a whole buffer in one call
         * @throws IOException if writing fails
         */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /**
     * Writes a temporary file beside {@code target} and renames it. On failure an older file stays and nothing else is
     * left.
     *
     * @param target the file, a link to it, a pipe or a device
     * @param content writes its bytes
     * @throws IOException if the file cannot be written; the message names it
     */
    public static void write(Path target, Content content) throws IOException {
        requireWritable(target);
        if (isWrittenInPlace(target)) {
            try (NamedChannel channel = new NamedChannel(FileChannel.open(target, StandardOpenOption.APPEND), target)) {
                content.writeTo(channel);
            }
            return;
        }
        Path file = followed(target);
        PosixFileAttributes replaced = attributes(file);
        Path temporary = temporaryBeside(file);
        TemporaryFiles.add(temporary);
        try {
            replace(target, file, temporary, replaced, content);
        } catch (IOException | RuntimeException | Error failure) {
            deleteAfter(failure, temporary);
            throw failure;
        } finally {
            TemporaryFiles.remove(temporary);
        }
    }

    /**
     * Writes bytes as {@link #write(Path, Content)} does.
     *
     * @param target the file, a link to it, a pipe or a device
     * @param content its bytes
     * @throws IOException if the file cannot be written; the message names it
     */
    public static void write(Path target, byte[] content) throws IOException {
        write(target, channel -> channel.write(ByteBuffer.wrap(content)));
    }

    private static void replace(
            Path target, Path file, Path temporary, @Nullable PosixFileAttributes replaced, Content content)
            throws IOException {
        // Files.createTempFile would let only the owner read the file, also after the renaming.
        try (NamedChannel channel = new NamedChannel(create(target, temporary, replaced), target)) {
            content.writeTo(channel);
            channel.force();
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Throws if {@link #write} would refuse the target. Call this before hours of work on its content. Nothing is
     * opened or created.
     *
     * @param target the file, a link to it, a pipe or a device
     * @throws IOException if it is a folder, is read-only, or is in a folder that does not exist or is not writable;
     *     the message names it
     */
    public static void requireWritable(Path target) throws IOException {
        if (Files.isDirectory(Objects.requireNonNull(target, "file"))) {
            throw refused(target, "is a folder, expected the name of a file");
        }
        boolean inPlace = isWrittenInPlace(target);
        Path file = inPlace ? target : followed(target);
        if (Files.exists(file)) {
            PosixFileAttributes attributes = attributes(file);
            // Root may write read-only files, but they must not be replaced.
            boolean readOnly = attributes != null && Collections.disjoint(attributes.permissions(), WRITE_PERMISSIONS);
            if (readOnly || !Files.isWritable(file)) {
                throw refused(target, "is read-only, expected a file that may be written");
            }
        }
        if (!inPlace) {
            requireFolder(target, file.toAbsolutePath().getParent());
        }
    }

    private static void requireFolder(Path target, @Nullable Path folder) throws IOException {
        if (folder == null || !Files.isDirectory(folder)) {
            throw refused(target, "there is no folder " + FileText.shown(String.valueOf(folder)));
        }
        if (!Files.isWritable(folder)) {
            throw refused(target, "cannot be written, permission denied");
        }
    }

    private static FileSystemException refused(Path target, String reason) {
        return new FileSystemException(FileText.shown(target), null, reason);
    }

    private static boolean isWrittenInPlace(Path target) throws IOException {
        if (!Files.exists(target)) {
            return false;
        }
        if (!Files.isRegularFile(target)) {
            return true;
        }
        // Folders of open files of processes on Linux and macOS.
        List<Path> processes = List.of(
                target.getFileSystem().getPath("/proc"), target.getFileSystem().getPath("/dev/fd"));
        Path at = target;
        for (int links = 0; links < MOST_LINKS; links++) {
            Path folder = at.toAbsolutePath().getParent();
            if (folder != null && processes.stream().anyMatch(folder.toRealPath()::startsWith)) {
                return true;
            }
            if (!Files.isSymbolicLink(at)) {
                return false;
            }
            at = at.resolveSibling(Files.readSymbolicLink(at));
        }
        return false;
    }

    private static Path followed(Path target) throws IOException {
        Path file = target;
        for (int links = 0; Files.isSymbolicLink(file); links++) {
            if (links == MOST_LINKS) {
                throw refused(target, "is a link that leads to more than " + MOST_LINKS + " others, expected fewer");
            }
            file = file.resolveSibling(Files.readSymbolicLink(file));
        }
        return file;
    }

    /** Returns the attributes; null if the file does not exist or its file system has no permissions. */
    private static @Nullable PosixFileAttributes attributes(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view == null || Files.notExists(file) ? null : view.readAttributes();
    }

    /** The name is short even if the file's name has the greatest length allowed. */
    private static Path temporaryBeside(Path file) {
        long random = ThreadLocalRandom.current().nextLong();
        return file.resolveSibling(".spikelane-" + Long.toHexString(random) + ".tmp");
    }

    private static FileChannel create(Path target, Path temporary, @Nullable PosixFileAttributes replaced)
            throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try {
            if (replaced == null) {
                return FileChannel.open(temporary, options);
            }
            // From the first byte on, only users that could read the old file may read the new one.
            FileAttribute<?> permissions = PosixFilePermissions.asFileAttribute(replaced.permissions());
            FileChannel channel = FileChannel.open(temporary, options, permissions);
            try {
                keepAttributes(temporary, replaced);
                return channel;
            } catch (IOException | RuntimeException | Error failure) {
                channel.close();
                deleteAfter(failure, temporary);
                throw failure;
            }
        } catch (AccessDeniedException denied) {
            FileSystemException named = refused(target, "cannot be written, permission denied");
            named.initCause(denied);
            throw named;
        }
    }

    private static void keepAttributes(Path temporary, PosixFileAttributes replaced) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(temporary, PosixFileAttributeView.class);
        PosixFileAttributes made = view.readAttributes();
        try {
            if (!made.group().equals(replaced.group())) {
                view.setGroup(replaced.group());
            }
            if (!made.owner().equals(replaced.owner())) {
                view.setOwner(replaced.owner());
            }
        } catch (FileSystemException onlyForRoot) {
            // the file belongs to the writer, like a new file
        }
        // The umask may have removed some permissions.
        view.setPermissions(replaced.permissions());
    }

    private static void deleteAfter(Throwable failure, Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException suppressed) {
            failure.addSuppressed(suppressed);
        }
    }
}
