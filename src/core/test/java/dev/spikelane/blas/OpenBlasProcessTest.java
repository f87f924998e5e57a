package dev.spikelane.blas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.Users;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.kernel.Simd;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The search for OpenBLAS in new JVMs never causes a crash, a warning or an exception. */
@EnabledIfSystemProperty(named = Simd.PROPERTY, matches = "auto", disabledReason = "vector width plays no part")
@Users
final class OpenBlasProcessTest extends FolderCase {

    private static final String ENABLE = "--enable-native-access=ALL-UNNAMED";

    @Test
    void offAsAsked() throws Exception {
        assertAbsent("off, as spikelane.openblas=off asks", ENABLE, "-Dspikelane.openblas=off");
    }

    @Test
    void offWithoutNativeAccess() throws Exception {
        String why = "off: native access is not enabled for the class path (--enable-native-access=ALL-UNNAMED)";
        assertAbsent(why);
        assertAbsent(why, "--illegal-native-access=deny");
    }

    @Test
    void offWithoutNativeAccessOfTheModule() throws Exception {
        String why =
                "off: native access is not enabled for module dev.spikelane (--enable-native-access=dev.spikelane)";
        for (String flag : List.of("--illegal-native-access=deny", "--illegal-native-access=warn")) {
            Child child = start(List.of(flag), asModule());
            assertEquals(List.of("false", why, "OpenBLAS is not available: " + why), child.output(), child.errors());
            assertEquals("", child.errors());
        }
    }

    private void assertRefused(String option, String message, Object... values) throws Exception {
        for (Object value : values) {
            assertAbsent(
                    String.format(Locale.ROOT, message, value), ENABLE, "-Dspikelane.openblas" + option + "=" + value);
        }
    }

    @Test
    void wrongOptionsAreNamed() throws Exception {
        assertRefused(
                "",
                "off: spikelane.openblas is '%s', expected the absolute path of a shared library, or off",
                "libopenblas.so.0",
                "./libopenblas.so",
                "");
        assertRefused(
                "",
                "not found: spikelane.openblas is '%s', and there is no such file",
                folder.resolve("none.so"),
                folder);
        assertRefused(".threads", "off: spikelane.openblas.threads is '%s', expected 1 to 1024", "0", "1025", "two");
    }

    @Test
    void aFileThatIsNoLibrary() throws Exception {
        byte[] zip = Files.readAllBytes(zipLibrary());
        Path text = Files.writeString(folder.resolve("text.so"), "no library");
        Path empty = Files.createFile(folder.resolve("empty.so"));
        Path cutInHeader = Files.write(folder.resolve("header.so"), Arrays.copyOf(zip, 20));
        Path cutBehindHeaders = Files.write(folder.resolve("cut.so"), Arrays.copyOf(zip, 5_000));
        String why = System.getProperty("os.name").equals("Linux")
                ? "is no whole shared library of this platform, or it asks for an executable stack"
                : "cannot be opened as a shared library; one that it needs may be missing";
        assertRefused("", "off: %s (spikelane.openblas) " + why, text, empty, cutInHeader, cutBehindHeaders);
    }

    /** A shared library that every JDK has. */
    private static Path zipLibrary() {
        Path zip = Path.of(System.getProperty("java.home"), "lib", System.mapLibraryName("zip"));
        assumeTrue(Files.exists(zip), () -> "this JDK has no " + zip);
        return zip;
    }

    @Test
    void aLibraryThatIsNotOpenBlas() throws Exception {
        Path zip = zipLibrary();
        assertRefused("", "off: %s cannot be used as OpenBLAS: it has no function cblas_sgemm", zip);
    }

    @Test
    void isFoundByNameAndByPath() throws Exception {
        assumeTrue(OpenBlas.isAvailable(), () -> "OpenBLAS is not available: " + OpenBlas.describe());
        Child byName = assertPresent(ENABLE);
        String description = byName.output().get(1);
        String path = description.substring(description.lastIndexOf(", ") + 2);
        assumeTrue(Path.of(path).isAbsolute(), () -> "this system does not tell the path of " + path);
        assertEquals(
                description,
                assertPresent(ENABLE, "-Dspikelane.openblas=" + path).output().get(1));

        Child module =
                start(List.of("--enable-native-access=dev.spikelane", "--illegal-native-access=deny"), asModule());
        assertEquals(List.of("true", description, "6.0"), module.output(), module.errors());
        assertEquals("", module.errors());
    }

    private Child assertPresent(String... flags) throws Exception {
        Child child = start(List.of(flags), onClassPath());
        assertEquals("true", child.output().getFirst(), child.output() + child.errors());
        assertEquals("6.0", child.output().getLast());
        assertEquals("", child.errors());
        return child;
    }

    private void assertAbsent(String why, String... flags) throws Exception {
        Child child = start(List.of(flags), onClassPath());
        assertEquals(List.of("false", why, "OpenBLAS is not available: " + why), child.output(), child.errors());
        assertEquals("", child.errors());
    }

    private static List<String> onClassPath() throws Exception {
        return List.of("-cp", classes() + File.pathSeparator + testClasses(), OpenBlasMain.class.getName());
    }

    private static List<String> asModule() throws Exception {
        return List.of(
                "-p",
                classes().toString(),
                "--patch-module",
                "dev.spikelane=" + testClasses(),
                "-m",
                "dev.spikelane/" + OpenBlasMain.class.getName());
    }

    private static Path classes() throws Exception {
        return root(OpenBlas.class);
    }

    private static Path testClasses() throws Exception {
        return root(OpenBlasMain.class);
    }

    private static Path root(Class<?> type) throws Exception {
        String name = type.getSimpleName() + ".class";
        URI file = Objects.requireNonNull(type.getResource(name), name).toURI();
        Path root = Path.of(file);
        for (int depth = type.getName().split("\\.").length; depth > 0; depth--) {
            root = Objects.requireNonNull(root.getParent(), name);
        }
        return root;
    }

    private Child start(List<String> flags, List<String> program) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Dspikelane.simd=scalar"));
        command.addAll(flags);
        command.addAll(program);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        // The JVM prints a line if it uses these variables.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        Process process = builder.start();
        Child child = new Child(process.waitFor(), Files.readAllLines(output), errors(errors));
        assertEquals(0, child.exit(), child.errors());
        assertTrue(child.output().size() == 3, child.output().toString());
        return child;
    }

    /** Returns the output without the line that every JVM prints. */
    private static String errors(Path file) throws IOException {
        return Files.readString(file).replaceFirst("WARNING: Using incubator modules: jdk.incubator.vector\\R", "");
    }

    private record Child(int exit, List<String> output, String errors) {}
}
