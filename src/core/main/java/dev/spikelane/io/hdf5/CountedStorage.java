package dev.spikelane.io.hdf5;

import io.jhdf.Superblock;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Limits the bytes that are read from a file. jHDF follows an index whose nodes form a cycle forever; a sound index
 * reads each node once.
 */
final class CountedStorage implements HdfBackingStorage {

    /** Headers are read alone, and again with the messages after them. */
    private static final int READS = 8;

    private static final int SPARE = 1 << 16;

    private final HdfBackingStorage storage;
    private long left;

    CountedStorage(HdfBackingStorage storage) {
        this.storage = storage;
        this.left = READS * storage.size() + SPARE;
    }

    private void count(long length) {
        left -= Math.max(1, length);
        if (left < 0) {
            throw new IllegalStateException(
                    "has an index that reads more than " + READS + " times the file, whose nodes lead to each other");
        }
    }

    @Override
    public ByteBuffer readBufferFromAddress(long address, int length) {
        count(length);
        return storage.readBufferFromAddress(address, length);
    }

    @Override
    public ByteBuffer map(long address, long length) {
        count(length);
        return storage.map(address, length);
    }

    @Override
    public ByteBuffer mapNoOffset(long address, long length) {
        count(length);
        return storage.mapNoOffset(address, length);
    }

    @Override
    public long getUserBlockSize() {
        return storage.getUserBlockSize();
    }

    @Override
    public Superblock getSuperblock() {
        return storage.getSuperblock();
    }

    @Override
    public FileChannel getFileChannel() {
        return storage.getFileChannel();
    }

    @Override
    public int getSizeOfOffsets() {
        return storage.getSizeOfOffsets();
    }

    @Override
    public int getSizeOfLengths() {
        return storage.getSizeOfLengths();
    }

    @Override
    public void close() {
        storage.close();
    }

    @Override
    public long size() {
        return storage.size();
    }

    @Override
    public boolean inMemory() {
        return storage.inMemory();
    }
}
