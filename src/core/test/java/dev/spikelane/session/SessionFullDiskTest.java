package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.OwnJvm;
import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A limit on file sizes stands for a full disk: a write ends inside a record. */
@EveryWidth
@EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has prlimit")
final class SessionFullDiskTest extends FolderCase {

    private static final int SESSIONS = 8;
    private static final int LIMIT = 100_003;

    /** A program that sets and lifts this limit. */
    static final class Limited {

        private Limited() {}

        private static void limit(String bytes) throws IOException, InterruptedException {
            String own = String.valueOf(ProcessHandle.current().pid());
            int failed = new ProcessBuilder("prlimit", "--pid", own, "--fsize=" + bytes + ":unlimited")
                    .inheritIO()
                    .start()
                    .waitFor();
            assertEquals(0, failed, "prlimit");
        }

        static void main(String[] arguments) throws IOException, InterruptedException {
            SessionPool pool = SessionRestartTest.open(SessionStore.ofFolder(Path.of(arguments[0])));
            limit(String.valueOf(LIMIT));
            String message = null;
            int steps = 0;
            while (message == null) {
                steps++;
                for (int session = 0; session < SESSIONS; session++) {
                    assertEquals(steps, SessionRestartTest.step(pool, session));
                }
                try {
                    pool.flush();
                } catch (UncheckedIOException full) {
                    message = full.getMessage();
                }
            }
            assertEquals(SESSIONS, pool.inMemory());
            for (int session = 0; session < SESSIONS; session++) {
                assertEquals(steps, SessionRestartTest.steps(pool, session));
            }
            limit("unlimited");
            assertTrue(pool.flush() > 0);
            System.out.println("refused: " + message);
            System.out.println("steps: " + steps);
            Runtime.getRuntime().halt(0);
        }
    }

    private static boolean hasLimits() throws InterruptedException {
        try {
            return new ProcessBuilder("prlimit", "--version").start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    @Test
    void sessionsStayInMemoryUntilThereIsRoom() throws Exception {
        assumeTrue(hasLimits(), "there is no prlimit");
        List<String> lines =
                OwnJvm.run(Limited.class, folder.toString()).lines().toList();
        String message = lines.get(lines.size() - 2);
        assertTrue(message.contains("stays in memory") && message.contains("sessions.log"), message);
        int steps = Integer.parseInt(lines.getLast().substring("steps: ".length()));
        assertTrue(Files.size(folder.resolve("sessions.log")) > LIMIT);
        try (SessionStore store = SessionStore.ofFolder(folder)) {
            SessionPool pool = SessionRestartTest.open(store);
            for (int session = 0; session < SESSIONS; session++) {
                assertEquals(steps, SessionRestartTest.steps(pool, session));
            }
        }
    }
}
