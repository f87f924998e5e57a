package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The C compiler of this machine, if there is one; tests ask {@link #isThere}. */
public final class CCompiler {

    /** No warnings, no fused operations, no reordering. */
    private static final List<String> STRICT = List.of(
            "-std=c99", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pedantic", "-fno-math-errno");

    private CCompiler() {}

    /** Returns true if the compiler exists; otherwise prints that tests are skipped. */
    public static boolean isThere(String name) {
        if (find(name).isPresent()) {
            return true;
        }
        System.out.println("skipped: there is no " + name + " on this machine");
        return false;
    }

    /** Finds a compiler, whose name may end in a version, such as Debian's clang-14. */
    private static Optional<Path> find(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            try (Stream<Path> files = Files.list(Path.of(folder))) {
                Optional<Path> found = files.filter(
                                file -> file.getFileName().toString().matches(name + "(-[0-9]+)?"))
                        .filter(Files::isExecutable)
                        .min(Comparator.naturalOrder());
                if (found.isPresent()) {
                    return found;
                }
            } catch (IOException missing) {
                continue; // the folder does not exist
            }
        }
        return Optional.empty();
    }

    public static void compile(String compiler, List<Path> files, Path into, String... options)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(find(compiler).orElseThrow().toString()));
        command.addAll(STRICT);
        command.addAll(List.of(options));
        files.forEach(file -> command.add(file.toString()));
        command.addAll(List.of("-o", into.toString()));
        assertEquals("", run(command.toArray(String[]::new)));
    }

    public static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String declared = new String(process.getInputStream().readAllBytes());
        int code = process.waitFor();
        return code == 0 ? declared : declared + "exit code " + code;
    }
}
