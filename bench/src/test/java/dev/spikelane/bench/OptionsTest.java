package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {

    @Test
    void wordsSelectWorksThatHaveThemAll() throws Options.Wrong {
        Options options = Options.parse("network", "batch 1 ");

        assertEquals(List.of("network", "batch 1 "), options.words());
        assertFalse(options.full());
        assertTrue(options.takes("network 784 batch 1 steps 200"));
        assertFalse(options.takes("network 784 batch 128 steps 200"));
    }

    @Test
    void aFullRunHasFilesOfItsOwnNames() throws Options.Wrong {
        Options options = Options.parse("--full");

        assertTrue(options.full());
        assertEquals(Path.of("spikelane-bench.json"), options.json());
        assertEquals(Path.of("spikelane-bench.md"), options.markdown());
    }

    @Test
    void theHeatMapOfAGridIsBesideItsFigures() throws Options.Wrong {
        assertEquals(Path.of("spikelane-grid.svg"), Options.parse("--grid").heatMap());
        assertEquals(
                Path.of("folder", "zen.svg"),
                Options.parse("--grid", "--json", "folder/zen.json").heatMap());
        assertEquals(
                Path.of("zen.svg"), Options.parse("--grid", "--json", "zen").heatMap());
    }

    @Test
    void filesCanBeNamed() throws Options.Wrong {
        Options options = Options.parse("--json", "a.json", "matmul", "--full", "--markdown", "b.md");

        assertEquals(Path.of("a.json"), options.json());
        assertEquals(Path.of("b.md"), options.markdown());
        assertEquals(List.of("matmul"), options.words());
    }

    @ParameterizedTest
    @CsvSource({
        "--fast, unknown option --fast",
        "--tune matmul, '--tune needs vectors, and takes no words and no other option'",
        "--json, --json needs the name of a file",
        "--full --json --markdown, --json needs the name of a file",
        "--json a.json, --json needs --full",
        "--markdown a.md, --markdown needs --full"
    })
    void wrongUseIsExplained(String arguments, String message) {
        Options.Wrong wrong = assertThrows(Options.Wrong.class, () -> Options.parse(arguments.split(" ")));

        assertEquals(message, wrong.getMessage());
    }
}
