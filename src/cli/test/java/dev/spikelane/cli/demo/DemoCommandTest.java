package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.golden.TorchGolden;
import dev.spikelane.io.Npy;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Users
class DemoCommandTest extends FolderCase {

    private static final int STEPS = 200;

    @Test
    void printsTheTutorialsSpikes() {
        String out = demo("--count", "1");
        assertTrue(out.contains("  At steps       22 35 48 61 74 87 100 113 126 139 152 165 178 191"), out);
        assertTrue(out.contains("  At steps       23 38 53 68 83 98 113 128 143 158 173 188"), out);
    }

    /** 784-1000-10 has 795,010 weights and biases, and 6 parameters. */
    @Test
    void weightsOfSeveralTypesStandSideBySide() {
        String out = CommandRun.line("demo --warm-up 1 --count 1 --batch 1 --steps 5 --no-report")
                .requireSuccess();
        assertTrue(
                out.matches("(?s).*As integers +float32 3,180,064 bytes, [\\d.]+ ms; int8 802,104 bytes, [\\d.]+ ms;"
                        + " ternary 206,604 bytes, [\\d.]+ ms\n.*"),
                out);
        assertFalse(demo("--count", "1", "--steps", "5").contains("As integers"));
    }

    @Test
    void printsALineForEachImageOfTheSample() {
        List<String> lines = demo("--count", "3").lines().toList();
        int header = lines.indexOf("  image  label          0   1   2   3   4   5   6   7   8   9  most  taken for");
        assertTrue(header > 0, lines.toString());
        assertTrue(lines.get(header + 1).startsWith("      0  ankle boot  "), lines.get(header + 1));
        assertTrue(lines.get(header + 2).startsWith("      1  pullover    "), lines.get(header + 2));
        assertTrue(lines.get(header + 3).startsWith("      2  trouser     "), lines.get(header + 3));
        assertEquals("", lines.get(header + 4));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void tutorialIsTorchsSpikeForSpike(TorchGolden golden) throws IOException {
        demo("--count", "1", "--seed", Long.toString(golden.seed()), "--out", folder.toString());
        assertArrayEquals(golden.bits("tutorial3_input", STEPS * 784), spikes("tutorial_input", STEPS, 1, 784));
        assertArrayEquals(golden.bits("tutorial3_spk1", STEPS * 1000), spikes("tutorial_spikes1", STEPS, 1, 1000));
        assertArrayEquals(golden.bits("tutorial3_spk2", STEPS * 10), spikes("tutorial_spikes2", STEPS, 1, 10));
        assertArrayEquals(golden.floats("tutorial3_mem2"), membranes("tutorial_membranes2", STEPS, 1, 10), 5e-5f);
    }

    static List<TorchGolden> seeds() {
        return TorchGolden.all();
    }

    @Test
    void resultsDependOnNeitherBatchNorThreads() throws IOException {
        String all = recorded("whole", 7, 1);
        for (int[] each : new int[][] {{1, 1}, {2, 2}, {3, 1}, {5, 3}, {64, 2}}) {
            String what = each[0] + " images at a time on " + each[1] + " threads";
            String parts = recorded("parts", each[0], each[1]);
            assertEquals(results(all), results(parts), what);
            for (String name : List.of("input", "spikes1", "spikes2", "membranes1", "membranes2")) {
                assertEquals(
                        -1, Files.mismatch(file("whole/images_" + name), file("parts/images_" + name)), what + name);
            }
        }
    }

    @Test
    void writesWhatItPrints() throws IOException {
        String out = demo(
                "--steps", "20", "--count", "2", "--out", folder.resolve("a/b").toString());
        assertTrue(out.contains("Recorded in " + folder.resolve("a/b")), out);
        try (var files = Files.list(folder.resolve("a/b"))) {
            assertEquals(14, files.count());
        }
        byte[] output = spikes("a/b/images_spikes2", 20, 2, 10);
        StringBuilder counts = new StringBuilder("      1  pullover    ");
        for (int neuron = 0; neuron < 10; neuron++) {
            int count = 0;
            for (int step = 0; step < 20; step++) {
                count += output[(step * 2 + 1) * 10 + neuron];
            }
            counts.append(String.format(" %3d", count));
        }
        assertTrue(out.contains(counts), out);
        assertEquals(20 * 2 * 1000, membranes("a/b/images_membranes1", 20, 2, 1000).length);
        assertEquals(20 * 2 * 1000, spikes("a/b/images_spikes1", 20, 2, 1000).length);
        assertEquals(20 * 2 * 784, spikes("a/b/images_input", 20, 2, 784).length);
        assertEquals(20, spikes("a/b/hand_lif_spikes", 20, 1).length);
        assertEquals(20, membranes("a/b/leaky_membranes", 20, 1).length);
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void takesImagesOfAnySize(boolean compressed, boolean flat) throws IOException {
        Path file = folder.resolve("images");
        byte[] idx = flat ? SmallImages.idx(new byte[15], 3, 5) : SmallImages.idx(new byte[60], 3, 4, 5);
        try (OutputStream stream = Files.newOutputStream(file);
                OutputStream target = compressed ? new GZIPOutputStream(stream) : stream) {
            target.write(idx);
        }
        String out = demo("--steps", "5", "--images", file.toString());
        assertTrue(out.contains("network " + (flat ? "5" : "20") + " -> 1000 -> 10"), out);
        assertTrue(out.contains("3 of 3, " + (flat ? "5" : "4 x 5") + ", " + file), out);
        assertTrue(out.contains("image     0   1"), out);
    }

    @ParameterizedTest
    @CsvSource({
        "t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte",
        "t10k-images.idx3-ubyte, t10k-labels.idx1-ubyte",
        "images, labels"
    })
    void findsLabelsBesideTheImages(String images, String labels) throws IOException {
        Path file = Files.write(folder.resolve(images), SmallImages.idx(new byte[60], 3, 4, 5));
        Files.write(folder.resolve(labels), SmallImages.idx(new byte[] {7, 2, 9}, 3));
        List<String> lines =
                demo("--steps", "5", "--images", file.toString()).lines().toList();
        int header = lines.indexOf("  image  label     0   1   2   3   4   5   6   7   8   9  most");
        assertTrue(header > 0, lines.toString());
        assertTrue(lines.get(header + 3).startsWith("      2  9      "), lines.get(header + 3));
    }

    @Test
    void takesLabelsFromAnyFile() throws IOException {
        Path file = Files.write(folder.resolve("pictures"), SmallImages.idx(new byte[60], 3, 4, 5));
        Path labels = Files.write(folder.resolve("classes"), SmallImages.idx(new byte[] {7, 2, 9}, 3));
        String out = demo("--steps", "5", "--images", file.toString(), "--labels", labels.toString());
        assertTrue(out.contains("      1  2  "), out);
        Files.write(labels, SmallImages.idx(new byte[] {7, 2}, 2));
        CommandRun.of("demo", "--images", file.toString(), "--labels", labels.toString())
                .requireFailure(
                        1, "spikelane: " + labels + ": has 2 labels, expected 3, one for each image of " + file);
        CommandRun.of("demo", "--labels", labels.toString()).requireFailureWith(2, "--labels needs --images");
        Path numbers = Files.write(folder.resolve("classes.npy"), SmallImages.npy(7, 2, 9));
        assertEquals(
                out.replaceAll("[0-9.]+ m?s", ""),
                demo("--steps", "5", "--images", file.toString(), "--labels", numbers.toString())
                        .replaceAll("[0-9.]+ m?s", ""));
    }

    @Test
    void stepsAreThoseOfAllParts() {
        String out = demo("--steps", "30", "--count", "1");
        assertTrue(out.contains("from step 10, 30 steps"), out);
        assertTrue(out.contains("  At steps       22" + System.lineSeparator()), out);
    }

    @Test
    void namesAMissingFile() {
        Path file = folder.resolve("missing.idx");
        CommandRun.of("demo", "--images", file.toString()).requireFailure(1, "spikelane: " + file + ": no such file");
    }

    @Test
    void namesAMalformedFile() throws IOException {
        Path file = Files.write(folder.resolve("bad.idx"), new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0});
        CommandRun.of("demo", "--images", file.toString())
                .requireFailureWith(
                        1, "spikelane: " + file + ": is a zip archive, such as PyTorch's .pt or NumPy's .npz");
    }

    @Test
    void namesAFileOfLabels() throws IOException {
        Path file = Files.write(folder.resolve("labels.idx"), SmallImages.idx(new byte[4], 4));
        CommandRun.of("demo", "--images", file.toString()).requireFailureWith(1, file.toString(), "expected images");
    }

    @Test
    void namesAFileWithoutImages() throws IOException {
        Path file = Files.write(folder.resolve("none.idx"), SmallImages.idx(new byte[0], 0, 28, 28));
        CommandRun.of("demo", "--images", file.toString()).requireFailureWith(1, file.toString(), "at least one");
    }

    @Test
    void refusesHugeImages() throws IOException {
        Path file = Files.write(folder.resolve("huge.idx"), SmallImages.idx(new byte[65_537], 1, 65_537));
        CommandRun.of("demo", "--images", file.toString())
                .requireFailure(
                        1, "spikelane: " + file + ": images have 65537 pixels, expected at most 65536 (256 x 256)");
    }

    @Test
    void namesAFolderThatCannotBeMade() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        CommandRun.of("demo", "--out", file.toString())
                .requireFailure(1, "spikelane: " + file + ": exists and is not a folder");
        CommandRun.of("demo", "--out", file.resolve("below").toString()).requireFailureWith(1, file.toString());
    }

