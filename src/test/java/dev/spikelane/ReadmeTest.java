package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.example.Tutorial;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README's example is a class of the tests, letter for letter, and does what the README says. */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final Path EXAMPLE = Path.of("src/test/java/dev/spikelane/example/Tutorial.java");

    @Test
    void exampleStandsInTheReadme() throws IOException {
        String source = Files.readString(EXAMPLE);
        String printed = source.substring(source.indexOf("import "));
        assertTrue(
                Files.readString(README).contains("```java\n" + printed + "```"),
                "README.md does not print " + EXAMPLE + " as it is");
    }

    @Test
    void examplePrintsWhatTheReadmeSays() throws IOException {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Tutorial.main(new String[0]);
        } finally {
            System.setOut(before);
        }
        String line = printed.toString(StandardCharsets.UTF_8).strip();
        assertTrue(Files.readString(README).contains("```\n" + line + "\n```"), "README.md does not say: " + line);
        assertEquals(1, line.lines().count());
    }
}
