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
 * The memory of one load, of which no more than a budget is taken, and only for bytes that are there: where nobody
 * knows how many bytes will come, they are kept in pieces until all are there.
 */
final class FileBytes {

    /** A little of a large file, so that it is still in the cache where it is looked at again. */
    private static final int MOST_BYTES_IN_CALL = 1 << 20;

    private static final int MOST_BYTES_IN_PIECE = 1 << 24;

    private static final String WHOLE = "its bytes";
    private static final long UNKNOWN = -1;

    private final String name;
    private final long budget;
    private long taken;

    /**
     * Starts with nothing taken.
     *
     * @param name the file, for messages
     * @param budget the most bytes in all
     */
    FileBytes(String name, long budget) {
        this.name = name;
        this.budget = budget;
    }

    /** Makes a content of all bytes. */
    interface Whole {
        Tensors of(FileBytes file, MemorySegment bytes) throws IOException;
    }

    /** Tells by the first bytes how the others are read; throws if they are of no format that is asked for. */
    interface Start {
        Whole of(String name, byte[] first) throws IOException;
    }

    /** Reads all of a file, and makes its content of that. */
    static Tensors load(Path file, long mostBytes, Start start) throws IOException {
        Inputs.requireFile(file);
        return FileText.reading(file.toString(), () -> {
            try (FileChannel channel = FileChannel.open(file)) {
                FileBytes bytes = new FileBytes(file.toString(), mostBytes);
                return bytes.load(channel, Files.isRegularFile(file) ? channel.size() : UNKNOWN, start);
            }
        });
    }

    /** Reads a stream to its end, with the usual budget, and makes its content of that. */
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

    /** Memory of zeros that is freed when it is forgotten. */
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

    /** Bytes that are known to be there, as a file's are, behind the first ones. */
    MemorySegment read(byte[] first, ReadableByteChannel channel, long bytes, String what) throws IOException {
        MemorySegment all = allocate(bytes, what);
        MemorySegment.copy(first, 0, all, ValueLayout.JAVA_BYTE, 0, first.length);
        requireAll(first.length + fill(channel, all.asSlice(first.length)), bytes, what);
        return all;
    }

    /** Bytes of which nobody knows whether they will come. */
    MemorySegment readPieces(ReadableByteChannel channel, long bytes, String what) throws IOException {
        try (Arena pieces = Arena.ofConfined()) {
            List<MemorySegment> came = new ArrayList<>();
            requireAll(pieces(pieces, came, channel, bytes), bytes, what);
            return joined(came, bytes, what);
        } catch (OutOfMemoryError refused) {
            throw refused(bytes, what, refused);
        }
    }

    /** All bytes to the end of a stream, as far as they are within the budget. */
    MemorySegment readToEnd(byte[] first, ReadableByteChannel channel) throws IOException {
        try (Arena pieces = Arena.ofConfined()) {
            List<MemorySegment> came = new ArrayList<>(List.of(MemorySegment.ofArray(first)));
            long filled = first.length + pieces(pieces, came, channel, budget - first.length);
            requireEnd(channel, filled);
            return joined(came, filled, WHOLE);
        } catch (OutOfMemoryError refused) {
            throw refused(budget, WHOLE, refused);
        }
    }

    /** All bytes of an open file. */
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

    private static long pieces(Arena arena, List<MemorySegment> came, ReadableByteChannel channel, long most)
            throws IOException {
        long filled = 0;
        while (filled < most) {
            long size = Math.min(Math.min(most - filled, MOST_BYTES_IN_PIECE), Math.max(filled, 1 << 16));
            MemorySegment piece = arena.allocate(size);
            long count = fill(channel, piece);
            came.add(piece.asSlice(0, count));
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

    /** Returns how many bytes came: fewer than there is room for if they end. */
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

    /** A few bytes at the start of a file. */
    byte[] head(ReadableByteChannel channel, int bytes) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(bytes);
        while (head.hasRemaining() && channel.read(head) >= 0) {
            // the next ones
        }
        byte[] came = new byte[head.position()];
        head.get(0, came);
        return came;
    }
}
