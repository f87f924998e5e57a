package dev.spikelane.cli.terminal;

import java.io.OutputStream;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A bar on the terminal for work of more than a second, erased at the end. */
public final class Progress {

    public static final Progress NONE =
            new Progress(new StatusLine(OutputStream.nullOutputStream(), 0), System::nanoTime);

    private static final long PATIENCE = 1_000_000_000;
    private static final long INTERVAL = 100_000_000;
    private static final int LEAST_WIDTH = 5;
    private static final int MOST_WIDTH = 30;

    private final StatusLine line;
    private final LongSupplier nanoseconds;
    private String what = "";
    private long total = 1;
    private long done;
    private long start;
    private long next;

    Progress(StatusLine line, LongSupplier nanoseconds) {
        this.line = line;
        this.nanoseconds = nanoseconds;
    }

    public static Progress on(boolean quiet) {
        return quiet ? NONE : new Progress(StatusLine.OF_PROCESS, System::nanoTime);
    }

    /** Starts a bar; {@code parts} is 0 if their number is unknown. */
    public void begin(String name, long parts) {
        end();
        what = name;
        total = parts;
        done = 0;
        start = nanoseconds.getAsLong();
        next = start + PATIENCE;
    }

    public void advance(long parts) {
        advance(parts, () -> "");
    }

    /** Adds finished parts. {@code detail} makes the text after the bar and is called only to draw it. */
    public void advance(long parts, Supplier<String> detail) {
        done = Math.min(total, done + parts);
        if (line.columns() > 0 && nanoseconds.getAsLong() - next >= 0) {
            next = nanoseconds.getAsLong() + INTERVAL;
            print(detail.get());
        }
    }

    public void end() {
        line.clear();
    }

    /** Draws the bar; a narrow terminal shortens the bar first, then the text. */
    private void print(String detail) {
        long seconds = (nanoseconds.getAsLong() - start) / 1_000_000_000;
        String words = seconds + " s" + (detail.isEmpty() ? "" : ", " + detail);
        if (total == 0) {
            line.show(what + " " + words);
            return;
        }
        words = 100 * done / total + " %, " + words;
        int room = line.columns() - what.length() - " [] ".length() - words.length();
        int width = Math.clamp(room, LEAST_WIDTH, MOST_WIDTH);
        int full = (int) (width * done / total);
        line.show(what + " [" + "#".repeat(full) + "-".repeat(width - full) + "] " + words);
    }
}
