package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Lines of the library are as wide as a reader's window, and folders as long. */
final class LinesTest {

    private static final Path MAIN = Path.of("src", "main", "java");
    private static final Path TEST = Path.of("src", "test", "java");
    private static final int WIDEST = 120;
    private static final int MOST_FILES = 35;

    @Test
    void linesHaveAtMost120Characters() throws IOException {
        List<String> wide = new ArrayList<>();
        int seen = 0;
        for (Path file : files(MAIN)) {
            List<String> lines = Files.readAllLines(file);
            seen += lines.size();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                if (line.length() > WIDEST) {
                    wide.add(file + ":" + (i + 1) + " has " + line.length() + " characters");
                }
            }
        }
        assertEquals(List.of(), wide);
        assertTrue(seen > 50_000, seen + " lines");
    }

    @Test
    void foldersHaveAtMost35Files() throws IOException {
        Map<Path, Integer> full = new TreeMap<>();
        for (Path root : List.of(MAIN, TEST)) {
            for (Path file : files(root)) {
                full.merge(file.getParent(), 1, Integer::sum);
            }
        }
        assertTrue(full.size() > 50, full.size() + " folders");
        full.values().removeIf(count -> count <= MOST_FILES);
        assertEquals(Map.of(), full);
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(path -> path.toString().endsWith(".java")).toList();
        }
    }
}
