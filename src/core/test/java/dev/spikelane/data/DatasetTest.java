package dev.spikelane.data;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetTest {

    private final FloatMatrix values =
            FloatMatrix.of(new float[] {0, 1, 2, 3}, new float[] {4, 5, 6, 7}, new float[] {8, 9, 10, 11});
    private final Dataset data = Dataset.of(Shape.of(2, 1, 2), values, new int[] {2, 0, 1}, 3);

    private static float[] read(Dataset data, int sample) {
        FloatMatrix row = FloatMatrix.zeros(2, data.shape().size());
        data.read(sample, row, 1);
        float[] both = row.toArray();
        float[] second = new float[both.length / 2];
        System.arraycopy(both, second.length, second, 0, second.length);
        return second;
    }

    @Test
    void transformations() {
        assertArrayEquals(new float[] {4, 5, 6, 7}, read(data, 1));
        assertArrayEquals(new float[] {3, 3.5f, 4, 4.5f}, read(data.scaled(0.5f, 1), 1));
        assertArrayEquals(
                new float[] {2, 2.5f, 12, 14}, read(data.normalized(new float[] {0, 0}, new float[] {2, 0.5f}), 1));
        assertArrayEquals(new float[] {3, 4, 5, 6}, read(data.normalized(new float[] {1}, new float[] {1}), 1));
        assertEquals(Shape.of(4), data.flattened().shape());
        assertArrayEquals(new float[] {4, 5, 6, 7}, read(data.flattened(), 1));
        assertEquals(3, data.flattened().classes());
        assertEquals(2, data.scaled(2, 0).label(0));
    }

    @Test
    void parts() {
        Dataset some = data.subset(2, 0);
        assertEquals(2, some.size());
        assertEquals(1, some.label(0));
        assertArrayEquals(new float[] {0, 1, 2, 3}, read(some, 1));
        assertArrayEquals(new float[] {8, 9, 10, 11}, read(data.range(1, 2), 1));
        List<Dataset> parts = data.split(3, 1, 2);
        assertEquals(2, parts.get(1).size());
    }

    /** Sizes and samples equal torch's random_split. */
    @Test
    void shares() {
        Dataset ten = Dataset.of(Shape.of(1), FloatMatrix.zeros(10, 1), new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 10);
        assertSame(ten, new int[] {4, 3, 3}, 0.33, 0.33, 0.34);
        assertSame(ten, new int[] {7, 2, 1}, 0.7, 0.2, 0.1);
        assertSame(ten, new int[] {2, 2, 1, 1, 1, 1, 1, 1}, .125, .125, .125, .125, .125, .125, .125, .125);
        assertSame(ten, new int[] {10}, 1.0);
        assertInvalid("shares are [0.5, 0.4], expected a sum of 1, found 0.9", () -> ten.split(1, 0.5, 0.4));
        assertInvalid("shares are [1.5, -0.5], expected numbers from 0 to 1", () -> ten.split(1, 1.5, -0.5));
        assertInvalid("subset has no samples, expected at least one", () -> ten.split(1, 0.99, 0.01, 0.0));
    }

    private static void assertSame(Dataset all, int[] lengths, double... shares) {
        List<Dataset> expected = all.split(42, lengths);
        List<Dataset> found = all.split(42, shares);
        assertEquals(lengths.length, found.size());
        for (int part = 0; part < lengths.length; part++) {
            assertEquals(lengths[part], found.get(part).size());
            for (int i = 0; i < lengths[part]; i++) {
                assertEquals(expected.get(part).label(i), found.get(part).label(i));
            }
        }
    }

    @Test
    void targets() {
        Dataset regression = Dataset.ofTargets(
                Shape.of(4), values, FloatMatrix.of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6}));
        FloatMatrix into = FloatMatrix.zeros(1, 2);
        regression.subset(2).readTarget(0, into, 0);
        assertArrayEquals(new float[] {5, 6}, into.toArray());
        assertEquals(2, regression.scaled(2, 0).targetSize());
        assertEquals(0, regression.classes());
        assertIllegalState("data set has no targets, only labels", () -> data.readTarget(0, into, 0));
    }

    @Test
    void saysWhatIsWrong() {
        assertInvalid(
                "label 1 is 3, expected a class of [0, 3)",
                () -> Dataset.of(Shape.of(4), values, new int[] {0, 3, 0}, 3));
        assertInvalid(
                "there are 2 labels, expected 3, one for each sample",
                () -> Dataset.of(Shape.of(4), values, new int[] {0, 3}, 3));
        assertInvalid(
                "values is [3 x 4], expected [3 x 5]", () -> Dataset.of(Shape.of(5), values, new int[] {0, 1, 2}, 3));
        assertInvalid("subset has no samples, expected at least one", () -> data.range(0, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> data.subset(3));
        assertInvalid("lengths are [1, 1], expected a sum of 3, all samples", () -> data.split(1, 1, 1));
        assertInvalid(
                "means has 3 values, expected 1 or 2, one for each channel",
                () -> data.normalized(new float[3], new float[] {1}));
        assertInvalid("deviations are [0.0], expected none of 0", () -> data.normalized(new float[1], new float[1]));
    }

    @Test
    void idxFolders(@TempDir Path folder) throws IOException {
        byte[] images = idx(new int[] {2, 1, 2}, 0, 51, 102, 255);
        byte[] labels = idx(new int[] {2}, 1, 4);
        Files.write(folder.resolve("train-images-idx3-ubyte"), images);
        Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(labels));
        Dataset train = Dataset.idxTrain(folder);
        assertEquals(2, train.size());
        assertEquals(Shape.of(1, 1, 2), train.shape());
        assertEquals(5, train.classes());
        assertEquals(4, train.label(1));
        assertArrayEquals(new float[] {0.4f, 1}, read(train, 1));
        NoSuchFileException missing = assertThrows(NoSuchFileException.class, () -> Dataset.idxTest(folder));
        assertEquals(folder.resolve("t10k-images-idx3-ubyte").toString(), missing.getFile());
        Files.write(folder.resolve("t10k-images-idx3-ubyte"), images);
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), idx(new int[] {1}, 3));
        assertMessage(
                IOException.class,
                folder + " (t10k): there are 1 labels, expected 2, one for each image",
                () -> Dataset.idxTest(folder));
        Idx flat = Idx.read("labels", new ByteArrayInputStream(labels));
        assertMessage(
                IOException.class,
                "mine: images are [2], expected [count, height, width] or [count, features], at least one",
                () -> Dataset.idx("mine", flat, flat));
        Idx pixels = Idx.read("pixels", new ByteArrayInputStream(images));
        assertEquals(301, Dataset.idx("mine", pixels, new int[] {300, 1}).classes());
        assertMessage(
                IOException.class,
                "mine: label 1 is -2, expected 0 or more",
                () -> Dataset.idx("mine", pixels, new int[] {300, -2}));
    }

    private static byte[] idx(int[] sizes, int... values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(new byte[] {0, 0, 8, (byte) sizes.length});
        for (int size : sizes) {
            bytes.writeBytes(new byte[] {0, 0, 0, (byte) size});
        }
        for (int value : values) {
            bytes.write(value);
        }
        return bytes.toByteArray();
    }

    private static byte[] gzip(byte... plain) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream stream = new GZIPOutputStream(bytes)) {
            stream.write(plain);
        }
        return bytes.toByteArray();
    }
}
