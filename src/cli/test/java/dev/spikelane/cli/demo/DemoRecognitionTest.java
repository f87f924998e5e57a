package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Checkout;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.input.ImageSet;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.model.Model;
import dev.spikelane.train.Decoding;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The demo's network classifies the embedded test images. */
@Users
final class DemoRecognitionTest extends FolderCase {

    private static final double LEAST = 0.86;

    private static String demo(String... options) {
        String[] arguments = new String[options.length + 4];
        arguments[0] = "demo";
        arguments[1] = "--no-report";
        arguments[2] = "--warm-up";
        arguments[3] = "0";
        System.arraycopy(options, 0, arguments, 4, options.length);
        return CommandRun.of(arguments).requireSuccess();
    }

    private static JsonNode json(String... options) throws IOException {
        return new ObjectMapper().readTree(demo(options)).get("images");
    }

    @Test
    void mostOfAllImagesAreRight() throws IOException {
        JsonNode images = json("--count", "256", "--json");
        assertTrue(
                images.get("accuracy").asDouble() >= LEAST,
                images.get("accuracy").toString());
        assertEquals("count", images.get("decoding").asText());
        int right = 0;
        for (JsonNode result : images.get("results")) {
            boolean same = result.get("label").equals(result.get("recognized_as"));
            assertEquals(same, result.get("right").asBoolean());
            right += same ? 1 : 0;
        }
        assertEquals(right / 256.0, images.get("accuracy").asDouble());
        int all = 0;
        int diagonal = 0;
        for (int label = 0; label < 10; label++) {
            for (int found = 0; found < 10; found++) {
                int count = images.get("confusion").get(label).get(found).asInt();
                all += count;
                diagonal += label == found ? count : 0;
            }
        }
        assertEquals(256, all);
        assertEquals(right, diagonal);
    }

    /** On the page, the class of an image is the class with the highest bar. */
    @Test
    void whatFiresMostIsWhatAnImageIsTakenFor() throws IOException {
        List<String> names = List.of(ImageSet.sample().names(10));
        for (JsonNode result : json("--count", "256", "--json").get("results")) {
            assertEquals(
                    names.get(result.get("fires_most").asInt()),
                    result.get("recognized_as").asText());
        }
    }

    /** In one step hardly any output fires; then the first class wins, as for {@code run}. */
    @Test
    void withoutASpikeTheFirstClassIsFound() throws IOException {
        int silent = 0;
        for (JsonNode result : json("--count", "256", "--steps", "1", "--json").get("results")) {
            if (result.get("fires_most").asInt() < 0) {
                assertEquals("t-shirt", result.get("recognized_as").asText());
                silent++;
            }
        }
        assertTrue(silent > 100, silent + " silent images");
    }

    @Test
    void saysWhatRunSays() throws IOException {
        Path file = folder.resolve("model.safetensors");
        try (InputStream model =
                DemoPreset.class.getResourceAsStream("/dev/spikelane/cli/" + DemoPreset.TUTORIAL3.weights())) {
            Files.copy(Objects.requireNonNull(model), file);
        }
        JsonNode ran = new ObjectMapper()
                .readTree(CommandRun.line("run --model %s --sample --code rate --steps 50 --json", file)
                        .requireSuccess());
        JsonNode shown = json("--count", "3", "--steps", "50", "--json");
        for (String fact : List.of("accuracy", "spikes_per_image", "synaptic_operations_per_image", "confusion")) {
            assertEquals(ran.get(fact), shown.get(fact), fact);
        }
    }

    @Test
    void recognizesInOtherSteps() throws IOException {
        JsonNode images = json("--count", "9", "--steps", "25", "--seed", "7", "--json");
        assertEquals(256, images.get("images").asInt());
        assertTrue(images.get("accuracy").asDouble() >= LEAST - 0.02, images.toString());
    }

    @Test
    void printsVerdictsAccuracyAndConfusion() {
        String out = demo("--count", "5");
        List<String> lines = out.lines().toList();
        int header = lines.indexOf("  image  label          0   1   2   3   4   5   6   7   8   9  most  taken for");
        for (int image = 0; image < 5; image++) {
            String line = lines.get(header + 1 + image);
            assertTrue(line.matches(".*  [a-z ]+, (right|wrong)"), line);
        }
        assertTrue(out.contains(" % of 256 images"), out);
        assertTrue(out.contains("decoded by the most spikes"), out);
        assertTrue(out.contains("  label \\ found     0     1"), out);
    }

    @Test
    void weightsAreThoseOfTheDocumentedCommand() throws IOException, NoSuchAlgorithmException {
        try (InputStream file =
                DemoRecognitionTest.class.getResourceAsStream("/dev/spikelane/cli/" + DemoPreset.TUTORIAL3.weights())) {
            byte[] bytes = Objects.requireNonNull(file).readAllBytes();
            assertTrue(bytes.length <= 804_152, bytes.length + " bytes");
            String hash = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            assertTrue(
                    Files.readString(Checkout.file("src/site/markdown/training.md"))
                            .contains("`" + hash + "`"),
                    hash);
        }
        Model model = DemoPreset.TUTORIAL3.trained();
        assertEquals(25, model.steps().orElseThrow());
        assertEquals(Decoding.COUNT.toString(), model.decoding().orElseThrow());
    }
}
