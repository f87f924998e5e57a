package dev.spikelane.io.event;

import java.io.IOException;
import java.util.Arrays;

/** Unpacks an LZ4 frame, and verifies its checksums if it has any. */
final class Lz4Frame {

    private static final int MAGIC = 0x184D2204;
    private static final int VERSION = 0xC0;
    private static final int BLOCK_SUM = 0x10;
    private static final int SIZE = 0x08;
    private static final int SUM = 0x04;
    private static final int DICTIONARY = 0x01;
    private static final int LEAST_MATCH = 4;
    private static final int P1 = 0x9E3779B1;
    private static final int P2 = 0x85EBCA77;
    private static final int P3 = 0xC2B2AE3D;
    private static final int P4 = 0x27D4EB2F;
    private static final int P5 = 0x165667B1;
    /** {@code P1 + P2}. */
    private static final int LANE_0 = 0x24234428;

    private byte[] from = {};
    private byte[] to = new byte[1 << 16];
    private int filled;
    private int most;

    byte[] bytes() {
        return to;
    }

    /** Unpacks the frame in the first {@code size} bytes, and returns the number of unpacked bytes. */
    int unpack(byte[] bytes, int size, int mostBytes, EventInput input, long position) throws IOException {
        from = bytes;
        filled = 0;
        most = mostBytes;
        try {
            if (frame(size)) {
                return filled;
            }
        } catch (IndexOutOfBoundsException outside) {
            throw wrong(input, position, outside);
        }
        throw wrong(input, position, null);
    }

    private static IOException wrong(
            EventInput input, long position, @org.jspecify.annotations.Nullable Exception cause) {
        IOException wrong = input.wrong(position, "is a packet that is no whole frame of LZ4");
        wrong.initCause(cause);
        return wrong;
    }

    private boolean frame(int size) {
        int flags = from[Integer.BYTES] & 0xFF;
        int at = 6 + ((flags & SIZE) == 0 ? 0 : Long.BYTES) + ((flags & DICTIONARY) == 0 ? 0 : Integer.BYTES);
        if (EventInput.i32(from, 0) != MAGIC
                || (flags & VERSION) != 0x40
                || (flags & DICTIONARY) != 0
                || at >= size
                || (from[at] & 0xFF) != (sum(from, 4, at) >>> 8 & 0xFF)) {
            return false;
        }
        at++;
        while (at <= size - Integer.BYTES) {
            int header = EventInput.i32(from, at);
            int count = header & Integer.MAX_VALUE;
            at += Integer.BYTES;
            if (header == 0) {
                return ((flags & SIZE) == 0 || EventInput.i64(from, 6) == filled)
                        && ((flags & SUM) == 0
                                || at <= size - Integer.BYTES && EventInput.i32(from, at) == sum(to, 0, filled));
            }
            int end = at + count;
            boolean summed = (flags & BLOCK_SUM) != 0;
            if (count > size - at - (summed ? Integer.BYTES : 0)
                    || summed && EventInput.i32(from, end) != sum(from, at, end)
                    || !(header < 0 ? copied(at, count) : block(at, end))) {
                return false;
            }
            at = end + (summed ? Integer.BYTES : 0);
        }
        return false;
    }

    private boolean room(int count) {
        if (count < 0 || count > most - filled) {
            return false;
        }
        if (filled + count > to.length) {
            to = Arrays.copyOf(to, (int) Math.min(most, 2L * (filled + count)));
        }
        return true;
    }

    private boolean copied(int at, int count) {
        if (!room(count)) {
            return false;
        }
        System.arraycopy(from, at, to, filled, count);
        filled += count;
        return true;
    }

    private boolean block(int begin, int end) {
        int at = begin;
        while (at < end) {
            int token = from[at++] & 0xFF;
            int literals = token >>> 4;
            if (literals == 15) {
                int more;
                do {
                    more = from[at++] & 0xFF;
                    literals += more;
                } while (more == 255 && at < end);
            }
            if (literals < 0 || literals > end - at || !copied(at, literals)) {
                return false;
            }
            at += literals;
            if (at == end) {
                return true;
            }
            int distance = at + 2 <= end ? EventInput.u16(from, at) : 0;
            at += 2;
            int length = (token & 15) + LEAST_MATCH;
            if ((token & 15) == 15) {
                int more;
                do {
                    more = at < end ? from[at] & 0xFF : 0;
                    at++;
                    length += more;
                } while (more == 255);
            }
            if (distance == 0 || distance > filled || at >= end || !room(length)) {
                return false;
            }
            match(distance, length);
        }
        return false;
    }

    private void match(int distance, int length) {
        int source = filled - distance;
        int left = length;
        while (left > 0) { // a match may overlap the bytes that it writes
            int part = Math.min(left, filled - source);
            System.arraycopy(to, source, to, filled, part);
            filled += part;
            left -= part;
        }
    }

    /** Computes the 32-bit xxHash with seed 0. */
    static int sum(byte[] bytes, int begin, int end) {
        int at = begin;
        int hash = P5;
        if (end - begin >= 16) {
            int[] lanes = {LANE_0, P2, 0, -P1};
            for (; at <= end - 16; at += 16) {
                for (int i = 0; i < 4; i++) {
                    lanes[i] = Integer.rotateLeft(lanes[i] + EventInput.i32(bytes, at + 4 * i) * P2, 13) * P1;
                }
            }
            hash = Integer.rotateLeft(lanes[0], 1)
                    + Integer.rotateLeft(lanes[1], 7)
                    + Integer.rotateLeft(lanes[2], 12)
                    + Integer.rotateLeft(lanes[3], 18);
        }
        hash += end - begin;
        for (; at <= end - 4; at += 4) {
            hash = Integer.rotateLeft(hash + EventInput.i32(bytes, at) * P3, 17) * P4;
        }
        for (; at < end; at++) {
            hash = Integer.rotateLeft(hash + (bytes[at] & 0xFF) * P5, 11) * P1;
        }
        hash = (hash ^ hash >>> 15) * P2;
        hash = (hash ^ hash >>> 13) * P3;
        return hash ^ hash >>> 16;
    }
}
