package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The C compiler of this machine, which may have none; a program asks {@link #isThere} and says so. */
public final class CCompiler {

    /** No warning, no fusing, no reordering. */
    private static final List<String> STRICT = List.of(
            "-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fno-math-errno");

    private CCompiler() {}

    /** Whether a compiler can be called; where none can, this says that tests are skipped. */
    public static boolean isThere(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        System.out.println("skipped: there is no " + name + " on this machine");
        return false;
    }

    /** Compiles files with one call of a compiler, into a program or a shared library. */
    public static void compile(String compiler, List<Path> files, Path into, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(compiler));
        command.addAll(STRICT);
        command.addAll(List.of(options));
        files.forEach(file -> command.add(file.toString()));
        command.addAll(List.of("-o", into.toString()));
        assertEquals("", run(command.toArray(String[]::new)));
    }

    /** Runs a command and returns what it says. */
    public static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        return code == 0 ? said : said + "exit code " + code;
    }
}
