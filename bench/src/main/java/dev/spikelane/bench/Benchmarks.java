package dev.spikelane.bench;

import dev.spikelane.kernel.Yardstick;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Starts JMH. The arguments are words that must be in the names of works and, after {@code --}, options of JMH, which
 * may name another benchmark; {@code -- -l} lists the works.
 */
public final class Benchmarks {

    private Benchmarks() {}

    public static void main(String... arguments) throws IOException, CommandLineOptionException, RunnerException {
        Locale.setDefault(Locale.ROOT);
        List<String> all = List.of(arguments);
        int end = all.contains("--") ? all.indexOf("--") : all.size();
        List<String> words = all.subList(0, end);
        CommandLineOptions options = new CommandLineOptions(
                all.subList(Math.min(end + 1, all.size()), all.size()).toArray(String[]::new));
        if (options.shouldHelp()) {
            options.showHelp();
            return;
        }
        String[] names = names(words);
        if (options.shouldList()) {
            List.of(names).forEach(System.out::println);
            return;
        }
        Machine.facts().forEach(System.err::println);
        ChainedOptionsBuilder builder = new OptionsBuilder().parent(options);
        if (options.getIncludes().isEmpty()) {
            builder.include(WorkBenchmark.class.getName()).param("work", names);
        }
        if (!Yardstick.AVAILABLE) {
            builder.exclude("\\.yardstick");
        }
        new Runner(builder.build()).run();
    }

    private static String[] names(List<String> words) {
        String[] names = Workloads.all().stream()
                .map(Work::name)
                .filter(name -> words.stream().allMatch(name::contains))
                .toArray(String[]::new);
        if (names.length == 0) {
            throw new IllegalArgumentException("no work has '" + String.join("' and '", words) + "' in its name");
        }
        return names;
    }
}
