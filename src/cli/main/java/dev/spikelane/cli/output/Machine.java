package dev.spikelane.cli.output;

import dev.spikelane.cli.terminal.Program;
import dev.spikelane.kernel.Simd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

public final class Machine {

    private Machine() {}

    public static Section facts() {
        return Section.of("")
                .say("Spikelane", "%s", Value.named("spikelane", Program.version()))
                .say("SIMD", "%s", Value.named("simd", Simd.describe()))
                .say("CPU", "%s", Value.named("cpu", cpu()))
                .say(
                        "Java",
                        "%s, %s, %s",
                        Value.named("java", Runtime.version().toString()),
                        property("os.name"),
                        property("os.arch"));
    }

    public static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    /** Linux on x86 names its CPU in a file; elsewhere the architecture has to suffice. */
    public static String cpu() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(property("os.arch"));
        } catch (IOException notLinux) {
            return property("os.arch");
        }
    }
}
