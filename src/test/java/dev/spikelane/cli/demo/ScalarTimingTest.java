package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.spikelane.Alone;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.kernel.Simd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Alone
final class ScalarTimingTest {

    private static final DemoSettings SHORT = new DemoSettings(1, 5, 2, 1, 0);

    @TempDir
    private Path folder;

    @Test
    void timesTheEmbeddedImagesInASecondJvm() {
        assumeFalse(
                System.getProperty("java.class.path").isEmpty(),
                "there is no class path: a second JVM finds no classes");
        ScalarTiming timing = ScalarTiming.measure(SHORT, null, 3);
        assumeFalse(timing.note().contains("more than"), "this machine is too busy for a second JVM");
        assertEquals("", timing.note());
        assertTrue(timing.isTimed() && timing.millisecondsPerImage() > 0, timing.toString());
    }

    @Test
    void whatFailsIsANote() throws IOException {
        ScalarTiming broken = ScalarTiming.measure(SHORT, Files.writeString(folder.resolve("broken"), "x"), 3);
        assertFalse(broken.isTimed());
        assertTrue(broken.note().startsWith("not timed: "), broken.note());
        assertEquals(
                "not timed: " + folder + " cannot be read twice",
                ScalarTiming.measure(SHORT, folder, 3).note());
    }

    @Test
    void pageShowsIt() throws IOException {
        Path page = folder.resolve("demo.html");
        CommandRun.of("demo", "--steps", "5", "--count", "2", "--warm-up", "0", "--report", page.toString())
                .requireSuccess();
        String text = Files.readString(page);
        assertTrue(
                text.contains(
                        Simd.bits() == 0
                                ? "not timed: this run used the scalar kernels itself"
                                : "not timed: the times of this run did not settle"),
                "the note is missing");
        assertTrue(text.contains("Synaptic events per image"));
    }
}
