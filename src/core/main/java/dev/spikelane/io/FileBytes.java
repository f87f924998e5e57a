package dev.spikelane.io;

import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.limit.NativeMemory;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the bytes of one load into memory. A budget limits the memory, which is allocated only for bytes that exist. If
 * their number is unknown, bytes are kept in pieces until all are read.
 */
final class FileBytes {

    /** Part of a large file that stays in the cache until it is used. */
    private static final int MOST_BYTES_IN_CALL = 1 << 20;

    private static final int MOST_BYTES_IN_PIECE = 1 << 24;

    private static final String WHOLE = "its bytes";
    private static final long UNKNOWN = -1;

    private final String name;
    private final long budget;
    private long taken;

    FileBytes(String name, long budget) {
        this.name = name;
        this.budget = budget;
    }

    /** Interprets all bytes of a file. */
    interface Whole {
        Tensors of(FileBytes file, MemorySegment bytes) throws IOException;
    }

    /** Selects the reader of a file by its first bytes; throws if they have a wrong format. */
    interface Start {
        Whole of(String name, byte[] first) throws IOException;
    }

    static Tensors load(Path file, long mostBytes, Start start) throws IOException {
        Inputs.requireFile(file);
        return FileText.reading(file.toString(), () -> {
            try (FileChannel channel = FileChannel.open(file)) {
                FileBytes bytes = new FileBytes(file.toString(), mostBytes);
                return bytes.load(channel, Files.isRegularFile(file) ? channel.size() : UNKNOWN, start);
            }
        });
    }

    static Tensors load(String name, InputStream stream, Start start) throws IOException {
        return FileText.reading(
                name, () -> new FileBytes(name, Inputs.MOST_BYTES).load(Channels.newChannel(stream), UNKNOWN, start));
    }

    private Tensors load(ReadableByteChannel channel, long size, Start start) throws IOException {
        byte[] first = head(channel, ForeignFile.FIRST_BYTES);
        Whole content = start.of(name, first);
        return content.of(this, size == UNKNOWN ? readToEnd(first, channel) : readFile(first, channel, size));
    }

    String name() {
        return name;
    }

    MemorySegment allocate(long bytes, String what) throws IOException {
        take(bytes, what);
        try {
            return NativeMemory.ofAuto().allocate(bytes, Long.BYTES);
        } catch (OutOfMemoryError refused) {
            throw refused(bytes, what, refused);
        }
    }

    private IOException refused(long bytes, String what, OutOfMemoryError refused) {
        return new IOException(
                name + ": needs " + bytes + " bytes of native memory for " + what + ", which was refused: "
                        + refused.getMessage(),
                refused);
    }

    private void take(long bytes, String what) throws IOException {
        if (bytes > budget - taken) {
            throw new IOException(name + ": needs " + bytes + " bytes of memory for " + what
                    + (taken == 0 ? "" : " beside " + taken + " that it has") + ", expected at most " + budget
                    + " in all, the limit mostBytes");
        }
        taken += bytes;
    }

    MemorySegment read(byte[] first, ReadableByteChannel channel, long bytes, String what) throws IOException {
        MemorySegment all = allocate(bytes, what);
        MemorySegment.copy(first, 0, all, ValueLayout.JAVA_BYTE, 0, first.length);
        requireAll(first.length + fill(channel, all.asSlice(first.length)), bytes, what);
        return all;
    }

    MemorySegment readPieces(ReadableByteChannel channel, long bytes, String what) throws IOException {
        try (Arena pieces = Arena.ofConfined()) {
            List<MemorySegment> read = new ArrayList<>();
            requireAll(pieces(pieces, read, channel, bytes), bytes, what);
            return joined(read, bytes, what);
        } catch (OutOfMemoryError refused) {
            throw refused(bytes, what, refused);
        }
    }

    MemorySegment readToEnd(byte[] first, ReadableByteChannel channel) throws IOException {
        try (Arena pieces = Arena.ofConfined()) {
            List<MemorySegment> read = new ArrayList<>(List.of(MemorySegment.ofArray(first)));
            long filled = first.length + pieces(pieces, read, channel, budget - first.length);
            requireEnd(channel, filled);
            return joined(read, filled, WHOLE);
        } catch (OutOfMemoryError refused) {
            throw refused(budget, WHOLE, refused);
        }
    }

    private MemorySegment readFile(byte[] first, ReadableByteChannel channel, long size) throws IOException {
        MemorySegment all = read(first, channel, size, WHOLE);
        if (head(channel, 1).length > 0) {
            throw new IOException(name + ": grew while it was read, expected " + size + " bytes");
        }
        return all;
    }

    private void requireAll(long filled, long bytes, String what) throws IOException {
        if (filled < bytes) {
            throw new EOFException(name + ": ends inside " + what + ", expected " + (bytes - filled) + " more bytes");
        }
    }

    private void requireEnd(ReadableByteChannel channel, long bytes) throws IOException {
        if (channel.read(ByteBuffer.allocate(1)) > 0) {
            throw new IOException(name + ": goes on after " + bytes + " bytes, expected at most " + budget
                    + " in all, the limit mostBytes");
        }
    }

    private static long pieces(Arena arena, List<MemorySegment> read, ReadableByteChannel channel, long most)
            throws IOException {
        long filled = 0;
        while (filled < most) {
            long size = Math.min(Math.min(most - filled, MOST_BYTES_IN_PIECE), Math.max(filled, 1 << 16));
            MemorySegment piece = arena.allocate(size);
            long count = fill(channel, piece);
            read.add(piece.asSlice(0, count));
            filled += count;
            if (count < size) {
                break;
            }
        }
        return filled;
    }

    private MemorySegment joined(List<MemorySegment> pieces, long bytes, String what) throws IOException {
        MemorySegment all = allocate(bytes, what);
        long filled = 0;
        for (MemorySegment piece : pieces) {
            MemorySegment.copy(piece, 0, all, filled, piece.byteSize());
            filled += piece.byteSize();
        }
        return all;
    }

    /** Fills memory as far as the channel has bytes, and returns their number. */
    private static long fill(ReadableByteChannel channel, MemorySegment all) throws IOException {
        long filled = 0;
        while (filled < all.byteSize()) {
            ByteBuffer next = all.asSlice(filled, Math.min(all.byteSize() - filled, MOST_BYTES_IN_CALL))
                    .asByteBuffer();
            int count = channel.read(next);
            if (count < 0) {
                break;
            }
            filled += count;
        }
        return filled;
    }

    /** Reads at most a number of bytes at the start of a file. */
    byte[] head(ReadableByteChannel channel, int bytes) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(bytes);
        while (head.hasRemaining() && channel.read(head) >= 0) {
            // keep reading
        }
        byte[] read = new byte[head.position()];
        head.get(0, read);
        return read;
    }
}
