package dev.spikelane.golden;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.io.Malformed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the files of a case, which another tool wrote or which were damaged by hand, and compares with the expectation:
 * {@code accept}; {@code accept with a warning}; {@code reject}, an error of one line that starts with the file's name,
 * without large allocations; {@code accept or reject}, one of both.
 */
public final class InteropFiles {

    /** Reads a file and compares it with its case. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Returns the warnings.
         *
         * @param facts the facts about this file
         */
        List<String> read(Path file, JsonNode facts) throws Exception;
    }

    private InteropFiles() {}

    public static void read(GoldenCase golden, Path folder, Reader reader) throws Exception {
        AssertionError failures = new AssertionError(golden + ": not all files came through");
        StringBuilder messages = new StringBuilder();
        Path place = Files.createDirectories(folder.resolve(golden.name()));
        for (var each : golden.fact("files").properties()) {
            Path file = Files.write(place.resolve(each.getKey()), golden.file(each.getKey()));
            try {
                readOne(golden, file, each.getValue(), reader);
            } catch (Exception | AssertionError failure) {
                failures.addSuppressed(failure);
                messages.append(System.lineSeparator())
                        .append(file.getFileName())
                        .append(": ")
                        .append(failure);
            }
        }
        if (failures.getSuppressed().length > 0) {
            throw new AssertionError(golden + messages.toString(), failures);
        }
    }

    private static void readOne(GoldenCase golden, Path file, JsonNode facts, Reader reader) throws Exception {
        String expect = facts.path("expect").asText();
        boolean must = expect.startsWith("reject") && !expect.contains("accept");
        List<String> warnings;
        try {
            warnings = reader.read(file, facts);
        } catch (IOException refused) {
            boolean may =
                    expect.contains("reject") || golden.fact("what").asText().contains("say clearly");
            if (!may) {
                throw new AssertionError(
                        "expected to " + expect + ": " + facts.path("why").asText(), refused);
            }
            Malformed.assertRejected(file, "", () -> reader.read(file, facts));
            if (must) {
                golden.countRejection(true);
            }
            return;
        }
        if (must) {
            golden.countRejection(false);
            throw new AssertionError(
                    "was read, expected to " + expect + ": " + facts.path("why").asText());
        }
        if (expect.contains("with a warning")
                && (warnings.isEmpty() || !warnings.getFirst().startsWith(file + ": "))) {
            throw new AssertionError("has the warnings " + warnings + ", expected one that starts with its name: "
                    + facts.path("why").asText());
        }
    }
}
