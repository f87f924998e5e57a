package dev.spikelane.io.event;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A table of a FlatBuffer. Offsets outside of its bytes are refused. */
final class FlatTable {

    private final byte[] bytes;
    private final int limit;
    private final EventInput input;
    private final long position;
    private final int table;
    private final int fields;
    private int start;

    private FlatTable(byte[] bytes, int at, int limit, EventInput input, long position) throws IOException {
        this.bytes = bytes;
        this.limit = limit;
        this.input = input;
        this.position = position;
        this.table = followed(at);
        this.fields = inside((long) table - at(table), Integer.BYTES);
        inside(fields, EventInput.u16(bytes, fields));
    }

    static FlatTable root(byte[] bytes, int at, int limit, EventInput input, long position) throws IOException {
        return new FlatTable(bytes, at, limit, input, position);
    }

    private int inside(long at, long count) throws IOException {
        if (at < 0 || at + count > limit) {
            throw input.wrong(position, "is a packet whose offset " + at + " leads out of its " + limit + " bytes");
        }
        return (int) at;
    }

    private int at(int at) throws IOException {
        return EventInput.i32(bytes, inside(at, Integer.BYTES));
    }

    private int followed(int at) throws IOException {
        return inside(at + Integer.toUnsignedLong(at(at)), Integer.BYTES);
    }

    /** Returns the position of a field; -1 if it is absent. */
    private int field(int number, int size) throws IOException {
        int slot = Integer.BYTES + number * Short.BYTES;
        int offset = slot < EventInput.u16(bytes, fields) - 1 ? EventInput.u16(bytes, fields + slot) : 0;
        return offset == 0 ? -1 : inside((long) table + offset, size);
    }

    int number(int number, int absent) throws IOException {
        int at = field(number, Integer.BYTES);
        return at < 0 ? absent : at(at);
    }

    long longNumber(int number, long absent) throws IOException {
        int at = field(number, Long.BYTES);
        return at < 0 ? absent : EventInput.i64(bytes, at);
    }

    /** Returns the number of items of a vector, and sets {@link #start}; 0 if it is absent. */
    int length(int number, int itemBytes) throws IOException {
        int at = field(number, Integer.BYTES);
        if (at < 0) {
            return 0;
        }
        int vector = followed(at);
        long count = Integer.toUnsignedLong(at(vector));
        start = inside(vector + (long) Integer.BYTES, count * itemBytes);
        return (int) count;
    }

    int start() {
        return start;
    }

    String text(int number) throws IOException {
        int length = length(number, 1);
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }
}
