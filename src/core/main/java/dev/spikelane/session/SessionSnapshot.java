package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.spikelane.engine.StateHeader;
import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.io.file.FileText;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads the snapshot file of a pool: {@linkplain SessionRecord records} of sessions, then one with their
 * number. A session is written before its next step changes it.
 */
final class SessionSnapshot {

    private static final long BEFORE = 0x53_50_4b_50_4f_4f_4c_31L;
    private static final SessionKey END = SessionKey.of(0);
    private static final int ROOM = 1 << 20;

    private final WritableByteChannel channel;
    private final long fingerprint;
    /** Sessions that are not written yet. */
    private final KeySlots left = new KeySlots();

    private final ByteBuffer buffer;
    private long written;
    /** First failed write; later writes are skipped, so that steps go on without the disk. */
    private @Nullable IOException failed;

    SessionSnapshot(WritableByteChannel channel, long fingerprint, long bytes, long[] keys) {
        this.channel = channel;
        this.fingerprint = fingerprint;
        this.buffer = ByteBuffer.allocateDirect(Math.toIntExact(ROOM + bytes + SessionRecord.LONGEST_HEAD));
        for (long key : keys) {
            left.put(key, 0);
        }
    }

    /** Returns true if a session is not written yet. */
    boolean wants(long key) {
        return left.get(key) != KeySlots.NONE;
    }

    /** Writes a session, unless it was written, or began after the snapshot. */
    void keep(long number, SessionKey key, MemorySegment state) {
        if (failed == null && left.remove(number) != KeySlots.NONE) {
            SessionRecord.put(
                    buffer,
                    SessionRecord.SESSION,
                    fingerprint,
                    state.get(JAVA_LONG_UNALIGNED, 0),
                    key,
                    state.asByteBuffer());
            written++;
            if (buffer.position() >= ROOM) {
                flush();
            }
        }
    }

    private void flush() {
        try {
            channel.write(buffer.flip());
        } catch (IOException failure) {
            failed = failure;
        }
        buffer.clear();
    }

    /** Writes the last record. */
    void end() throws IOException {
        SessionRecord.put(buffer, StateHeader.END, fingerprint, written, END, ByteBuffer.allocate(0));
        flush();
        if (failed != null) {
            throw failed;
        }
    }

    /** The records of a complete file. */
    record Content(Arena arena, Map<SessionKey, MemorySegment> records) implements AutoCloseable {

        int count() {
            return records.size();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /**
     * Reads a file.
     *
     * @param bytes the length of a packed state
     */
    @SuppressWarnings("MustBeClosedChecker") // the content closes it
    static Content read(Path file, long fingerprint, long bytes) throws IOException {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return new Content(arena, records(all, fingerprint, bytes));
        } catch (IllegalArgumentException refused) {
            arena.close();
            throw new IOException(FileText.shown(file) + " " + refused.getMessage(), refused);
        } catch (IOException | RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    private static Map<SessionKey, MemorySegment> records(MemorySegment all, long fingerprint, long bytes)
            throws IOException {
        if (all.byteSize() >= Long.BYTES && all.get(JAVA_LONG_UNALIGNED, 0) == BEFORE) {
            throw new IllegalArgumentException("is a snapshot of an older version, which had no names, expected one"
                    + " of this version: begin the sessions again");
        }
        Map<SessionKey, MemorySegment> records = new LinkedHashMap<>();
        CRC32C checksum = new CRC32C();
        long at = 0;
        while (at < all.byteSize()) {
            long most = Math.min(SessionRecord.LONGEST_HEAD, all.byteSize() - at);
            ByteBuffer head = SessionRecord.buffer(all.asSlice(at, most));
            if (!StateHeader.isHead(head, 0, checksum)) {
                break;
            }
            if (StateHeader.fingerprint(head, 0) != fingerprint) {
                throw new IllegalArgumentException(
                        SessionRecord.otherNetwork(StateHeader.fingerprint(head, 0), fingerprint));
            }
            long size = StateHeader.content(head, 0) + (long) StateHeader.length(head, 0);
            if (StateHeader.kind(head, 0) == StateHeader.END) {
                if (at + size == all.byteSize() && StateHeader.steps(head, 0) == records.size()) {
                    return records;
                }
                break;
            }
            SessionKey key = SessionRecord.key(head, 0);
            if (at + size > all.byteSize() || records.put(key, all.asSlice(at, size)) != null) {
                break;
            }
            SessionRecord.requireState(all.asSlice(at, size), key, fingerprint, bytes);
            at += size;
        }
        throw new IllegalArgumentException("is no snapshot of a session pool, or is damaged at byte " + at);
    }
}
