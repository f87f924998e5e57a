package dev.spikelane.bench;

import dev.spikelane.blas.OpenBlas;
import dev.spikelane.kernel.Simd;
import dev.spikelane.kernel.Yardstick;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Describes the machine and software of the measurements. */
final class Machine {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** Returns one line each: CPU, system and clock; JVM; vectors and C; peers; date. */
    static List<String> facts() {
        return facts(Peers.describe());
    }

    /** Returns the lines with the given peers, for libraries that run in their own JVM. */
    static List<String> facts(List<String> peers) {
        return List.of(
                "%s%s, %d cores%s; %s %s"
                        .formatted(
                                info("model name", System.getProperty("os.arch")),
                                model(),
                                Runtime.getRuntime().availableProcessors(),
                                clock(),
                                System.getProperty("os.name"),
                                System.getProperty("os.version")),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
                Simd.describe() + "; " + Yardstick.describe(),
                Stream.concat(Stream.of("OpenBLAS " + openBlas()), peers.stream())
                        .collect(Collectors.joining("; ")),
                Instant.now().truncatedTo(ChronoUnit.MINUTES).toString());
    }

    /** Returns the description without the file's folder and the threads, which each work sets. */
    private static String openBlas() {
        String description = OpenBlas.describe();
        return OpenBlas.isAvailable() ? description.split(", \\d", 2)[0] : description;
    }

    /** Returns the CPU without commas: name, family and model. */
    static String cpu() {
        return (info("model name", System.getProperty("os.arch")) + model()).replace(',', ' ');
    }

    /** Returns family and model, because clouds hide the name. */
    private static String model() {
        String family = info("cpu family", "");
        return family.isEmpty() ? "" : " (family " + family + " model " + info("model\t", "?") + ")";
    }

    /** Returns the clock while one core is busy. */
    private static String clock() {
        if (!Yardstick.AVAILABLE) {
            return "";
        }
        long cycles = 10_000_000;
        long fastest = Long.MAX_VALUE;
        for (int trial = 0; trial < 10; trial++) {
            long start = System.nanoTime();
            Yardstick.cycles(cycles);
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return " at %.1f GHz".formatted((double) cycles / fastest);
    }

    /** Returns a value that Linux reports about the CPU. */
    private static String info(String key, String otherwise) {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException elsewhere) {
            return otherwise;
        }
    }
}
