package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/** AEDAT 3.1: packets of one event type. Only valid events of polarity packets are read. */
final class Aedat3Format implements EventFormat {

    private static final int HEADER_BYTES = 28;
    private static final int EVENT_BYTES = 8;
    private static final int POLARITY = 1;

    private int left;
    private long high;

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        if (left == 0 && !header(input)) {
            return false;
        }
        if (left == 0) {
            return true;
        }
        if (!input.need(EVENT_BYTES, "a packet with " + left + " more events")) {
            return false;
        }
        byte[] bytes = input.bytes();
        int size = into.size();
        int at = input.at();
        int count = Math.min(left, Math.min(input.available() / EVENT_BYTES, into.room()));
        for (int i = 0; i < count; i++) {
            int word = EventInput.i32(bytes, at);
            into.times()[size] = high | Integer.toUnsignedLong(EventInput.i32(bytes, at + 4));
            into.places()[size] = EventBlock.place(word >>> 17, word >>> 2 & 0x7FFF, word >>> 1 & 1);
            size += word & 1;
            at += EVENT_BYTES;
        }
        input.skip(count * EVENT_BYTES);
        left -= count;
        into.resize(size);
        return true;
    }

    private boolean header(EventInput input) throws IOException {
        if (!input.need(HEADER_BYTES, "the header of a packet")) {
            return false;
        }
        byte[] bytes = input.bytes();
        int at = input.at();
        int type = EventInput.u16(bytes, at);
        int eventBytes = EventInput.i32(bytes, at + 4);
        high = (long) EventInput.i32(bytes, at + 12) << 31;
        int count = EventInput.i32(bytes, at + 20);
        if (eventBytes < 0 || count < 0 || high < 0 || type == POLARITY && eventBytes != EVENT_BYTES) {
            throw input.wrong("is a packet of type " + type + " with " + count + " events of " + eventBytes
                    + " bytes, expected at least 0, of type 1 with 8 bytes each");
        }
        input.skip(HEADER_BYTES);
        if (type == POLARITY) {
            left = count;
            return true;
        }
        return input.pass((long) count * eventBytes, "a packet of type " + type);
    }
}
