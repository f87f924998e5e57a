package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.LittleEndian;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the directory of a zip archive in memory. Each local header must agree with the directory, and no two members
 * share a byte.
 */
final class ZipArchive {

    static final int MOST_MEMBERS = 1 << 16;

    private static final int END = 0x06054B50;
    private static final int END_BYTES = 22;
    private static final int LARGE_END = 0x06064B50;
    private static final int LARGE_END_BYTES = 56;
    private static final int LARGE_LOCATOR = 0x07064B50;
    private static final int LARGE_LOCATOR_BYTES = 20;
    private static final int ENTRY = 0x02014B50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL = 0x04034B50;
    private static final int LOCAL_BYTES = 30;
    private static final int LARGE_FIELD = 1;
    private static final int ENCRYPTED = 1;
    private static final int SIZES_BEHIND = 1 << 3;
    private static final int UTF8 = 1 << 11;
    private static final int MOST_COMMENT_BYTES = 0xFFFF;
    private static final long LARGE = 0xFFFF_FFFFL;

    private final String name;
    private final MemorySegment bytes;
    private final List<Place> places = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** The byte range of a member with its local header. */
    private record Place(String name, long begin, long end) {}

    private ZipArchive(String name, MemorySegment bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /** Returns the members in the order of the directory. */
    static List<ZipMember> members(String name, MemorySegment bytes) throws IOException {
        return new ZipArchive(name, bytes).read();
    }

    private List<ZipMember> read() throws IOException {
        long end = findEnd();
        if (u16(end + 4) != 0 || u16(end + 6) != 0) {
            throw wrong("is a part of an archive of several files, expected one");
        }
        long count = u16(end + 10);
        long size = u32(end + 12);
        long begin = u32(end + 16);
        long behind = end;
        boolean located =
                end >= LARGE_LOCATOR_BYTES && bytes.get(LittleEndian.INT, end - LARGE_LOCATOR_BYTES) == LARGE_LOCATOR;
        if (located || count == 0xFFFF || size == LARGE || begin == LARGE) { // torch writes both ends
            behind = findLargeEnd(end);
            count = bytes.get(LittleEndian.LONG, behind + 32);
            size = bytes.get(LittleEndian.LONG, behind + 40);
            begin = bytes.get(LittleEndian.LONG, behind + 48);
        }
        if (count < 0 || count > MOST_MEMBERS) {
            throw wrong("declares " + Long.toUnsignedString(count) + " members, expected at most " + MOST_MEMBERS);
        }
        if (begin < 0 || size < 0 || begin > behind || size != behind - begin) {
            throw wrong("declares a directory of " + Long.toUnsignedString(size) + " bytes from byte "
                    + Long.toUnsignedString(begin) + ", expected that it ends at byte " + behind);
        }
        List<ZipMember> members = new ArrayList<>();
        long at = begin;
        while (at < behind) {
            if (behind - at < ENTRY_BYTES || bytes.get(LittleEndian.INT, at) != ENTRY) {
                throw wrong("has no entry of its directory at byte " + at + ", expected one");
            }
            long next = at + ENTRY_BYTES + u16(at + 28) + u16(at + 30) + u16(at + 32);
            if (next > behind) {
                throw wrong("has an entry at byte " + at + " that ends behind its directory");
            }
            members.add(member(at, begin));
            at = next;
        }
        if (members.size() != count) {
            throw wrong("declares " + count + " members, but its directory has " + members.size());
        }
        requireApart();
        return members;
    }

    private long findEnd() throws IOException {
        long size = bytes.byteSize();
        if (size < Integer.BYTES || bytes.get(LittleEndian.INT, 0) != LOCAL && bytes.get(LittleEndian.INT, 0) != END) {
            throw wrong("is no zip archive, expected that it starts with PK");
        }
        long first = Math.max(0, size - END_BYTES - MOST_COMMENT_BYTES);
        for (long at = size - END_BYTES; at >= first; at--) {
            if (bytes.get(LittleEndian.INT, at) == END && u16(at + 20) == size - at - END_BYTES) {
                return at;
            }
        }
        throw wrong("has no end of a directory, expected a whole zip archive");
    }

    private long findLargeEnd(long end) throws IOException {
        long locator = end - LARGE_LOCATOR_BYTES;
        long large = locator - LARGE_END_BYTES;
        if (large < 0
                || bytes.get(LittleEndian.INT, locator) != LARGE_LOCATOR
                || bytes.get(LittleEndian.LONG, locator + 8) != large
                || bytes.get(LittleEndian.INT, large) != LARGE_END) {
            throw wrong("has a directory of 64 bits without its end, expected one before byte " + end);
        }
        return large;
    }

    private ZipMember member(long at, long directory) throws IOException {
        int flags = u16(at + 8);
        String member = text(at + ENTRY_BYTES, u16(at + 28), flags);
        if (!names.add(member)) {
            throw wrong(member, "stands in the archive twice");
        }
        if ((flags & ENCRYPTED) != 0) {
            throw wrong(member, "is encrypted");
        }
        int method = u16(at + 10);
        if (method != 0 && method != 8) {
            throw wrong(
                    member, "is packed by method " + method + method(method) + ", expected 0 (stored) or 8 (deflate)");
        }
        long packed = u32(at + 20);
        long size = u32(at + 24);
        long local = u32(at + 42);
        long extra = extra(at + ENTRY_BYTES + u16(at + 28), u16(at + 30));
        if (size == LARGE) {
            size = large(member, extra);
            extra += Long.BYTES;
        }
        if (packed == LARGE) {
            packed = large(member, extra);
            extra += Long.BYTES;
        }
        if (local == LARGE) {
            local = large(member, extra);
        }
        long checksum = u32(at + 16);
        MemorySegment found = data(member, local, packed, directory);
        requireSame(member, local, at, packed, size);
        if (method == 0 && packed != size) {
            throw wrong(member, "has " + packed + " stored bytes, expected " + size);
        }
        return new ZipMember(name, member, method != 0, found, size, checksum);
    }

    private static String method(int method) {
        return switch (method) {
            case 9 -> " (deflate64)";
            case 12 -> " (bzip2)";
            case 14 -> " (LZMA)";
            case 93 -> " (Zstandard)";
            case 95 -> " (xz)";
            default -> "";
        };
    }

    /** Returns the offset of the 64-bit sizes in the extra fields, or a negative number. */
    private long extra(long from, int length) {
        long end = from + length;
        for (long at = from; at + 4 <= end; at += 4L + u16(at + 2)) {
            if (u16(at) == LARGE_FIELD && at + 4L + u16(at + 2) <= end) {
                return at + 4;
            }
        }
        return Integer.MIN_VALUE;
    }

    private long large(String member, long at) throws IOException {
        if (at < 0 || at > bytes.byteSize() - Long.BYTES) {
            throw wrong(member, "lacks its sizes of 64 bits");
        }
        return bytes.get(LittleEndian.LONG, at);
    }

    private MemorySegment data(String member, long local, long packed, long directory) throws IOException {
        if (local < 0 || local > directory - LOCAL_BYTES || bytes.get(LittleEndian.INT, local) != LOCAL) {
            throw wrong(member, "has no header at byte " + Long.toUnsignedString(local) + ", expected one");
        }
        long begin = local + LOCAL_BYTES + u16(local + 26) + u16(local + 28);
        if (packed < 0 || begin > directory || packed > directory - begin) {
            throw wrong(
                    member,
                    "declares " + Long.toUnsignedString(packed) + " bytes, expected at most "
                            + Math.max(0, directory - begin) + ", which are there");
        }
        places.add(new Place(member, local, begin + packed));
        return bytes.asSlice(begin, packed);
    }

    /** Throws unless the local header agrees with the directory in the fields that it fills. */
    private void requireSame(String member, long local, long entry, long packed, long size) throws IOException {
        int nameBytes = u16(local + 26);
        boolean same = nameBytes == u16(entry + 28)
                && MemorySegment.mismatch(
                                bytes,
                                local + LOCAL_BYTES,
                                local + LOCAL_BYTES + nameBytes,
                                bytes,
                                entry + ENTRY_BYTES,
                                entry + ENTRY_BYTES + nameBytes)
                        == -1
                && u16(local + 8) == u16(entry + 10)
                && u16(local + 6) == u16(entry + 8);
        if (same && (u16(local + 6) & SIZES_BEHIND) == 0) {
            same = u32(local + 14) == u32(entry + 16)
                    && (u32(local + 18) == packed || u32(local + 18) == LARGE)
                    && (u32(local + 22) == size || u32(local + 22) == LARGE);
        }
        if (!same) {
            throw wrong(member, "has a header at byte " + local + " that differs from the archive's directory");
        }
    }

    private void requireApart() throws IOException {
        places.sort(Comparator.comparingLong(Place::begin));
        for (int i = 1; i < places.size(); i++) {
            if (places.get(i).begin < places.get(i - 1).end) {
                throw wrong(
                        places.get(i).name,
                        "begins at byte " + places.get(i).begin + ", inside of "
                                + JsonValue.quoted(places.get(i - 1).name));
            }
        }
    }

    private String text(long at, int length, int flags) throws IOException {
        ByteBuffer text = bytes.asSlice(at, length).asByteBuffer();
        try {
            return ((flags & UTF8) != 0 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII)
                    .newDecoder()
                    .decode(text)
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw new IOException(name + ": has a member whose name is no UTF-8, at byte " + at, malformed);
        }
    }

    private int u16(long at) {
        return Short.toUnsignedInt(bytes.get(LittleEndian.SHORT, at));
    }

    private long u32(long at) {
        return Integer.toUnsignedLong(bytes.get(LittleEndian.INT, at));
    }

    private IOException wrong(String what) {
        return new IOException(name + ": " + what);
    }

    private IOException wrong(String member, String what) {
        return new IOException(name + ": member " + JsonValue.quoted(member) + " " + what);
    }
}
