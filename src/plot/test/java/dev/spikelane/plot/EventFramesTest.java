package dev.spikelane.plot;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.ints;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Gray values of events, pixel by pixel. */
final class EventFramesTest extends FolderCase {

    /** On at (1, 0) in step 0, off at (2, 1) in step 1, of 3 x 2 pixels. */
    private static SpikeMatrix spikes() {
        SpikeMatrix spikes = SpikeMatrix.zeros(3, 12);
        spikes.set(0, 6 + 1, true);
        spikes.set(1, 5, true);
        return spikes;
    }

    private static int[] gray(Figure figure) {
        byte[] bytes = ((ImagePlot) figure).bytes();
        return ints(bytes.length, i -> bytes[i] & 0xFF);
    }

    @Test
    void framesHaveTheEventsOfTheirStep() throws IOException {
        Figure frames = Plot.events(spikes(), Shape.of(2, 2, 3));
        int g = 128;
        assertArrayEquals(new int[] {g, 255, g, g, g, g, g, g, g, g, g, 0, g, g, g, g, g, g}, gray(frames));
        for (String name : new String[] {"x.gif", "x.html"}) {
            frames.write(folder.resolve(name));
            assertTrue(Files.size(folder.resolve(name)) > 100);
        }
    }

    @Test
    void aSurfaceFades() {
        int[] gray = gray(Plot.timeSurface(spikes(), Shape.of(2, 2, 3), 1 / Math.log(2)));
        assertArrayEquals(new int[] {255, 191, 159}, new int[] {gray[1], gray[7], gray[13]});
        assertArrayEquals(new int[] {128, 0, 64}, new int[] {gray[5], gray[11], gray[17]});
        SpikeMatrix one = SpikeMatrix.zeros(2, 6);
        one.set(0, 3, true);
        int[] of = gray(Plot.events(one, Shape.of(1, 2, 3)));
        assertArrayEquals(new int[] {0, 255, 0}, new int[] {of[2], of[3], of[9]});
    }

    @Test
    void refusalsSayWhatIsExpected() {
        assertInvalid(
                "shape is [3 x 2 x 2], expected [1 x height x width] or [2 x height x width] of 12 neurons",
                () -> Plot.events(spikes(), Shape.of(3, 2, 2)));
        assertInvalid("tau is 0.0, expected more than 0 steps", () -> Plot.timeSurface(spikes(), Shape.of(2, 2, 3), 0));
    }
}
