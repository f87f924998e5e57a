package dev.spikelane.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Checkout;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.plot.page.OptionalLibrary;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** In a JVM that has nothing but this library. */
class MissingLibraryTest extends FolderCase {

    private static final String DEPENDENCY = " needs a library that is not there: add the dependency ";

    private static final String OR_ALL =
            ", or depend on dev.spikelane:spikelane-plot, which brings all that pictures need";

    @Test
    void namesTheDependencyToAdd() throws Exception {
        List<String> expected = List.of(
                "raster.html: .html" + DEPENDENCY + "org.webjars.npm:echarts:5.3.1" + OR_ALL,
                "raster.png: written",
                "raster.svg: .svg" + DEPENDENCY + "de.erichseifert.vectorgraphics2d:VectorGraphics2D:0.13" + OR_ALL,
                "counts.gif: written",
                "counts.png: written",
                "counts.svg: .svg" + DEPENDENCY + "de.erichseifert.vectorgraphics2d:VectorGraphics2D:0.13" + OR_ALL);
        String main = "dev.spikelane.plot.PicturesMain";
        String folders =
                Checkout.classes().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        assertEquals(expected, run(List.of("-cp", folders, main, folder.toString())));
        assertTrue(Files.size(folder.resolve("counts.gif")) > 1_000);
    }

    /** The versions that messages tell to add are those that this build tests with. */
    @Test
    void versionsAreThoseOfTheBuild() throws IOException {
        String pom = Files.readString(Checkout.file("pom.xml"));
        assertTrue(pom.contains("<echarts.version>" + version(OptionalLibrary.ECHARTS) + "<"));
        assertTrue(pom.contains("<vectorgraphics2d.version>" + version(OptionalLibrary.VECTOR_GRAPHICS) + "<"));
    }

    /** The artifact of pictures brings both libraries: neither is optional in its pom. */
    @Test
    void oneArtifactBringsThem() throws IOException {
        String pom = Files.readString(Checkout.file("src/plot/pom.xml"));
        assertFalse(pom.contains("<optional>"));
        for (String library : List.of(OptionalLibrary.ECHARTS, OptionalLibrary.VECTOR_GRAPHICS)) {
            String[] parts = library.split(":");
            assertTrue(
                    pom.contains("<groupId>" + parts[0] + "</groupId>\n      <artifactId>" + parts[1] + "<"), library);
        }
    }

    private static String version(String dependency) {
        return dependency.substring(dependency.lastIndexOf(':') + 1);
    }

    private List<String> run(List<String> arguments) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
        assertEquals(0, builder.start().waitFor(), Files.readString(output));
        return Files.readAllLines(output);
    }
}
