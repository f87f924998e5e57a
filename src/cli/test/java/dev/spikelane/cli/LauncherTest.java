package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.Checkout;
import dev.spikelane.Users;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of a checkout without a jar and without Spark. */
@Users
final class LauncherTest {

    @TempDir
    private Path checkout;

    @Test
    void helpOfSparkNeitherDownloadsNorBuilds() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell");
        Files.copy(Checkout.file("spikelane"), checkout.resolve("spikelane"));
        Path err = checkout.resolve("err");
        Path out = checkout.resolve("out");
        ProcessBuilder call = new ProcessBuilder(
                        "/bin/sh", checkout.resolve("spikelane").toString(), "spark", "--help")
                .redirectError(err.toFile())
                .redirectOutput(out.toFile());
        call.environment().put("JAVA_HOME", System.getProperty("java.home"));
        call.environment().put("HOME", checkout.toString());
        assertEquals(0, call.start().waitFor(), Files.readString(err));
        assertEquals("", Files.readString(err));
        String help = Files.readString(out);
        assertTrue(help.startsWith("Usage: ./spikelane spark PROGRAM"), help);
        for (String program : List.of("Classify", "Train")) {
            assertTrue(help.contains("  " + program + " "), help);
            assertTrue(
                    Files.exists(Checkout.file("src/spark/main/java/dev/spikelane/spark/example/" + program + ".java")),
                    program);
        }
        assertFalse(Files.exists(checkout.resolve(Path.of("src", "spark", "target"))), "nothing was built");
        assertFalse(Files.exists(checkout.resolve(".m2")), "nothing was downloaded");
    }

    /** Without a terminal, each goal of Maven is a line. */
    @Test
    void buildSaysItsGoalsInAPipe() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell");
        Files.copy(Checkout.file("spikelane"), checkout.resolve("spikelane"));
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        Path maven = Files.createDirectory(checkout.resolve("bin")).resolve("mvn");
        Files.writeString(maven, """
                #!/bin/sh
                echo '[INFO] --- compiler:3.16.0:compile (default-compile) @ spikelane ---'
                sleep 3
                echo '[INFO] --- assembly:3.8.0:single (assembly) @ spikelane-cli ---'
                sleep 3
                exit 1
                """);
        assertTrue(maven.toFile().setExecutable(true), "a program that can be started");
        Path err = checkout.resolve("err");
        ProcessBuilder call = new ProcessBuilder(
                        "/bin/sh", checkout.resolve("spikelane").toString(), "train")
                .redirectError(err.toFile())
                .redirectOutput(checkout.resolve("out").toFile());
        call.environment().put("JAVA_HOME", System.getProperty("java.home"));
        call.environment().merge("PATH", maven.getParent().toString(), (path, own) -> own + ":" + path);
        assertEquals(1, call.start().waitFor());
        List<String> said = Files.readAllLines(err).stream()
                .filter(line -> line.startsWith("Maven: "))
                .map(line -> line.replaceFirst("[0-9]+ s", "N s"))
                .toList();
        assertEquals(
                List.of("Maven: N s, compiler compile of spikelane", "Maven: N s, assembly single of spikelane-cli"),
                said);
    }
}
