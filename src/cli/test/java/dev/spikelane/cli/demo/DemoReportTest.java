package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.browser.Browser;
import dev.spikelane.browser.BrowserPage;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Users
class DemoReportTest extends FolderCase {

    private static final String IMAGES = "document.querySelectorAll('.verdicts canvas[data-list=\"0\"]')";

    @Test
    void reportShowsWhatTheDemoPrints() throws IOException {
        Path file = folder.resolve("report.html");
        JsonNode json = json("--count", "5", "--json", "--report", file.toString());
        assertEquals(file.toString(), json.get("report").asText());
        assertTrue(Files.size(file) < 1_500_000, Files.size(file) + " bytes");
        Optional<Browser> shared = Browser.shared();
        assumeTrue(
                shared.isPresent(), "no chromium or google-chrome on the PATH: the report is not tried in a browser");
        Browser browser = shared.get();
        BrowserPage page = browser.open(file, 1200, 900, false, false);
        assertEquals(
                "0", page.evaluate("document.documentElement.dataset.drawn").asText());
        assertEquals(5, page.evaluate(IMAGES + ".length").asInt());
        assertTrue(page.evaluate("[..." + IMAGES + "].every(c => c.getContext('2d', {willReadFrequently: true})"
                        + ".getImageData(0, 0, 28, 28).data.filter((v, i) => i % 4 < 3 && v > 100).length > 100)")
                .asBoolean());
        for (int image = 0; image < 5; image++) {
            JsonNode result = json.get("images").get("results").get(image);
            JsonNode shown = page.evaluate("[...document.querySelectorAll('.verdicts li')[" + image
                    + "].querySelectorAll('rect title')].map(t => Number(t.textContent.split(': ')[1]))");
            assertEquals(result.get("counts"), shown);
        }
        requirePlaysByItself(page, json);
        requireSaysWhatItShows(page);
        assertFalse(page.evaluate("/NaN|Infinity|null|undefined/.test(document.body.innerText)")
                .asBoolean());
        page.screenshot(Path.of("target/screenshots/report.png"));
        assertEquals(List.of(), page.errors());
        assertEquals(1, page.requests().size());
        BrowserPage phone = browser.open(file, 375, 812, true, true);
        assertTrue(phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
                .asBoolean());
        phone.screenshot(Path.of("target/screenshots/report-phone.png"));
        assertEquals(List.of(), phone.errors());
    }

    /** The first image runs through the layers, and the last step shows its counts and marks the leading ones. */
    private static void requirePlaysByItself(BrowserPage page, JsonNode json) {
        assertEquals(
                "true",
                page.evaluate("document.querySelector('.activity') === document.querySelector('figure')")
                        .asText());
        page.await("/step [1-9]/.test(document.querySelector('.activity .controls output').textContent)");
        page.evaluate("(slider => { slider.value = 200; slider.oninput(); })"
                + "(document.querySelector('.activity input'))");
        JsonNode counts = page.evaluate(
                "[...document.querySelectorAll('.stage li output')].map(count => Number(count.textContent))");
        assertEquals(json.get("images").get("results").get(0).get("counts"), counts);
        assertEquals(
                "ankle boot",
                page.evaluate("document.querySelector('.stage .found span').textContent")
                        .asText());
        assertEquals(
                3,
                page.evaluate("document.querySelectorAll('.stage canvas').length")
                        .asInt());
        assertTrue(page.evaluate("[...document.querySelectorAll('.stage canvas')].every(c => {"
                        + " const blank = document.createElement('canvas'); blank.width = c.width;"
                        + " blank.height = c.height; return c.toDataURL() !== blank.toDataURL(); })")
                .asBoolean());
    }

    private static void requireSaysWhatItShows(BrowserPage page) {
        assertTrue(page.evaluate("document.querySelector('.lead').textContent")
                .asText()
                .startsWith("5 images, turned into spikes and run through a network of 1,010 spiking neurons"
                        + " for 200 steps"));
        assertEquals(
                "[\"Images\",\"Configuration\"]",
                page.evaluate("[...document.querySelectorAll('h2')].map(h => h.textContent)")
                        .toString());
    }

    @Test
    void jsonIsOneObject() throws IOException {
        JsonNode json = json("--count", "2", "--steps", "30", "--json", "--no-report");
        assertEquals(30, json.get("settings").get("steps").asInt());
        assertEquals(2, json.get("images").get("results").size());
        assertEquals(10, json.get("tutorial").get("counts").size());
        assertEquals(22, json.get("neurons").get(0).get("spike_steps").get(0).asInt());
        assertTrue(json.get("report") == null);
        assertFalse(json.get("images").has("network_ms_per_image"), "nothing was timed");
        assertFalse(json.get("images").get("settled").asBoolean());
    }

    @Test
    void goesOnWithoutAPageInAReadOnlyFolder() throws IOException {
        Path file = Path.of("spikelane-demo.html");
        assumeTrue(!Files.exists(file), file + " is in the working folder");
        // Refused like a read-only folder, to which root could write.
        Files.createDirectory(file);
        try {
            CommandRun run = CommandRun.of("demo", "--count", "1", "--steps", "5", "--warm-up", "0");
            assertEquals(0, run.code());
            assertEquals(
                    "spikelane: no report is written, because spikelane-demo.html is a folder, expected the name of a"
                            + " file" + System.lineSeparator(),
                    run.err());
            assertTrue(run.out().contains("Tutorial network"));
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void quietPrintsNothing() {
        assertEquals("", demo("--count", "1", "--steps", "5", "--quiet", "--no-report"));
    }

    @Test
    void namesAReportThatCannotBeWritten() {
        Path file = folder.resolve("none").resolve("report.html");
        CommandRun.of("demo", "--report", file.toString())
                .requireFailure(1, "spikelane: " + file + ": there is no folder " + file.getParent());
        CommandRun.of("demo", "--report", folder.toString())
                .requireFailure(1, "spikelane: " + folder + ": is a folder, expected the name of a file");
        CommandRun.of("demo", "--report", "x.html", "--no-report")
                .requireFailureWith(2, "--report and --no-report exclude each other");
    }

    @Test
    void namesAReadOnlyReportBeforeTheRun() throws IOException {
        Path file = Files.writeString(folder.resolve("report.html"), "precious");
        assumeTrue(file.toFile().setWritable(false, false));
        CommandRun.of("demo", "--report", file.toString())
                .requireFailure(1, "spikelane: " + file + ": is read-only, expected a file that may be written");
        assertEquals("precious", Files.readString(file));
    }

    private static JsonNode json(String... options) throws IOException {
        return new ObjectMapper().readTree(demo(options));
    }

    private static String demo(String... options) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--warm-up", "0"));
        arguments.addAll(List.of(options));
        return CommandRun.of(arguments.toArray(String[]::new)).requireSuccess();
    }
}
