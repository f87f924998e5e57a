package dev.spikelane.io.event;

/** Restores the high bits of a time: it has wrapped if it falls by more than half of its range. */
final class WideClock {

    private final long range;
    private long last;
    private long high;

    WideClock(int bits) {
        range = 1L << bits;
    }

    long widen(long time) {
        if (last - time > range / 2) {
            high += range;
        } else if (time - last > range / 2 && high > 0) { // a late event from before the wrap
            return high - range + time;
        }
        last = time;
        return high + time;
    }
}
