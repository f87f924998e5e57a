package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.example.Anytime;
import dev.spikelane.example.FromPython;
import dev.spikelane.example.Kernels;
import dev.spikelane.example.Learning;
import dev.spikelane.example.Loop;
import dev.spikelane.example.OwnData;
import dev.spikelane.example.Pictures;
import dev.spikelane.example.Series;
import dev.spikelane.example.Service;
import dev.spikelane.example.Tutorial;
import dev.spikelane.example.TutorialThree;
import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The examples of README and site are classes of the tests, letter for letter, and print and draw what the pages say.
 */
class ReadmeTest {

    private static final Path README = Path.of("README.md");
    private static final Path SERVICE = Path.of("src/site/markdown/service.md");
    private static final Path TUTORIAL = Path.of("src/site/markdown/tutorial3.md");
    private static final Path EXAMPLES = Path.of("src/test/java/dev/spikelane/example");

    @ParameterizedTest
    @CsvSource({
        "README.md, Tutorial",
        "README.md, Loop",
        "README.md, Learning",
        "README.md, Pictures",
        "README.md, Kernels",
        "src/site/markdown/service.md, Service",
        "src/site/markdown/service.md, Anytime",
        "src/site/markdown/training.md, Training",
        "src/site/markdown/training.md, OwnData",
        "src/site/markdown/training.md, Series",
        "src/site/markdown/tutorial3.md, TutorialThree"
    })
    void exampleStandsOnItsPage(Path page, String example) throws IOException {
        String source = source(example);
        assertTrue(
                Files.readString(page).contains("```java\n" + source.substring(source.indexOf("import ")) + "```"),
                page + " does not print " + example + ".java as it is");
    }

    @Test
    void javadocOpensWithTheTutorial() throws IOException {
        String javadoc =
                statements("Tutorial").lines().map(line -> " * " + line + "\n").collect(Collectors.joining());
        assertTrue(Files.readString(Path.of("src/main/java/module-info.java")).contains("{@code\n" + javadoc), javadoc);
    }

    @Test
    void linesForWeightsFromPythonStandInTheReadme() throws IOException {
        String lines = statements("FromPython");
        assertTrue(Files.readString(README).contains("```java\n" + lines + "```"), lines);
    }

    @Test
    void weightsFromPythonAreThoseOfTheFiles(@TempDir Path folder) throws IOException {
        TorchRandom random = new TorchRandom(1);
        FloatMatrix weights = random.rand(5, 784);
        FloatMatrix bias = random.rand(1, 5);
        Npy.write(folder.resolve("fc1.weight.npy"), weights);
        Npy.write(folder.resolve("fc1.bias.npy"), bias, 5);
        Network network = FromPython.load(folder);
        assertEquals(weights.get(4, 783), network.weights().get("fc1.weight").get(4, 783));
        assertEquals(bias.get(0, 4), network.weights().get("fc1.bias").get(0, 4));
    }

    @Test
    void exampleDrawsPictures(@TempDir Path folder) throws IOException {
        Pictures.main(new String[] {folder.toString()});
        for (String name : List.of("raster.html", "traces.svg", "counts.gif", "encoded.png")) {
            assertTrue(Files.size(folder.resolve(name)) > 10_000, name);
        }
    }

    @Test
    void tutorialPrintsWhatTheReadmeSays() throws Exception {
        assertPrintsWhatThePageSays(README, 1, () -> Tutorial.main(new String[0]));
    }

    @Test
    void loopPrintsWhatTheReadmeSays() throws Exception {
        assertPrintsWhatThePageSays(README, 1, () -> Loop.main(new String[0]));
    }

    @Test
    void learningPrintsWhatTheReadmeSays() throws Exception {
        assertPrintsWhatThePageSays(README, 1, () -> Learning.main(new String[0]));
    }

    @Test
    void kernelsPrintWhatTheReadmeSays() throws Exception {
        assertPrintsWhatThePageSays(README, 1, () -> Kernels.main(new String[0]));
    }

    @Test
    void servicePrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SERVICE, 1, () -> Service.main(new String[0]));
    }

    @Test
    void anytimePrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(SERVICE, 2, () -> Anytime.main(new String[0]));
    }

    @Test
    void ownDataPrintsWhatItsPageSays() throws Exception {
        assertPrintsWhatThePageSays(Path.of("src/site/markdown/training.md"), 2, () -> OwnData.main(new String[0]));
    }

    @Test
    void seriesPrintWhatTheirPageSays() throws Exception {
        assertPrintsWhatThePageSays(Path.of("src/site/markdown/training.md"), 2, () -> Series.main(new String[0]));
    }

    @Test
    void tutorialThreePrintsWhatItsPageSays(@TempDir Path folder) throws Exception {
        assertPrintsWhatThePageSays(TUTORIAL, 6, () -> TutorialThree.main(new String[] {folder.toString()}));
        for (String name : List.of("lif-step.png", "leaky-step.png", "raster.html", "spike-count.gif", "traces.svg")) {
            assertTrue(Files.size(folder.resolve(name)) > 10_000, name);
        }
    }

    /** What an example does. */
    private interface Program {
        void run() throws Exception;
    }

    private static void assertPrintsWhatThePageSays(Path page, int lines, Program example) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            example.run();
        } finally {
            System.setOut(before);
        }
        String text = printed.toString(StandardCharsets.UTF_8).strip();
        assertTrue(Files.readString(page).contains("```\n" + text + "\n```"), page + " does not say: " + text);
        assertEquals(lines, text.lines().count());
    }

    /** What the only method of an example does, without the indent. */
    private static String statements(String example) throws IOException {
        String source = source(example);
        return source.substring(source.indexOf("        var "), source.indexOf("    }\n}"))
                .lines()
                .map(line -> line.substring(8) + "\n")
                .collect(Collectors.joining());
    }

    private static String source(String example) throws IOException {
        return Files.readString(EXAMPLES.resolve(example + ".java"));
    }
}
