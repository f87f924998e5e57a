package dev.spikelane.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Matrices;
import dev.spikelane.Users;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.data.Range;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

@Users
class StillImagesTest extends KernelCase {

    /** A mark: an upright line. */
    private static final Pattern MARK = Pattern.compile("M([\\d.]+),([\\d.]+) L([\\d.]+),([\\d.]+)");

    /** The colors of marks. */
    private static final Pattern MARKS = Pattern.compile("stroke:rgb\\((44,86,207|201,80,28|31,138,112)\\)");

    private static final TutorialFigures TUTORIAL = new TutorialFigures();

    @TempDir
    private Path folder;

    @AfterAll
    static void close() {
        TUTORIAL.close();
    }

    static List<Figure> figures() {
        return List.of(
                TUTORIAL.raster().title("Rasters & <more>"),
                TUTORIAL.traces(),
                Plot.spikeCount(TUTORIAL.output),
                Plot.firingRate("input", TUTORIAL.input).add("hidden", TUTORIAL.hidden),
                Plot.weights(TUTORIAL.membranes),
                Plot.confusionMatrix(new int[] {0, 1, 2, 2}, new int[] {0, 2, 2, 2}),
                TUTORIAL.neuron(2),
                Plot.curve("loss", 3, 2, 1.5, Double.NaN, 1).line("test", 3, 3, 2),
                Plot.spikeCount(TUTORIAL.hidden),
                Plot.image(TUTORIAL.input, 28));
    }

