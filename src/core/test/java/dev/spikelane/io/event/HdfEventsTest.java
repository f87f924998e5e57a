package dev.spikelane.io.event;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Tries;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.Mutation;
import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings of an HDF5 file, each with an array of times and one of units. */
final class HdfEventsTest {

    private final float[][] times = new float[5][];
    private final int[][] units = new int[5][];
    private final int[] labels = {3, 0, 19, 7, 7};

    private @TempDir Path folder;

    private byte[] file() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < times.length; i++) {
            times[i] = new float[i == 2 ? 0 : 40 + 1_000 * i];
            units[i] = new int[times[i].length];
            for (int j = 0; j < times[i].length; j++) {
                times[i][j] = Float.float16ToFloat(Float.floatToFloat16(j * 1e-3f));
                units[i][j] = random.nextInt(700);
            }
        }
        return HdfEventFile.of(times, units, labels);
    }

    @Test
    void everyRecordingGivesItsEvents() throws IOException {
        Path path = Files.write(folder.resolve("shd.h5"), file());
        assertArrayEquals(labels, EventSource.labels(path));
        EventBlock block = new EventBlock(5_000);
        for (int recording = 0; recording < 5; recording++) {
            try (EventSource source = EventSource.open(path, recording)) {
                assertEquals(recording != 2, source.read(block));
                assertEquals(times[recording].length, block.size());
                for (int i = 0; i < block.size(); i++) {
                    assertEquals(Math.round(times[recording][i] * 1e6), block.time(i));
                    assertEquals(units[recording][i], block.x(i));
                    assertEquals(0, block.y(i));
                    assertTrue(block.isOn(i));
                }
                assertFalse(source.read(block));
            }
        }
        assertPart(IOException.class, "shd.h5: has 5 recordings, expected number 5", () -> EventSource.open(path, 5));
    }

    @Test
    void labelsAreFewEnoughForClasses() throws IOException {
        labels[1] = Integer.MAX_VALUE;
        Path path = Files.write(folder.resolve("x.h5"), file());
        IOException refused = assertThrows(IOException.class, () -> EventSource.labels(path));
        String message = "x.h5: has label 2.147483647E9 in place 1, expected 0 to 999999";
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void aHeapIsNoLargerThanItsFile() throws IOException {
        byte[] whole = file();
        int heap = new String(whole, StandardCharsets.ISO_8859_1).indexOf("GCOL");
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(heap + 8, 1 << 30);
        Path path = Files.write(folder.resolve("x.h5"), whole);
        IOException refused = assertThrows(IOException.class, () -> EventSource.open(path, 0));
        String message = "x.h5: has a heap of 1073741824 bytes, of which ";
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    @Test
    void damagedAndCutFilesAreRefused() throws IOException {
        byte[] whole = file();
        Mutation mutation = new Mutation(3);
        EventBlock block = new EventBlock(100);
        Path path = folder.resolve("x.h5");
        int count = Tries.ALL ? 20_000 : 200;
        for (int i = 0; i < count; i++) {
            Files.write(path, mutation.of(whole));
            try (EventSource source = EventSource.open(path, i % 5)) {
                int size = 0;
                while (source.read(block)) {
                    size += block.size();
                }
                assertTrue(size <= whole.length);
                EventSource.labels(path);
            } catch (IOException refused) {
                assertTrue(refused.getMessage().contains("x.h5: "), refused.getMessage());
            }
        }
    }
}
