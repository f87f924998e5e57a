package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a session in stores and snapshots: a header of {@value #HEADER} bytes, the key and the state. The header
 * is little endian: the text {@code SPKSTATE}, the version (int), the kind (int), the fingerprint of the network
 * (long), the steps done (long), the bytes of the key and of the state (ints), the CRC-32C of the state (int), and the
 * CRC-32C of the header and the key (int). A number has 8 bytes, a name two for each character. The state has the byte
 * order of the machine, and so has the text, which other machines refuse.
 *
 * @param kind {@link #NUMBER}, {@link #NAME}, or {@link #END}, with {@link #REMOVED} for a session that was removed
 * @param keyBytes the length of the key
 * @param stateBytes the length of the state
 */
record SessionRecord(int kind, long fingerprint, long steps, int keyBytes, int stateBytes, int checksum) {

    static final int HEADER = 48;
    static final int NUMBER = 0;
    static final int NAME = 1;
    /** The last record of a snapshot; its steps are the number of sessions. */
    static final int END = 2;

    static final int REMOVED = 4;
    static final int LONGEST_KEY = SessionKey.LONGEST_NAME * Character.BYTES;

    private static final long MAGIC = 0x45_54_41_54_53_4b_50_53L;
    private static final int VERSION = 1;
    private static final int AT_CHECKSUM = HEADER - Integer.BYTES;

    static int keyBytes(SessionKey key) {
        return key.name().map(name -> name.length() * Character.BYTES).orElse(Long.BYTES);
    }

    /** Returns the bytes of a record. */
    static long size(SessionKey key, long stateBytes) {
        return HEADER + keyBytes(key) + stateBytes;
    }

    long size() {
        return HEADER + (long) keyBytes + stateBytes;
    }

    /** Writes a record from the position on. */
    static void put(ByteBuffer into, int kind, long fingerprint, long steps, SessionKey key, ByteBuffer state) {
        int start = into.position();
        int keyBytes = keyBytes(key);
        into.order(ByteOrder.nativeOrder()).putLong(MAGIC).order(ByteOrder.LITTLE_ENDIAN);
        into.putInt(VERSION).putInt(kind | (key.name().isEmpty() ? NUMBER : NAME));
        into.putLong(fingerprint).putLong(steps).putInt(keyBytes).putInt(state.remaining());
        CRC32C checksum = new CRC32C();
        checksum.update(state.duplicate());
        into.putInt((int) checksum.getValue()).putInt(0);
        if (key.name().isEmpty()) {
            into.putLong(key.number());
        } else {
            for (int i = 0;
                    i < key.name().get().length();
                    i++) { // an encoder would replace surrogates that stand alone
                into.putChar(key.name().get().charAt(i));
            }
        }
        into.put(state);
        into.putInt(start + AT_CHECKSUM, headChecksum(into, start, keyBytes));
    }

    private static int headChecksum(ByteBuffer from, int start, int keyBytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(from.slice(start, AT_CHECKSUM));
        checksum.update(from.slice(start + HEADER, keyBytes));
        return (int) checksum.getValue();
    }

    /** Reads the header and the key at a place of a buffer; null where no whole header with its key stands. */
    static @Nullable SessionRecord at(ByteBuffer from, int start) {
        from.order(ByteOrder.nativeOrder());
        if (from.limit() - start < HEADER || from.getLong(start) != MAGIC) {
            return null;
        }
        from.order(ByteOrder.LITTLE_ENDIAN);
        SessionRecord found = new SessionRecord(
                from.getInt(start + 12),
                from.getLong(start + 16),
                from.getLong(start + 24),
                from.getInt(start + 32),
                from.getInt(start + 36),
                from.getInt(start + 40));
        boolean fits = found.keyBytes >= 0
                && found.keyBytes <= LONGEST_KEY
                && found.stateBytes >= 0
                && found.keyBytes <= from.limit() - start - HEADER
                && from.getInt(start + 8) == VERSION;
        return fits && from.getInt(start + AT_CHECKSUM) == headChecksum(from, start, found.keyBytes) ? found : null;
    }

    /** Returns the key behind the header at a place. */
    SessionKey key(ByteBuffer from, int start) {
        if ((kind & NAME) == 0) {
            return SessionKey.of(from.order(ByteOrder.LITTLE_ENDIAN).getLong(start + HEADER));
        }
        char[] name = new char[keyBytes / Character.BYTES];
        from.slice(start + HEADER, keyBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asCharBuffer()
                .get(name);
        return SessionKey.of(new String(name));
    }

    /** Returns the key of a record that is whole. */
    static SessionKey keyOf(MemorySegment record) {
        ByteBuffer all = record.asByteBuffer();
        return Objects.requireNonNull(at(all, 0)).key(all, 0);
    }

    /** Throws unless a record is whole, of a key and of a network; returns its state. */
    static MemorySegment requireState(MemorySegment record, SessionKey key, long fingerprint, long bytes)
            throws IOException {
        ByteBuffer all = record.asByteBuffer();
        SessionRecord found = at(all, 0);
        if (found == null
                || found.size() != record.byteSize()
                || !found.key(all, 0).equals(key)) {
            throw new IOException("the state of session " + key + " is damaged, or of another session or version");
        }
        String refused = found.refused(fingerprint, bytes);
        if (refused != null) {
            throw new IOException("the state of session " + key + " " + refused);
        }
        CRC32C checksum = new CRC32C();
        checksum.update(all.slice(HEADER + found.keyBytes, found.stateBytes));
        MemorySegment state = record.asSlice(HEADER + (long) found.keyBytes);
        if ((int) checksum.getValue() != found.checksum || state.get(JAVA_LONG_UNALIGNED, 0) != found.steps) {
            throw new IOException("the state of session " + key + " is damaged: its checksum differs");
        }
        return state;
    }

    /** Says why a network does not fit; null if it does. */
    @Nullable
    String refused(long expected, long bytes) {
        if (fingerprint != expected) {
            return "is of another network: its fingerprint is " + Long.toHexString(fingerprint) + ", expected "
                    + Long.toHexString(expected);
        }
        return stateBytes == bytes
                ? null
                : "has " + stateBytes + " bytes, expected " + bytes
                        + ": build the pool with the same receipts() and decision(...)";
    }
}
