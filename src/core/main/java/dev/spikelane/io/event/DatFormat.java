package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/**
 * Prophesee DAT: eight little-endian bytes for an event: a time of 32 bits, then 14 bits of x, 14 of y, and the
 * polarity.
 */
final class DatFormat implements EventFormat {

    private static final int EVENT_BYTES = 8;
    private static final int EVENT_2D = 0;
    private static final int CHANGE = 12;

    private final WideClock clock = new WideClock(Integer.SIZE);

    DatFormat(EventInput input) throws IOException {
        if (!input.need(2, "its header")) {
            return;
        }
        int type = input.bytes()[input.at()];
        int size = input.bytes()[input.at() + 1];
        if (type != EVENT_2D && type != CHANGE || size != EVENT_BYTES) {
            throw input.wrong("are events of type " + type + " and " + size
                    + " bytes, expected type 0 or 12 (changes) and 8 bytes");
        }
        input.skip(2);
    }

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        if (!input.need(EVENT_BYTES, "an event of 8 bytes")) {
            return false;
        }
        byte[] bytes = input.bytes();
        int size = into.size();
        int at = input.at();
        int count = Math.min(input.available() / EVENT_BYTES, into.room());
        for (int i = 0; i < count; i++) {
            int word = EventInput.i32(bytes, at + 4);
            into.times()[size] = clock.widen(Integer.toUnsignedLong(EventInput.i32(bytes, at)));
            into.places()[size++] = EventBlock.place(word & 0x3FFF, word >>> 14 & 0x3FFF, word >>> 28 & 1);
            at += EVENT_BYTES;
        }
        input.skip(count * EVENT_BYTES);
        into.resize(size);
        return true;
    }
}
