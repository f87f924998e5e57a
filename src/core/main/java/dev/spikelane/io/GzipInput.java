package dev.spikelane.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Inflates gzip (RFC 1952) with one or more members. {@link java.util.zip.GZIPInputStream} silently drops bytes after
 * the last member. Here they are an error, as are a wrong checksum, a wrong length and an early end.
 */
final class GzipInput extends InflaterInputStream {

    private static final int MAGIC_FIRST = 0x1F;
    private static final int MAGIC_SECOND = 0x8B;
    private static final int DEFLATE = 8;
    private static final int HEADER_CHECKSUM = 0x02;
    private static final int EXTRA = 0x04;
    private static final int NAME = 0x08;
    private static final int COMMENT = 0x10;
    private static final int RESERVED = 0xE0;
    /** Modification time, extra flags and operating system. */
    private static final int UNUSED_BYTES = 6;

    private final String name;
    private final CRC32 checksum = new CRC32();
    private int position;
    private int members;
    private boolean inMember;

    /** Does not close {@code compressed}. */
    GzipInput(String name, InputStream compressed) {
        super(compressed, new Inflater(true), 8192);
        this.name = name;
    }

    static boolean isGzip(byte[] start) {
        return start.length >= 2
                && Byte.toUnsignedInt(start[0]) == MAGIC_FIRST
                && Byte.toUnsignedInt(start[1]) == MAGIC_SECOND;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (inMember || startMember()) {
            int count = inflate(target, offset, length);
            if (count > 0) {
                checksum.update(target, offset, count);
                return count;
            }
            endMember();
        }
        return -1;
    }

    @Override
    public void close() {
        inf.end();
    }

    private int inflate(byte[] target, int offset, int length) throws IOException {
        try {
            return super.read(target, offset, length);
        } catch (ZipException damaged) {
            throw new IOException(name + ": its gzip data is damaged: " + damaged.getMessage(), damaged);
        }
    }

    @Override
    protected void fill() throws IOException {
        if (!refill()) {
            throw endsEarly();
        }
        inf.setInput(buf, 0, len);
    }

    /** Reads a member's header; returns false at the end of the file. */
    private boolean startMember() throws IOException {
        if (position == len && !refill()) {
            if (members > 0) {
                return false;
            }
            throw endsEarly();
        }
        checksum.reset();
        if (headerByte() != MAGIC_FIRST || headerByte() != MAGIC_SECOND) {
            throw new IOException(name + ": has bytes after its gzip data, expected its end or another gzip member");
        }
        int method = headerByte();
        int flags = headerByte();
        if (method != DEFLATE || (flags & RESERVED) != 0) {
            throw new IOException(name + ": gzip method " + method + ", flags " + flags
                    + ", expected method 8 (deflate) and flags below 32");
        }
        skip(UNUSED_BYTES);
        if ((flags & EXTRA) != 0) {
            skip(headerByte() | headerByte() << Byte.SIZE);
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CHECKSUM) != 0) {
            requireEqual("header checksum", checksum.getValue() & 0xFFFF, littleEndian(2));
        }
        checksum.reset();
        inf.reset();
        inf.setInput(buf, position, len - position);
        members++;
        inMember = true;
        return true;
    }

    private void endMember() throws IOException {
        position = len - inf.getRemaining();
        requireEqual("checksum", checksum.getValue(), littleEndian(Integer.BYTES));
        requireEqual("length", inf.getBytesWritten() & 0xFFFF_FFFFL, littleEndian(Integer.BYTES));
        inMember = false;
    }

    private void requireEqual(String what, long computed, long stored) throws IOException {
        if (computed != stored) {
            throw new IOException(name + String.format(": its gzip %s is %08X, expected %08X", what, computed, stored));
        }
    }

    private long littleEndian(int bytes) throws IOException {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) nextByte() << (i * Byte.SIZE);
        }
        return value;
    }

    private void skip(int bytes) throws IOException {
        for (int i = 0; i < bytes; i++) {
            headerByte();
        }
    }

    private void skipText() throws IOException {
        int character;
        do {
            character = headerByte();
        } while (character != 0);
    }

    private int headerByte() throws IOException {
        int value = nextByte();
        checksum.update(value);
        return value;
    }

    private int nextByte() throws IOException {
        if (position == len && !refill()) {
            throw endsEarly();
        }
        return Byte.toUnsignedInt(buf[position++]);
    }

    private boolean refill() throws IOException {
        position = 0;
        len = Math.max(0, in.read(buf));
        return len > 0;
    }

    private IOException endsEarly() {
        return new IOException(name + ": its gzip data ends early");
    }
}
