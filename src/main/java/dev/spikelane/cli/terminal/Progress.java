package dev.spikelane.cli.terminal;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A bar on the terminal for work that takes more than a second; it leaves no trace. */
public final class Progress {

    /** Set by the launcher, which knows whether standard error is a terminal. */
    static final String TERMINAL = "spikelane.terminal";

    /** Never shows anything. */
    public static final Progress NONE = new Progress(new PrintWriter(Writer.nullWriter()), false, System::nanoTime);

    private static final long PATIENCE = 1_000_000_000;
    private static final long INTERVAL = 100_000_000;
    private static final int WIDTH = 30;

    private final PrintWriter err;
    private final boolean shown;
    private final LongSupplier nanoseconds;
    private String what = "";
    private long total = 1;
    private long done;
    private long start;
    private long next;
    private int printed;

    Progress(PrintWriter err, boolean shown, LongSupplier nanoseconds) {
        this.err = err;
        this.shown = shown;
        this.nanoseconds = nanoseconds;
    }

    /** On a terminal, unless the user wants it quiet. */
    public static Progress on(PrintWriter err, boolean quiet) {
        return new Progress(err, !quiet && Boolean.getBoolean(TERMINAL), System::nanoTime);
    }

    /** Starts some work. */
    public void begin(String name, long parts) {
        end();
        what = name;
        total = Math.max(1, parts);
        done = 0;
        start = nanoseconds.getAsLong();
        next = start + PATIENCE;
    }

    /** So many more parts are done. */
    public void advance(long parts) {
        advance(parts, () -> "");
    }

    /** So many more parts are done; what stands behind the bar is asked for when it is drawn. */
    public void advance(long parts, Supplier<String> detail) {
        done = Math.min(total, done + parts);
        if (shown && nanoseconds.getAsLong() - next >= 0) {
            next = nanoseconds.getAsLong() + INTERVAL;
            print(detail.get());
        }
    }

    /** Clears the bar, if there is one. */
    public void end() {
        if (printed > 0) {
            err.print("\r" + " ".repeat(printed) + "\r");
            err.flush();
            printed = 0;
        }
    }

    private void print(String detail) {
        int full = (int) (WIDTH * done / total);
        long seconds = (nanoseconds.getAsLong() - start) / 1_000_000_000;
        String line = what + " [" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] " + 100 * done / total + " %, "
                + seconds + " s"
                + (detail.isEmpty() ? "" : ", " + detail);
        err.print("\r" + line + " ".repeat(Math.max(0, printed - line.length())));
        err.flush();
        printed = Math.max(printed, line.length());
    }
}
