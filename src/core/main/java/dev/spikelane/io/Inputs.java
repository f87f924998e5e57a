package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** Checks that all readers share. */
final class Inputs {

    private Inputs() {}

    /** Throws unless the file is readable; messages of the operating system often have only its name. */
    static void requireFile(Path file) throws IOException {
        if (!Files.exists(Objects.requireNonNull(file, "file"))) {
            throw new NoSuchFileException(FileText.shown(file), null, "no such file");
        }
        if (Files.isDirectory(file)) {
            throw new FileSystemException(FileText.shown(file), null, "is a folder, expected a file");
        }
        if (!Files.isReadable(file)) {
            throw new FileSystemException(FileText.shown(file), null, "cannot be read, permission denied");
        }
    }

    /**
     * Limits a matrix by default, enough for 160,000 images of 28 x 28 pixels. Rows are padded, so a matrix can need
     * much more memory than its file.
     */
    static final long MOST_BYTES = 1L << 29;

    /**
     * Creates a matrix for a file; an error of memory names the file.
     *
     * @param shape the shape that the file declares, for the message
     */
    static FloatMatrix zeros(String name, String shape, Arena arena, int rows, int columns, long mostBytes)
            throws IOException {
        requireBytes(name, shape, "float32", rows, FloatMatrix.bytes(rows, columns), mostBytes);
        try {
            return FloatMatrix.zeros(arena, rows, columns);
        } catch (OutOfMemoryError | IllegalArgumentException refused) {
            throw new IOException(name + ": " + refused.getMessage(), refused);
        }
    }

    /** Creates a spike matrix as {@link #zeros} does. */
    static SpikeMatrix noSpikes(String name, String shape, Arena arena, int rows, int columns, long mostBytes)
            throws IOException {
        requireBytes(name, shape, "spikes", rows, SpikeMatrix.bytes(rows, columns), mostBytes);
        try {
            return SpikeMatrix.zeros(arena, rows, columns);
        } catch (OutOfMemoryError | IllegalArgumentException refused) {
            throw new IOException(name + ": " + refused.getMessage(), refused);
        }
    }

    private static void requireBytes(String name, String shape, String type, int rows, long bytes, long mostBytes)
            throws IOException {
        if (bytes > mostBytes) {
            throw new IOException(name + ": shape " + shape + " needs " + bytes + " bytes of memory as a matrix of "
                    + type + " (" + bytes / rows + " a row), expected at most " + mostBytes + ", the limit mostBytes");
        }
    }
}
