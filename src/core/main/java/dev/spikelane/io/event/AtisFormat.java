package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/**
 * N-MNIST and N-Caltech101: five bytes for an event: x, y, then one polarity bit and 23 bits of time, big-endian. A y
 * of 240, below the picture, advances the time by 2^13 microseconds.
 */
final class AtisFormat implements EventFormat {

    private static final int EVENT_BYTES = 5;
    private static final int OVERFLOW = 240;
    private static final int OVERFLOW_TIME = 1 << 13;

    private long passed;

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        if (!input.need(EVENT_BYTES, "an event of 5 bytes")) {
            return false;
        }
        byte[] bytes = input.bytes();
        long[] times = into.times();
        int[] places = into.places();
        int size = into.size();
        int at = input.at();
        int count = Math.min(input.available() / EVENT_BYTES, into.room());
        for (int i = 0; i < count; i++) {
            int word = EventInput.big(bytes, at + 1);
            int y = word >>> 24;
            if (y == OVERFLOW) {
                passed += OVERFLOW_TIME;
            } else {
                times[size] = passed + (word & 0x7F_FFFF);
                places[size++] = EventBlock.place(bytes[at] & 0xFF, y, word >>> 23 & 1);
            }
            at += EVENT_BYTES;
        }
        input.skip(count * EVENT_BYTES);
        into.resize(size);
        return true;
    }
}
