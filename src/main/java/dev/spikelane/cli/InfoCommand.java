package dev.spikelane.cli;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.kernel.Simd;
import dev.spikelane.kernel.product.SpikeCalibration;
import dev.spikelane.kernel.product.SpikeCosts;
import dev.spikelane.memory.limit.NativeMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says what Spikelane found on this machine. */
@Command(
        name = "info",
        description = "Print the JDK, the SIMD width in use and why, and the defaults.",
        footerHeading = "%nExamples:%n",
        footer = {"  ./spikelane info", "  ./spikelane info --json | jq -r .simd", "  ./spikelane info --calibrate"})
final class InfoCommand implements Runnable {

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(
            names = "--calibrate",
            description = {
                "Measure what the variants of the spike matmul cost here, in some seconds on a quiet machine, and",
                "print it as the system property that makes it decide."
            })
    private boolean calibrate;

    @Override
    public void run() {
        PrintWriter out = command.commandLine().getOut();
        Map<String, String> facts = facts();
        if (calibrate) {
            facts.put("Measured costs", SpikeCalibration.measure().text());
            facts.put(
                    "Use them",
                    "JAVA_OPTS=-D" + SpikeCosts.PROPERTY + "=... ./spikelane ...   (results stay the same)");
        }
        if (json) {
            JsonWriter writer = new JsonWriter().object();
            facts.forEach((name, value) ->
                    writer.name(name.toLowerCase(Locale.ROOT).replace(' ', '_')).value(value));
            out.println(writer.end().text());
        } else {
            facts.forEach((name, value) -> out.println(String.format("%-14s  %s", name, value)));
        }
    }

    private static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Spikelane", Main.version());
        facts.put("JDK", vendor() + " " + Runtime.version() + ", " + property("java.vm.name"));
        facts.put("JDK folder", property("java.home"));
        facts.put("System", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        facts.put("CPU", cpu());
        facts.put("Cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("Heap", "at most " + Runtime.getRuntime().maxMemory() / (1 << 20) + " MiB; matrices live outside it");
        facts.put("Native memory", NativeMemory.describe() + " (-D" + NativeMemory.PROPERTY + ")");
        facts.put("SIMD", Simd.describe());
        facts.put("Costs", costs());
        facts.put("Vector module", VECTOR_MODULE + (hasVectorModule() ? " is present" : " is absent"));
        facts.put(
                "Native access",
                Main.class.getModule().isNativeAccessEnabled() ? "enabled" : "not enabled, and not needed");
        facts.put("OpenBLAS", OpenBlas.describe());
        facts.put("Demo defaults", demoDefaults());
        facts.put(
                "Change SIMD",
                "JAVA_OPTS=-D" + Simd.PROPERTY
                        + "=256 ./spikelane ...   (auto, 512, 256, 128, max-256, max-128 or scalar)");
        facts.put("Change heap", "JAVA_OPTS=-Xmx4g ./spikelane ...");
        return facts;
    }

    /** What decides which variant of the spike matmul serves. */
    private static String costs() {
        SpikeCosts costs = SpikeCosts.inUse();
        return costs.name() + (SpikeCosts.isFixed() ? ", as " + SpikeCosts.PROPERTY + " asks: " : ": ") + costs.text();
    }

    private static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    private static String demoDefaults() {
        return "steps " + DemoCommand.STEPS + ", batch " + DemoCommand.BATCH + ", threads "
                + CommonOptions.defaultThreads() + ", seed " + DemoCommand.SEED;
    }

    /** Some builds name their vendor in the second property only. */
    private static String vendor() {
        return Stream.of("java.vendor", "java.vm.vendor")
                .map(InfoCommand::property)
                .filter(vendor -> !vendor.equals("N/A"))
                .findFirst()
                .orElse("vendor unknown,");
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    /** Linux on x86 names its CPU in a file; elsewhere the architecture has to do. */
    static String cpu() {
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
