package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.cli.input.ImageSet;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the page says of times: two images take 2, 4 and 3 ms, or nothing was timed, or the passes agree. */
final class DemoTilesTest {

    private static final DemoSettings SETTINGS = new DemoSettings(42, 200, 16, 2, 1);
    private static final NetworkResult NETWORK =
            new NetworkResult(List.of(List.of(1), List.of(2)), 0.25, 0.1, 0.1, List.of("a", "b"));

    private static DemoTiles tiles(ScalarTiming scalar, double... milliseconds) throws IOException {
        PassTimes times = new PassTimes();
        for (double each : milliseconds) {
            times.add(new PassTimes.Pass(0, each * 1e-3, each * 1e-3));
        }
        ImageRun.Result images =
                new ImageRun.Result(ImageSet.sample().first(2), NETWORK, Recognition.NONE, 2, 1, times);
        return new DemoTiles(new DemoResults(SETTINGS, List.of(), images), scalar);
    }

    @Test
    void timesThatDoNotAgreeStandWithTheirDoubt() throws IOException {
        Map<String, String> tiles = tiles(ScalarTiming.none("busy"), 2, 4, 3).all();
        assertEquals(
                List.of("Images per second", "Multiplications saved", "Synaptic events per second"),
                List.copyOf(tiles.keySet()));
        String speed = tiles.getOrDefault("Images per second", "");
        assertTrue(
                speed.startsWith(
                        "≈ 667\n1.50 ms (1.00 ms to 2.00 ms) each, in doubt: the last 3 passes did not agree; "),
                speed);
        // 200 steps of 1,000 neurons, each with 784 / 4 spikes before it, and a tenth of them for each of ten outputs.
        assertTrue(
                tiles.getOrDefault("Synaptic events per second", "").startsWith("≈ 26.3 billion\n"), tiles::toString);
    }

    @Test
    void aSinglePassSaysThatItIsOne() throws IOException {
        String speed = tiles(ScalarTiming.none("busy"), 4).all().getOrDefault("Images per second", "");
        assertTrue(speed.startsWith("≈ 500\n2.00 ms each, in doubt: a single pass; "), speed);
    }

    @Test
    void withoutAPassThereIsNoTime() throws IOException {
        for (DemoTiles none : List.of(tiles(ScalarTiming.none("busy")), tiles(ScalarTiming.none("busy"), 0, 0, 0))) {
            Map<String, String> tiles = none.all();
            assertEquals(List.of("Multiplications saved", "Synaptic events per image"), List.copyOf(tiles.keySet()));
            assertTrue(tiles.getOrDefault("Synaptic events per image", "").startsWith("39,400,000\n"), tiles::toString);
        }
    }

    @Test
    void timesThatAgreeStandAlone() throws IOException {
        Map<String, String> tiles =
                tiles(new ScalarTiming(10, ""), 2, 2.02, 2.01, 2, 2).all();
        assertEquals(
                List.of("Images per second", "Times faster than scalar", "Multiplications saved"),
                List.copyOf(tiles.keySet()));
        assertTrue(tiles.getOrDefault("Images per second", "").startsWith("1,000\n1.00 ms each; "), tiles::toString);
        assertTrue(tiles.getOrDefault("Times faster than scalar", "").startsWith("10.0\n"), tiles::toString);
        assertFalse(tiles.toString().contains("doubt"), tiles::toString);
    }
}
