package dev.spikelane.io;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What all readers check. */
final class Inputs {

    private Inputs() {}

    /** Throws unless the file is there and readable; the system's own messages often hold nothing but the name. */
    static void requireFile(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString(), null, "no such file");
        }
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a folder, expected a file");
        }
        if (!Files.isReadable(file)) {
            throw new FileSystemException(file.toString(), null, "cannot be read, permission denied");
        }
    }

    /**
     * A matrix for what was found in a file; that the memory is refused is the file's fault, not an error of the JVM.
     */
    static FloatMatrix zeros(String name, Arena arena, int rows, int columns) throws IOException {
        try {
            return FloatMatrix.zeros(arena, rows, columns);
        } catch (OutOfMemoryError refused) {
            throw new IOException(name + ": " + refused.getMessage(), refused);
        }
    }

    /** The same for spikes. */
    static SpikeMatrix noSpikes(String name, Arena arena, int rows, int columns) throws IOException {
        try {
            return SpikeMatrix.zeros(arena, rows, columns);
        } catch (OutOfMemoryError refused) {
            throw new IOException(name + ": " + refused.getMessage(), refused);
        }
    }
}
