package dev.spikelane.bench;

import dev.spikelane.kernel.Simd;
import dev.spikelane.kernel.Yardstick;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A quick look at the speed of the kernels, in less than a minute: times, and ratios to the scalar kernels, to C and to the roofline.
 * All contestants run in turns in this one JVM; JMH has the last word.
 */
public final class Table {

    private static final String LINE = "%-78s %11s %9s %6s %9s%n";

    private Table() {}

    /** Takes words that all must be in the name of a work to have it measured. */
    public static void main(String[] words) {
        if (words.length > 0 && words[0].startsWith("-")) {
            System.err.println(
                    "spikelane: bench takes words that a work has in its name, such as: bench network 'batch 1,'");
            System.exit(2);
        }
        Locale.setDefault(Locale.ROOT);
        int lines = print(System.out, List.of(words));
        if (lines == 0) {
            System.err.println("spikelane: no work has '" + String.join("' and '", words) + "' in its name");
            System.exit(2);
        }
    }

    private static int print(PrintStream out, List<String> words) {
        out.println(Machine.describe());
        out.println(Simd.describe() + "; " + Yardstick.describe());
        out.println();
        out.printf(LINE, "work", "time", "x scalar", "x C", "roofline");
        int lines = 0;
        for (Supplier<Case> maker : Cases.all()) {
            try (Case made = maker.get()) {
                List<Work> works = made.works().stream()
                        .filter(work -> words.stream().allMatch(work.name()::contains))
                        .toList();
                if (!works.isEmpty()) {
                    made.verify();
                }
                for (Work work : works) {
                    print(out, work);
                    lines++;
                }
            }
        }
        if (lines > 0) {
            out.println();
            out.println("x scalar, x C: times as fast as the scalar kernels, as C kernels of the same algorithm.");
            out.println(
                    "roofline: share of the speed of a loop that does nothing but load the active weights from L1 and add them"
                            + " (tables: their entries; leaky step: its four operands), or the rounds of random bits.");
        }
        return lines;
    }

    private static void print(PrintStream out, Work work) {
        Map<Contestant, Double> times = Race.run(work);
        double java = times.get(Contestant.JAVA);
        out.printf(
                LINE,
                work.name(),
                time(java / work.operations()),
                ratio(times.get(Contestant.SCALAR), java, "%.1f"),
                ratio(times.get(Contestant.YARDSTICK), java, "%.2f"),
                ratio(times.get(Contestant.ROOFLINE), java / 100, "%.0f %%"));
    }

    private static String ratio(Double other, double java, String format) {
        return other == null ? "-" : format.formatted(other / java);
    }

    private static String time(double nanoseconds) {
        return nanoseconds < 1e6 ? "%.1f us".formatted(nanoseconds / 1e3) : "%.2f ms".formatted(nanoseconds / 1e6);
    }
}
