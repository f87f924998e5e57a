package dev.spikelane.blas.call;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Facts of a Linux file that decide whether it is loaded. The JVM prints its own warning for a file that is not an ELF
 * library, or that may make the stack executable. The system's loader crashes (SIGBUS) for a file that is cut off after
 * its headers.
 */
final class ElfHeader {

    private static final int BYTES = 64;
    private static final int MAGIC = 0x7f454c46;

    private static final int CLASS_AT = 4;
    private static final int CLASS_64 = 2;
    private static final int ORDER_AT = 5;
    private static final int LITTLE_ENDIAN = 1;
    private static final int SEGMENTS_AT = 32;
    private static final int SEGMENT_BYTES_AT = 54;
    private static final int SEGMENT_COUNT_AT = 56;

    /** Bytes of a segment header that are read: type and flags, then place and size in the file. */
    private static final int SEGMENT_READ = 40;

    private static final int FLAGS_AT = 4;
    private static final int PLACE_AT = 8;
    private static final int SIZE_AT = 32;
    private static final int LOAD = 1;
    private static final int STACK = 0x6474e551;
    private static final int EXECUTABLE = 1;

    private ElfHeader() {}

    /** Returns true for a complete 64-bit ELF file of this byte order whose stack is not executable. */
    static boolean isSafeToLoad(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer header = read(channel, 0, BYTES).order(ByteOrder.BIG_ENDIAN);
            ByteOrder order = header.get(ORDER_AT) == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            return header.getInt(0) == MAGIC
                    && header.get(CLASS_AT) == CLASS_64
                    && order == ByteOrder.nativeOrder()
                    && segmentsAreSafe(channel, header.order(order));
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static boolean segmentsAreSafe(FileChannel channel, ByteBuffer header) throws IOException {
        long at = header.getLong(SEGMENTS_AT);
        int count = Short.toUnsignedInt(header.getShort(SEGMENT_COUNT_AT));
        int bytes = Short.toUnsignedInt(header.getShort(SEGMENT_BYTES_AT));
        boolean plainStack = false;
        for (int i = 0; i < count; i++) {
            ByteBuffer segment =
                    read(channel, at + (long) i * bytes, SEGMENT_READ).order(header.order());
            switch (segment.getInt(0)) {
                case LOAD -> {
                    long place = segment.getLong(PLACE_AT);
                    long size = segment.getLong(SIZE_AT);
                    if (place < 0 || size < 0 || size > channel.size() - place) {
                        return false;
                    }
                }
                case STACK -> plainStack = (segment.getInt(FLAGS_AT) & EXECUTABLE) == 0;
                default -> {
                    // The segment does not affect loading.
                }
            }
        }
        return plainStack;
    }

    private static ByteBuffer read(FileChannel channel, long at, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (at < 0 || channel.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException("file ends before byte " + (at + bytes));
            }
        }
        return buffer;
    }
}
