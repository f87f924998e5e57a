package dev.spikelane.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fallback on the class path without the module of the Vector API, and the message about it. */
final class SimdFallbackTest extends FolderCase {

    private static final String MISSING = "scalar kernels, because the module jdk.incubator.vector is missing;"
            + " networks run up to 240 times slower; start java with --add-modules jdk.incubator.vector";

    @Test
    void scalarKernelsServe() {
        assertEquals(0, Simd.bits());
        assertEquals(MISSING, Simd.describe());
    }

    @Test
    void oneLineWarnsOfTheMissingModule() throws Exception {
        Child child = start();
        assertEquals(0, child.exit(), child.errors());
        assertEquals(List.of("0", MISSING), child.output());
        assertEquals(List.of("WARNING: Spikelane: " + MISSING), child.warnings());
    }

    @Test
    void nothingWarnsOfScalarKernelsThatWereAskedFor() throws Exception {
        Child child = start("-Dspikelane.simd=scalar");
        assertEquals(List.of("0", "scalar kernels, as spikelane.simd=scalar asks"), child.output());
        assertEquals(List.of(), child.warnings());
    }

    @Test
    void vectorsServeOnTheClassPathToo() throws Exception {
        Child child = start("--add-modules", "jdk.incubator.vector");
        assertEquals(0, child.exit(), child.errors());
        assertFalse(child.output().getFirst().equals("0"), child.output().toString());
        assertEquals(List.of(), child.warnings());
    }

    @Test
    void oneLineWarnsOfAMissingCompiler() throws Exception {
        for (String flag : List.of("-Xint", "-XX:TieredStopAtLevel=1", "-XX:TieredStopAtLevel=3")) {
            Child child = start("--add-modules", "jdk.incubator.vector", flag);
            assertEquals("0", child.output().getFirst(), flag);
            assertTrue(child.output().getLast().contains("without its C2 compiler"), flag);
            assertEquals(1, child.warnings().size(), flag);
        }
    }

    @Test
    void refusesAnUnknownWidth() throws Exception {
        Child child = start("-Dspikelane.simd=1024");
        assertEquals(1, child.exit());
        assertTrue(
                child.errors()
                        .contains("spikelane.simd is '1024', expected auto, 512, 256, 128, max-256, max-128 or scalar"),
                child.errors());
    }

    @Test
    void refusesAWidthThatCannotBeHad() throws Exception {
        Child missing = start("-Dspikelane.simd=256");
        assertEquals(1, missing.exit());
        assertTrue(
                missing.errors().contains("spikelane.simd is '256', which cannot be had, because the module"),
                missing.errors());
        Child narrow = start("--add-modules", "jdk.incubator.vector", "-XX:MaxVectorSize=16", "-Dspikelane.simd=512");
        assertEquals(1, narrow.exit());
        assertTrue(narrow.errors().contains("spikelane.simd is '512', "), narrow.errors());
        assertEquals(0, start("-Dspikelane.simd=max-256").exit());
    }

    /** Starts a JVM with this class path and these flags, which runs kernels. */
    private Child start(String... flags) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), KernelsMain.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        return new Child(process.waitFor(), Files.readAllLines(output), Files.readString(errors));
    }

    private record Child(int exit, List<String> output, String errors) {

        List<String> warnings() {
            return errors.lines().filter(line -> line.contains("Spikelane")).toList();
        }
    }
}
