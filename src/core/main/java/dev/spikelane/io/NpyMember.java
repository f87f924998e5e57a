package dev.spikelane.io;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An array of a file or an archive; its items are from byte {@code start} to byte {@code end}. */
record NpyMember(NpyHeader header, NpyItems items, long start, long end) {

    private static final int MAGIC_BYTES = 6;

    /** Thrown for an item type that tensors lack. */
    static final class NotRead extends IOException {
        private static final long serialVersionUID = 1;

        private final transient NpyHeader header;
        private final long start;

        NotRead(IOException refused, NpyHeader header, long start) {
            super(refused.getMessage(), refused);
            this.header = header;
            this.start = start;
        }

        /** Returns the text if the array is one short text. */
        @Nullable
        String text(ZipMember zipped) throws IOException {
            boolean bytes = header.code().startsWith("|S");
            if (!header.shape().isEmpty()
                    || !bytes && !header.code().startsWith("<U")
                    || zipped.size() - start > NpyHeader.MOST_TEXT_BYTES) {
                return null;
            }
            try (InputStream stream = zipped.open()) {
                stream.skipNBytes(start);
                Charset code = bytes ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_32LE;
                String padded = new String(stream.readAllBytes(), code);
                return padded.replaceFirst("\\x00+$", "");
            }
        }
    }

    static boolean isArray(MemorySegment bytes) {
        return bytes.byteSize() < MAGIC_BYTES || bytes.get(ValueLayout.JAVA_BYTE, 0) != 'P';
    }

    static NpyMember of(String name, MemorySegment bytes) throws IOException {
        long start = Math.min(bytes.byteSize(), NpyHeader.MOST_BYTES);
        byte[] head = bytes.asSlice(0, start).toArray(ValueLayout.JAVA_BYTE);
        NpyMember member = read(name, new ByteArrayInputStream(head));
        if (member.end > bytes.byteSize()) {
            throw new IOException(name + ": ends inside its data, expected " + (member.end - bytes.byteSize())
                    + " more bytes for shape " + member.header.shapeText());
        }
        return member;
    }

    static NpyMember of(String name, ZipMember zipped) throws IOException {
        try (InputStream stream = zipped.open()) {
            return read(name, stream);
        }
    }

    private static NpyMember read(String name, InputStream stream) throws IOException {
        NpyHeader.Bytes bytes = NpyHeader.Bytes.of(name, Channels.newChannel(stream));
        long[] start = {0};
        NpyHeader header = NpyHeader.read(name, count -> {
            start[0] += count;
            return bytes.next(count);
        });
        NpyItems items;
        try {
            items = NpyItems.of(name, header.code());
        } catch (IOException refused) {
            throw new NotRead(refused, header, start[0]);
        }
        long size = header.items(name) * items.type().bytes();
        if (size > Long.MAX_VALUE - start[0]) {
            throw new IOException(name + ": shape " + header.shapeText() + " has more items than a file can hold");
        }
        return new NpyMember(header, items, start[0], start[0] + size);
    }

    /** Returns the array as a tensor; may change {@code bytes}. */
    Tensor tensor(String name, MemorySegment bytes, FileBytes file) throws IOException {
        return items.tensor(name, header, bytes, file);
    }
}
