package dev.spikelane.network.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A limit of native memory, in new JVMs: unreachable memory is freed before it is exceeded, and the error names
 * reachable memory.
 */
@Users
final class LimitedMemoryTest {

    private static final long LIMIT_MB = 100;

    private static final Pattern MESSAGE = Pattern.compile(
            "\\w+ \\[\\d+ x \\d+] is refused: \\d+ bytes of native memory would pass the limit: held are \\d+ bytes by (\\d+)"
                    + " open simulations, 0 bytes by 0 open session pools, 0 bytes by 0 open trainers, \\d+ by matrices,"
                    + " networks and direct buffers; at most " + (LIMIT_MB << 20)
                    + " may be; close what is not needed any"
                    + " more, or raise the limit with -Dspikelane.maxNativeMemory");

    @TempDir
    private static Path folder;

    private static final Map<String, Process> STARTED = new HashMap<>();

    /** In parallel, because most time is the start of a JVM. */
    @BeforeAll
    static void start() throws IOException {
        for (String what : List.of(
                "forget simulations", "forget trainers", "hold simulations", "hold matrices", "large trainer")) {
            start(what, LIMIT_MB);
        }
        start("forget more simulations", 8 * LIMIT_MB);
    }

    private static void start(String what, long limit) throws IOException {
        List<String> flags = List.of("-Xmx256m", "-Dspikelane.maxNativeMemory=" + limit + "m");
        STARTED.put(
                what,
                OwnJvm.builder(flags, LimitedMemoryMain.class, what)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectOutput(folder.resolve(what).toFile())
                        .start());
    }

    private static List<String> run(String what) throws IOException, InterruptedException {
        assertEquals(0, Objects.requireNonNull(STARTED.get(what)).waitFor(), what);
        return Files.readAllLines(folder.resolve(what));
    }

    /** They would take 340 MB and more, and nothing else in this heap triggers a collection. */
    @Test
    void forgottenSimulationsAreFreedInTime() throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Files.isReadable(ForgottenSimulationsMain.STATUS), "this system does not tell the memory of a process");
        long grown = Long.parseLong(run("forget simulations").getFirst());
        assertTrue(grown / 1_000 < 3 * LIMIT_MB, "grew by " + grown + " kB"); // the heap grows too
    }

    /** All of them would take 500 MB; beside 150 MB of reachable matrices, two collections suffice, not 300. */
    @Test
    void forgottenSimulationsAreFreedLongBeforeTheLimit() throws IOException, InterruptedException {
        List<String> lines = run("forget more simulations");
        long most = Long.parseLong(lines.getFirst());
        assertTrue(most <= LIMIT_MB << 20, "held " + most);
        long nanoseconds = Long.parseLong(lines.get(1));
        assertTrue(nanoseconds < 3_000_000_000L, nanoseconds + " ns");
    }

    @Test
    void forgottenTrainersAreFreedInTime() throws IOException, InterruptedException {
        List<String> lines = run("forget trainers");
        assertTrue(Long.parseLong(lines.getFirst()) > LIMIT_MB << 20, "kept, they would pass: " + lines);
        assertTrue(Long.parseLong(lines.getLast()) <= LIMIT_MB << 20, lines.toString());
    }

    @Test
    void heldSimulationsAreNamed() throws IOException, InterruptedException {
        List<String> lines = run("hold simulations");
        int held = Integer.parseInt(lines.getFirst());
        String message = lines.get(1);
        assertTrue(held > 20, "held " + held);
        Matcher declared = MESSAGE.matcher(message);
        assertTrue(declared.matches(), message);
        int open = Integer.parseInt(declared.group(1)); // a refused one counts as open if it could not be created
        assertTrue(open == held || open == held + 1, held + " are held, " + message);
        assertEquals("one more after closing one", lines.get(2));
    }

    @Test
    void matricesCount() throws IOException, InterruptedException {
        List<String> lines = run("hold matrices");
        int megabytes = Integer.parseInt(lines.getFirst());
        assertTrue(megabytes <= LIMIT_MB && megabytes > LIMIT_MB - 20, lines.toString());
        assertTrue(
                lines.get(1).startsWith("FloatMatrix [256 x 1024] is refused: 1048576 bytes of native"), lines.get(1));
    }

    @Test
    void trainersThatNeedMoreAreRefusedBeforehand() throws IOException, InterruptedException {
        String message = run("large trainer").getFirst();
        assertTrue(
                message.startsWith("training of 100 steps of batch 1000 needs ")
                        && message.contains("; at most " + (LIMIT_MB << 20) + " may be); fewer samples, "),
                message);
    }
}
