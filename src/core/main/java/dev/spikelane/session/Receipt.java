package dev.spikelane.session;

import dev.spikelane.description.Fingerprint;
import dev.spikelane.io.file.LittleEndian;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * A receipt. Its bytes are, little endian: the {@linkplain #session(SessionKey) session}, the steps before (longs), the
 * steps, the label (ints), after how many steps that was decided, the first 64 bits of the hashes of the model, of the
 * state before, of the rows of all steps and of the receipt before (longs), the version (int), and a SHA-256 of all
 * this, of the whole of the four hashes, and of the rule that decides labels. All formats have this length, the
 * session, the steps, the version and the SHA-256 at these places.
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
        text.asCharBuffer().put(name); // an encoder would replace surrogates that stand alone
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

    /** The step behind which it begins. */
    long first() {
        return get(8);
    }

    /** The step behind which it ends. */
    long end() {
        return first() + getInt(16);
    }

    MemorySegment sha256() {
        return bytes.asSlice(AT_DIGEST);
    }

    /** Whether it is the one before another. */
    boolean isBefore(Receipt next) {
        return get(AT_DIGEST) == next.get(56);
    }

    /** The format and the version of Spikelane that made it. */
    int version() {
        return getInt(AT_VERSION);
    }

    /** Says which jar verifies a receipt of another format; null for one of this format. */
    @Nullable
    String otherFormat() {
        int version = version();
        return version >>> 24 == VERSION >>> 24
                ? null
                : "is of receipt format " + (version >>> 24) + ", made by Spikelane " + (version >> 16 & 0xff) + "."
                        + (version >> 8 & 0xff) + "." + (version & 0xff)
                        + ": verify it with spikelane-cli of that version";
    }

    /** Why it is not the one that a replay of its steps gives; null if it is. */
    @Nullable
    String differs(Receipt replayed) {
        if (get(32) != replayed.get(32)) {
            return "is of the model " + Long.toHexString(get(32)) + ", expected " + Long.toHexString(replayed.get(32));
        } else if (get(40) != replayed.get(40)) {
            return "begins with another state than the replay has behind step " + first();
        } else if (get(48) != replayed.get(48)) {
            return "is of other inputs, spikes or steps than the replay from step " + (first() + 1) + " to " + end();
        } else if (get(56) != replayed.get(56)) {
            return "follows another receipt than the one before it";
        } else if (getInt(20) != replayed.getInt(20) || get(24) != replayed.get(24)) {
            return "says label " + getInt(20) + ", decided after step " + get(24) + ", but the replay has label "
                    + replayed.getInt(20) + ", decided after step " + replayed.get(24);
        }
        return bytes.mismatch(replayed.bytes) < 0 ? null : "has another SHA-256 than its parts and the replay";
    }
}
