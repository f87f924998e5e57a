package dev.spikelane.cli;

import static dev.spikelane.cli.output.Value.named;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.cli.demo.DemoCommand;
import dev.spikelane.cli.input.CommonOptions;
import dev.spikelane.cli.output.JsonPrinter;
import dev.spikelane.cli.output.Machine;
import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.output.TextPrinter;
import dev.spikelane.cli.terminal.Program;
import dev.spikelane.kernel.Simd;
import dev.spikelane.memory.limit.NativeMemory;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "info",
        description = "Print the JDK, the SIMD width in use and why, and the defaults.",
        footer = {"  ./spikelane info", "  ./spikelane info --json | jq -r .simd"})
final class InfoCommand implements Runnable {

    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    @Spec
    private CommandSpec command = CommandSpec.create();

    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Override
    public void run() {
        PrintWriter out = command.commandLine().getOut();
        Map<String, String> facts = facts();
        Section section = Section.of("");
        facts.forEach((name, value) ->
                section.say(name, "%s", named(name.toLowerCase(Locale.ROOT).replace(' ', '_'), value)));
        if (json) {
            out.println(JsonPrinter.of(List.of(section)));
        } else {
            new TextPrinter(out, "%-14s  %s").add(section);
        }
    }

    private static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Spikelane", Program.version());
        facts.put("JDK", vendor() + " " + Runtime.version() + ", " + Machine.property("java.vm.name"));
        facts.put("JDK folder", Machine.property("java.home"));
        facts.put(
                "System",
                Machine.property("os.name") + " " + Machine.property("os.version") + ", "
                        + Machine.property("os.arch"));
        facts.put("CPU", Machine.cpu());
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

    private static String costs() {
        CostConstants costs = CostConstants.inUse();
        return costs.name()
                + (CostConstants.isFixed() ? ", which decide: " : ", where warming up starts to learn: ")
                + costs.text();
    }

    private static boolean hasVectorModule() {
        return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    }

    private static String demoDefaults() {
        return "steps " + DemoCommand.STEPS + ", batch " + DemoCommand.BATCH + ", threads "
                + CommonOptions.defaultThreads() + ", seed " + CommonOptions.SEED;
    }

    /** Some builds have their vendor only in the second property. */
    private static String vendor() {
        return Stream.of("java.vendor", "java.vm.vendor")
                .map(Machine::property)
                .filter(vendor -> !vendor.equals("N/A"))
                .findFirst()
                .orElse("vendor unknown,");
    }
}
