package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes tensors as members of a zip archive. Equal contents give equal bytes. */
final class NpzWriter {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MOST_NAME_BYTES = 1 << 15;
    private static final long MOST_BYTES = 0xFFFF_FFFEL;
    /** An upper bound of a member's bytes beside its name, header and items. */
    private static final int ENTRY_BYTES = 128;
    /** The first time that a zip archive stores independently of the time zone. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

    private NpzWriter() {}

    static void requireStored(Tensor tensor) {
        if (NpyItems.code(tensor.type()) == null) {
            throw new IllegalArgumentException(
                    tensor + " has no item type of NumPy, expected another one than " + tensor.type());
        }
        int bytes = name(tensor).getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_NAME_BYTES) {
            throw new IllegalArgumentException("a tensor has a name of " + bytes + " bytes, expected at most "
                    + MOST_NAME_BYTES + " in an archive");
        }
    }

    static void write(Path file, List<Tensor> tensors, boolean deflated) throws IOException {
        long size = 0;
        for (Tensor each : tensors) {
            size += ENTRY_BYTES
                    + 6L * name(each).length()
                    + header(each).length
                    + each.bytes().byteSize();
        }
        if (size > MOST_BYTES || tensors.size() >= ZipArchive.MOST_MEMBERS) {
            throw new IOException(file + ": would have " + size + " bytes and " + tensors.size()
                    + " members, expected fewer than 4 GiB and " + ZipArchive.MOST_MEMBERS);
        }
        AtomicFile.write(file, channel -> {
            ZipOutputStream archive = new ZipOutputStream(Channels.newOutputStream(channel));
            for (Tensor each : tensors) {
                archive.putNextEntry(entry(each, deflated));
                plain(each, archive);
                archive.closeEntry();
            }
            archive.finish(); // close() would close the channel
        });
    }

    /** Creates an entry. Zip requires the size and the checksum of a stored member before its bytes. */
    private static ZipEntry entry(Tensor tensor, boolean deflated) throws IOException {
        ZipEntry entry = new ZipEntry(name(tensor));
        entry.setTimeLocal(TIME);
        entry.setMethod(deflated ? ZipEntry.DEFLATED : ZipEntry.STORED);
        if (!deflated) {
            CheckedOutputStream sum = new CheckedOutputStream(OutputStream.nullOutputStream(), new CRC32());
            plain(tensor, sum);
            entry.setSize(header(tensor).length + tensor.bytes().byteSize());
            entry.setCrc(sum.getChecksum().getValue());
        }
        return entry;
    }

    private static void plain(Tensor tensor, OutputStream to) throws IOException {
        to.write(header(tensor));
        MemorySegment bytes = tensor.bytes();
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, bytes.byteSize())];
        for (long at = 0; at < bytes.byteSize(); at += buffer.length) {
            int count = (int) Math.min(buffer.length, bytes.byteSize() - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, buffer, 0, count);
            to.write(buffer, 0, count);
        }
    }

    private static String name(Tensor tensor) {
        return tensor.name() + ".npy";
    }

    private static byte[] header(Tensor tensor) {
        String code = NpyItems.code(tensor.type());
        if (code == null) {
            throw new IllegalStateException(tensor + " has no item type of NumPy");
        }
        return new NpyHeader(code, false, tensor.shape()).toBytes();
    }
}
