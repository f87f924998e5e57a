package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Checkout;
import dev.spikelane.EveryWidth;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import dev.spikelane.connection.Connection;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.neuron.Neuron;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The recipes of CONTRIBUTING add a connection and neurons to a copy of the library, word for word: all switches over
 * connections and neurons compile, and the added type runs, trains, is saved and exported.
 */
@EveryWidth
@Users
final class RecipesTest extends FolderCase {

    /** The sources of core and its tests, to which recipes add lines, and other sources that distinguish types. */
    private static final List<Path> ROOTS = List.of(
            Checkout.file("src/core/main/java"),
            Checkout.file("src/core/test/java"),
            Checkout.file("src/plot/main/java"),
            Checkout.file("src/plot/test/java"),
            Checkout.file("src/cli/main/java"),
            Checkout.file("src/cli/test/java"));

    private static final List<String> ADDED =
            List.of("dev.spikelane.connection.Negate", "dev.spikelane.neuron.Integrator");
    private static final Path RECIPE = Checkout.file("src/cli/test/recipe");
    private static final String WIDTH = "spikelane.simd";
    private static final Pattern LINE = Pattern.compile(" (\\S+\\.java) +(\\S.*?)  +\\+ +(\\S.*)");

    /** Matches switches that need a case for each connection or neuron. */
    private static final Pattern CASE = Pattern.compile(Stream.of(Connection.class, Neuron.class)
            .flatMap(type -> Arrays.stream(type.getPermittedSubclasses()))
            .map(Class::getSimpleName)
            .collect(Collectors.joining("|", "\\bcase\\b[^>:]*\\b(", ")\\b")));

    /** A line of a recipe, inserted after the text {@code behind} in a file. */
    private record Line(Path file, String behind, String text) {}

