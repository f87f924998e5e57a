package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.example.Loop;
import dev.spikelane.example.Pictures;
import dev.spikelane.example.Tutorial;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's examples are classes of the tests, letter for letter, and do what the README says. */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final Path EXAMPLES = Path.of("src/test/java/dev/spikelane/example");

    @ParameterizedTest
    @ValueSource(strings = {"Tutorial.java", "Loop.java", "Pictures.java"})
    void exampleStandsInTheReadme(String example) throws IOException {
        String source = Files.readString(EXAMPLES.resolve(example));
        String printed = source.substring(source.indexOf("import "));
        assertTrue(
                Files.readString(README).contains("```java\n" + printed + "```"),
                "README.md does not print " + example + " as it is");
    }

    @Test
    void exampleDrawsPictures(@TempDir Path folder) throws IOException {
        Pictures.main(new String[] {folder.toString()});
        for (String name : List.of("raster.html", "raster.png", "traces.svg", "counts.gif")) {
            assertTrue(Files.size(folder.resolve(name)) > 10_000, name);
        }
    }

    /** Whatever the README shows or links to is there. */
    @Test
    void filesOfTheReadmeAreThere() throws IOException {
        Matcher link = Pattern.compile("]\\(([^)#]+)\\)").matcher(Files.readString(README));
        int links = 0;
        while (link.find()) {
            links++;
            assertTrue(Files.isRegularFile(Path.of(link.group(1))), link.group(1));
        }
        assertTrue(links >= 2);
    }

    @Test
    void tutorialPrintsWhatTheReadmeSays() throws IOException {
        assertPrintsWhatTheReadmeSays(() -> Tutorial.main(new String[0]));
    }

    @Test
    void loopPrintsWhatTheReadmeSays() throws IOException {
        assertPrintsWhatTheReadmeSays(() -> Loop.main(new String[0]));
    }

    private static void assertPrintsWhatTheReadmeSays(Runnable example) throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        String line = printed.toString(StandardCharsets.UTF_8).strip();
        assertTrue(Files.readString(README).contains("```\n" + line + "\n```"), "README.md does not say: " + line);
        assertEquals(1, line.lines().count());
    }
}
