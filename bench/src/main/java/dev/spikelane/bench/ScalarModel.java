package dev.spikelane.bench;

import dev.spikelane.cli.BenchCommand;
import dev.spikelane.cli.Main;
import dev.spikelane.cli.run.BenchOptions;
import dev.spikelane.cli.terminal.Relaunch;
import dev.spikelane.network.ModelRun;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Times a model with the scalar kernels, in a JVM of its own, because a JVM chooses its kernels once. */
final class ScalarModel extends BenchCommand {

    private static final long SECOND = 1_000_000_000;
    private static final int FEWEST_PASSES = 3;
    private static final int MOST_SECONDS = 60;

    private ScalarModel() {}

    /**
     * Returns nanoseconds by the name of the work, for the works that are measured within a minute.
     *
     * @throws IllegalStateException if the scalar kernels leave other spikes
     */
    static Map<String, Double> measure(List<String> arguments, List<Work> works) throws IOException {
        Path output = Files.createTempFile("spikelane-scalar", ".txt");
        try {
            Process process = new ProcessBuilder(
                            Relaunch.command(List.of("-Dspikelane.simd=scalar"), ScalarModel.class, arguments))
                    .redirectOutput(output.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.waitFor(MOST_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException("interrupted", interrupted);
            } finally {
                process.destroyForcibly();
            }
            return times(Files.readAllLines(output), works);
        } finally {
            Files.delete(output);
        }
    }

    private static Map<String, Double> times(List<String> lines, List<Work> works) {
        Map<String, Double> times = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String[] words = lines.get(i).split("\t");
            if (words.length == 2) { // the last line may be incomplete
                Work work = works.get(i);
                try (Case open = work.open()) {
                    if (Long.parseLong(words[0]) != checksum(open.entries().getFirst())) {
                        throw new IllegalStateException(
                                "the scalar kernels leave other spikes of '" + work.name() + "'");
                    }
                }
                times.put(work.name(), Double.parseDouble(words[1]));
            }
        }
        return times;
    }

    private static long checksum(Entry entry) {
        CRC32 sum = new CRC32();
        for (MemorySegment each : entry.results().get()) {
            sum.update(each.toArray(ValueLayout.JAVA_BYTE));
        }
        return sum.getValue();
    }

    /** Runs in the second JVM. */
    public static void main(String... arguments) {
        Main.start(
                new ScalarModel(),
                Stream.concat(Stream.of("bench"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** Prints for each work a checksum of its results, and the nanoseconds of the fastest of some passes. */
    @Override
    protected int measure(BenchOptions options, @Nullable Path file, @Nullable Path json, CommandSpec command)
            throws IOException {
        ModelRun run = new ModelRun(options.read(command, Objects.requireNonNull(file, "--model")));
        for (Work work : run.works()) {
            try (Case open = work.open()) {
                Entry entry = open.entries().getFirst();
                System.out.println(checksum(entry) + "\t" + fastest(entry));
            }
        }
        return 0;
    }

    private static long fastest(Entry entry) {
        long fastest = Long.MAX_VALUE;
        long spent = 0;
        for (int pass = 0; pass < FEWEST_PASSES || spent < SECOND; pass++) {
            long start = System.nanoTime();
            entry.pass().run();
            long time = System.nanoTime() - start;
            spent += time;
            fastest = Math.min(fastest, time);
        }
        return fastest;
    }
}
