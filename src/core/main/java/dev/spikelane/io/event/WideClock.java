package dev.spikelane.io.event;

/** A time whose high bits a format does not write: it has wrapped where it falls by more than half of its range. */
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
        } else if (time - last > range / 2 && high > 0) { // one that was late across the wrap
            return high - range + time;
        }
        last = time;
        return high + time;
    }
}
