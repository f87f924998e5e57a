package dev.spikelane.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.OwnJvm;
import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A JVM warns about pixels of 0 to 255 once. */
@EveryWidth
final class RateWarningTest extends FolderCase {

    @Test
    void pixelsAreWarnedOfOnce() throws Exception {
        assertEquals(
                List.of("WARNING: Spikelane: data for Rate[gain=1.0, offset=0.0, firstSpikeTime=0] reach 255.0, where 1"
                        + " is a spike in every step: pixels of 0 to 255 need a gain of 1 / 255f, or"
                        + " Dataset.scaled(1 / 255f, 0)"),
                warnings("0.5", "255", "254"));
    }

    @Test
    void normalizedImagesAreNot() throws Exception {
        assertEquals(List.of(), warnings("1", "2.8"));
    }

    private List<String> warnings(String... largest) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors");
        int exit = OwnJvm.builder(List.of(), RateMain.class, largest)
                .redirectError(errors.toFile())
                .start()
                .waitFor();
        List<String> lines = Files.readAllLines(errors);
        assertEquals(0, exit, lines.toString());
        return lines.stream().filter(line -> line.contains("Spikelane")).toList();
    }
}
