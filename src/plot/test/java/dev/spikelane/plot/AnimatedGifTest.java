package dev.spikelane.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.picture.Ink;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Users
class AnimatedGifTest extends FolderCase {

    private static final String FORMAT = "javax_imageio_gif_image_1.0";

    /** Puts the frames together as a viewer does and measures the bars. */
    @Test
    void barsGrowAsTheCounts() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            SpikeCountPlot plot = (SpikeCountPlot) Plot.spikeCount(tutorial.output);
            Path file = folder.resolve("counts.gif");
            plot.write(file);
            assertTrue(Files.size(file) < 400_000, Files.size(file) + " bytes");
            ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
            try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
                reader.setInput(stream);
                assertEquals(201, reader.getNumImages(true));
                BufferedImage shown = reader.read(0);
                BufferedImage canvas = new BufferedImage(640, shown.getHeight(), BufferedImage.TYPE_INT_RGB);
                int[] steps = AnimatedGif.steps(200, 200);
                int[][] counts = plot.countsBefore(steps);
                int left = (int) CountsPicture.last(plot).left();
                assertTrue(left < 54, "a margin of " + left + " points beside the name of the axis");
                int most = Arrays.stream(counts[200]).max().orElseThrow();
                for (int frame = 0; frame < 201; frame++) {
                    IIOMetadataNode place = node(reader, frame, "ImageDescriptor");
                    canvas.createGraphics()
                            .drawImage(
                                    reader.read(frame),
                                    Integer.parseInt(place.getAttribute("imageLeftPosition")),
                                    Integer.parseInt(place.getAttribute("imageTopPosition")),
                                    null);
                    String delay =
                            node(reader, frame, "GraphicControlExtension").getAttribute("delayTime");
                    assertEquals(frame == 200 ? "200" : "4", delay);
                    int leading = Arrays.stream(counts[frame]).max().orElseThrow();
                    assertEquals(leading == 0 ? 0 : leading * (640.0 - left - 44) / most, longest(canvas, left), 1.5);
                }
                assertEquals(0xffffffff, canvas.getRGB(2, 2));
                assertEquals(1, node(reader, 0, "ApplicationExtensions").getLength());
            } finally {
                reader.dispose();
            }
        }
    }

    /** Light lines stand at the labels of the axis, and the labels below the bars. */
    @Test
    void countsHaveAnAxis() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            SpikeCountPlot plot = (SpikeCountPlot) Plot.spikeCount(tutorial.output);
            Path file = folder.resolve("axis.gif");
            plot.write(file);
            BufferedImage frame = ImageIO.read(file.toFile());
            int lines = 0;
            for (int x = 0; x < frame.getWidth(); x++) {
                int column = x;
                lines += IntStream.range(40, 250).allMatch(y -> frame.getRGB(column, y) != 0xffffffff) ? 1 : 0;
            }
            assertTrue(lines >= 5, lines + " upright lines");
            int labels = 0;
            for (int x = 0; x < frame.getWidth(); x++) {
                labels += frame.getRGB(x, frame.getHeight() - 30) == 0xffffffff ? 0 : 1;
            }
            assertTrue(labels > 20, labels + " pixels of labels");
        }
    }

    @Test
    void manyNeuronsAreAProfile() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            Path file = folder.resolve("many.gif");
            Plot.spikeCount(tutorial.hidden).write(file);
            assertTrue(Files.size(file) < 1_500_000, Files.size(file) + " bytes");
            assertEquals(51, frames(file));
        }
    }

    /** A frame for each step; in each the pixels that fire are white and the others black. */
    @Test
    void imagesArePlayed() throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(3, 4);
        spikes.set(0, 0, true);
        spikes.set(1, 3, true);
        spikes.set(2, 2, true);
        Path file = folder.resolve("image.gif");
        Plot.image(spikes, 2).write(file);
        assertEquals(3, frames(file));
        BufferedImage frame = ImageIO.read(file.toFile());
        int side = frame.getWidth() - 32;
        assertEquals(0xffffffff, frame.getRGB(16 + side / 4, 16 + side / 4));
        assertEquals(0xff000000, frame.getRGB(16 + 3 * side / 4, 16 + side / 4));
        assertEquals(0xff000000, frame.getRGB(16 + side / 4, 16 + 3 * side / 4));
        assertEquals(0xff000000, frame.getRGB(16 + 3 * side / 4, 16 + 3 * side / 4));
    }

    private static int frames(Path file) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
        try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
            reader.setInput(stream);
            return reader.getNumImages(true);
        } finally {
            reader.dispose();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 3", "200, 201", "201, 102", "1000, 201", "1001, 168"})
    void stepsAreFewAndEndWithTheLast(int steps, int frames) {
        int[] shown = AnimatedGif.steps(steps, 200);
        assertEquals(frames, shown.length);
        assertEquals(0, shown[0]);
        assertEquals(steps, shown[frames - 1]);
        int[] sorted = Arrays.stream(shown).sorted().distinct().toArray();
        assertArrayEquals(sorted, shown);
    }

    private static IIOMetadataNode node(ImageReader reader, int frame, String name) throws IOException {
        IIOMetadataNode root = (IIOMetadataNode) reader.getImageMetadata(frame).getAsTree(FORMAT);
        return (IIOMetadataNode) root.getElementsByTagName(name).item(0);
    }

    /** Length of the longest bar in the colour of leading ones. */
    private static int longest(BufferedImage image, int left) {
        int longest = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            int x = left;
            while (x < image.getWidth() && image.getRGB(x, y) == Ink.ACCENT.getRGB()) {
                x++;
            }
            longest = Math.max(longest, x - left);
        }
        return longest;
    }
}
