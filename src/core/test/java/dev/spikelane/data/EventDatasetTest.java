package dev.spikelane.data;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.data.InputEncoding.SpikeChange;
import dev.spikelane.io.EventBinning;
import dev.spikelane.io.EventSource;
import dev.spikelane.io.event.EventFiles;
import dev.spikelane.io.event.EventFiles.Events;
import dev.spikelane.io.event.HdfEventFile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recordings in folders, lists and HDF5 as samples, from their files and from a cache. */
final class EventDatasetTest {

    private static final int STEPS = 7;
    private static final EventBinning BINNING =
            EventBinning.of(34, 34).withStepTime(700).withDownsampling(3);

    private @TempDir Path folder;

    /** Writes two recordings in each of the folders 9, 10 and 11. */
    private void write(String format) throws IOException {
        for (int i = 0; i < 6; i++) {
            Events events = Events.random(i, 300, 34, 34, 100);
            Path file = Files.createDirectories(folder.resolve(Integer.toString(9 + i / 2)))
                    .resolve(i + "." + format);
            Files.write(file, format.equals("bin") ? EventFiles.bin(events) : EventFiles.csv(events, true));
        }
    }

    private SpikeMatrix expected(int sample, String format) throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS, BINNING.shape().size());
        try (EventSource source = EventSource.open(folder.resolve(9 + sample / 2 + "/" + sample + "." + format))) {
            BINNING.read(source, spikes);
        }
        return spikes;
    }

    private static byte[] spikes(Dataset data, int sample) {
        SpikeMatrix spikes = SpikeMatrix.zeros(1 + 2 * STEPS, data.shape().size());
        for (int row = 0; row < spikes.rows(); row++) {
            spikes.set(row, 3, true);
        }
        data.readSpikes(sample, spikes, 1, 2);
        SpikeMatrix own = SpikeMatrix.zeros(STEPS, data.shape().size());
        for (int step = 0; step < STEPS; step++) {
            assertTrue(spikes.get(2 * step, 3));
            assertEquals(1, spikes.count(2 * step, 1));
            own.rows(step, 1).copyFrom(spikes.rows(1 + 2 * step, 1));
        }
        return own.toArray();
    }

    @Test
    void foldersAreClasses() throws IOException {
        write("bin");
        Dataset data = Dataset.events(folder, BINNING, STEPS);
        assertEquals(6, data.size());
        assertEquals(3, data.classes());
        assertEquals(STEPS, data.steps());
        assertEquals(Shape.of(2, 12, 12), data.shape());
        FloatMatrix sums = FloatMatrix.zeros(2, 288);
        for (int i = 0; i < 6; i++) {
            assertEquals(i / 2, data.label(i));
            SpikeMatrix expected = expected(i, "bin");
            assertArrayEquals(expected.toArray(), spikes(data, i));
            data.read(i, sums, 1);
            float sum = 0;
            for (float each : sums.rows(1, 1).toArray()) {
                sum += each;
            }
            assertEquals(expected.count(), sum);
        }
        assertArrayEquals(expected(4, "bin").toArray(), spikes(data.subset(1, 4), 1));
    }

    @Test
    void aListHasLabels() throws IOException {
        write("csv");
        Files.writeString(folder.resolve("labels.csv"), "file,label\n11/5.csv, 7\n9/0.csv,0\n");
        Dataset data = Dataset.events(folder, BINNING, STEPS);
        assertEquals("2 7 0 8", data.size() + " " + data.label(0) + " " + data.label(1) + " " + data.classes());
        assertArrayEquals(expected(5, "csv").toArray(), spikes(data, 0));
        Files.writeString(folder.resolve("labels.csv"), "11/5.csv,7\nand no label\n");
        IOException wrong = assertThrows(IOException.class, () -> Dataset.events(folder, BINNING, STEPS));
        assertTrue(wrong.getMessage().endsWith("labels.csv: has the line and no label, expected file,label"));
        assertThrows(IOException.class, () -> Dataset.events(folder.resolve("9"), BINNING, STEPS));
    }

    @Test
    void aRecordingThatIsCutIsRefused() throws IOException {
        write("bin");
        Path cut = folder.resolve("9/1.bin");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 73));
        Dataset data = Dataset.events(folder, BINNING, STEPS);
        SpikeMatrix into = SpikeMatrix.zeros(STEPS, data.shape().size());
        data.readSpikes(0, into, 0, 1);
        UncheckedIOException refused = assertThrows(UncheckedIOException.class, () -> data.readSpikes(1, into, 0, 1));
        String message = "1.bin: ends inside an event of 5 bytes, at byte 73, expected a whole recording";
        assertTrue(refused.getMessage().endsWith(message), refused.getMessage());
    }

    @Test
    void aListMayHaveAbsolutePaths() throws IOException {
        write("csv");
        Files.writeString(
                folder.resolve("labels.csv"), folder.resolve("11/5.csv").toAbsolutePath() + ",7\n");
        Path relative = Path.of("").toAbsolutePath().relativize(folder.toAbsolutePath());
        Dataset data = Dataset.events(relative, BINNING, STEPS, folder.resolve("cache"));
        assertArrayEquals(expected(5, "csv").toArray(), spikes(data, 0));
    }

    /** As if another process wrote its cache at that moment. */
    @Test
    void aCacheThatHasOtherSpikesIsRefused() throws IOException {
        write("bin");
        Path none = Path.of("/dev/null");
        Assumptions.assumeTrue(Files.exists(none));
        assertPart(
                IOException.class,
                "/dev/null: has other spikes than were written there",
                () -> Dataset.events(folder, BINNING, STEPS, none));
    }

    @Test
    void recordingsOfHdf5AreSamples() throws IOException {
        float[][] times = {{0.25f, 0.5f}, {0.125f}};
        Path file =
                Files.write(folder.resolve("x.h5"), HdfEventFile.of(times, new int[][] {{3, 699}, {8}}, new int[] {4, 2
                }));
        EventBinning binning = EventBinning.of(700, 1).withPolarity(false).withStepTime(100_000);
        Dataset data = Dataset.events(file, binning, STEPS);
        SpikeMatrix spikes = SpikeMatrix.zeros(STEPS, 700);
        data.readSpikes(0, spikes, 0, 1);
        assertTrue(spikes.get(0, 3) && spikes.get(2, 699) && spikes.count() == 2);
        assertEquals("4 2 5", data.label(0) + " " + data.label(1) + " " + data.classes());
        Dataset cached = Dataset.events(file, binning, STEPS, folder.resolve("cache"));
        assertArrayEquals(spikes(data, 1), spikes(cached, 1));
    }

    @Test
    void theCacheIsWrittenOnceAndAgainWhereAnythingChanged() throws IOException {
        write("bin");
        Path cache = Files.createDirectories(folder.resolve(".cache")).resolve("spikes");
        Dataset data = Dataset.events(folder, BINNING, STEPS, cache);
        for (int i = 0; i < 6; i++) {
            assertArrayEquals(expected(i, "bin").toArray(), spikes(data, i));
        }
        byte[] written = Files.readAllBytes(cache);
        assertEquals(64 + 6 * STEPS * 5 * 8, written.length);
        written[64] ^= 1; // an existing cache is used
        Files.write(cache, written);
        assertFalse(Arrays.equals(
                        spikes(data, 0),
                        spikes(
                                Dataset.events(
                                        folder,
                                        EventBinning.of(34, 34)
                                                .withStepTime(700)
                                                .withDownsampling(3),
                                        STEPS,
                                        cache),
                                0))
                && Arrays.equals(expected(0, "bin").toArray(), spikes(data, 0)));
        assertArrayEquals(written, Files.readAllBytes(cache));
        Events other = Events.random(77, 301, 34, 34, 100);
        Files.write(folder.resolve("9/0.bin"), EventFiles.bin(other));
        data = Dataset.events(folder, BINNING, STEPS, cache);
        assertArrayEquals(expected(0, "bin").toArray(), spikes(data, 0));
        Dataset.events(folder, BINNING.withLeast(2), STEPS, cache);
        assertFalse(Arrays.equals(written, Files.readAllBytes(cache)));
        try (Stream<Path> left = Files.list(cache.getParent())) {
            assertEquals(List.of(cache), left.toList());
        }
        Files.write(folder.resolve("10/2.bin"), new byte[] {'%', ' ', 'e', 'v', 't', ' ', '9', '\n'});
        Files.move(folder.resolve("10/2.bin"), folder.resolve("10/2.raw"));
        byte[] before = Files.readAllBytes(cache);
        assertThrows(IOException.class, () -> Dataset.events(folder, BINNING, STEPS, cache));
        assertArrayEquals(before, Files.readAllBytes(cache));
    }

    private static List<byte[]> batches(Dataset data, Batching batching, int epochs) {
        List<byte[]> all = new ArrayList<>();
        try (BatchLoader loader = new BatchLoader(data, batching)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                loader.start(epoch);
                while (loader.next()) {
                    all.add(((SpikeMatrix) loader.batch().input()).toArray());
                }
            }
        }
        return all;
    }

    @Test
    void theSameSeedGivesTheSameBatches() throws IOException {
        write("bin");
        Dataset data = Dataset.events(folder, BINNING, STEPS);
        Dataset cached = Dataset.events(folder, BINNING, STEPS, folder.resolve(".spikes"));
        SpikeChange[] changes = {
            SpikeChange.drop(0.2),
            SpikeChange.jitter(1, 1),
            SpikeChange.shift(2),
            SpikeChange.flip(0.5),
            SpikeChange.mix(0.5)
        };
        Batching batching = new Batching(4).withShuffle(3).withSeed(5);
        List<byte[]> first = batches(data, batching.withCode(InputEncoding.recordings(STEPS, changes)), 2);
        List<byte[]> again = batches(cached, batching.withCode(InputEncoding.recordings(STEPS, changes)), 2);
        assertEquals(4, first.size());
        for (int i = 0; i < 4; i++) {
            assertArrayEquals(first.get(i), again.get(i));
        }
        List<byte[]> other = batches(data, batching.withSeed(6).withCode(InputEncoding.recordings(STEPS, changes)), 1);
        assertFalse(Arrays.equals(first.get(0), other.get(0)));
        byte[] plain = batches(data, new Batching(6).withCode(InputEncoding.recordings(STEPS)), 1)
                .getFirst();
        for (int sample = 0; sample < 6; sample++) {
            byte[] own = expected(sample, "bin").toArray();
            for (int step = 0; step < STEPS; step++) {
                assertArrayEquals(
                        Arrays.copyOfRange(own, step * 288, step * 288 + 288),
                        Arrays.copyOfRange(plain, (step * 6 + sample) * 288, (step * 6 + sample) * 288 + 288));
            }
        }
        assertPart(
                IllegalStateException.class,
                "have 7 steps, expected 3",
                () -> batches(data, batching.withCode(InputEncoding.recordings(3)), 1));
    }

    private static SpikeMatrix changed(SpikeChange change, SpikeMatrix from, long key) {
        SpikeMatrix to = SpikeMatrix.zeros(from.rows(), from.columns());
        change.apply(from, to, Shape.of(2, 12, 12), key);
        return to;
    }

    @Test
    void changesDoAsTheySay() throws IOException {
        write("bin");
        SpikeMatrix from = expected(1, "bin");
        long count = from.count();
        assertEquals(0, changed(SpikeChange.drop(1), from, 1).count());
        assertArrayEquals(from.toArray(), changed(SpikeChange.drop(0), from, 1).toArray());
        SpikeMatrix half = changed(SpikeChange.drop(0.5), from, 1);
        assertEquals(count / 2.0, half.count(), 3 * Math.sqrt(count));
        half.forEachSpike(2, neuron -> assertTrue(from.get(2, neuron)));
        SpikeMatrix flipped = changed(SpikeChange.flip(1), from, 1);
        assertEquals(count, flipped.count());
        for (int step = 0; step < STEPS; step++) {
            int row = step;
            from.forEachSpike(step, neuron -> assertTrue(flipped.get(row, neuron / 12 * 12 + 11 - neuron % 12)));
        }
        assertArrayEquals(from.toArray(), changed(SpikeChange.flip(0), from, 1).toArray());
        assertArrayEquals(
                from.toArray(), changed(SpikeChange.jitter(0, 0), from, 1).toArray());
        SpikeMatrix one = SpikeMatrix.zeros(STEPS, 288);
        one.set(3, 144 + 12 * 5 + 6, true);
        int[] seen = new int[125];
        for (int key = 0; key < 3_000; key++) {
            SpikeMatrix moved = changed(SpikeChange.jitter(2, 2), one, key);
            assertEquals(1, moved.count());
            for (int step = 1; step <= 5; step++) {
                int neuron = moved.next(step, 0) - 144;
                if (neuron >= 0) {
                    seen[(step - 1) * 25 + (neuron / 12 - 3) * 5 + neuron % 12 - 4]++;
                }
            }
        }
        assertTrue(Arrays.stream(seen).allMatch(each -> each > 5 && each < 60), Arrays.toString(seen));
        SpikeMatrix corner = SpikeMatrix.zeros(STEPS, 288);
        corner.set(0, 11, true);
        long left = 0;
        for (int key = 0; key < 900; key++) {
            left += changed(SpikeChange.shift(1), corner, key).count();
        }
        assertEquals(400, left, 60); // two of three columns and rows
        Dataset data = Dataset.events(folder, BINNING, STEPS);
        assertEquals(0, SpikeChanges.Mix.partner(data, 1, 8));
        assertEquals(5, SpikeChanges.Mix.partner(data, 4, 9));
        assertEquals(0, SpikeChanges.Mix.partner(data.range(0, 1), 0, 9));
        SpikeMatrix other = expected(0, "bin");
        SpikeMatrix mixed = SpikeMatrix.zeros(STEPS, 288);
        new SpikeChanges.Mix(1).apply(from, other, mixed, 4);
        boolean[] both = new boolean[2];
        for (int step = 0; step < STEPS; step++) {
            int row = step;
            mixed.forEachSpike(step, neuron -> {
                assertTrue(from.get(row, neuron) || other.get(row, neuron));
                both[0] |= !from.get(row, neuron);
                both[1] |= !other.get(row, neuron);
            });
        }
        assertTrue(both[0] && both[1]);
        assertNotEquals(0, mixed.count());
    }
}
