package dev.spikelane.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnimatedGifTest {

    private static final String FORMAT = "javax_imageio_gif_image_1.0";
    private static final int LEFT = 120;

    @TempDir
    private Path folder;

    /** Puts the frames together as a viewer does and measures the bars. */
    @Test
    void barsGrowAsTheCounts() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            SpikeCountPlot plot = Plot.spikeCount(tutorial.output);
            Path file = folder.resolve("counts.gif");
            plot.write(file);
            assertTrue(Files.size(file) < 400_000, Files.size(file) + " bytes");
            ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
            try (ImageInputStream stream = ImageIO.createImageInputStream(file.toFile())) {
                reader.setInput(stream);
                assertEquals(201, reader.getNumImages(true));
                BufferedImage shown = reader.read(0);
                BufferedImage canvas = new BufferedImage(640, shown.getHeight(), BufferedImage.TYPE_INT_RGB);
                int[] steps = AnimatedGif.steps(200);
                int[][] counts = plot.countsBefore(steps);
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
                    assertEquals(leading == 0 ? 0 : leading * (640.0 - 120 - 52) / most, longest(canvas), 1.5);
                }
                assertEquals(0xffffffff, canvas.getRGB(2, 2));
                assertEquals(1, node(reader, 0, "ApplicationExtensions").getLength());
            } finally {
                reader.dispose();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 3", "200, 201", "201, 102", "1000, 201", "1001, 168"})
    void stepsAreFewAndEndWithTheLast(int steps, int frames) {
        int[] shown = AnimatedGif.steps(steps);
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
    private static int longest(BufferedImage image) {
        int longest = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            int x = LEFT;
            while (x < image.getWidth() && image.getRGB(x, y) == Ink.ACCENT.getRGB()) {
                x++;
            }
            longest = Math.max(longest, x - LEFT);
        }
        return longest;
    }
}
