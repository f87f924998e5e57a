package dev.spikelane.io.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.dataset.chunked.Chunk;
import io.jhdf.dataset.chunked.ChunkOffset;
import io.jhdf.dataset.chunked.ChunkedDatasetBase;
import io.jhdf.dataset.chunked.ChunkedDatasetV3;
import io.jhdf.dataset.chunked.ChunkedDatasetV4;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decodes the chunks of a dataset. jHDF 0.13 has no limit on inflated bytes, ignores the mask of skipped filters, does
 * not verify checksums, and its LZF causes a warning about sun.misc.Unsafe.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JhdfChunks(
        HdfBackingStorage storage, Collection<Chunk> chunks, int[] sizes, int itemBytes, List<FilterInfo> filters) {

    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int FLETCHER = 3;
    private static final int LZF = 32_000;
    private static final int CHECKSUM_BYTES = 4;
    /** Limits the memory until a first decoding has shown that the file has all declared bytes. */
    private static final int MOST_UNPROVED = 1 << 22;

    private static final int MOST_IN_CHUNK = 1 << 26;

    static JhdfChunks of(HdfBackingStorage storage, ChunkedDatasetBase dataset) {
        ObjectHeader header = dataset.getHeader();
        HdfBackingStorage counted = new CountedStorage(storage);
        Map<ChunkOffset, Chunk> found = dataset instanceof ChunkedDatasetV3
                ? new OldChunks(counted, dataset, header).getChunkLookup()
                : new NewChunks(counted, dataset, header).getChunkLookup();
        List<FilterInfo> filters = header.hasMessageOfType(FilterPipelineMessage.class)
                ? header.getMessageOfType(FilterPipelineMessage.class).getFilters()
                : List.of();
        return new JhdfChunks(
                storage,
                found.values(),
                dataset.getChunkDimensions(),
                dataset.getDataType().getSize(),
                filters);
    }

    /** Makes the chunks of version 1 trees accessible. */
    private static final class OldChunks extends ChunkedDatasetV3 {
        OldChunks(HdfBackingStorage storage, ChunkedDatasetBase of, ObjectHeader header) {
            super(storage, of.getAddress(), of.getName(), of.getParent(), header);
        }

        @Override
        protected Map<ChunkOffset, Chunk> getChunkLookup() {
            return super.getChunkLookup();
        }
    }

    /** Makes the chunks of newer indexes accessible. */
    private static final class NewChunks extends ChunkedDatasetV4 {
        NewChunks(HdfBackingStorage storage, ChunkedDatasetBase of, ObjectHeader header) {
            super(storage, of.getAddress(), of.getName(), of.getParent(), header);
        }

        @Override
        protected Map<ChunkOffset, Chunk> getChunkLookup() {
            return super.getChunkLookup();
        }
    }

    /** Reads all items in C order; throws unless each chunk occurs once. */
    byte[] read(List<Integer> shape, int bytes, int fileBytes) throws IOException {
        long count = 1;
        long inChunk = itemBytes;
        if (sizes.length != shape.size()) {
            throw new IOException("has chunks of " + sizes.length + " dimensions, expected " + shape.size());
        }
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 1 || inChunk > MOST_IN_CHUNK) {
                throw new IOException("has chunks of " + Arrays.toString(sizes) + " items, expected at least 1 and at"
                        + " most " + MOST_IN_CHUNK + " bytes");
            }
            inChunk *= sizes[i];
            count = Math.multiplyExact(count, Math.ceilDiv(shape.get(i), sizes[i]));
        }
        if (inChunk > MOST_IN_CHUNK || chunks.size() != count) {
            throw new IOException("has " + chunks.size() + " chunks of " + inChunk + " bytes, expected " + count
                    + " of at most " + MOST_IN_CHUNK);
        }
        if (bytes > MOST_UNPROVED + fileBytes) {
            for (Chunk chunk : chunks) {
                decoded(chunk, (int) inChunk);
            }
        }
        byte[] items = new byte[bytes];
        for (Chunk chunk : chunks) {
            copy(decoded(chunk, (int) inChunk), chunk.getChunkOffset(), shape, items);
        }
        return items;
    }

    private void copy(byte[] from, long[] first, List<Integer> shape, byte[] to) throws IOException {
        int last = sizes.length - 1;
        long[] at = new long[sizes.length];
        for (int i = 0; i <= last; i++) {
            if (first[i] < 0 || first[i] >= shape.get(i) || first[i] % sizes[i] != 0) {
                throw new IOException("has a chunk at " + Arrays.toString(first) + ", outside of " + shape);
            }
        }
        int width = (int) Math.min(sizes[last], shape.get(last) - first[last]);
        int rows = from.length / itemBytes / sizes[last];
        for (int row = 0; row < rows; row++) {
            long place = 0;
            boolean inside = true;
            for (int i = 0; i < last; i++) {
                long index = first[i] + at[i];
                inside &= index < shape.get(i);
                place = place * shape.get(i) + index;
            }
            if (inside) {
                long target = (place * shape.get(last) + first[last]) * itemBytes;
                System.arraycopy(from, row * sizes[last] * itemBytes, to, Math.toIntExact(target), width * itemBytes);
            }
            for (int i = last - 1; i >= 0 && ++at[i] == sizes[i]; i--) {
                at[i] = 0;
            }
        }
    }

    private byte[] decoded(Chunk chunk, int expected) throws IOException {
        if (chunk.getSize() < 0 || chunk.getSize() > 2L * MOST_IN_CHUNK) {
            throw new IOException("has a chunk of " + chunk.getSize() + " bytes in the file");
        }
        ByteBuffer stored = storage.map(chunk.getAddress(), chunk.getSize());
        byte[] bytes = new byte[stored.remaining()];
        stored.get(bytes);
        for (int i = filters.size() - 1; i >= 0; i--) {
            if (!chunk.getFilterMask().get(i)) {
                bytes = decoded(filters.get(i), bytes, expected);
            }
        }
        if (bytes.length != expected) {
            throw new IOException("has a chunk of " + bytes.length + " bytes, expected " + expected);
        }
        return bytes;
    }

    private byte[] decoded(FilterInfo filter, byte[] bytes, int expected) throws IOException {
        return switch (filter.getId()) {
            case DEFLATE -> inflated(bytes, expected + CHECKSUM_BYTES);
            case SHUFFLE -> unshuffled(bytes);
            case FLETCHER -> verified(bytes);
            case LZF -> unpacked(bytes, expected);
            default ->
                throw new IOException(
                        "has the filter " + filter.getId() + ", expected gzip, shuffle, Fletcher-32 or LZF");
        };
    }

    private static byte[] inflated(byte[] bytes, int most) throws IOException {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(bytes);
            byte[] found = new byte[(int) Math.min(most + 1L, 1L + 1_100L * bytes.length)];
            int count = 0;
            while (!inflater.finished()) {
                int some = inflater.inflate(found, count, found.length - count);
                count += some;
                if (count > most) {
                    throw new IOException("has a chunk that inflates to more than " + most + " bytes");
                }
                if (some == 0 && !inflater.finished()) {
                    throw new IOException("has a chunk that ends inside its deflated bytes");
                }
            }
            return Arrays.copyOf(found, count);
        } catch (DataFormatException broken) {
            throw new IOException("has a chunk that is not deflated: " + broken.getMessage(), broken);
        }
    }

    private static byte[] unpacked(byte[] packed, int expected) throws IOException {
        byte[] bytes = new byte[expected];
        int from = 0;
        int to = 0;
        while (from < packed.length) {
            int control = packed[from++] & 0xff;
            boolean repeats = control >= 32;
            int count = repeats ? control >> 5 : control + 1;
            if (count == 7 && repeats) {
                count += packed[from++] & 0xff;
            }
            int source = repeats ? to - ((control & 31) << 8 | packed[from++] & 0xff) - 1 : from;
            count += repeats ? 2 : 0;
            if (source < 0 || to + count > expected) {
                throw new IOException(
                        "has a chunk that is not packed by LZF, or holds more than " + expected + " bytes");
            }
            for (int i = 0; i < count; i++) {
                bytes[to + i] = repeats ? bytes[source + i] : packed[source + i];
            }
            from += repeats ? 0 : count;
            to += count;
        }
        return Arrays.copyOf(bytes, to);
    }

    /** Reverses HDF5's shuffle, which stores the first bytes of all items, then the second bytes, and so on. */
    private byte[] unshuffled(byte[] bytes) {
        byte[] items = bytes.clone();
        int count = bytes.length / itemBytes;
        for (int part = 0; part < itemBytes; part++) {
            for (int i = 0; i < count; i++) {
                items[i * itemBytes + part] = bytes[part * count + i];
            }
        }
        return items;
    }

    /** Verifies and removes HDF5's Fletcher-32 over big-endian 16-bit words. */
    private static byte[] verified(byte[] bytes) throws IOException {
        int length = bytes.length - CHECKSUM_BYTES;
        if (length < 0) {
            throw new IOException("has a chunk without its checksum");
        }
        long low = 0;
        long high = 0;
        for (int i = 0; i < length; i += 2) {
            low = (low + ((bytes[i] & 0xff) << 8) + (i + 1 < length ? bytes[i + 1] & 0xff : 0)) % 0xffff;
            high = (high + low) % 0xffff;
        }
        long found = 0;
        for (int i = 0; i < CHECKSUM_BYTES; i++) {
            found |= (bytes[length + i] & 0xffL) << 8 * i;
        }
        // Sums in ones' complement have two zeros.
        if ((found & 0xffff) % 0xffff != low || (found >>> 16) % 0xffff != high) {
            throw new IOException("has a chunk whose checksum is wrong");
        }
        return Arrays.copyOf(bytes, length);
    }
}
