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
import org.junit.jupiter.api.Test;

final class LinesTest {

    private static final int WIDEST = 120;
    private static final Map<String, Integer> MOST_FILES = Map.of("main/java", 35, "test/java", 32);

    @Test
    void linesHaveAtMost120Characters() throws IOException {
        List<String> wide = new ArrayList<>();
        int seen = 0;
        for (Path file : Checkout.sources(Checkout.inModules("main/java"))) {
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
    void foldersHaveFewFiles() throws IOException {
        for (Map.Entry<String, Integer> most : MOST_FILES.entrySet()) {
            Map<Path, Integer> full = new TreeMap<>();
            for (Path file : Checkout.sources(Checkout.inModules(most.getKey()))) {
                full.merge(file.getParent(), 1, Integer::sum);
            }
            assertTrue(full.size() > 25, full.size() + " folders");
            full.values().removeIf(count -> count <= most.getValue());
            assertEquals(Map.of(), full, "more than " + most.getValue() + " files");
        }
    }
}
