package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The floors of the house: a package uses only packages of floors below its own. */
final class FloorsTest {

    private static final List<Set<String>> FLOORS = List.of(
            Set.of("memory"),
            Set.of("random"),
            Set.of("kernel"),
            Set.of("blas"),
            Set.of("neuron"),
            Set.of("network"),
            Set.of("encode", "io"),
            Set.of("plot", "train"),
            Set.of("cli"));

    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "spikelane");
    private static final Pattern USE = Pattern.compile("\\bdev\\.spikelane\\.(\\w+)\\.");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);

    @Test
    void packagesUseOnlyFloorsBelow() throws IOException {
        List<String> wrong = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Path file : sources()) {
            String own = packageOf(file);
            Matcher use = USE.matcher(code(file));
            while (use.find()) {
                String used = use.group(1);
                seen.add(used);
                if (!used.equals(own) && floor(used) >= floor(own)) {
                    wrong.add(SOURCES.relativize(file) + " uses " + used);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(seen.containsAll(Set.of("memory", "random", "kernel", "neuron")), "found " + seen);
    }

    @Test
    void everySourceIsOnAFloor() throws IOException {
        Set<String> packages = new HashSet<>();
        for (Path file : sources()) {
            assertTrue(floor(packageOf(file)) >= 0, file + " is on no floor");
            packages.add(packageOf(file));
        }
        assertTrue(packages.containsAll(Set.of("memory", "random", "kernel", "neuron", "network", "encode", "io")));
    }

    @Test
    void nothingUsesWhatItShouldNot() throws IOException {
        for (Path file : sources()) {
            String code = code(file);
            refuse(file, code, "sun.misc");
            refuse(file, code, "jdk.internal");
            if (packageOf(file).equals("kernel")) {
                refuse(file, code, "java.util.stream");
                refuse(file, code, ".stream()");
            }
            if (!packageOf(file).equals("cli")) {
                refuse(file, code, "printStackTrace");
                refuse(file, code, "System.out");
                refuse(file, code, "System.err");
                refuse(file, code, "System.exit");
            }
        }
    }

    /** The Vector API is named only where {@code SimdWidth} has found its module. */
    @Test
    void onlyVectorVariantsUseTheVectorApi() throws IOException {
        int users = 0;
        for (Path file : sources()) {
            String name = file.getFileName().toString();
            if (code(file).contains("import jdk.incubator.vector")) {
                users++;
                assertTrue(
                        Set.of("SimdWidth.java", "Lanes.java").contains(name) || name.endsWith("Vector.java"),
                        file.toString());
                assertEquals("kernel", packageOf(file));
            }
        }
        assertTrue(users > 1);
    }

    /** Whoever wants kernels gets no library that draws, and no window system. */
    @Test
    void onlyPicturesAndTheCommandLineUseLibraries() throws IOException {
        for (Path file : sources()) {
            String code = code(file);
            if (!packageOf(file).equals("plot")) {
                refuse(file, code, "java.awt");
                refuse(file, code, "javax.imageio");
                refuse(file, code, "org.knowm");
                refuse(file, code, "de.erichseifert");
            }
            if (!packageOf(file).equals("cli")) {
                refuse(file, code, "picocli");
            }
        }
    }

    private static void refuse(Path file, String code, String word) {
        assertTrue(!code.contains(word), file + " uses " + word);
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static String packageOf(Path file) {
        return SOURCES.relativize(file).getName(0).toString();
    }

    private static String code(Path file) throws IOException {
        return COMMENT.matcher(Files.readString(file)).replaceAll(" ");
    }

    private static int floor(String name) {
        for (int floor = 0; floor < FLOORS.size(); floor++) {
            if (FLOORS.get(floor).contains(name)) {
                return floor;
            }
        }
        return -1;
    }
}
