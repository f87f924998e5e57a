package dev.spikelane.io.event;

import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * AEDAT 4: packets with a stream number, a size and a compressed FlatBuffer. Packets without the identifier of events
 * are skipped.
 */
final class Aedat4Format implements EventFormat {

    private static final int MOST_BYTES = 1 << 26;
    private static final int MOST_HEADER_BYTES = 1 << 24;
    private static final int EVENT_BYTES = 16;
    private static final String WHOLE = "a packet";

    private final boolean packed;
    private final long end;
    private final int width;
    private final int height;
    private final Lz4Frame lz4 = new Lz4Frame();
    private byte[] packet = {};
    private byte[] content = {};
    private int next;
    private int left;
    private long position;

    Aedat4Format(EventInput input) throws IOException {
        String info = "";
        int compression = 0;
        long table = -1;
        if (input.need(Integer.BYTES, "its header")) {
            int size = EventInput.i32(input.bytes(), input.at());
            if (size < 0 || size > MOST_HEADER_BYTES) {
                throw input.wrong("is a header of " + size + " bytes, expected at most " + MOST_HEADER_BYTES);
            }
            input.skip(Integer.BYTES);
            position = input.position();
            byte[] header = input.read(size, packet, "its header");
            if (header != null) {
                FlatTable root = FlatTable.root(header, 0, size, input, position);
                compression = root.number(0, 0);
                table = root.longNumber(1, -1);
                info = root.text(2);
            }
        }
        if (compression < 0 || compression > 2) {
            throw new IOException(input.name() + ": is packed by "
                    + (compression == 3 || compression == 4 ? "Zstandard" : "method " + compression)
                    + ", which is not read here, expected LZ4 or no compression; write it so in DV");
        }
        packed = compression != 0;
        end = table < 0 ? Long.MAX_VALUE : table;
        width = number("sizeX", info);
        height = number("sizeY", info);
    }

    private static int number(String key, String info) {
        Matcher matcher =
                Pattern.compile("key=\"" + key + "\"[^>]*>([0-9]{1,5})<").matcher(info);
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public boolean read(EventInput input, EventBlock into) throws IOException {
        if (left == 0 && !packet(input)) {
            return false;
        }
        int size = into.size();
        int count = Math.min(left, into.room());
        byte[] bytes = content;
        int at = next;
        for (int i = 0; i < count; i++) {
            int place = EventInput.i32(bytes, at + 8);
            if ((place & 0x8000_8000) != 0) {
                throw input.wrong(
                        position,
                        "is a packet with an event at (" + (short) place + ", " + (place >> 16)
                                + "), expected 0 or more");
            }
            into.times()[size] = EventInput.i64(bytes, at);
            into.places()[size++] = EventBlock.place(place & 0x7FFF, place >>> 16, bytes[at + 12] & 1);
            at += EVENT_BYTES;
        }
        next = at;
        left -= count;
        into.resize(size);
        return true;
    }

    private boolean packet(EventInput input) throws IOException {
        if (input.position() >= end || !input.need(2 * Integer.BYTES, "the header of a packet")) {
            return false;
        }
        position = input.position();
        int size = EventInput.i32(input.bytes(), input.at() + Integer.BYTES);
        if (size < 0 || size > MOST_BYTES) {
            throw input.wrong("is a packet of " + size + " bytes, expected at most " + MOST_BYTES);
        }
        input.skip(2 * Integer.BYTES);
        byte[] received = input.read(size, packet, WHOLE);
        if (received == null) {
            return false;
        }
        packet = received;
        content = packet;
        int bytes = size;
        if (packed) {
            bytes = lz4.unpack(packet, size, MOST_BYTES, input, position);
            content = lz4.bytes();
        }
        if (bytes >= 12 && "EVTS".equals(new String(content, 8, 4, StandardCharsets.ISO_8859_1))) {
            FlatTable root = FlatTable.root(content, Integer.BYTES, bytes, input, position);
            left = root.length(0, EVENT_BYTES);
            next = root.start();
        }
        return true;
    }
}