    /** What comes out has the first color, also where it stands alone; its neurons have the names that were given. */
    @Test
    void aLayerKeepsItsColorAndItsNames() throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(5, 2);
        spikes.set(1, 1, true);
        for (Figure figure : List.of(
                Plot.raster("output", spikes).labels("boot", "shoe"),
                Plot.raster("hidden", spikes).add("output", spikes).labels("boot", "shoe"))) {
            String svg = figure.toSvg();
            assertTrue(svg.contains(">boot</text>") && svg.contains(">shoe</text>"), svg);
            assertTrue(svg.lastIndexOf("rgb(44,86,207)") > svg.lastIndexOf("rgb(201,80,28)"), svg);
        }
        assertTrue(Plot.raster("hidden", spikes).add("output", spikes).toSvg().contains("rgb(201,80,28)"));
    }

    @Test
    void everyFigureIsAPngOfItsSizeWithContent() throws IOException {
        for (Figure figure : figures()) {
            Path file = folder.resolve("figure.PNG");
            figure.write(file);
            BufferedImage image = ImageIO.read(file.toFile());
            String what = figure.getClass().getSimpleName();
            assertTrue(image.getWidth() >= 300 && image.getHeight() >= 300, what);
            assertEquals(0, image.getWidth() % 2, what);
            assertTrue(inked(image) > 2_000, what + " has " + inked(image) + " pixels that are not white");
            for (int x = 0; x < image.getWidth(); x++) {
                assertEquals(0xffffffff, image.getRGB(x, 0), what + " is cut off");
            }
        }
    }

    @Test
    void everyFigureIsAnSvgOfItsSize() throws Exception {
        for (Figure figure : figures()) {
            Element svg = svg(figure);
            assertEquals("svg", svg.getTagName());
            assertTrue(svg.getAttribute("viewBox").startsWith("0 0 "), svg.getAttribute("viewBox"));
            assertTrue(svg.getElementsByTagName("*").getLength() >= (figure instanceof ImagePlot ? 3 : 20));
        }
    }

    /** The places of the marks, read back into steps and neurons, are torch's spikes. */
    @Test
    void aRastersMarksAreTheSpikes() throws Exception {
        List<double[]> marks = marks(Plot.raster("output", TUTORIAL.output));
        assertEquals(TUTORIAL.output.count(), marks.size());
        BitSet expected = TutorialFigures.bits(TUTORIAL.output);
        double[] xs =
                marks.stream().mapToDouble(mark -> mark[0]).sorted().distinct().toArray();
        int[] steps = expected.stream().map(bit -> bit / 10).distinct().toArray();
        assertEquals(steps.length, xs.length);
        double stepWidth = (xs[xs.length - 1] - xs[0]) / (steps[steps.length - 1] - steps[0]);
        double[] ys =
                marks.stream().mapToDouble(mark -> mark[1]).sorted().distinct().toArray();
        int[] neurons =
                expected.stream().map(bit -> bit % 10).sorted().distinct().toArray();
        double neuronHeight = (ys[ys.length - 1] - ys[0]) / (neurons[neurons.length - 1] - neurons[0]);
        BitSet found = new BitSet();
        for (double[] mark : marks) {
            long step = steps[0] + Math.round((mark[0] - xs[0]) / stepWidth);
            long neuron = neurons[0] + Math.round((ys[ys.length - 1] - mark[1]) / neuronHeight);
            found.set((int) (step * 10 + neuron));
        }
        assertEquals(expected, found);
    }

    @Test
    void manyMarksAreAllThere() throws Exception {
        assertEquals(
                TUTORIAL.input.count() + TUTORIAL.hidden.count() + TUTORIAL.output.count(),
                marks(TUTORIAL.raster()).size());
    }

    /** 2,500 spikes of 500 neurons in 10,000 steps: each is seen alone. */
    @Test
    void fewSpikesOfManyNeuronsAreSeen() throws Exception {
        SpikeMatrix rare = Matrices.spikes(Arena.ofAuto(), 10_000, 500, 0.0005, new Random(3));
        int inked = inked(png(Plot.raster(rare))) - inked(png(Plot.raster(SpikeMatrix.zeros(10_000, 500))));
        assertTrue(inked > 6 * rare.count(), inked + " pixels for " + rare.count() + " spikes");
    }

    @Test
    void timeStandsInPlaceOfSteps() throws Exception {
        NodeList found = svg(Plot.raster(SpikeMatrix.zeros(10_000, 5)).timeStep(0.1, "ms"))
                .getElementsByTagName("text");
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < found.getLength(); i++) {
            labels.add(found.item(i).getTextContent().strip());
        }
        assertTrue(labels.containsAll(List.of("0", "200", "1000", "time [ms]")), labels.toString());
        assertThrows(
                IllegalArgumentException.class,
                () -> Plot.raster(SpikeMatrix.zeros(5, 5)).timeStep(0, "ms"));
        assertThrows(
                IllegalStateException.class,
                () -> Plot.confusionMatrix(new int[] {0}, new int[] {0}).timeStep(1, "ms"));
    }

    /** One step, one neuron, no spike, nothing but NaN: still pictures. */
    @Test
    void nothingMuchIsAPictureToo() throws Exception {
        SpikeMatrix silent = SpikeMatrix.zeros(arena, 1, 1);
        FloatMatrix absent = FloatMatrix.vector(arena, Float.NaN);
        List<Figure> figures = List.of(
                Plot.raster(silent),
                Plot.traces(absent).spikes(silent),
                Plot.spikeCount(silent),
                Plot.firingRate("", silent),
                Plot.weights(absent),
                Plot.confusionMatrix(new int[1], new int[1]));
        for (Figure figure : figures) {
            svg(figure);
            Path file = folder.resolve("nothing.png");
            figure.write(file);
            assertTrue(
                    inked(ImageIO.read(file.toFile())) > 100, figure.getClass().getSimpleName());
        }
    }

    @Test
    void roundLabels() {
        assertEquals(List.of(0.0, 50.0, 100.0, 150.0), labels(-0.5, 199.5, 5));
        assertEquals(List.of(0.0), labels(-0.5, 0.5, 1));
        assertEquals(List.of(-0.5, 0.0, 0.5, 1.0), labels(-0.7, 1.2, 5));
        assertEquals(List.of(0.0, 1.0, 2.0), labels(-0.5, 2.5, 3));
    }

    private static List<Double> labels(double from, double to, int most) {
        List<Double> labels = new ArrayList<>();
        for (double label : new Range(from, to).ticks(most)) {
            labels.add(label);
        }
        return labels;
    }

    private List<double[]> marks(Figure raster) throws Exception {
        NodeList paths = svg(raster).getElementsByTagName("path");
        List<double[]> marks = new ArrayList<>();
        for (int i = 0; i < paths.getLength(); i++) {
            String style = ((Element) paths.item(i)).getAttribute("style");
            Matcher mark = MARK.matcher(((Element) paths.item(i)).getAttribute("d"));
            while (MARKS.matcher(style).find() && mark.find()) {
                assertEquals(Double.parseDouble(mark.group(1)), Double.parseDouble(mark.group(3)));
                marks.add(new double[] {Double.parseDouble(mark.group(1)), Double.parseDouble(mark.group(2))});
            }
        }
        return marks;
    }

    private BufferedImage png(Figure figure) throws IOException {
        Path file = folder.resolve("figure.png");
        figure.write(file);
        return ImageIO.read(file.toFile());
    }

    private Element svg(Figure figure) throws Exception {
        Path file = folder.resolve("figure.svg");
        figure.write(file);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        try (var stream = Files.newInputStream(file)) {
            return factory.newDocumentBuilder().parse(stream).getDocumentElement();
        }
    }

    private static int inked(BufferedImage image) {
        int inked = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                inked += image.getRGB(x, y) == 0xffffffff ? 0 : 1;
            }
        }
        return inked;
    }
}
