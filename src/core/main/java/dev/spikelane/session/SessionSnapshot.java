package dev.spikelane.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.spikelane.engine.session.KeySlots;
import dev.spikelane.io.file.FileText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The file of a pool that is being written: in the byte order of the machine the text {@code SPKPOOL1} (long), the
 * fingerprint of the network (long), the bytes of a packed state, the number of sessions (longs), each session's key
 * (long) and state, the names as Java's data streams write them (their number, each key and text), and a CRC-32C of all
 * before it (long). A session that takes a step meanwhile is written before it.
 */
final class SessionSnapshot {

    private static final long MAGIC = 0x53_50_4b_50_4f_4f_4c_31L;
    private static final int HEADER = 4 * Long.BYTES;
    private static final int ROOM = 1 << 20;

    private final WritableByteChannel channel;
    private final int bytes;
    /** The sessions that are still to be written. */
    private final KeySlots left = new KeySlots();

    private final ByteBuffer buffer;
    private final CRC32C checksum = new CRC32C();
    /** Why nothing is written any more: a step goes on whatever the disk does. */
    private @Nullable IOException failed;

    SessionSnapshot(WritableByteChannel channel, long fingerprint, long bytes, long[] keys) {
        this.channel = channel;
        this.bytes = Math.toIntExact(bytes);
        this.buffer = ByteBuffer.allocateDirect(Math.max(ROOM, this.bytes + Long.BYTES))
                .order(ByteOrder.nativeOrder());
        for (long key : keys) {
            left.put(key, 0);
        }
        buffer.putLong(MAGIC).putLong(fingerprint).putLong(bytes).putLong(keys.length);
    }

    /** Whether a session is still to be written. */
    boolean wants(long key) {
        return left.get(key) != KeySlots.NONE;
    }

    /** Writes a session, unless it was written or began behind the snapshot. */
    void keep(long key, MemorySegment state) {
        if (failed != null || left.remove(key) == KeySlots.NONE) {
            return;
        }
        if (buffer.remaining() < Long.BYTES + bytes) {
            flush(buffer.flip());
            buffer.clear();
        }
        buffer.putLong(key);
        buffer.put(state.asByteBuffer());
    }

    private void flush(ByteBuffer full) {
        checksum.update(full);
        try {
            channel.write(full.rewind());
        } catch (IOException failure) {
            failed = failure;
        }
    }

    /** Writes names and the checksum. */
    void end(Map<String, Long> names) throws IOException {
        ByteArrayOutputStream bytesOfNames = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytesOfNames);
        out.writeInt(names.size());
        for (Map.Entry<String, Long> each : names.entrySet()) {
            out.writeLong(each.getValue());
            out.writeUTF(each.getKey());
        }
        flush(buffer.flip());
        flush(ByteBuffer.wrap(bytesOfNames.toByteArray()));
        flush(buffer.clear().putLong(checksum.getValue()).flip());
        if (failed != null) {
            throw failed;
        }
    }

    /** Sessions of a file that is whole. */
    record Content(Arena arena, MemorySegment all, long bytes, long count, Map<String, Long> names)
            implements AutoCloseable {

        long key(long number) {
            return all.get(JAVA_LONG_UNALIGNED, HEADER + number * (Long.BYTES + bytes));
        }

        MemorySegment state(long number) {
            return all.asSlice(HEADER + number * (Long.BYTES + bytes) + Long.BYTES, bytes);
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
            long count = requireWhole(all, fingerprint, bytes);
            return new Content(arena, all, bytes, count, names(all.asSlice(HEADER + count * (Long.BYTES + bytes))));
        } catch (IllegalArgumentException refused) {
            arena.close();
            throw new IOException(FileText.shown(file) + " " + refused.getMessage(), refused);
        } catch (IOException | RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    private static long requireWhole(MemorySegment all, long fingerprint, long bytes) {
        long size = all.byteSize();
        if (size < HEADER + 2 * Long.BYTES || all.get(JAVA_LONG_UNALIGNED, 0) != MAGIC) {
            throw new IllegalArgumentException("is no snapshot of a session pool of this machine's byte order");
        }
        CRC32C checksum = new CRC32C();
        for (long at = 0; at < size - Long.BYTES; at += ROOM) {
            checksum.update(
                    all.asSlice(at, Math.min(ROOM, size - Long.BYTES - at)).asByteBuffer());
        }
        if (checksum.getValue() != all.get(JAVA_LONG_UNALIGNED, size - Long.BYTES)) {
            throw new IllegalArgumentException("is damaged: its checksum differs");
        }
        if (all.get(JAVA_LONG_UNALIGNED, 8) != fingerprint || all.get(JAVA_LONG_UNALIGNED, 16) != bytes) {
            throw new IllegalArgumentException("is of another network: its sessions have "
                    + all.get(JAVA_LONG_UNALIGNED, 16) + " bytes and the fingerprint "
                    + Long.toHexString(all.get(JAVA_LONG_UNALIGNED, 8)) + ", expected " + bytes + " and "
                    + Long.toHexString(fingerprint));
        }
        return all.get(JAVA_LONG_UNALIGNED, 24);
    }

    private static Map<String, Long> names(MemorySegment all) throws IOException {
        Map<String, Long> names = new HashMap<>();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(all.toArray(JAVA_BYTE)));
        for (int left = in.readInt(); left > 0; left--) {
            long key = in.readLong();
            names.put(in.readUTF(), key);
        }
        return names;
    }
}
