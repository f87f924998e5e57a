package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.spikelane.engine.StateHeader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Format of a session in stores and snapshots: a {@link StateHeader} with its key, then the packed state. */
final class SessionRecord {

    static final int LONGEST_HEAD = StateHeader.BYTES + SessionKey.LONGEST_NAME * Character.BYTES;
    /** Kind of a record of a session. States have the byte order of the machine. */
    static final int SESSION =
            ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? StateHeader.SESSION : StateHeader.BIG_ENDIAN_SESSION;

    private SessionRecord() {}

    static int headBytes(SessionKey key) {
        return StateHeader.BYTES + key.name().map(String::length).orElse(0) * Character.BYTES;
    }

    /** Writes a record at the position of a buffer. */
    static void put(ByteBuffer into, int kind, long fingerprint, long steps, SessionKey key, ByteBuffer state) {
        int start = into.position();
        StateHeader.begin(into.order(ByteOrder.LITTLE_ENDIAN), start, kind, fingerprint, steps);
        String name = key.name().orElse("");
        StateHeader.key(into, start, key.name().isEmpty() ? StateHeader.NUMBER : name.length(), key.number());
        into.position(start + StateHeader.BYTES);
        for (int i = 0; i < name.length(); i++) {
            into.putChar(name.charAt(i)); // an encoder would replace unpaired surrogates
        }
        into.put(state);
        StateHeader.seal(into, start, into.position(), new CRC32C());
    }

    /** Returns the key of a complete header. */
    static SessionKey key(ByteBuffer from, int at) {
        int characters = StateHeader.characters(from, at);
        if (characters < 0) {
            return SessionKey.of(StateHeader.number(from, at));
        }
        char[] name = new char[characters];
        for (int i = 0; i < characters; i++) {
            name[i] = from.getChar(at + StateHeader.BYTES + Character.BYTES * i);
        }
        return SessionKey.of(new String(name));
    }

    /** Checks that a record holds a complete state of the session and network, and returns this state. */
    static MemorySegment requireState(MemorySegment record, SessionKey key, long fingerprint, long bytes)
            throws IOException {
        String refused = refused(buffer(record), key, fingerprint, bytes);
        if (refused != null) {
            throw new IOException("session " + key + ": " + refused);
        }
        return record.asSlice(headBytes(key));
    }

    private static @Nullable String refused(ByteBuffer from, SessionKey key, long fingerprint, long bytes) {
        String damaged = StateHeader.refused(from, 0, new CRC32C());
        if (damaged != null) {
            return damaged;
        }
        long steps = StateHeader.steps(from, 0);
        boolean fits = StateHeader.kind(from, 0) == SESSION && key(from, 0).equals(key);
        if (!fits) {
            return "state is of session " + key(from, 0) + ", or of a machine with another byte order";
        } else if (StateHeader.fingerprint(from, 0) != fingerprint) {
            return otherNetwork(StateHeader.fingerprint(from, 0), fingerprint);
        } else if (StateHeader.length(from, 0) != bytes) {
            return "state has " + StateHeader.length(from, 0) + " bytes, expected " + bytes
                    + ": build the pool with the same receipts() and decision(...)";
        }
        return MemorySegment.ofBuffer(from).get(JAVA_LONG_UNALIGNED, headBytes(key)) == steps
                ? null
                : "state has another number of steps than the " + steps + " in its header";
    }

    static String otherNetwork(long fingerprint, long expected) {
        return "state is of another network: its fingerprint is " + Long.toHexString(fingerprint) + ", expected "
                + Long.toHexString(expected);
    }

    static ByteBuffer buffer(MemorySegment of) {
        return of.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
