package dev.spikelane.network.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Connection;
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
import org.junit.jupiter.api.io.TempDir;

/**
 * The recipe of CONTRIBUTING adds a connection to a copy of the library, word for word: with its two files and its
 * lines, all switches over connections compile, and it runs, trains, is saved and exported.
 */
@EveryWidth
final class AddedConnectionTest {

    private static final List<Path> ROOTS =
            List.of(Path.of("src", "main", "java"), Path.of("src", "test", "java"));
    private static final Path RECIPE = Path.of("src", "test", "recipe");
    private static final Pattern LINE = Pattern.compile(" (\\S+\\.java) +(\\S.*?)  +\\+ +(\\S.*)");

    /** What any switch has that is to have a case for each connection. */
    private static final Pattern CASE = Pattern.compile(Arrays.stream(Connection.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .collect(Collectors.joining("|", "\\bcase\\b[^>:]*\\b(", ")\\b")));

    /** A line of the recipe, which goes behind the text in the file. */
    private record Line(Path file, String behind, String text) {}

    @TempDir
    private Path folder;

    @Test
    void recipeAddsConnection() throws Exception {
        Path classes = Files.createDirectory(folder.resolve("classes"));
        assertEquals("", compiled(lines(), classes));
        Map<?, ?> results = results(classes);
        assertEquals(List.of("true", "false"), results.get("saved"));
        for (String same : List.of("run", "C", "NIR", "train", "read")) {
            List<?> both = (List<?>) results.get(same);
            assertEquals(both.get(1), both.get(0), same);
        }
        assertTrue(results.get("graphs").toString().contains("true"));
        assertTrue(results.containsKey("gradients"));
        assertNotEquals(results.get("run"), results.get("read"), "trained and not");
        assertTrue(results.get("run").toString().matches("(?s)\\[[1-9]\\d* spikes.*"));
        assertTrue(results.get("NIR").toString().contains("-1.0"));
    }

    /** Whoever forgets what NIR and C ask is told by the compiler. */
    @Test
    void compilerFindsMissingForms() throws IOException {
        List<Line> lines = lines();
        lines.removeIf(line -> line.file.endsWith("ConnectionForms.java"));
        String errors = compiled(lines, Files.createDirectory(folder.resolve("classes")));
        assertTrue(errors.contains("ConnectionForms.java"), errors);
        assertEquals(1, errors.split("compiler.err", -1).length - 1, errors);
    }

    private static List<Line> lines() throws IOException {
        String all = Files.readString(Path.of("CONTRIBUTING.md")).replaceAll("(?s).*## Add a connection", "");
        String[] blocks = all.split("```diff", -1);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < ROOTS.size(); i++) {
            for (String each : blocks[i + 1].replaceAll("(?s)```.*", "").split("\n", -1)) {
                Matcher found = LINE.matcher(each);
                if (found.matches()) {
                    Path file = ROOTS.get(i).resolve(Path.of("dev", "spikelane")).resolve(found.group(1));
                    lines.add(new Line(file, found.group(2), found.group(3)));
                }
            }
            assertEquals(3 + 4 * i, lines.size(), "lines of the recipe");
        }
        return lines;
    }

    /** Returns the errors of all sources that tell connections apart, with what the recipe adds. */
    private String compiled(List<Line> lines, Path classes) throws IOException {
        Map<Path, String> sources = new LinkedHashMap<>();
        for (Path file : files(ROOTS)) {
            String text = Files.readString(file);
            if (CASE.matcher(text).find() || lines.stream().anyMatch(line -> line.file.equals(file))) {
                sources.put(file, text);
            }
        }
        for (Line line : lines) {
            String text = sources.get(line.file);
            assertEquals(2, text.split(Pattern.quote(line.behind), -1).length, line + " has one place");
            text = text.replace(line.behind, line.behind + " " + line.text);
            sources.put(line.file, text.replaceFirst(";\n", ";\nimport dev.spikelane.connection.Negate;\n"));
        }
        Path copy = Files.createDirectory(folder.resolve("copy"));
        List<Path> copies = new ArrayList<>(files(List.of(RECIPE)));
        for (Map.Entry<Path, String> each : sources.entrySet()) {
            Path to = copy.resolve(each.getKey());
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

    private static List<Path> files(List<Path> roots) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root)) {
                all.filter(path -> path.toString().endsWith(".java")).forEach(files::add);
            }
        }
        return files;
    }

    private static List<String> classPath() {
        List<String> all = new ArrayList<>();
        for (String name : List.of("java.class.path", "jdk.module.path")) {
            all.addAll(List.of(System.getProperty(name, "").split(File.pathSeparator)));
        }
        all.add(Path.of("target", "classes").toString());
        all.add(Path.of("target", "test-classes").toString());
        return all;
    }

    private static Map<?, ?> results(Path classes) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(classes.toUri().toURL()));
        for (String each : classPath()) {
            urls.add(Path.of(each).toUri().toURL());
        }
        try (URLClassLoader loader = new Copied(urls)) {
            Method results =
                    loader.loadClass(AddedConnection.class.getName()).getDeclaredMethod("results");
            results.setAccessible(true);
            return (Map<?, ?>) results.invoke(null);
        }
    }

    /** Loads the library once more, from the copy first. */
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
