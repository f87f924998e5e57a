package dev.spikelane.io.hdf5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Heaps are cached as long as they do not overlap, as in a sound file. */
final class HeapItemsTest {

    private static final int HEAPS = 40;
    private static final int BYTES = 64 * HEAPS;

    private final List<Long> read = new ArrayList<>();

    /** Writes heaps with one item each, up to the next heap or the end of the file. */
    private HdfBackingStorage file(boolean overlap) {
        ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < HEAPS; i++) {
            int bytes = overlap ? BYTES - 64 * i : 64;
            out.position(64 * i);
            out.put("GCOL".getBytes(StandardCharsets.US_ASCII)).put(new byte[] {1, 0, 0, 0});
            out.putLong(bytes).putShort((short) 1).putShort((short) 0).putInt(0);
            out.putLong(bytes - 32).putLong(i);
        }
        return (HdfBackingStorage) Proxy.newProxyInstance(
                HdfBackingStorage.class.getClassLoader(),
                new Class<?>[] {HdfBackingStorage.class},
                (_, method, arguments) -> switch (method.getName()) {
                    case "size" -> (long) BYTES;
                    case "readBufferFromAddress" -> {
                        if ((int) arguments[1] > 16) {
                            read.add((Long) arguments[0]);
                        }
                        yield out.slice((int) (long) arguments[0], (int) arguments[1])
                                .order(ByteOrder.LITTLE_ENDIAN);
                    }
                    default -> Long.BYTES;
                });
    }

    private static long item(HeapItems heaps, HdfBackingStorage file, int heap) throws IOException {
        ByteBuffer reference = ByteBuffer.allocate(HeapItems.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        reference.putInt(1).putLong(64L * heap).putInt(1);
        return heaps.read(file, reference.array(), 0, 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    @Test
    void heapsThatOverlapAreNotKept() throws IOException {
        for (boolean overlap : new boolean[] {false, true}) {
            read.clear();
            HdfBackingStorage file = file(overlap);
            HeapItems heaps = new HeapItems();
            for (int i = 0; i < 2 * HEAPS; i++) {
                assertEquals(i % HEAPS, item(heaps, file, i % HEAPS));
            }
            assertEquals(overlap ? 2 * HEAPS : HEAPS, read.size());
        }
    }
}
