package dev.spikelane;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Files of the checkout. Tests of a module run in its folder; Maven passes the folder of the README. */
public final class Checkout {

    public static final Path ROOT = Path.of(System.getProperty("spikelane.root", ""));

    private static final List<String> MODULES = List.of("core", "plot", "cli");

    private Checkout() {}

    public static Path file(String path) {
        return ROOT.resolve(path);
    }

    public static List<Path> inModules(String path) {
        return MODULES.stream()
                .map(module -> file("src/" + module + "/" + path))
                .toList();
    }

    public static List<Path> classes() {
        return Stream.concat(inModules("target/classes").stream(), inModules("target/test-classes").stream())
                .toList();
    }

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
