package dev.spikelane.cli.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.Main;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.fixture.FolderCase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that write files, with a pipe whose reader has stopped, like {@code head}. */
@Timeout(600)
@Users
final class ReaderGoneTest extends FolderCase {

    private static final String GONE = "Broken pipe";

    private Path images = Path.of("");
    private Path model = Path.of("");

    @BeforeEach
    void writeImages() throws IOException {
        images = SmallImages.write(folder.resolve("images"));
        model = folder.resolve("model.safetensors");
    }

    private String[] train(Path to, String... more) {
        List<String> arguments = new ArrayList<>(List.of("train", "--data", images.toString(), "--hold-out", "30"));
        arguments.addAll(List.of("--batch", "16", "--steps", "6", "--hidden", "20", "--model", to.toString()));
        arguments.addAll(List.of(more));
        if (!arguments.contains("--report")) {
            arguments.add("--no-report");
        }
        return arguments.toArray(String[]::new);
    }

    /** Returns the model of a command whose output was read. */
    private Path expected(String... more) {
        Path whole = folder.resolve("whole.safetensors");
        CommandRun.of(train(whole, more)).requireSuccess();
        return whole;
    }

    @Test
    void trainWritesItsFilesAndSaysSo() throws IOException {
        Path report = folder.resolve("report.html");
        Path history = folder.resolve("history.csv");
        CommandRun run = CommandRun.into(
                GONE, train(model, "--epochs", "2", "--report", report.toString(), "--history", history.toString()));
        assertEquals(
                "spikelane: nobody reads standard output any more; the command goes on until it has written " + model
                        + ", " + report + System.lineSeparator(),
                run.err());
        assertEquals(0, run.code());
        assertEquals(-1, Files.mismatch(expected("--epochs", "2"), model));
        assertTrue(Files.size(report) > 1_000);
        assertEquals(3, Files.readAllLines(history).size());
        assertFalse(Files.exists(folder.resolve("model.safetensors.checkpoint")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json", "--quiet"})
    void trainWithoutTextWritesItsModel(String option) throws IOException {
        CommandRun run = CommandRun.into(GONE, train(model, "--epochs", "1", option));
        assertEquals(0, run.code(), run.err());
        assertEquals(-1, Files.mismatch(expected("--epochs", "1"), model));
    }

    @Test
    void trainThatCannotPrintWritesItsModelAndFails() throws IOException {
        CommandRun run = CommandRun.into("No space left on device", train(model, "--epochs", "1"));
        assertEquals(
                List.of(
                        "spikelane: standard output: No space left on device; the command goes on until it has written "
                                + model,
                        "spikelane: standard output: No space left on device"),
                run.err().lines().toList());
        assertEquals(1, run.code());
        assertEquals(-1, Files.mismatch(expected("--epochs", "1"), model));
    }

    @Test
    void demoWritesItsReportAndRecordings() throws IOException {
        Path report = folder.resolve("demo.html");
        Path recorded = folder.resolve("recorded");
        CommandRun run = CommandRun.into(
                GONE, ("demo --count 1 --steps 5 --warm-up 0 --report " + report + " --out " + recorded).split(" "));
        assertEquals(0, run.code(), run.err());
        assertTrue(run.err().endsWith("until it has written " + report + ", " + recorded + System.lineSeparator()));
        assertTrue(Files.size(report) > 1_000);
        try (Stream<Path> files = Files.list(recorded)) {
            assertEquals(14, files.count());
        }
    }

    @Test
    void runWritesItsReport() throws IOException {
        Path report = folder.resolve("run.html");
        CommandRun run = CommandRun.into(
                GONE,
                "run",
                "--model",
                expected("--epochs", "1").toString(),
                "--data",
                images.toString(),
                "--report",
                report.toString());
        assertEquals("", run.err());
        assertEquals(0, run.code());
        assertTrue(Files.size(report) > 1_000);
    }

    /** As {@code train | head -1}: a second JVM whose pipe is closed after its first line. */
    @Test
    void trainBeforeHeadWritesItsModel() throws IOException, InterruptedException {
        Process process = start(train(model, "--epochs", "3"));
        try (BufferedReader lines = process.inputReader()) {
            assertTrue(lines.readLine().startsWith("Training 36 -> 20 -> 4"));
        }
        assertEquals(0, process.waitFor(), Files.readString(folder.resolve("errors")));
        assertTrue(
                Files.readString(folder.resolve("errors")).contains("nobody reads standard output any more"),
                Files.readString(folder.resolve("errors")));
        assertEquals(-1, Files.mismatch(expected("--epochs", "3"), model));
    }

    @Test
    void anEpochIsSavedBeforeItsLineIsPrinted() throws IOException, InterruptedException {
        Path checkpoint = folder.resolve("run.checkpoint");
        Process process = start(train(model, "--epochs", "1", "--checkpoint", checkpoint.toString()));
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            while (line != null && !line.startsWith("      1  ")) {
                line = lines.readLine();
            }
            assertTrue(line != null && Files.exists(checkpoint), "epoch 1 is not saved: " + line);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private Process start(String... arguments) throws IOException {
        return OwnJvm.builder(List.of("-XX:TieredStopAtLevel=1"), Main.class, arguments)
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }
}
