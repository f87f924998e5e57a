package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

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
import org.jspecify.annotations.Nullable;

/**
 * The file of a pool that is being written: {@linkplain SessionRecord records}, the last of which says how many came
 * before it. A session that takes a step meanwhile is written before it.
 */
final class SessionSnapshot {

    private static final long BEFORE = 0x53_50_4b_50_4f_4f_4c_31L;
    private static final SessionKey END = SessionKey.of(0);
    private static final int ROOM = 1 << 20;

    private final WritableByteChannel channel;
    private final long fingerprint;
    /** The sessions that are still to be written. */
    private final KeySlots left = new KeySlots();

    private final ByteBuffer buffer;
    private long written;
    /** Why nothing is written any more: a step goes on whatever the disk does. */
    private @Nullable IOException failed;

    SessionSnapshot(WritableByteChannel channel, long fingerprint, long bytes, long[] keys) {
        this.channel = channel;
        this.fingerprint = fingerprint;
        this.buffer = ByteBuffer.allocateDirect(
                Math.toIntExact(ROOM + bytes + SessionRecord.HEADER + SessionRecord.LONGEST_KEY));
        for (long key : keys) {
            left.put(key, 0);
        }
    }

    /** Whether a session is still to be written. */
    boolean wants(long key) {
        return left.get(key) != KeySlots.NONE;
    }

    /** Writes a session, unless it was written or began behind the snapshot. */
    void keep(long number, SessionKey key, MemorySegment state) {
        if (failed == null && left.remove(number) != KeySlots.NONE) {
            SessionRecord.put(
                    buffer,
                    SessionRecord.NUMBER,
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

    /** Writes the end. */
    void end() throws IOException {
        SessionRecord.put(buffer, SessionRecord.END, fingerprint, written, END, ByteBuffer.allocate(0));
        flush();
        if (failed != null) {
            throw failed;
        }
    }

    /** Records of a file that is whole. */
    record Content(Arena arena, Map<SessionKey, MemorySegment> records) implements AutoCloseable {

        int count() {
            return records.size();
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** Reads a file of sessions that have so many bytes. */
    @SuppressWarnings("MustBeClosedChecker") // the content does it
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
            throw new IllegalArgumentException("is a snapshot of an older version, which numbered names, expected one"
                    + " of this version: restore it with the older version and step the sessions anew");
        }
        Map<SessionKey, MemorySegment> records = new LinkedHashMap<>();
        long most = SessionRecord.HEADER + SessionRecord.LONGEST_KEY;
        long at = 0;
        while (at < all.byteSize()) {
            ByteBuffer head =
                    all.asSlice(at, Math.min(most, all.byteSize() - at)).asByteBuffer();
            SessionRecord found = SessionRecord.at(head, 0);
            if (found == null || at + found.size() > all.byteSize()) {
                break;
            }
            boolean end = (found.kind() & SessionRecord.END) != 0;
            String refused = found.refused(fingerprint, end ? 0 : bytes);
            if (refused != null) {
                throw new IllegalArgumentException(refused);
            }
            at += found.size();
            if (end) {
                if (at == all.byteSize() && found.steps() == records.size()) {
                    return records;
                }
                break;
            }
            SessionKey key = found.key(head, 0);
            MemorySegment record = all.asSlice(at - found.size(), found.size());
            SessionRecord.requireState(record, key, fingerprint, bytes);
            if (records.put(key, record) != null) {
                break;
            }
        }
        throw new IllegalArgumentException(
                "is no snapshot of a session pool of this machine's byte order, or is damaged at byte " + at);
    }
}
