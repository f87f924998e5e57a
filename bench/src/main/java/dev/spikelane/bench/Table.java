package dev.spikelane.bench;

import java.util.List;
import java.util.OptionalDouble;

/** Lines for the terminal. */
final class Table {

    static final String HEAD = line("work", "time", "x scalar", "x C", "x OpenBLAS", "1 a cycle", "measured");

    static final String LEGEND = """
            x scalar, x C, x OpenBLAS: times as fast as the scalar kernels, C kernels of the same algorithm, OpenBLAS with spikes as floats.
            Rooflines: 1 a cycle is the percent of the speed of one load of 16 floats from L1 in each cycle, for which 16 active weights
            ask (leaky step: two and a half for 16 neurons); measured is the percent of the speed of a loop that does nothing but load and add (rate
            coding: rounds of random bits). Tables and permutations need fewer loads than active weights and may pass both.
            busy: other programs took the processor for more than a fifth of the time; measure again on a quiet machine.""";

    private Table() {}

    static String line(Measurement measurement) {
        String line = line(
                measurement.work(),
                time(measurement.java()),
                number(measurement.ratio(Contestant.SCALAR), "%.1f"),
                number(measurement.ratio(Contestant.YARDSTICK), "%.2f"),
                number(measurement.ratio(Contestant.OPENBLAS), "%.2f"),
                percent(measurement.ratio(Contestant.CYCLES)),
                percent(measurement.ratio(Contestant.ROOFLINE)));
        return measurement.busy() ? line + "  busy" : line;
    }

    private static String line(String work, String... columns) {
        return "%-67s".formatted(work)
                + String.join(
                        "", List.of(columns).stream().map("%11s"::formatted).toList());
    }

    /** A time in nanoseconds, in a unit that suits it. */
    static String time(double nanoseconds) {
        if (nanoseconds < 10) {
            return "%.2f ns".formatted(nanoseconds);
        }
        if (nanoseconds < 1e3) {
            return "%.0f ns".formatted(nanoseconds);
        }
        return nanoseconds < 1e6 ? "%.1f us".formatted(nanoseconds / 1e3) : "%.2f ms".formatted(nanoseconds / 1e6);
    }

    static String number(OptionalDouble value, String format) {
        return value.isEmpty() ? "-" : format.formatted(value.getAsDouble());
    }

    static String percent(OptionalDouble share) {
        return share.isEmpty() ? "-" : "%.0f %%".formatted(share.getAsDouble() * 100);
    }
}
