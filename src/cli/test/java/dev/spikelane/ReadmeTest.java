package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples of README and site equal classes of the tests, which {@code ProgramsTest} runs. */
class ReadmeTest {

    private static final Path README = Checkout.file("README.md");
    private static final Path SITE = Checkout.file("src/site/markdown");
    private static final Path EXAMPLES = Checkout.file("src/cli/test/java/dev/spikelane/example");
    private static final int MOST_WORDS = 1200;
    private static final int MOST_LINKS = 12;

    @Test
    void readmeIsReadInAFewMinutes() throws IOException {
        int words = Files.readString(README).strip().split("\\s+").length;
        assertTrue(
                words <= MOST_WORDS,
                "the README has " + words + " words, at most " + MOST_WORDS + ": move some to a page");
    }

    @Test
    void readmeHasADozenLinks() {
        long links = Pattern.compile("]\\((?!src/site/\\w+\\.)")
                .matcher(read(README))
                .results()
                .count();
        assertTrue(links <= MOST_LINKS, "the README has " + links + " links, at most " + MOST_LINKS);
    }

    /** Only lines that make no sense alone may be missing on a page. */
    @Test
    void everyProgramOnAPageIsAnExample() throws IOException {
        Pattern program = Pattern.compile("(?s)```java\n(import .*?)```");
        List<String> examples;
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            examples = files.filter(Files::isRegularFile).map(ReadmeTest::read).toList();
        }
        try (Stream<Path> pages =
                Stream.concat(Stream.of(README), Files.list(SITE).filter(ReadmeTest::isPage))) {
            pages.forEach(page -> program.matcher(read(page))
                    .results()
                    .forEach(found -> assertTrue(
                            examples.stream().anyMatch(source -> source.endsWith(found.group(1))),
                            page + " has a program that is no example: " + found.group(1))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "README.md, Tutorial",
        "src/site/markdown/events.md, event/MovingBars",
        "src/site/markdown/networks.md, Loop",
        "src/site/markdown/sparse.md, Balanced",
        "src/site/markdown/sparse.md, SparseLearning",
        "src/site/markdown/optimizers.md, Learned",
        "src/site/markdown/neurons.md, Adaptive",
        "src/site/markdown/neurons.md, Kernels",
        "src/site/markdown/neurons.md, OwnModel",
        "src/site/markdown/pictures.md, Pictures",
        "src/site/markdown/plasticity.md, Online",
        "src/site/markdown/plasticity.md, Drifting",
        "src/site/markdown/service.md, Service",
        "src/site/markdown/service.md, Anytime",
        "src/site/markdown/service.md, Sessions",
        "src/site/markdown/sessions.md, Sensors",
        "src/site/markdown/training.md, Learning",
        "src/site/markdown/training.md, Training",
        "src/site/markdown/training.md, OwnData",
        "src/site/markdown/training.md, Series",
        "src/site/markdown/tutorial3.md, TutorialThree",
        "src/site/markdown/convolutions.md, EventStream",
        "src/site/markdown/convolutions.md, TutorialSix"
    })
    void exampleStandsOnItsPage(String page, String example) throws IOException {
        String source = source(example);
        assertTrue(
                Files.readString(Checkout.file(page))
                        .contains("```java\n" + source.substring(source.indexOf("import ")) + "```"),
                page + " does not print " + example + ".java as it is");
    }

    @Test
    void javadocOpensWithTheTutorial() throws IOException {
        String javadoc =
                statements("Tutorial").lines().map(line -> " * " + line + "\n").collect(Collectors.joining());
        assertTrue(
                Files.readString(Checkout.file("src/core/main/java/module-info.java"))
                        .contains("{@code\n" + javadoc),
                javadoc);
    }

    @ParameterizedTest
    @CsvSource({
        "README.md, TrainAndServe",
        "src/site/markdown/convolutions.md, ResidualBlock",
        "src/site/markdown/convolutions.md, LstmMaps",
        "src/site/markdown/convolutions.md, NormalizedMaps",
        "src/site/markdown/files.md, FromPython",
        "src/site/markdown/files.md, FromSafetensors"
    })
    void linesStandOnTheirPage(String page, String example) throws IOException {
        String lines = statements(example);
        assertTrue(
                Files.readString(Checkout.file(page)).contains("```java\n" + lines + "```"),
                page + " does not say: " + lines);
    }

    /** Returns the body of the only method of an example, without the indent. */
    private static String statements(String example) throws IOException {
        String source = source(example);
        return source.substring(source.indexOf("        var "), source.indexOf("    }\n}"))
                .lines()
                .map(line -> line.substring(8) + "\n")
                .collect(Collectors.joining());
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private static String source(String example) throws IOException {
        return Files.readString(EXAMPLES.resolve(example + ".java"));
    }
}
