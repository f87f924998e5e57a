package dev.spikelane.io.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.fixture.FolderCase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Writing in a second JVM while the system refuses or the JVM is stopped. */
@Timeout(600)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "a shell, its limits and its signals")
final class AtomicFileProcessTest extends FolderCase {

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

    /** The incomplete file has another name and hinders nothing. */
    @Test
    void theOldFileIsWholeWhenTheJvmIsKilled() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
        Path file = Files.writeString(folder.resolve("file"), "precious");
        Process process = start("exec ", file + "' 'wait");
        try (BufferedReader output = process.inputReader()) {
            assertEquals("waiting", output.readLine());
            process.destroyForcibly();
            process.waitFor();
        }
        assertEquals("precious", Files.readString(file));
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {'n', 'e', 'w'})));
        assertEquals("new", Files.readString(file));
    }

    /** Root may write anything, so this needs another user. */
    @Test
    void anOrdinaryUserIsToldWhatMayNotBeWritten() throws IOException, InterruptedException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/setpriv"))
                        && System.getProperty("user.name").equals("root"),
                "only root with setpriv can try another user");
        String user = "exec setpriv --reuid=65534 --regid=65534 --clear-groups ";
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path others = Files.writeString(folder.resolve("others"), "precious");
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path link = Files.createSymbolicLink(open.resolve("link"), Path.of("..", "new"));
        assumeTrue(firstLine(user, open.resolve("allowed")) == null, "another user cannot run these classes");
        assertEquals(others + ": is read-only, expected a file that may be written", firstLine(user, others));
        assertEquals(
                folder.resolve("new") + ": cannot be written, permission denied",
                firstLine(user, folder.resolve("new")));
        assertEquals(link + ": cannot be written, permission denied", firstLine(user, link));
        assertEquals("precious", Files.readString(others));
        assertEquals(List.of("allowed", "link"), names(open));
        assertEquals(List.of("open", "others"), names(folder));
    }

    private static List<String> names(Path folder) {
        return Stream.of(folder.toFile().list()).sorted().toList();
    }

    private static @Nullable String firstLine(String before, Path file) throws IOException, InterruptedException {
        Process process = start(before, file.toString());
        try (BufferedReader output = process.inputReader();
                BufferedReader errors = process.errorReader()) {
            String line = output.readLine();
            String error = errors.readLine();
            process.waitFor();
            return line == null ? error : line;
        }
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
