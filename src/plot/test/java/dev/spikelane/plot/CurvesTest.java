package dev.spikelane.plot;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.picture.Ink;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Curves, images, traces and rasters of few neurons as still pictures. */
@Users
class CurvesTest extends FolderCase {

    /** As many neurons as a picture may be empty of. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 10})
    void fewNeuronsLeaveMarks(int neurons) throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(200, neurons);
        for (int i = 0; i < 5; i++) {
            spikes.set(20 + 30 * i, i % neurons, true);
        }
        BufferedImage image = png(Plot.raster(spikes));
        int runs = 0;
        boolean before = false;
        for (int x = 0; x < image.getWidth(); x++) {
            boolean blue = false;
            for (int y = 0; y < image.getHeight(); y++) {
                blue |= image.getRGB(x, y) == Ink.ACCENT.getRGB();
            }
            runs += blue && !before ? 1 : 0;
            before = blue;
        }
        assertEquals(5, runs, "marks of the PNG");
        String svg = svg(Plot.raster(spikes));
        String path = svg.substring(svg.lastIndexOf("<path d="), svg.indexOf("stroke:rgb(44,86,207)"));
        assertEquals(5, path.chars().filter(character -> character == 'M').count(), "marks of the SVG");
    }

    /** Lines are paths of many points, and letters are letters. */
    @Test
    void tracesAreSmallInSvg() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            String svg = svg(tutorial.traces());
            assertTrue(svg.length() < 45_000, svg.length() + " bytes");
            assertTrue(svg.contains(">neuron 2 – 57 spikes</text>"));
            assertEquals(
                    9,
                    Pattern.compile("d=\"M[^M\"]{1000,}\"")
                            .matcher(svg)
                            .results()
                            .count());
            assertTrue(Pattern.compile("<path").matcher(svg).results().count() < 70);
            assertTrue(svg.contains("font-family:sans-serif"));
            assertTrue(!svg.contains("DejaVu"), "names a font of this machine");
        }
    }

    @Test
    void neuronsThatFireComeFirst() {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            TracesPlot traces = tutorial.traces();
            List<Integer> counts =
                    traces.panels().stream().map(panel -> panel.spikes().size()).toList();
            assertEquals(counts.stream().sorted((a, b) -> b - a).toList(), counts);
            assertEquals("neuron 2", traces.panels().getFirst().label());
            assertEquals("neuron 7", traces.neurons(7, 2).panels().getFirst().label());
        }
    }

    /** A membrane between 0 and 1 beside one that falls to -15 takes little of a shared range and most of its own. */
    @Test
    void rangesAreSharedOrOwn() {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            TracesPlot traces = tutorial.traces();
            assertEquals(9, ranges(traces));
            assertTrue(share(traces.panels().getFirst()) > 0.5);
            traces.sharedRange();
            assertEquals(1, ranges(traces));
            assertTrue(share(traces.panels().getFirst()) < 0.1);
        }
    }

    private static long ranges(TracesPlot traces) {
        return traces.panels().stream().map(TracesPlot.Panel::range).distinct().count();
    }

    /** The first epoch is 1, and none has a half. */
    @Test
    void epochsBeginAtOne() throws IOException {
        CurvePlot curve = Plot.curve("loss", 3, 2, 1)
                .line("own", new double[] {2}, new double[] {2})
                .epochs();
        assertEquals(new Range(1, 3), curve.range());
        String svg = svg(curve);
        for (String label : List.of("1", "2", "3", "epoch")) {
            assertTrue(svg.contains(">" + label + "</text>"), label);
        }
        assertTrue(!svg.contains(">step</text>"));
        String across = svg(Plot.curve("loss", 3, 3).epochs().yLimits(10, 20));
        assertTrue(!across.contains(">1.5</text>"), "half an epoch is named");
        assertEquals(new Range(0, 3), Plot.curve("loss", 3, 2, 1).range());
    }

    /** A mark reaches from the membrane to the top of the panel. */
    @Test
    void spikesStandOnTheTrace() throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(100, 1);
        spikes.set(50, 0, true);
        BufferedImage image = png(Plot.traces(FloatMatrix.zeros(100, 1)).spikes(spikes));
        int tall = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            int height = 0;
            for (int y = 0; y < image.getHeight(); y++) {
                height += inked(image.getRGB(x, y)) ? 1 : 0;
            }
            tall = Math.max(tall, height);
        }
        assertTrue(tall > 60, "a mark of " + tall + " pixels");
    }

    @Test
    void aNeuronIsThreePanels() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            String svg = svg(tutorial.neuron(2));
            for (String caption : List.of("current", "membrane", "spikes – 57")) {
                assertTrue(svg.contains(">" + caption + "</text>"), caption);
            }
            String spikes = svg.substring(0, svg.lastIndexOf("stroke:rgb(27,29,33)"));
            String path = spikes.substring(spikes.lastIndexOf("<path d="));
            assertEquals(57, path.chars().filter(character -> character == 'M').count());
            assertTrue(svg.contains("stroke-dasharray"), "no threshold");
        }
    }

    @Test
    void curvesHaveLabelsLimitsLinesAndSize() throws IOException {
        CurvePlot plot = Plot.curve("loss", 3, 2, 1, 0.5).line("test", new double[] {1, 3}, new double[] {2, 1});
        plot.xLabel("epoch")
                .yLabel("cross entropy")
                .verticalLines(1, 2)
                .threshold(0.75)
                .yLimits(0, 4);
        plot.panel("accuracy", 0.1, 0.5, 0.9).yLimits(0, 1).size(500, 400).title("Training");
        String svg = svg(plot);
        for (String text : List.of("epoch", "cross entropy", "loss", "test", "accuracy", "Training", "4")) {
            assertTrue(svg.contains(">" + text + "</text>"), text);
        }
        assertTrue(svg.contains("viewBox=\"0 0 500 400\""));
        assertEquals(
                5, Pattern.compile("stroke-dasharray").matcher(svg).results().count());
        assertEquals(new Range(0, 3), plot.range());
        assertEquals(new Range(-1, 9), plot.xLimits(-1, 9).range());
        BufferedImage image = png(plot);
        assertEquals(1000, image.getWidth());
        assertEquals(800, image.getHeight());
    }

    /** A single point and one between gaps are seen. */
    @Test
    void pointsAloneAreDrawn() throws IOException {
        BufferedImage image = png(Plot.curve("", Double.NaN, 1, Double.NaN));
        int blue = 0;
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                blue += image.getRGB(x, y) == Ink.ACCENT.getRGB() ? 1 : 0;
            }
        }
        assertTrue(blue > 0);
    }

    @Test
    void imagesAreUprightAndSquare() throws IOException {
        FloatMatrix pixels = FloatMatrix.zeros(1, 28 * 28);
        pixels.set(0, 1, 1);
        BufferedImage image = png(Plot.image(pixels, 28));
        assertEquals(image.getWidth(), image.getHeight());
        int side = (image.getWidth() - 64) / 28;
        assertEquals(0xff000000, image.getRGB(32 + side / 2, 32 + side / 2));
        assertEquals(0xffffffff, image.getRGB(32 + side + side / 2, 32 + side / 2));
        assertEquals(0xff000000, image.getRGB(32 + side + side / 2, 32 + side + side / 2));
        assertTrue(svg(Plot.image(pixels, 28)).contains("<image"));
    }

    /** The pixel that fires in all steps is white, that in half of them grey. */
    @Test
    void imagesOfManyStepsAreTheirMean() throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(2, 4);
        spikes.set(0, 0, true);
        spikes.set(1, 0, true);
        spikes.set(1, 1, true);
        byte[] mean = ((ImagePlot) Plot.image(spikes, 2)).mean();
        assertEquals("[-1, -128, 0, 0]", Arrays.toString(mean));
        assertTrue(svg(Plot.image(spikes, 2)).contains(">mean of 2 steps</text>"));
    }

    @Test
    void manyNeuronsAreAProfile() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            Figure plot = Plot.spikeCount(tutorial.hidden);
            String svg = svg(plot);
            assertTrue(svg.contains(">999</text>"), "the last neuron is not named");
            assertTrue(svg.contains("fill:rgb(44,86,207)"), "no leader");
            assertTrue(svg(Plot.spikeCount(SpikeMatrix.zeros(3, 100_000))).length() < 200_000);
        }
    }

    @Test
    void sizesHold() throws IOException {
        try (TutorialFigures tutorial = new TutorialFigures()) {
            List<Figure> figures = List.of(
                    tutorial.raster(),
                    tutorial.traces(),
                    tutorial.neuron(1),
                    Plot.spikeCount(tutorial.output),
                    Plot.spikeCount(tutorial.hidden),
                    Plot.firingRate("x", tutorial.input),
                    Plot.weights(tutorial.membranes),
                    Plot.image(tutorial.input, 28),
                    Plot.confusionMatrix(new int[] {0, 1}, new int[] {0, 1}));
            for (Figure figure : figures) {
                BufferedImage image = png(figure.size(700, 480));
                String what = figure.getClass().getSimpleName();
                assertEquals(1400, image.getWidth(), what);
                assertEquals(960, image.getHeight(), what);
                for (int x = 0; x < image.getWidth(); x++) {
                    assertEquals(0xffffffff, image.getRGB(x, 0), what + " is cut off");
                    assertEquals(0xffffffff, image.getRGB(x, image.getHeight() - 1), what + " is cut off");
                }
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        FloatMatrix two = FloatMatrix.zeros(5, 2);
        SpikeMatrix spikes = SpikeMatrix.zeros(5, 2);
        assertInvalid(
                "membrane is [5 x 2], expected [steps x 1]; choose one neuron, with its number, or transpose what"
                        + " has its steps side by side",
                () -> Plot.neuron(two, two, spikes));
        assertMessage(
                IndexOutOfBoundsException.class,
                "neuron is 2, expected 0 to 1",
                () -> Plot.neuron(two, two, spikes, 2));
        assertInvalid("spikes has 4 steps, expected 5", () -> Plot.neuron(two, two, spikes.rows(0, 4), 0));
        assertInvalid("0 places and 0 values, expected as many, at least one", () -> Plot.curve("x"));
        assertInvalid("x has 2 columns, expected 1", () -> Plot.curve("x", two));
        assertInvalid(
                "limits are 1.0 and 1.0, expected two finite numbers, the lower first",
                () -> Plot.curve("x", 1).yLimits(1, 1));
        assertInvalid("width is 3, expected a divisor of the 2 pixels of an image", () -> Plot.image(two, 3));
        assertInvalid(
                "height is 99 points, expected 100 to 4000",
                () -> Plot.curve("x", 1).size(100, 99));
        assertIllegalState(
                "2 neurons chosen after 1 labels were given, expected as many; choose neurons before labels",
                () -> Plot.traces(two).neurons(0).labels("a").neurons(0, 1));
        assertMessage(
                NullPointerException.class, "label 1", () -> Plot.traces(two).labels("a", null));
        assertMessage(NullPointerException.class, "name", () -> Plot.raster(null, spikes));
        assertMessage(
                NullPointerException.class, "name", () -> Plot.raster(spikes).add(null, spikes));
        assertMessage(NullPointerException.class, "name", () -> Plot.firingRate(null, spikes));
        assertMessage(NullPointerException.class, "name", () -> Plot.curve(null, 1));
        assertMessage(
                NullPointerException.class, "title", () -> Plot.raster(spikes).title(null));
    }

    private static double share(TracesPlot.Panel panel) {
        Signals membrane = panel.membrane();
        return (membrane.most() - membrane.least()) / panel.range().length();
    }

    private static boolean inked(int rgb) {
        return (rgb & 0xffffff) == 0x1b1d21;
    }

    private BufferedImage png(Figure figure) throws IOException {
        Path file = folder.resolve("figure.png");
        figure.write(file);
        return ImageIO.read(file.toFile());
    }

    private String svg(Figure figure) throws IOException {
        Path file = folder.resolve("figure.svg");
        figure.write(file);
        return Files.readString(file);
    }
}
