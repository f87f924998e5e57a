package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/**
 * Prophesee EVT 3: words of 16 bits, each with one change: the row, the lower or higher half of a 24-bit time, an event
 * at x, a base x, or 8 or 12 bits for pixels from the base on. Events before the first time are skipped.
 */
final class Evt3Format implements EventFormat {

    private static final int MOST_IN_WORD = 12;
    private static final int MOST_X = 0x7FF;

    private final WideClock clock = new WideClock(24);
    private long high = -1;
    private long time;
    private int row;
    private int base;

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        if (!input.need(Short.BYTES, "a word of 2 bytes")) {
            return false;
        }
        byte[] bytes = input.bytes();
        long[] times = into.times();
        int[] places = into.places();
        int size = into.size();
        int at = input.at();
        int end = at + (input.available() & -Short.BYTES);
        int most = times.length - MOST_IN_WORD - 1;
        for (; at < end && size <= most; at += Short.BYTES) {
            int word = EventInput.u16(bytes, at);
            switch (word >>> 12) {
                case 0x0 -> row = word & 0x7FF;
                case 0x2 -> {
                    times[size] = time;
                    places[size] = EventBlock.place(word & MOST_X, row, word >>> 11 & 1);
                    size += high < 0 ? 0 : 1;
                }
                case 0x3 -> base = EventBlock.place(word & MOST_X, 0, word >>> 11 & 1);
                case 0x4, 0x5 -> {
                    boolean twelve = word >>> 12 == 4;
                    int mask = high < 0 ? 0 : word & (twelve ? 0xFFF : 0xFF);
                    int place = base | row << 15;
                    if (mask != 0
                            && (base & EventBlock.MOST_PLACE) + Integer.SIZE - 1 - Integer.numberOfLeadingZeros(mask)
                                    > MOST_X) {
                        throw input.wrong(
                                input.position() + at - input.at(), "is an event behind x = 2047, expected none");
                    }
                    for (int i = 0; i < MOST_IN_WORD; i++) { // no branch that the CPU mispredicts
                        times[size] = time;
                        places[size] = place + i;
                        size += mask >>> i & 1;
                    }
                    base += twelve ? 12 : 8;
                    // Any number of words without events may follow, and the base must not overflow.
                    base = (base & EventBlock.MOST_PLACE) > 2 * MOST_X ? base - 12 : base;
                }
                case 0x6 -> time = high & ~0xFFFL | word & 0xFFF;
                case 0x8 -> {
                    high = clock.widen((word & 0xFFFL) << 12);
                    time = high;
                }
                default -> {
                    // triggers and vendor words
                }
            }
        }
        input.skip(at - input.at());
        into.resize(size);
        return true;
    }
}
