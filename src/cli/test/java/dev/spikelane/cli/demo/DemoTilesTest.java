package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the page says of times: two images take 2, 4 and 3 ms, or nothing was timed, or the passes agree. */
final class DemoTilesTest {

    private static final DemoSettings SETTINGS = new DemoSettings(42, 200, 16, 2, 1);

    private static Map<String, String> tiles(String beside, double... milliseconds) {
        PassTimes times = new PassTimes();
        for (double each : milliseconds) {
            times.add(new PassTimes.Pass(0, each * 1e-3, each * 1e-3));
        }
        // 200 steps of 1,000 neurons, each with 784 / 4 spikes before it, and a tenth of them for each of ten outputs.
        return new DemoTiles(SETTINGS, times, 2, 39_400_000, 158_800_000, beside).all();
    }

    @Test
    void timesThatDoNotAgreeStandWithTheirDoubt() {
        Map<String, String> tiles = tiles("", 2, 4, 3);
        assertEquals(
                List.of("Images per second", "Multiplications saved", "Synaptic events per second"),
                List.copyOf(tiles.keySet()));
        String speed = tiles.getOrDefault("Images per second", "");
        assertTrue(
                speed.startsWith(
                        "≈ 667\n1.50 ms (1.00 ms to 2.00 ms) each, in doubt: the last 3 passes did not agree; "),
                speed);
        assertTrue(
                tiles.getOrDefault("Synaptic events per second", "").startsWith("≈ 26.3 billion\n"), tiles::toString);
        assertTrue(tiles.getOrDefault("Multiplications saved", "").startsWith("75.2 %\n"), tiles::toString);
    }

    @Test
    void aSinglePassSaysThatItIsOne() {
        String speed = tiles("", 4).getOrDefault("Images per second", "");
        assertTrue(speed.startsWith("≈ 500\n2.00 ms each, in doubt: a single pass; "), speed);
    }

    @Test
    void withoutAPassThereIsNoTime() {
        for (Map<String, String> tiles : List.of(tiles(""), tiles("", 0, 0, 0))) {
            assertEquals(List.of("Multiplications saved", "Synaptic events per image"), List.copyOf(tiles.keySet()));
            assertTrue(tiles.getOrDefault("Synaptic events per image", "").startsWith("39,400,000\n"), tiles::toString);
        }
    }

    @Test
    void timesThatAgreeStandBesideSnnTorchs() {
        Map<String, String> tiles = tiles("39 to 46", 2, 2.02, 2.01, 2, 2);
        assertEquals(
                List.of(
                        "Images per second",
                        "Times as fast as snnTorch",
                        "Multiplications saved",
                        "Synaptic events per second"),
                List.copyOf(tiles.keySet()));
        assertTrue(tiles.getOrDefault("Images per second", "").startsWith("1,000\n1.00 ms each; "), tiles::toString);
        assertFalse(tiles.toString().contains("doubt"), tiles::toString);
    }

    /** The page on performance has the figures and their command. */
    @Test
    void timesOfSnnTorchStandOnThePageOnPerformance() throws IOException {
        String page = Files.readString(Checkout.file("src/site/markdown/performance.md"));
        for (DemoPreset preset : DemoPreset.values()) {
            Matcher number = Pattern.compile("[0-9.]+(?= ms)").matcher(preset.besideSnnTorch());
            while (number.find()) {
                assertTrue(page.contains(number.group()), preset + ": " + number.group());
            }
            String times = preset.besideSnnTorch().split("\n", -1)[0];
            assertTrue(page.contains(times), times);
        }
    }
}
