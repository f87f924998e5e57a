package dev.spikelane.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Files that NumPy wrote or that were damaged by hand, with expectations: one case of an archive in
 * {@code src/core/test/resources/interop}, unpacked into a folder.
 */
final class InteropCase {

    private final Path folder;
    private final JsonNode json;

    private InteropCase(Path folder, JsonNode json) {
        this.folder = folder;
        this.json = json;
    }

    static InteropCase unpack(String kind, String name, Path folder) throws IOException {
        String resource = "/interop/" + kind + ".zip";
        try (InputStream stream = InteropCase.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new NoSuchFileException(resource, null, "no such test resource");
            }
            ZipInputStream archive = new ZipInputStream(stream);
            for (ZipEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                if (entry.getName().startsWith(name + "/")) {
                    Files.write(folder.resolve(Path.of(entry.getName()).getFileName()), archive.readAllBytes());
                }
            }
        }
        return new InteropCase(
                folder, new ObjectMapper().readTree(folder.resolve("case.json").toFile()));
    }

    List<String> files() {
        List<String> names = new ArrayList<>();
        json.path("files").fieldNames().forEachRemaining(names::add);
        return names;
    }

    Path path(String file) {
        return folder.resolve(file);
    }

    String expect(String file) {
        return fact(file, "expect").asText();
    }

    JsonNode fact(String file, String key) {
        return json.path("files").path(file).path(key);
    }

    List<Integer> shape(String file) {
        List<Integer> shape = new ArrayList<>();
        fact(file, "shape").forEach(size -> shape.add(size.intValue()));
        return shape;
    }

    /** Returns the values as NumPy stored them, after the header of a {@code .npy} file of bytes. */
    byte[] storedBytes(String file) throws IOException {
        byte[] stored = Files.readAllBytes(path(fact(file, "values").asText()));
        int count = shape(file).stream().reduce(1, Math::multiplyExact);
        return Arrays.copyOfRange(stored, stored.length - count, stored.length);
    }
}
