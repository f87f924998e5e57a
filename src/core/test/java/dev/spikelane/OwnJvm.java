package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program of the tests in a JVM of its own, with the flags that users have and this one's width. */
public final class OwnJvm {

    private OwnJvm() {}

    /** Returns what it printed; fails unless it ends well. */
    public static String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(List.of(), main, arguments);
    }

    /** The same with flags of the JVM. */
    public static String run(List<String> flags, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return output(start(flags, main, arguments));
    }

    /** Waits for it, and returns what it printed; fails unless it ends well. */
    public static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    /** Starts it. */
    public static Process start(List<String> flags, Class<?> main, String... arguments) throws IOException {
        return builder(flags, main, arguments).redirectErrorStream(true).start();
    }

    /** Returns the program to start. */
    public static ProcessBuilder builder(List<String> flags, Class<?> main, String... arguments) {
        String classPath = System.getProperty("java.class.path");
        String modulePath = System.getProperty("jdk.module.path");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dspikelane.simd=" + System.getProperty("spikelane.simd", "auto"),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                modulePath == null ? classPath : classPath + File.pathSeparator + modulePath,
                main.getName()));
        command.addAll(1, flags);
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
