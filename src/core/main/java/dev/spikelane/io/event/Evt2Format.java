package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/**
 * Prophesee EVT 2 and 2.1: words of 32 or 64 bits whose highest four say what they are. An event has the lowest six
 * bits of its time; the others come in a word of their own, without which the first events have no time and are
 * passed over. In 2.1 a word has a bit for each of 32 pixels side by side.
 */
final class Evt2Format implements EventFormat {

    private static final int LOW_BITS = 6;
    private static final int TIME_HIGH = 8;
    private static final long NONE = -1;

    private final boolean wide;
    private final boolean highFirst;
    private final WideClock clock = new WideClock(34);
    private long high = NONE;

    /**
     * Reads words.
     *
     * @param wide whether they are those of 2.1
     * @param highFirst whether the higher half of such a word stands first, as old files have it
     */
    Evt2Format(boolean wide, boolean highFirst) {
        this.wide = wide;
        this.highFirst = highFirst;
    }

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        int wordBytes = wide ? Long.BYTES : Integer.BYTES;
        if (!input.need(wordBytes, "a word of " + wordBytes + " bytes")) {
            return false;
        }
        byte[] bytes = input.bytes();
        int at = input.at();
        int end = at + input.available() / wordBytes * wordBytes;
        int most = wide ? Integer.SIZE : 1;
        for (; at < end && into.room() >= most; at += wordBytes) {
            int word = EventInput.i32(bytes, wide && !highFirst ? at + 4 : at);
            int type = word >>> 28;
            if (type <= 1 && high != NONE) {
                int mask = wide ? EventInput.i32(bytes, highFirst ? at + 4 : at) : 1;
                add(into, high | word >>> 22 & 63, EventBlock.place(word >>> 11 & 0x7FF, word & 0x7FF, type), mask);
            } else if (type == TIME_HIGH) {
                high = clock.widen((word & 0xFFF_FFFFL) << LOW_BITS);
            }
        }
        input.skip(at - input.at());
        return true;
    }

    private static void add(EventBlock into, long time, int place, int mask) {
        int size = into.size();
        for (int left = mask; left != 0; left &= left - 1) {
            into.times()[size] = time;
            into.places()[size++] = place + Integer.numberOfTrailingZeros(left);
        }
        into.resize(size);
    }
}
