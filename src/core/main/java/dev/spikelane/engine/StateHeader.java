package dev.spikelane.engine;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The header of a state, {@value #BYTES} bytes, little endian. A name follows it, two bytes a character, then the
 * content. These bytes are final.
 *
 * <pre>
 *  0 int   the text SPKS
 *  4 int   version, 5
 *  8 long  fingerprint of the network
 * 16 long  hash of the network's values; 0 for sessions, which go on with other values
 * 24 int   samples
 * 28 int   characters of the name, -1 if a number is the key, -2 without a key
 * 32 long  steps
 * 40 long  the number that is the key, or 0
 * 48 int   kind of the content
 * 52 int   bytes of the content
 * 56 int   CRC-32C of the content
 * 60 int   CRC-32C of the header before it and of the name
 * </pre>
 */
public final class StateHeader {

    public static final int BYTES = 64;

    /** Replaces the number of characters if the key is a number. */
    public static final int NUMBER = -1;

    public static final int NO_KEY = -2;

    /** Kinds of content: two of simulations, then those in files of sessions. */
    public static final int SIMULATION = 0;

    public static final int OBSERVED_SIMULATION = 1;
    /** A session's state in little-endian order. */
    public static final int SESSION = 2;

    public static final int BIG_ENDIAN_SESSION = 3;
    /** Has no content: the session was removed. */
    public static final int REMOVED = 4;
    /** Has no content: the end of a snapshot; its steps are the number of sessions. */
    public static final int END = 5;

    private static final int MAGIC = 0x53_4b_50_53;
    private static final int VERSION = 5;

    private static final int AT_VERSION = 4;
    private static final int AT_FINGERPRINT = 8;
    private static final int AT_VALUES = 16;
    private static final int AT_SAMPLES = 24;
    private static final int AT_CHARACTERS = 28;
    private static final int AT_STEPS = 32;
    private static final int AT_NUMBER = 40;
    private static final int AT_KIND = 48;
    private static final int AT_LENGTH = 52;
    private static final int AT_CONTENT_SUM = 56;
    private static final int AT_HEAD_SUM = 60;

    private StateHeader() {}

    /** Writes a header without a key, of one sample; {@link #seal} completes it. */
    public static void begin(ByteBuffer to, int at, int kind, long fingerprint, long steps) {
        to.putInt(at, MAGIC).putInt(at + AT_VERSION, VERSION).putLong(at + AT_FINGERPRINT, fingerprint);
        to.putLong(at + AT_STEPS, steps).putInt(at + AT_KIND, kind);
        key(to, at, NO_KEY, 0);
        samples(to, at, 1, 0);
    }

    /** Sets the number of samples, and the hash of the network's values. */
    public static void samples(ByteBuffer to, int at, int samples, long values) {
        to.putInt(at + AT_SAMPLES, samples).putLong(at + AT_VALUES, values);
    }

    /** Sets the key: the characters of a name that follows the header, or a number. */
    public static void key(ByteBuffer to, int at, int characters, long number) {
        to.putInt(at + AT_CHARACTERS, characters).putLong(at + AT_NUMBER, number);
    }

    /** Sets length and checksums of a header whose content ends at {@code end}. */
    public static void seal(ByteBuffer to, int at, int end, CRC32C checksum) {
        int content = content(to, at);
        to.putInt(at + AT_LENGTH, end - content);
        checksum.reset();
        to.putInt(at + AT_CONTENT_SUM, sum(checksum, to, content, end));
        to.putInt(at + AT_HEAD_SUM, headSum(to, at, checksum));
    }

    /** Returns true if a whole header of this version, with its name, is at this place. */
    public static boolean isHead(ByteBuffer from, int at, CRC32C checksum) {
        if (from.limit() - at < BYTES || from.getInt(at) != MAGIC || from.getInt(at + AT_VERSION) != VERSION) {
            return false;
        }
        long characters = from.getInt(at + AT_CHARACTERS);
        return characters >= NO_KEY
                && 2 * characters <= from.limit() - at - BYTES
                && from.getInt(at + AT_LENGTH) >= 0
                && from.getInt(at + AT_HEAD_SUM) == headSum(from, at, checksum);
    }

    /** Returns the reason why the bytes from a place to the limit are not a whole state; null if they are one. */
    public static @Nullable String refused(ByteBuffer from, int at, CRC32C checksum) {
        int size = from.limit() - at;
        if (size < BYTES || from.getInt(at) != MAGIC) {
            return size + " bytes that do not start as a state does, expected SPKS and a header";
        }
        int version = from.getInt(at + AT_VERSION);
        if (version != VERSION) {
            return "state has version " + version + ", which " + (version < VERSION ? "an older" : "a newer")
                    + " Spikelane took, expected " + VERSION + ": run the steps again";
        }
        if (!isHead(from, at, checksum)) {
            return "state is damaged: its header has another checksum than expected";
        }
        int left = from.limit() - content(from, at);
        if (left != from.getInt(at + AT_LENGTH)) {
            return "state has " + left + " bytes after its header, expected " + from.getInt(at + AT_LENGTH);
        }
        checksum.reset();
        int found = sum(checksum, from, content(from, at), from.limit());
        int expected = from.getInt(at + AT_CONTENT_SUM);
        return found == expected
                ? null
                : "state is damaged: its checksum is " + Integer.toHexString(found) + ", expected "
                        + Integer.toHexString(expected);
    }

    /** Returns the place of the content. */
    public static int content(ByteBuffer from, int at) {
        return at + BYTES + 2 * Math.max(0, from.getInt(at + AT_CHARACTERS));
    }

    public static int length(ByteBuffer from, int at) {
        return from.getInt(at + AT_LENGTH);
    }

    public static int kind(ByteBuffer from, int at) {
        return from.getInt(at + AT_KIND);
    }

    public static long fingerprint(ByteBuffer from, int at) {
        return from.getLong(at + AT_FINGERPRINT);
    }

    public static long values(ByteBuffer from, int at) {
        return from.getLong(at + AT_VALUES);
    }

    public static int samples(ByteBuffer from, int at) {
        return from.getInt(at + AT_SAMPLES);
    }

    public static long steps(ByteBuffer from, int at) {
        return from.getLong(at + AT_STEPS);
    }

    public static int characters(ByteBuffer from, int at) {
        return from.getInt(at + AT_CHARACTERS);
    }

    public static long number(ByteBuffer from, int at) {
        return from.getLong(at + AT_NUMBER);
    }

    private static int headSum(ByteBuffer from, int at, CRC32C checksum) {
        checksum.reset();
        sum(checksum, from, at, at + AT_HEAD_SUM);
        return sum(checksum, from, at + BYTES, content(from, at));
    }

    private static int sum(CRC32C checksum, ByteBuffer of, int from, int to) {
        int limit = of.limit();
        int position = of.position();
        of.limit(to).position(from);
        checksum.update(of);
        of.limit(limit).position(position);
        return (int) checksum.getValue();
    }
}
