package dev.spikelane.io.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The temporary files being written now; those that are left when the JVM is told to stop are deleted then. */
final class TemporaryFiles {

    private static final Set<Path> WRITTEN = ConcurrentHashMap.newKeySet();

    static {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFiles::deleteAll, "spikelane-temporary-files"));
        } catch (IllegalStateException alreadyStopping) {
            // A file written in these last moments is on its own.
        }
    }

    private TemporaryFiles() {}

    static void add(Path file) {
        WRITTEN.add(file);
    }

    static void remove(Path file) {
        WRITTEN.remove(file);
    }

    private static void deleteAll() {
        for (Path file : WRITTEN) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException cannotBeHelped) {
                // Nobody is left to hear of it.
            }
        }
    }
}
