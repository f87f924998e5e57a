package dev.spikelane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Files of the checkout. Tests of a module run in its folder, and Maven tells where the folder of all modules is. */
public final class Checkout {

    /** The folder of the README. */
    public static final Path ROOT = Path.of(System.getProperty("spikelane.root", ""));

    private static final List<String> MODULES = List.of("core", "plot", "cli");

    private Checkout() {}

    /** Returns a file by its path below the folder of the README. */
    public static Path file(String path) {
        return ROOT.resolve(path);
    }

    /** Returns a folder of each module by its path in the module. */
    public static List<Path> inModules(String path) {
        return MODULES.stream()
                .map(module -> file("src/" + module + "/" + path))
                .toList();
    }

    /** Returns the folders with classes of all modules and of their tests. */
    public static List<Path> classes() {
        return Stream.concat(inModules("target/classes").stream(), inModules("target/test-classes").stream())
                .toList();
    }

    /** Returns all files of Java below some folders. */
    public static List<Path> sources(List<Path> roots) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root)) {
                all.filter(path -> path.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }
}
