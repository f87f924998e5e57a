package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.io.Npy;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The demo's convolutional network classifies the embedded test images, and shows its maps. */
@Users
final class MapsDemoTest extends FolderCase {

    private static final double LEAST = 0.86;

    private static String demo(String... options) {
        String[] arguments = new String[options.length + 5];
        System.arraycopy(new String[] {"demo", "--network", "conv", "--warm-up", "0"}, 0, arguments, 0, 5);
        System.arraycopy(options, 0, arguments, 5, options.length);
        return CommandRun.of(arguments).requireSuccess();
    }

    @Test
    void mostOfAllImagesAreRight() throws IOException {
        JsonNode images = new ObjectMapper()
                .readTree(demo("--count", "256", "--json", "--no-report"))
                .get("images");
        assertTrue(
                images.get("accuracy").asDouble() >= LEAST,
                images.get("accuracy").toString());
        int right = 0;
        for (JsonNode result : images.get("results")) {
            right += result.get("label").equals(result.get("recognized_as")) ? 1 : 0;
        }
        assertEquals(right / 256.0, images.get("accuracy").asDouble());
    }

    /** Results do not depend on batch and threads, and recordings agree with counts. */
    @Test
    void recordsWhatItCounts() throws IOException {
        Path page = folder.resolve("maps.html");
        String one = demo(
                "--count",
                "5",
                "--batch",
                "2",
                "--threads",
                "2",
                "--json",
                "--out",
                folder.toString(),
                "--report",
                page.toString());
        String other = demo("--count", "5", "--json", "--no-report");
        JsonNode images = new ObjectMapper().readTree(one).get("images");
        assertEquals(new ObjectMapper().readTree(other).get("images"), images);
        try (Arena arena = Arena.ofConfined()) {
            Npy<SpikeMatrix> spikes = Npy.readSpikes(folder.resolve("images_spikes3.npy"), arena);
            int steps = spikes.shape().getFirst();
            for (int image = 0; image < 5; image++) {
                for (int neuron = 0; neuron < 10; neuron++) {
                    int count = 0;
                    for (int step = 0; step < steps; step++) {
                        count += spikes.matrix().get(step * 5 + image, neuron) ? 1 : 0;
                    }
                    assertEquals(
                            count,
                            images.get("results")
                                    .get(image)
                                    .get("counts")
                                    .get(neuron)
                                    .asInt());
                }
            }
        }
        assertTrue(Files.size(page) < 1_500_000, Files.size(page) + " bytes");
    }

    @Test
    void modelTakesAtMost70Kilobytes() throws IOException {
        try (InputStream model =
                DemoPreset.class.getResourceAsStream("/dev/spikelane/cli/" + DemoPreset.CONV.weights())) {
            assertTrue(model.readAllBytes().length <= 70_000);
        }
    }

    @Test
    void takesImagesOfItsSizeAlone() throws IOException {
        Path file = Files.write(folder.resolve("small"), SmallImages.idx(new byte[60], 3, 4, 5));
        CommandRun.of("demo", "--network", "conv", "--images", file.toString())
                .requireFailure(1, "spikelane: " + file + ": images are 4 x 5, expected 28 x 28 for --network conv");
        CommandRun.of("demo", "--network", "x")
                .requireFailureWith(
                        2,
                        "--network is 'x', expected one of brunel, conv, cuba, events, microcircuit, stdp, tutorial3");
    }
}
