package dev.spikelane.cli.format;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A format of files that hold a network or tensors. A new one is a line in {@code permits} and one in {@link #all}. */
public sealed interface Format permits NirFormat, SafetensorsFormat, TensorFormat {

    /** All formats; the first one that recognizes a file reads it. */
    static List<Format> all() {
        return List.of(new SafetensorsFormat(), new TensorFormat(false), NirFormat.DEFAULT);
    }

    /** How many of a file's first bytes {@link #recognizes} sees, if there are so many. */
    int FIRST_BYTES = 128;

    /** The ends of the names of its files, lower case, with their dots; the first one for messages. */
    List<String> extensions();

    /** Those that it writes too. */
    default List<String> written() {
        return extensions();
    }

    /** Whether these are the first bytes of such a file. */
    boolean recognizes(byte[] first);

    /** Reads a file; fails with one line that starts with the file's name. */
    Content read(Path file) throws IOException;

    /** Writes a file, which appears when it is complete; fails with one line that starts with the file's name. */
    void write(Path file, Content content) throws IOException;

    /** What a file of this format does not say of what it is written of, so that readers do otherwise. */
    List<String> losses(Content content);

    /**
     * Finds the format that recognizes a file's first bytes; where none does, that of its name, whose reader says what
     * is wrong.
     */
    static Format of(Path file) throws IOException {
        return Files.isRegularFile(file) && Files.isReadable(file) ? recognize(file) : named(file);
    }

    /** The format of the end of a name. */
    static Optional<Format> ofName(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return all().stream()
                .filter(format -> format.extensions().stream().anyMatch(name::endsWith))
                .findFirst();
    }

    private static Format recognize(Path file) throws IOException {
        byte[] first;
        try (InputStream stream = Files.newInputStream(file)) {
            first = stream.readNBytes(FIRST_BYTES);
        }
        return all().stream()
                .filter(format -> format.recognizes(first))
                .findFirst()
                .orElse(named(file));
    }

    private static Format named(Path file) {
        return ofName(file).orElse(all().getFirst());
    }
}