    @Test
    void recipeAddsConnection() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        assertEquals("", compiled(lines("connection", 3, 7), added("connection"), classes));
        Map<?, ?> results = results(classes, "connection");
        requireEqual(results, "run", "C", "NIR", "train", "read");
        assertTrue(results.containsKey("gradients"));
        assertTrue(results.get("NIR").toString().contains("-1.0"));
    }

    @Test
    void recipeAddsTypeOfNeurons() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        assertEquals("", compiled(lines("type of neurons", 2, 4), added("neuron"), classes));
        Map<?, ?> results = results(classes, "type");
        requireEqual(results, "run", "C", "train", "read");
        assertTrue(results.get("NIR").toString().contains("for which NIR has no primitive, as it is new"));
    }

    /** The numbers of an added type and of one that the library has. */
    private static void requireEqual(Map<?, ?> results, String... all) {
        assertEquals(List.of("true", "false"), results.get("saved"));
        for (String same : all) {
            List<?> both = (List<?>) results.get(same);
            assertEquals(both.get(1), both.get(0), same);
        }
        assertTrue(results.get("graphs").toString().contains("true"));
        assertNotEquals(results.get("run"), results.get("read"), "trained and not");
        assertTrue(results.get("run").toString().matches("(?s)\\[[1-9]\\d* spikes.*"));
    }

    /** The compiler reports missing forms for NIR and C. */
    @ParameterizedTest
    @CsvSource({"connection, connection, ConnectionForms.java", "neuron, type of neurons, NeuronForms.java"})
    void compilerFindsMissingForms(String added, String recipe, String forms) throws IOException {
        List<Line> lines = new ArrayList<>(lines(recipe, 0));
        lines.removeIf(line -> line.file.endsWith(forms));
        String errors = compiled(lines, added(added), Files.createDirectory(folder.resolve("classes")));
        assertTrue(errors.contains(forms), errors);
        assertEquals(1, errors.split("compiler.err", -1).length - 1, errors);
    }

    @Test
    void recipeAddsNeuron() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        List<Line> lines = lines("neuron", 0);
        assertEquals(1, lines.size(), "lines of the recipe");
        assertEquals("", compiled(lines, List.of(), classes));
        Path text = Path.of("dev", "spikelane", "equation", "integrator.txt");
        Files.copy(RECIPE.resolve(text), classes.resolve(text));
        Map<?, ?> results = results(classes, "neuron");
        List<?> run = (List<?>) results.get("run");
        assertEquals(run.get(1), run.get(0));
        List<?> read = (List<?>) results.get("read");
        assertNotEquals(read.get(0), read.get(1), "trained and not");
        assertEquals(read.get(1), read.get(2));
        assertTrue(
                results.get("C").toString().contains("void network_step("),
                results.get("C").toString());
        assertTrue(results.get("NIR").toString().endsWith("for which NIR has no primitive]"));
    }

    private static List<Path> added(String room) throws IOException {
        return Checkout.sources(List.of(RECIPE.resolve(Path.of("dev", "spikelane", room))));
    }

    private static List<Line> lines(String recipe, int ofLibrary, int withTests) throws IOException {
        List<Line> lines = new ArrayList<>(lines(recipe, 0));
        assertEquals(ofLibrary, lines.size(), "lines of the recipe");
        lines.addAll(lines(recipe, 1));
        assertEquals(withTests, lines.size(), "lines with those of tests");
        return lines;
    }

    /**
     * @param root the library, or its tests
     */
    private static List<Line> lines(String recipe, int root) throws IOException {
        String all = Files.readString(Checkout.file("CONTRIBUTING.md")).replaceAll("(?s).*## Add a " + recipe, "");
        List<Line> lines = new ArrayList<>();
        for (String each :
                all.split("```diff", -1)[root + 1].replaceAll("(?s)```.*", "").split("\n", -1)) {
            Matcher found = LINE.matcher(each);
            if (found.matches()) {
                Path file = ROOTS.get(root).resolve(Path.of("dev", "spikelane")).resolve(found.group(1));
                lines.add(new Line(file, found.group(2), found.group(3)));
            }
        }
        return lines;
    }

    /** Returns the compile errors of an addition; for a type, with all sources that distinguish types. */
    private String compiled(List<Line> lines, List<Path> added, Path classes) throws IOException {
        Map<Path, String> sources = new LinkedHashMap<>();
        for (Path file : Checkout.sources(ROOTS)) {
            String text = Files.readString(file);
            boolean switches = !added.isEmpty() && CASE.matcher(text).find();
            if (switches || lines.stream().anyMatch(line -> line.file.equals(file))) {
                sources.put(file, text);
            }
        }
        for (Line line : lines) {
            String text = sources.get(line.file);
            assertEquals(2, text.split(Pattern.quote(line.behind), -1).length, line + " has one place");
            text = text.replace(line.behind, line.behind + " " + line.text);
            for (String type : ADDED) {
                if (line.text.matches(".*\\b" + type.replaceFirst(".*\\.", "") + "[ (].*")) {
                    text = text.replaceFirst(";\n", ";\nimport " + type + ";\n");
                }
            }
            sources.put(line.file, text);
        }
        Path copy = Files.createDirectory(folder.resolve("copy"));
        List<Path> copies = new ArrayList<>(added);
        for (Map.Entry<Path, String> each : sources.entrySet()) {
            Path to = copy.resolve(Checkout.ROOT.relativize(each.getKey()));
            Files.createDirectories(to.getParent());
            copies.add(Files.writeString(to, each.getValue()));
        }
        StringWriter errors = new StringWriter();
        List<String> call = new ArrayList<>(List.of("-proc:none", "-implicit:none", "-nowarn", "-XDrawDiagnostics"));
        call.addAll(List.of("--add-modules", "jdk.incubator.vector,jdk.management", "-d", classes.toString()));
        call.addAll(List.of("-cp", String.join(File.pathSeparator, classPath())));
        copies.forEach(each -> call.add(each.toString()));
        PrintWriter printed = new PrintWriter(errors);
        int code = ToolProvider.findFirst("javac").orElseThrow().run(printed, printed, call.toArray(String[]::new));
        return code == 0 ? "" : errors.toString();
    }

    private static List<String> classPath() {
        return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    /** Returns the results of an addition, which are equal at every width. */
    private static Map<?, ?> results(Path classes, String added) throws Exception {
        Map<?, ?> results = resultsAtThisWidth(classes, added);
        String width = System.setProperty(WIDTH, "scalar");
        try {
            for (String other : Tries.ALL ? List.of("scalar", "max-128", "max-256") : List.of("scalar")) {
                System.setProperty(WIDTH, other);
                assertEquals(
                        results.toString(), resultsAtThisWidth(classes, added).toString(), other);
            }
        } finally {
            if (width == null) {
                System.clearProperty(WIDTH);
            } else {
                System.setProperty(WIDTH, width);
            }
        }
        return results;
    }

    private static Map<?, ?> resultsAtThisWidth(Path classes, String added) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
        for (String each : classPath()) {
            urls.add(Path.of(each).toUri().toURL());
        }
        try (URLClassLoader loader = new Copied(urls)) {
            Method results = loader.loadClass(RecipeRun.class.getName()).getDeclaredMethod(added);
            results.setAccessible(true);
            return (Map<?, ?>) results.invoke(null);
        }
    }

    /** Loads the library again, with the copy first. */
    private static final class Copied extends URLClassLoader {

        Copied(List<URL> urls) {
            super(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                boolean own = known == null && name.startsWith("dev.spikelane.");
                return known != null ? known : own ? findClass(name) : super.loadClass(name, resolve);
            }
        }
    }
}
