package dev.spikelane.bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the time of every kernel in three JVMs, in turns: one of its own, one that has run an application's vectors
 * ({@link PollutedVectors}) before, and one that has run all other kernels too. No kernel may be more than 15 % slower
 * there, or allocate anywhere. The order matters: C2 compiles a kernel differently as the first after the application
 * and as the last. Some kernels were slow only as the first.
 */
public final class Pollution {

    private static final double MOST = 1.15;
    private static final int TRIALS = 3;

    /** A kernel that is not compiled in this time will not be. */
    private static final long WARM_UP = 1_500_000_000;

    private static final long MEASURED = 700_000_000;
    private static final long POLLUTED = 300_000_000;

    private Pollution() {}

    /**
     * Starts the JVMs and compares, for works that have all the words in their names. The other JVMs are started with
     * {@code --alone NUMBER}, {@code --first NUMBER} or {@code --polluted NUMBER...}.
     */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Locale.setDefault(Locale.ROOT);
        List<Work> works = Workloads.kernels();
        if (arguments.length > 0 && arguments[0].startsWith("--")) {
            List<Work> chosen = new ArrayList<>();
            for (String number : List.of(arguments).subList(1, arguments.length)) {
                chosen.add(works.get(Integer.parseInt(number)));
            }
            if (!arguments[0].equals("--alone")) {
                PollutedVectors.run();
            }
            if (arguments[0].equals("--polluted")) {
                works.forEach(work -> run(work, POLLUTED, 0));
            }
            chosen.forEach(work -> run(work, WARM_UP, MEASURED));
            return;
        }
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < works.size(); i++) {
            if (List.of(arguments).stream().allMatch(works.get(i).name()::contains)) {
                numbers.add(String.valueOf(i));
            }
        }
        Map<String, double[]> best = new LinkedHashMap<>();
        for (int trial = 0; trial < TRIALS; trial++) {
            for (String number : numbers) {
                start("--alone", List.of(number), 0, best);
                start("--first", List.of(number), 1, best);
            }
            start("--polluted", numbers, 2, best);
        }
        System.exit(report(best) ? 0 : 1);
    }

    private static boolean report(Map<String, double[]> best) {
        boolean good = true;
        for (Map.Entry<String, double[]> entry : best.entrySet()) {
            double[] found = entry.getValue();
            boolean slow = Math.max(found[1], found[2]) > MOST * found[0];
            boolean allocates = found[3] > 0;
            good &= !slow && !allocates;
            System.out.printf(
                    "%-90s alone %9.2f us, first %9.2f us, %.2f, polluted %9.2f us, %.2f, %.0f bytes%s%s%n",
                    entry.getKey(),
                    found[0],
                    found[1],
                    found[1] / found[0],
                    found[2],
                    found[2] / found[0],
                    found[3],
                    slow ? "  SLOW" : "",
                    allocates ? "  ALLOCATES" : "");
        }
        return good;
    }

    /** Starts a JVM like this one, and keeps its fastest times. */
    private static void start(String how, List<String> numbers, int column, Map<String, double[]> best)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Pollution.class.getName(), how));
        command.addAll(numbers);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        for (String line : new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String[] parts = line.split("\t", -1);
            double[] found = best.computeIfAbsent(parts[0], name ->
                    new double[] {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0});
            found[column] = Math.min(found[column], Double.parseDouble(parts[1]));
            found[3] = Math.max(found[3], Double.parseDouble(parts[2]));
        }
        if (process.waitFor() != 0) {
            throw new IllegalStateException(how + " " + numbers + " ended with " + process.exitValue());
        }
    }

    /** Prints the fastest pass in microseconds and the bytes of a pass, if they are to be measured. */
    private static void run(Work work, long warmUp, long measured) {
        try (Case open = work.open()) {
            Runnable pass = open.entries().getFirst().pass();
            passes(pass, warmUp);
            if (measured > 0) {
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                long before = threads.getCurrentThreadAllocatedBytes();
                double[] found = passes(pass, measured);
                long bytes = threads.getCurrentThreadAllocatedBytes() - before;
                System.out.println(
                        work.name() + "\t" + found[0] / work.operations() + "\t" + Math.floor(bytes / found[1]));
            }
        }
    }

    /** Returns the fastest pass in microseconds, and the number of passes. */
    private static double[] passes(Runnable pass, long nanoseconds) {
        double[] found = {Double.POSITIVE_INFINITY, 0};
        long start = System.nanoTime();
        long now = start;
        while (now - start < nanoseconds) {
            pass.run();
            long end = System.nanoTime();
            found[0] = Math.min(found[0], (end - now) / 1e3);
            found[1]++;
            now = end;
        }
        return found;
    }
}
