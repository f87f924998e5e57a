package dev.spikelane.plot;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.fixture.Layer.by;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import dev.spikelane.connection.Dense;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.plot.data.Range;
import dev.spikelane.train.Evaluator;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Figures on one sheet, as bytes and strings, and with names and marks of the caller's choice. */
@Users
class SheetTest extends FolderCase {

    private static final Pattern TICKS = Pattern.compile("\"tickLabels\":\\[([^\\]]+)]");

    private static final TutorialFigures TUTORIAL = new TutorialFigures();

    private final SpikeMatrix spikes = SpikeMatrix.zeros(20, 5);

    SheetTest() {
        spikes.set(3, 2, true);
        spikes.set(9, 4, true);
    }

    @AfterAll
    static void close() {
        TUTORIAL.close();
    }

    private static BufferedImage png(Figure figure) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(figure.toBytes("png")));
    }

    /** Figures keep the size they have alone; the second stands beside the first, the third below. */
    @Test
    void aSheetHoldsItsFigures() throws IOException {
        Figure raster = Plot.raster(spikes).size(400, 200);
        Figure rates = Plot.firingRate("output", spikes).size(300, 250);
        Figure counts = Plot.spikeCount(spikes).size(350, 220);
        BufferedImage sheet = png(Plot.sheet(2, raster, rates, counts));
        assertEquals(2 * (400 + 300), sheet.getWidth());
        assertEquals(2 * (250 + 220), sheet.getHeight());
        assertPart(png(raster), sheet, 0, 0);
        assertPart(png(rates), sheet, 800, 0);
        assertPart(png(counts), sheet, 0, 500);
    }

    private static void assertPart(BufferedImage part, BufferedImage of, int left, int top) {
        int width = part.getWidth();
        int height = part.getHeight();
        assertArrayEquals(
                part.getRGB(0, 0, width, height, null, 0, width), of.getRGB(left, top, width, height, null, 0, width));
    }

    @Test
    void aSheetHasATitleAndASize() throws IOException {
        Figure sheet = Plot.sheet(3, TUTORIAL.raster(), TUTORIAL.traces(), Plot.image(TUTORIAL.input, 28))
                .title("Everything");
        assertEquals(3_600, png(sheet).getWidth(), "more would be too wide");
        BufferedImage small = png(sheet.size(900, 500));
        assertEquals(1_800, small.getWidth());
        assertEquals(1_000, small.getHeight());
        String svg = sheet.toSvg();
        for (String text : List.of("Everything", "neuron 2 – 57 spikes", "mean of 200 steps")) {
            assertTrue(svg.contains(">" + text + "</text>"), text);
        }
    }

    @Test
    void refusesWhatIsNoSheet() {
        Figure raster = Plot.raster(spikes);
        assertInvalid("columns is 0, expected 1 to 10", () -> Plot.sheet(0, raster));
        assertInvalid("0 figures, expected 1 to 100", () -> Plot.sheet(1));
        assertInvalid("figure 1 is a sheet itself, expected none", () -> Plot.sheet(1, raster, Plot.sheet(1, raster)));
        assertIllegalState(
                "this figure has no axes to name, expected one with axes",
                () -> Plot.sheet(1, raster).xLabel("x"));
    }

    @Test
    void bytesAreThoseOfFiles() throws IOException {
        Figure counts = Plot.spikeCount(spikes);
        for (String extension : List.of("html", "png", "svg", "gif")) {
            Path file = folder.resolve("counts." + extension);
            counts.write(file);
            assertArrayEquals(Files.readAllBytes(file), counts.toBytes(extension), extension);
        }
        assertEquals(Files.readString(folder.resolve("counts.html")), counts.toHtml());
        assertEquals(Files.readString(folder.resolve("counts.svg")), counts.toSvg());
        Report report = Report.of("A report").figure(counts);
        report.write(folder.resolve("report.html"));
        assertEquals(Files.readString(folder.resolve("report.html")), report.toHtml());
        assertInvalid("'jpg': expected the extension .html, .png, .svg or .gif", () -> counts.toBytes("jpg"));
    }

    @Test
    void axesTakeNames() {
        List<Figure> figures = List.of(
                Plot.raster(spikes),
                TUTORIAL.traces(),
                Plot.curve("x", 1, 2),
                Plot.firingRate("x", spikes),
                Plot.spikeCount(spikes),
                Plot.spikeCount(TUTORIAL.hidden),
                Plot.weights(TUTORIAL.membranes),
                Plot.confusionMatrix(new int[] {0, 1}, new int[] {0, 1}));
        for (Figure figure : figures) {
            String svg = figure.xLabel("across [ms]").yLabel("up [mV]").toSvg();
            String what = figure.getClass().getSimpleName();
            assertTrue(svg.contains(">across [ms]</text>"), what);
            assertTrue(svg.contains(">up [mV]</text>"), what);
            String page = figure.toHtml();
            assertTrue(page.contains("\"xLabel\":\"across [ms]\""), what);
            assertTrue(page.contains("up [mV]\""), what);
            // The picture has the ticks and labels that the page has.
            List<String> labels = TICKS.matcher(page)
                    .results()
                    .flatMap(found -> Arrays.stream(found.group(1).split(",")))
                    .toList();
            for (String label : labels) {
                assertTrue(svg.contains(">" + label.replace("\"", "") + "</text>"), what + " " + label);
            }
            assertEquals(figure instanceof ConfusionMatrixPlot, labels.isEmpty(), what);
        }
        assertIllegalState(
                "this figure has no axes to name, expected one with axes",
                () -> Plot.image(TUTORIAL.input, 28).yLabel("y"));
    }

    @Test
    void marksHaveTheSizeAndColorThatWasChosen() throws IOException {
        BufferedImage image = png(Plot.raster(spikes).markerSize(6).colors("#00aa00"));
        int green = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                green += image.getRGB(x, y) == 0xff00aa00 ? 1 : 0;
            }
        }
        // Edges of a mark may fall between pixels.
        assertTrue(green >= 2 * 11 * 11 && green <= 2 * 13 * 13, green + " pixels of two marks of 12 x 12");
        assertInvalid(
                "color is 'black', expected red, green and blue as in #c9501c",
                () -> Plot.raster(spikes).colors("black"));
        assertInvalid(
                "marker size is NaN points, expected 0.5 to 50.0",
                () -> Plot.raster(spikes).markerSize(Double.NaN));
        assertIllegalState(
                "this figure has no marks, expected a raster",
                () -> TUTORIAL.traces().markerSize(2));
        assertIllegalState(
                "this figure has no colors to choose, expected a raster, curves, traces or firing rates",
                () -> Plot.spikeCount(spikes).colors("#000000"));
    }

    /** Lines are anti-aliased, so a color is there where it is in the middle of one. */
    @Test
    void linesHaveTheColorsThatWereChosen() throws IOException {
        FloatMatrix membranes = FloatMatrix.zeros(20, 5);
        String[] chosen = {"#00aa00", "#aa0000", "#0000aa", "#aa00aa"};
        CurvePlot curves = Plot.curve("one", 1, 2, 3).line("two", 3, 2, 1).panel("three", 2, 2, 2);
        Figure neuron = Plot.neuron(membranes, membranes, spikes, 2);
        Figure traces = Plot.traces(membranes).neurons(0, 1, 2).colors(chosen);
        Figure rates = Plot.firingRate("a", spikes).add("b", spikes).add("c", SpikeMatrix.zeros(20, 5));
        for (Figure figure : List.of(curves, neuron, traces, rates)) {
            BufferedImage image = png(figure.colors(chosen));
            for (int i = 0; i < 3; i++) {
                assertTrue(has(image, Integer.parseInt(chosen[i].substring(1), 16)), figure.getClass() + chosen[i]);
            }
            assertFalse(has(image, 0xaa00aa), figure.getClass().toString());
            assertTrue(figure.toHtml().contains("\"colors\":[\"#00aa00\",\"#aa0000\""));
        }
    }

    private static boolean has(BufferedImage image, int color) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if ((image.getRGB(x, y) & 0xffffff) == color) {
                    return true;
                }
            }
        }
        return false;
    }

    /** A curve of steps above a raster of them ends where the raster ends. */
    @Test
    void curvesAndRastersShareTheirAxis() {
        String curve = Plot.curve("current", FloatMatrix.zeros(20, 1)).toHtml();
        assertTrue(
                curve.contains("\"least\":0.0,\"most\":20.0") || curve.contains("\"least\":0,\"most\":20"),
                curve.substring(curve.indexOf("\"least\"")).substring(0, 60));
        assertEquals(Range.steps(20), Plot.curve("", new double[20]).range());
        assertEquals(new Range(1, 20), Plot.curve("", new double[20]).epochs().range());
        assertEquals(
                new Range(0, 7),
                Plot.curve("", 1, 2)
                        .line("", new double[] {0, 7}, new double[] {1, 2})
                        .range());
    }

    @Test
    void anEvaluationIsAConfusionMatrix() {
        FloatMatrix pixels = FloatMatrix.of(new float[] {1, 0}, new float[] {0, 1}, new float[] {1, 0});
        FloatMatrix weights = FloatMatrix.of(new float[] {2, 0}, new float[] {0, 2});
        Network network = Networks.of(2, by(Dense.of(weights, FloatMatrix.zeros(1, 2)), new Leaky(0.5)));
        Batching batching = new Batching(3).withCode(InputEncoding.rate(new Rate(), 4));
        try (Evaluator evaluator = new Evaluator(network, 4, batching, 1)) {
            Evaluator.Result evaluation = evaluator.evaluate(Dataset.of(Shape.of(2), pixels, new int[] {0, 1, 1}, 2));
            assertEquals(
                    Plot.confusionMatrix(new int[] {0, 1, 1}, new int[] {0, 1, 0})
                            .toSvg(),
                    Plot.confusionMatrix(evaluation).toSvg());
            Evaluator.Result targets = evaluator.evaluate(Dataset.ofTargets(Shape.of(2), pixels, pixels));
            assertInvalid(
                    "evaluation has 0 labels and 3 classes, expected both for each of its 3 samples",
                    () -> Plot.confusionMatrix(targets));
        }
    }
}