    @Test
    void refusesRunsThatDoNotFit() {
        CommandRun.of("demo", "--steps", "100000", "--batch", "4096", "--count", "256")
                .requireFailure(
                        1,
                        "spikelane: a batch of 256 images in 100000 steps takes 2509 MB in memory,"
                                + " expected at most 2000 MB; choose smaller --batch, --steps or --count");
        CommandRun.of("demo", "--steps", "2000", "--count", "256", "--out", folder.toString())
                .requireFailureWith(1, "the recording of 256 images in 2000 steps takes 2", "MB in files");
    }

    private static String demo(String... options) {
        List<String> arguments = new ArrayList<>(List.of("demo", "--warm-up", "0"));
        arguments.addAll(List.of(options));
        if (!arguments.contains("--report")) {
            arguments.add("--no-report");
        }
        return CommandRun.of(arguments.toArray(String[]::new)).requireSuccess();
    }

    private String recorded(String name, int batch, int threads) {
        return demo(
                "--steps", "30",
                "--count", "7",
                "--batch", Integer.toString(batch),
                "--threads", Integer.toString(threads),
                "--out", folder.resolve(name).toString());
    }

    /** Returns the printed lines that do not depend on time, batch or files. */
    private static List<String> results(String out) {
        return out.lines()
                .filter(line -> !line.matches(" *(Per image|As integers|Ran with|Spike matmul) .*|Recorded in .*"))
                .toList();
    }

    private Path file(String name) {
        return folder.resolve(name + ".npy");
    }

    private byte[] spikes(String name, Integer... shape) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Npy<SpikeMatrix> array = Npy.readSpikes(file(name), arena);
            assertEquals(List.of(shape), array.shape());
            return array.matrix().toArray();
        }
    }

    private float[] membranes(String name, Integer... shape) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Npy<FloatMatrix> array = Npy.readFloats(file(name), arena);
            assertEquals(List.of(shape), array.shape());
            return array.matrix().toArray();
        }
    }
}
