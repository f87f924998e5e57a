package dev.spikelane.io.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Deletes temporary files in progress when the JVM is stopped. */
final class TemporaryFiles {

    private static final Set<Path> WRITTEN = ConcurrentHashMap.newKeySet();

    static {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFiles::deleteAll, "spikelane-temporary-files"));
        } catch (IllegalStateException alreadyStopping) {
            // a file written during shutdown is not deleted
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
                // no log is left for the error
            }
        }
    }
}
