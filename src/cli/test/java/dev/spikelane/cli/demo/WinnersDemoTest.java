package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.cli.SmallImages;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A layer learns from images outside the test, which alone determine the classes of its neurons. */
final class WinnersDemoTest extends FolderCase {

    private static final int IMAGES = 40;
    private static final int TESTS = 10;

    /** Bright on the left or on the right, with noise. */
    private static byte[] sides() {
        Random random = new Random(5);
        byte[] pixels = new byte[IMAGES * 36];
        for (int i = 0; i < pixels.length; i++) {
            boolean left = i % 6 < 3;
            pixels[i] = (byte) (random.nextInt(30) + (left == (i / 36 % 2 == 0) ? 200 : 0));
        }
        return pixels;
    }

    /**
     * @param test number of test images
     * @param learned number of training images
     */
    private JsonNode run(int test, int learned, String... more) throws IOException {
        byte[] labels = new byte[IMAGES];
        for (int i = 0; i < IMAGES; i++) {
            labels[i] = (byte) (i % 2 ^ (i < TESTS ? test : learned));
        }
        Path images = Files.write(folder.resolve("side-images-idx3"), SmallImages.idx(sides(), IMAGES, 6, 6));
        Files.write(folder.resolve("side-labels-idx1"), SmallImages.idx(labels, IMAGES));
        return json("--images", images.toString(), "--neurons", "8", "--steps", "60", "--warm-up", "0");
    }

    private static JsonNode json(String... options) throws IOException {
        String[] all = new String[options.length + 5];
        System.arraycopy(new String[] {"demo", "--network", "stdp", "--json", "--no-report"}, 0, all, 0, 5);
        System.arraycopy(options, 0, all, 5, options.length);
        return new ObjectMapper().readTree(CommandRun.of(all).requireSuccess());
    }

    @Users
    @Test
    void labelsOfTheTestChangeNothingButTheVerdict() throws IOException {
        JsonNode right = run(0, 0);
        assertEquals(IMAGES - TESTS, right.get("learning").get("images").asInt());
        assertEquals(TESTS, right.get("images").get("images").asInt());
        assertTrue(right.get("images").get("accuracy").asDouble() > 0.7, right::toString);
        JsonNode wrong = run(1, 0);
        assertEquals(right.get("learning").get("voters"), wrong.get("learning").get("voters"));
        assertEquals(counts(right), counts(wrong));
        assertTrue(wrong.get("images").get("accuracy").asDouble() < 0.3, wrong::toString);
        JsonNode others = run(2, 0).get("learning").get("voters");
        assertEquals(0, others.get("2").asInt() + others.get("3").asInt(), others::toString);
        JsonNode turned = run(0, 1);
        assertEquals(right.get("learning").get("spikes"), turned.get("learning").get("spikes"), "labels teach");
        assertNotEquals(counts(right), counts(turned));
        assertTrue(turned.get("images").get("accuracy").asDouble() < 0.3, turned::toString);
    }

    private static String counts(JsonNode all) {
        return all.get("images").get("results").findValues("counts").toString();
    }

    @Users
    @Test
    void learnsTheSample() throws IOException {
        Path page = folder.resolve("page.html");
        String text = CommandRun.of("demo", "--network", "stdp", "--warm-up", "0", "--report", page.toString())
                .requireSuccess();
        assertTrue(text.contains("192 images, 11 times; none of them tests the network"), text);
        assertTrue(text.contains(" for an image until 2,112 images"), text);
        assertTrue(text.contains(" % of 64 images, decoded by the most spikes"), text);
        String html = Files.readString(page);
        assertTrue(html.contains("winners"), "raster");
        double accuracy = json("--warm-up", "0", "--threads", "1")
                .get("images")
                .get("accuracy")
                .asDouble();
        assertTrue(accuracy >= 0.5, "accuracy " + accuracy);
        assertTrue(text.contains(String.format("%.2f %% of 64 images", 100 * accuracy)), text);
    }

    @Test
    void refusesWhatItCannotLearnFrom() throws IOException {
        Path file = Files.write(folder.resolve("plain"), SmallImages.idx(new byte[60], 3, 4, 5));
        CommandRun.of("demo", "--network", "stdp", "--images", file.toString())
                .requireFailure(1, "spikelane: " + file + ": has no labels, expected some for --network stdp");
        CommandRun.of("demo", "--network", "stdp", "--neurons", "1")
                .requireFailureWith(2, "--neurons is 1, expected 2 to 5000");
        CommandRun.of("demo", "--network", "stdp", "--count", "65")
                .requireFailureWith(2, "--count is 65, expected 1 to 64, the images of");
    }

    @Test
    void neuronsVoteForTheClassOfTheLargestAnswer() {
        assertEquals(1, Winners.classOf(new double[] {0, 2, 1}, new int[] {1, 1, 1}));
        assertEquals(2, Winners.classOf(new double[] {0, 2, 1}, new int[] {0, 4, 1}));
        assertEquals(1, Winners.classOf(new double[] {1, 6, 6}, new int[] {1, 2, 2}));
        assertEquals(-1, Winners.classOf(new double[3], new int[] {0, 4, 1}));
    }

    /** Brightness has no effect, and the values of the data set do not change. */
    @Test
    void imagesAreEquallyBright() {
        FloatMatrix values = FloatMatrix.of(new float[][] {{0.1f, 0.2f, 0, 0.1f}, {0.2f, 0.4f, 0, 0.2f}, {0, 0, 0, 0}});
        EvenRate code = new EvenRate(4_000);
        assertEquals(4_000, code.steps());
        var batch = new Batching(3).withCode(code).batch(Dataset.of(Shape.of(4), values, new int[3], 1));
        batch.read(0, 0, 1, 2);
        SpikeMatrix spikes = (SpikeMatrix) batch.input();
        int[] fired = new int[3];
        for (int row = 0; row < spikes.rows(); row++) {
            fired[row % 3] += (int) spikes.count(row, 1);
        }
        assertEquals(4_000 * 4 * EvenRate.DENSITY, fired[0], 60);
        assertEquals(4_000 * 4 * EvenRate.DENSITY, fired[1], 60);
        assertEquals(0, fired[2]);
        assertEquals(0.4f, batch.values().get(1, 1));
    }
}
