package dev.spikelane.cli.terminal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts the command line again with the module of the Vector API if the user did not name it. A manifest cannot add
 * modules, so {@code java -jar} has no other way, and without the module networks run up to 240 times slower.
 */
public final class Relaunch {

    private static final String MODULE = "jdk.incubator.vector";

    /** Marks the second JVM. */
    private static final String SECOND = "spikelane.relaunched";

    private static final long SECONDS_TO_SAVE = 10;

    private Relaunch() {}

    /** Returns true if this JVM lacks the module, its JDK has it, and no debugger or profiler would be disturbed. */
    public static boolean pays() {
        return ModuleLayer.boot().findModule(MODULE).isEmpty()
                && ModuleFinder.ofSystem().find(MODULE).isPresent()
                && System.getProperty(SECOND) == null
                && jvmArguments().stream().noneMatch(argument -> argument.matches("-(agentlib|agentpath|javaagent).*"));
    }

    public static int run(Class<?> main, String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(List.of("-D" + SECOND + "=true"), main, List.of(arguments)))
                .inheritIO()
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(process), "spikelane-relaunch"));
        return process.waitFor();
    }

    public static List<String> command(List<String> flags, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmArguments());
        command.addAll(List.of("--add-modules", MODULE, "--enable-native-access=ALL-UNNAMED"));
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return command;
    }

    /**
     * Ends the second JVM, which may still save something. Windows can only kill a process, but sends Ctrl+C to both.
     */
    private static void end(Process process) {
        if (process.supportsNormalTermination()) {
            process.destroy();
        }
        try {
            if (!process.waitFor(SECONDS_TO_SAVE, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> jvmArguments() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }
}
