package dev.spikelane.io.event;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A buffered input of a recording, with the position for messages. */
public final class EventInput implements AutoCloseable {

    private static final int BYTES = 1 << 16;
    private static final VarHandle SHORT = handle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = handle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = handle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG = handle(int[].class, ByteOrder.BIG_ENDIAN);

    private final String name;
    private final ReadableByteChannel channel;
    private final byte[] bytes = new byte[BYTES];
    private int at;
    private int limit;
    private long base;
    private String cut = "";

    public EventInput(String name, ReadableByteChannel channel) {
        this.name = name;
        this.channel = channel;
    }

    /** Creates an empty input, for formats with another source. */
    public static EventInput none(String name) {
        return new EventInput(name, Channels.newChannel(InputStream.nullInputStream()));
    }

    private static VarHandle handle(Class<?> array, ByteOrder order) {
        return MethodHandles.byteArrayViewVarHandle(array, order);
    }

    static int u16(byte[] bytes, int at) {
        return (short) SHORT.get(bytes, at) & 0xFFFF;
    }

    static int i32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static int big(byte[] bytes, int at) {
        return (int) BIG.get(bytes, at);
    }

    static long i64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }

    /** Returns the buffer. Each call of {@link #need} moves its content. */
    public byte[] bytes() {
        return bytes;
    }

    public int at() {
        return at;
    }

    public int available() {
        return limit - at;
    }

    public void skip(int count) {
        at += count;
    }

    /** Waits until the buffer has {@code count} bytes; returns false if the file ends earlier. */
    boolean need(int count) throws IOException {
        if (limit - at >= count) {
            return true;
        }
        System.arraycopy(bytes, at, bytes, 0, limit - at);
        base += at;
        limit -= at;
        at = 0;
        while (limit < count) {
            int more = channel.read(ByteBuffer.wrap(bytes, limit, bytes.length - limit));
            if (more < 0) {
                return false;
            }
            limit += more;
        }
        return true;
    }

    /** Waits like {@link #need(int)}; if the file ends inside an item, drops and reports it in {@link #cut}. */
    public boolean need(int count, String what) throws IOException {
        boolean whole = need(count);
        if (!whole && limit > at) {
            noteCut(what);
        }
        return whole;
    }

    /** Reads bytes, which may be more than the buffer holds; null if the file ends earlier. */
    byte @Nullable [] read(int count, byte[] reused, String what) throws IOException {
        byte[] result = reused.length >= count ? reused : new byte[Math.min(count, BYTES)];
        int filled = 0;
        while (filled < count) {
            if (!need(1)) {
                noteCut(what);
                return null;
            }
            if (filled == result.length) { // grows only as bytes arrive
                result = Arrays.copyOf(result, (int) Math.min(count, 2L * filled));
            }
            int part = Math.min(Math.min(count, result.length) - filled, limit - at);
            System.arraycopy(bytes, at, result, filled, part);
            at += part;
            filled += part;
        }
        return result;
    }

    boolean pass(long count, String what) throws IOException {
        long left = count;
        while (left > 0) {
            if (!need(1)) {
                noteCut(what);
                return false;
            }
            int part = (int) Math.min(left, limit - at);
            at += part;
            left -= part;
        }
        return true;
    }

    /**
     * Reads the next line; null if it starts with another character or is not text, because events may start with this
     * byte.
     */
    @Nullable
    String line(char start) throws IOException {
        if (!need(1) || bytes[at] != start) {
            return null;
        }
        for (int end = 0; end < BYTES && need(end + 1); end++) {
            byte letter = bytes[at + end];
            if (letter == '\n') {
                String line = new String(bytes, at, end, StandardCharsets.ISO_8859_1);
                at += end + 1;
                return line.stripTrailing();
            }
            if (letter >= 0 && letter < ' ' && letter != '\r' && letter != '\t') {
                return null;
            }
        }
        if (limit < BYTES) {
            noteCut("its header");
        }
        return null;
    }

    long position() {
        return base + at;
    }

    public String name() {
        return name;
    }

    private void noteCut(String what) {
        cut = name + ": ends inside " + what + ", at byte " + (base + limit);
        at = limit;
    }

    /** Returns a message about the incomplete last item; empty if it is complete. */
    public String cut() {
        return cut;
    }

    public IOException wrong(String what) {
        return wrong(position(), what);
    }

    IOException wrong(long position, String what) {
        return new IOException(name + ": at byte " + position + " " + what);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
