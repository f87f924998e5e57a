package dev.spikelane.session;

import dev.spikelane.description.Fingerprint;
import dev.spikelane.io.file.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A receipt. Its bytes are, little endian:
 * <ul>
 * <li>longs: the {@linkplain #session(SessionKey) session}, and the steps before the receipt;
 * <li>ints: the number of its steps, and the label;
 * <li>a long: the steps after which the label was decided;
 * <li>longs: the first 64 bits of the hashes of the model, the state before, the rows of all steps, and the previous
 *     receipt;
 * <li>an int: the version;
 * <li>a SHA-256 of these bytes, of the four complete hashes, and of the rule that decides labels.
 * </ul>
 *
 * <p>All formats have this length, and the session, the steps, the version and the SHA-256 at these places.
 */
record Receipt(MemorySegment bytes) {

    static final int BYTES = 100;
    static final int AT_DIGEST = BYTES - ReceiptState.HASH;

    /** The format, then the version of Spikelane: a byte for each number, the highest first. */
    static final int VERSION = 0x01_00_01_00;

    private static final int AT_VERSION = 64;

    static Receipt of(byte[] all, int number) {
        return new Receipt(MemorySegment.ofArray(all).asSlice((long) number * BYTES, BYTES));
    }

    /**
     * Returns the session in receipts and recordings: the number, or for a name the first 8 bytes of the SHA-256 of its
     * UTF-16 text, both little endian. The sign bit is cleared, as the numbers of names in a pool are negative.
     */
    static long session(SessionKey key) {
        if (key.name().isEmpty()) {
            return key.number();
        }
        String name = key.name().get();
        ByteBuffer text = ByteBuffer.allocate(Character.BYTES * name.length()).order(ByteOrder.LITTLE_ENDIAN);
        text.asCharBuffer().put(name); // an encoder would replace unpaired surrogates
        return Fingerprint.value(Fingerprint.digest().digest(text.array())) & Long.MAX_VALUE;
    }

    private long get(long at) {
        return bytes.get(LittleEndian.LONG, at);
    }

    private int getInt(long at) {
        return bytes.get(LittleEndian.INT, at);
    }

    long session() {
        return get(0);
    }

    /** Returns the step after which the receipt begins. */
    long first() {
        return get(8);
    }

    /** Returns the last step of the receipt. */
    long end() {
        return first() + getInt(16);
    }

    MemorySegment sha256() {
        return bytes.asSlice(AT_DIGEST);
    }

    /** Returns true if the hash that {@code next} holds of its predecessor is the hash of this receipt. */
    boolean isBefore(Receipt next) {
        return get(AT_DIGEST) == next.get(56);
    }

    /** Returns the format, and the version of Spikelane that made this receipt. */
    int version() {
        return getInt(AT_VERSION);
    }

    /** Returns the part of a message that names the version for this receipt's format; null for the present format. */
    @Nullable
    String otherFormat() {
        int version = version();
        return version >>> 24 == VERSION >>> 24
                ? null
                : "is of receipt format " + (version >>> 24) + ", made by Spikelane " + (version >> 16 & 0xff) + "."
                        + (version >> 8 & 0xff) + "." + (version & 0xff)
                        + ": verify it with spikelane-cli of that version";
    }

    /** Returns the first difference from the receipt of a replay; null if they are equal. */
    @Nullable
    String differs(Receipt replayed) {
        if (get(32) != replayed.get(32)) {
            return "is of the model " + Long.toHexString(get(32)) + ", expected " + Long.toHexString(replayed.get(32));
        } else if (get(40) != replayed.get(40)) {
            return "begins with another state than the replay has after step " + first();
        } else if (get(48) != replayed.get(48)) {
            return "has other inputs, spikes or steps than the replay from step " + (first() + 1) + " to " + end();
        } else if (get(56) != replayed.get(56)) {
            return "follows another receipt than the one before it";
        } else if (getInt(20) != replayed.getInt(20) || get(24) != replayed.get(24)) {
            return "has label " + getInt(20) + ", decided after step " + get(24) + ", but the replay has label "
                    + replayed.getInt(20) + ", decided after step " + replayed.get(24);
        }
        return bytes.mismatch(replayed.bytes) < 0 ? null : "has another SHA-256 than its parts and the replay";
    }
}
