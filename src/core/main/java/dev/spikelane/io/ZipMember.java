package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A file in an archive.
 *
 * @param name is never used as a path
 * @param packed its bytes in the archive
 * @param size the number of unpacked bytes
 * @param checksum the CRC-32 of the unpacked bytes
 */
record ZipMember(String archive, String name, boolean deflated, MemorySegment packed, long size, long checksum) {

    private static final int MOST_BYTES_IN_CALL = 1 << 20;

    /** Throws unless the number of bytes and the checksum are as declared. */
    void check() throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (Unpacked bytes = open()) {
            while (bytes.read(buffer) >= 0) {
                // the stream checks at its end
            }
        }
    }

    /** Returns bytes from {@code from} on: stored bytes in place, deflated bytes in new memory. */
    MemorySegment bytes(FileBytes file, long from) throws IOException {
        if (!deflated) {
            return packed.asSlice(from);
        }
        MemorySegment all = file.allocate(size - from, "member " + JsonValue.quoted(name));
        byte[] buffer = new byte[1 << 16];
        try (Unpacked bytes = open()) {
            bytes.skipNBytes(from);
            long filled = 0;
            for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
                MemorySegment.copy(MemorySegment.ofArray(buffer), 0, all, filled, count);
                filled += count;
            }
        }
        return all;
    }

    Unpacked open() {
        return new Unpacked();
    }

    IOException wrong(String what) {
        return new IOException(archive + ": member " + JsonValue.quoted(name) + " " + what);
    }

    /** The unpacked bytes; reading throws at the end unless they are as declared. */
    final class Unpacked extends InputStream {

        private final Inflater inflater = new Inflater(true);
        private final CRC32 sum = new CRC32();
        private long taken;

        private long delivered;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = deflated ? inflate(target, offset, length) : copy(target, offset, length);
            delivered += count;
            if (delivered > size) {
                throw wrong("holds more than the " + size + " bytes that the archive's directory declares");
            }
            sum.update(target, offset, count);
            if (count > 0 || length == 0) {
                return count;
            }
            if (delivered != size) {
                throw wrong("holds " + delivered + " bytes, expected " + size);
            }
            if (sum.getValue() != checksum) {
                throw wrong(String.format("has the checksum %08X, expected %08X", sum.getValue(), checksum));
            }
            return -1;
        }

        private int copy(byte[] target, int offset, int length) {
            int count = (int) Math.min(length, packed.byteSize() - taken);
            MemorySegment.copy(packed, taken, MemorySegment.ofArray(target), offset, count);
            taken += count;
            return count;
        }

        private int inflate(byte[] target, int offset, int length) throws IOException {
            try {
                while (true) {
                    int count = inflater.inflate(target, offset, length);
                    if (count > 0 || length == 0 || inflater.finished()) {
                        return count;
                    }
                    if (inflater.needsDictionary() || taken == packed.byteSize()) {
                        throw wrong("has deflated bytes that end early");
                    }
                    long next = Math.min(MOST_BYTES_IN_CALL, packed.byteSize() - taken);
                    ByteBuffer input = packed.asSlice(taken, next).asByteBuffer();
                    inflater.setInput(input);
                    taken += next;
                }
            } catch (DataFormatException damaged) {
                IOException named = wrong("has damaged deflated bytes: " + damaged.getMessage());
                named.initCause(damaged);
                throw named;
            }
        }

        @Override
        public void close() {
            inflater.end();
        }
    }
}
