package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Writes tensors as members of a zip archive, whose sizes and checksums stand before them: they are looked at once
 * before, and deflated twice where they are.
 */
final class NpzWriter {

    private static final int MOST_BYTES_IN_CALL = 1 << 20;
    private static final int LOCAL_BYTES = 30;
    private static final int ENTRY_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final short VERSION = 20;
    private static final short UTF8 = 1 << 11;
    /** The first day that a zip archive knows, 1980-01-01: the same content makes the same bytes. */
    private static final short DATE = 1 << 5 | 1;

    private static final int MOST_NAME_BYTES = 1 << 15;
    private static final long MOST_BYTES = 0xFFFF_FFFEL;

    private final String file;
    private final List<Tensor> tensors;
    private final boolean deflated;

    private NpzWriter(String file, List<Tensor> tensors, boolean deflated) {
        this.file = file;
        this.tensors = tensors;
        this.deflated = deflated;
    }

    /** Throws unless NumPy has such an array. */
    static void requireStored(Tensor tensor) {
        if (NpyItems.code(tensor.type()) == null) {
            throw new IllegalArgumentException(
                    tensor + " has no item type of NumPy, expected another one than " + tensor.type());
        }
        if (name(tensor).length > MOST_NAME_BYTES) {
            throw new IllegalArgumentException("a tensor has a name of " + name(tensor).length
                    + " bytes, expected at most " + MOST_NAME_BYTES + " in an archive");
        }
    }

    /** Writes an archive; an older file stays where that fails. */
    static void write(Path file, List<Tensor> tensors, boolean deflated) throws IOException {
        AtomicFile.write(file, new NpzWriter(file.toString(), tensors, deflated)::write);
    }

    private void write(WritableByteChannel channel) throws IOException {
        long size = END_BYTES;
        for (Tensor each : tensors) {
            size += LOCAL_BYTES
                    + ENTRY_BYTES
                    + 2L * name(each).length
                    + header(each).length
                    + each.bytes().byteSize();
        }
        if (size > MOST_BYTES || tensors.size() >= ZipArchive.MOST_MEMBERS) {
            throw new IOException(file + ": would have " + size + " bytes and " + tensors.size()
                    + " members, expected fewer than 4 GiB and " + ZipArchive.MOST_MEMBERS);
        }
        ByteBuffer directory = ByteBuffer.allocate((int) tensors.stream()
                        .mapToLong(each -> ENTRY_BYTES + name(each).length)
                        .sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        long at = 0;
        for (Tensor each : tensors) {
            at += member(channel, each, at, directory);
        }
        ByteBuffer end = ByteBuffer.allocate(END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        end.putInt(0x06054B50).putInt(0).putShort((short) tensors.size()).putShort((short) tensors.size());
        end.putInt(directory.capacity()).putInt((int) at).putShort((short) 0);
        write(channel, directory.flip());
        write(channel, end.flip());
    }

    /** Writes a member, and its entry into the directory; returns how many bytes the member takes. */
    private long member(WritableByteChannel channel, Tensor tensor, long at, ByteBuffer directory) throws IOException {
        byte[] name = name(tensor);
        byte[] header = header(tensor);
        long[] packed = {0};
        pack(tensor, header, part -> packed[0] += part.remaining());
        ByteBuffer facts = facts(tensor, header, packed[0], name.length);
        ByteBuffer local = ByteBuffer.allocate(LOCAL_BYTES + name.length).order(ByteOrder.LITTLE_ENDIAN);
        local.putInt(0x04034B50).put(facts.duplicate()).putShort((short) 0).put(name);
        write(channel, local.flip());
        pack(tensor, header, part -> write(channel, part));
        directory.putInt(0x02014B50).putShort(VERSION).put(facts).putShort((short) 0);
        directory
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt((int) at);
        directory.put(name);
        return LOCAL_BYTES + name.length + packed[0];
    }

    /** Gives header and items as they stand in the archive. */
    private void pack(Tensor tensor, byte[] header, Part each) throws IOException {
        if (!deflated) {
            plain(tensor, header, each);
            return;
        }
        try (Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            ByteBuffer packed = ByteBuffer.allocate(MOST_BYTES_IN_CALL);
            plain(tensor, header, part -> {
                deflater.setInput(part);
                while (!deflater.needsInput()) {
                    deflate(deflater, packed, each);
                }
            });
            deflater.finish();
            while (!deflater.finished()) {
                deflate(deflater, packed, each);
            }
        }
    }

    private static void deflate(Deflater deflater, ByteBuffer packed, Part each) throws IOException {
        deflater.deflate(packed.clear());
        each.take(packed.flip());
    }

    private static void plain(Tensor tensor, byte[] header, Part each) throws IOException {
        each.take(ByteBuffer.wrap(header));
        MemorySegment bytes = tensor.bytes();
        for (long at = 0; at < bytes.byteSize(); at += MOST_BYTES_IN_CALL) {
            each.take(bytes.asSlice(at, Math.min(MOST_BYTES_IN_CALL, bytes.byteSize() - at))
                    .asByteBuffer());
        }
    }

    /** The common part of local header and directory, up to the length of the name. */
    private ByteBuffer facts(Tensor tensor, byte[] header, long packed, int nameBytes) throws IOException {
        CRC32 sum = new CRC32();
        plain(tensor, header, sum::update);
        long size = header.length + tensor.bytes().byteSize();
        ByteBuffer facts = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        facts.putShort(VERSION)
                .putShort(UTF8)
                .putShort((short) (deflated ? Deflater.DEFLATED : 0))
                .putShort((short) 0)
                .putShort(DATE);
        facts.putInt((int) sum.getValue())
                .putInt((int) packed)
                .putInt((int) size)
                .putShort((short) nameBytes);
        return facts.flip();
    }

    private interface Part {
        void take(ByteBuffer bytes) throws IOException;
    }

    private static byte[] name(Tensor tensor) {
        return (tensor.name() + ".npy").getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] header(Tensor tensor) {
        @Nullable String code = NpyItems.code(tensor.type());
        if (code == null) {
            throw new IllegalStateException(tensor + " has no item type of NumPy");
        }
        return new NpyHeader(code, false, tensor.shape()).toBytes();
    }

    private static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
