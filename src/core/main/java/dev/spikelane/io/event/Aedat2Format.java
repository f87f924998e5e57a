package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;

/**
 * AEDAT 2: a big-endian address and time of 32 bits each, with the address bits of a DVS128 or a DAVIS camera. Rows are
 * numbered as in the file, from the bottom.
 */
final class Aedat2Format implements EventFormat {

    private static final int EVENT_BYTES = 8;
    /** Marks frames and inertial measurements of a DAVIS. */
    private static final int NO_CHANGE = 1 << 31 | 1 << 10;

    private static final int PULSE = 1 << 15;

    private final boolean davis;
    private final WideClock clock = new WideClock(Integer.SIZE);

    Aedat2Format(boolean davis) {
        this.davis = davis;
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
            int address = EventInput.big(bytes, at);
            into.times()[size] = clock.widen(Integer.toUnsignedLong(EventInput.big(bytes, at + 4)));
            into.places()[size] = davis
                    ? EventBlock.place(address >>> 12 & 0x3FF, address >>> 22 & 0x1FF, address >>> 11 & 1)
                    : EventBlock.place(address >>> 1 & 0x7F, address >>> 8 & 0x7F, address & 1);
            size += (address & (davis ? NO_CHANGE : PULSE)) == 0 ? 1 : 0;
            at += EVENT_BYTES;
        }
        input.skip(count * EVENT_BYTES);
        into.resize(size);
        return true;
    }
}
