package dev.spikelane.io.hdf5;

import io.jhdf.GlobalHeap;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/** Reads items from the heaps of a file, by references: a length, the address of a heap and a number in it. */
final class HeapItems {

    static final int BYTES = 16;

    private static final int MOST_HEAPS = 64;
    private static final int HEADER_BYTES = 16;

    private final Map<Long, GlobalHeap> heaps = new HashMap<>();
    /** Bytes of cached heaps. They cannot exceed the file, because heaps of a sound file do not overlap. */
    private long heldBytes;

    /**
     * Returns the bytes of the items of a reference.
     *
     * @param itemBytes bytes of one item
     */
    ByteBuffer read(HdfBackingStorage storage, byte[] references, int at, int itemBytes) throws IOException {
        if (storage.getSizeOfOffsets() != Long.BYTES) {
            throw new IOException("has addresses of " + storage.getSizeOfOffsets() + " bytes, expected " + Long.BYTES);
        }
        ByteBuffer reference = ByteBuffer.wrap(references, at, BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int length = reference.getInt();
        long address = reference.getLong();
        int number = reference.getInt();
        if (number == 0) {
            return ByteBuffer.allocate(0);
        }
        GlobalHeap heap = heaps.get(address);
        if (heap == null) {
            long bytes = requireThere(storage, address);
            if (heaps.size() == MOST_HEAPS || heldBytes + bytes > storage.size()) {
                heaps.clear();
                heldBytes = 0;
            }
            heap = new GlobalHeap(storage, address);
            heldBytes += bytes;
            heaps.put(address, heap);
        }
        ByteBuffer data = heap.getObjectData(number);
        long bytes = (long) length * itemBytes;
        if (length < 0 || bytes > data.remaining()) {
            throw new IOException("has an item of " + bytes + " bytes, of which " + data.remaining() + " are there");
        }
        return data.slice(0, (int) bytes);
    }

    /** Returns the bytes of a heap; throws if it claims more than the file has, because jHDF would allocate them. */
    private static long requireThere(HdfBackingStorage storage, long address) throws IOException {
        if (storage.getSizeOfLengths() != Long.BYTES) {
            throw new IOException("has lengths of " + storage.getSizeOfLengths() + " bytes, expected " + Long.BYTES);
        }
        long bytes = storage.readBufferFromAddress(address, HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(Long.BYTES);
        long there = storage.size() - address;
        if (bytes < HEADER_BYTES || bytes > there) {
            throw new IOException("has a heap of " + bytes + " bytes, of which " + there + " are there");
        }
        return bytes;
    }
}
