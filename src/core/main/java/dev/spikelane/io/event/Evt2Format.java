package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/**
 * Prophesee EVT 2 and 2.1: words of 32 or 64 bits, with their type in the highest four. An event has the lowest six
 * bits of its time; a separate word has the other bits. Events before the first such word are skipped. A word of 2.1
 * has one bit for each of 32 neighboring pixels.
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
     * @param wide true for words of 2.1
     * @param highFirst true if the higher half of a wide word is first, as in old files
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
