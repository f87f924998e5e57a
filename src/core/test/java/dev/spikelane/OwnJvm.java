package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program of the tests in a new JVM with a user's flags and this JVM's SIMD width. */
public final class OwnJvm {

    private OwnJvm() {}

    /** Returns the output; fails unless the exit code is 0. */
    public static String run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        return run(List.of(), main, arguments);
    }

    public static String run(List<String> flags, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return output(start(flags, main, arguments));
    }

    /** Waits and returns the output; fails unless the exit code is 0. */
    public static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    public static Process start(List<String> flags, Class<?> main, String... arguments) throws IOException {
        return builder(flags, main, arguments).redirectErrorStream(true).start();
    }

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
