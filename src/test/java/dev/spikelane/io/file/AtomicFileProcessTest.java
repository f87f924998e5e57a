package dev.spikelane.io.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are written while the system refuses or the JVM is told to stop, in a JVM of its own. */
@Timeout(60)
final class AtomicFileProcessTest {

    @TempDir
    private Path folder;

    @Test
    void whatTheSystemRefusesIsNamed() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh to limit the size of files");
        Path file = folder.resolve("file");
        Process process = start("ulimit -f 16; exec ", file.toString());
        try (BufferedReader output = process.inputReader()) {
            assertEquals(file + ": cannot be written, File too large", output.readLine());
        }
        process.waitFor();
        assertArrayEquals(new String[0], folder.toFile().list());
    }

    @Test
    void nothingIsLeftWhenTheJvmIsToldToStop() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
        Process process = start("exec ", folder.resolve("file") + "' 'wait");
        try (BufferedReader output = process.inputReader()) {
            assertEquals("waiting", output.readLine());
            assertEquals(1, folder.toFile().list().length);
            process.destroy();
            process.waitFor();
        }
        assertArrayEquals(new String[0], folder.toFile().list());
    }

    private static Process start(String before, String arguments) throws IOException {
        String classPath = System.getProperty("java.class.path");
        String modulePath = System.getProperty("jdk.module.path");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String path = modulePath == null ? classPath : classPath + File.pathSeparator + modulePath;
        String command = before + "'" + java + "' -XX:TieredStopAtLevel=1 -cp '" + path + "' "
                + AtomicFileMain.class.getName() + " '" + arguments + "'";
        ProcessBuilder builder = new ProcessBuilder(List.of("/bin/sh", "-c", command));
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }
}
