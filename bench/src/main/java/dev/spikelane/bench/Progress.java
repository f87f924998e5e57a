package dev.spikelane.bench;

import java.time.Duration;

/** Reports the progress of a full run on standard error. */
final class Progress {

    private final int all;
    private final long start = System.nanoTime();
    private int done;

    Progress(int all) {
        this.all = all;
        System.err.printf(
                "Spikelane: %d works, some %s; keep the machine quiet%n",
                all, text(Duration.ofSeconds((long) all * SECONDS_OF_WORK)));
    }

    /** Average seconds of a work, with all peers (2 cores of an AMD EPYC, 2026-11). */
    private static final int SECONDS_OF_WORK = 5;

    void begin(String work) {
        System.err.printf("[%d/%d] %s ", done + 1, all, work);
    }

    void end(Measurement measurement) {
        done++;
        Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
        System.err.printf(
                "%s (%s left)%n",
                Table.time(measurement.java()),
                text(elapsed.multipliedBy(all - done).dividedBy(done)));
    }

    private static String text(Duration duration) {
        return duration.toMinutes() == 0 ? duration.toSeconds() + " s" : duration.toMinutes() + " min";
    }
}
