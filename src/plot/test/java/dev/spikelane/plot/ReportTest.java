package dev.spikelane.plot;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest extends FolderCase {

    private final SpikeMatrix spikes = SpikeMatrix.zeros(10, 3);

    /** Whatever a caller adds is in the page, also where the result of a call is not used. */
    @Test
    void nothingIsLostWithoutChaining() throws IOException {
        Report report = Report.of("A title");
        report.text("A sentence.");
        report.tiles(Map.of("A number", "17\nA note"));
        report.layers(Map.of("A layer", 1234));
        report.section("A section");
        report.facts(Map.of("A fact", "A value"));
        report.figure(Plot.raster(spikes).title("A figure"));
        report.verdicts(FloatMatrix.zeros(1, 4), 2, List.of("An image"), List.of(List.of(1, 1)));
        String page = written(report);
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.of("fa", "IR")); // whose digits are no numbers of HTML
            assertTrue(page.equals(report.toHtml()), "numbers of the page");
        } finally {
            Locale.setDefault(before);
        }
        for (String text : List.of(
                ">A title<",
                ">A sentence.<",
                ">A number<",
                ">17<",
                ">A note<",
                ">A layer<",
                ">1,234<",
                ">A section<",
                ">A fact<",
                ">A value<",
                ">A figure<",
                ">An image<")) {
            assertTrue(page.contains(text), text);
        }
    }

    @Test
    void figuresChangeWithoutChaining() {
        RasterPlot raster = (RasterPlot) Plot.raster("a", spikes);
        raster.title("title");
        raster.add("b", spikes);
        assertEquals("title", raster.title());
        assertEquals(2, raster.panels().size());
        TracesPlot traces = Plot.traces(FloatMatrix.zeros(10, 3));
        traces.spikes(spikes);
        traces.threshold(2);
        traces.neurons(2);
        traces.labels("last");
        assertTrue(traces.marked());
        assertEquals(2, traces.threshold());
        assertEquals("last", traces.panels().getFirst().label());
        FiringRatePlot rates = (FiringRatePlot) Plot.firingRate("a", spikes, 3);
        rates.add("b", spikes);
        assertEquals(List.of("a", "b"), rates.names());
        assertEquals(3, rates.window());
        SpikeCountPlot counts = (SpikeCountPlot) Plot.spikeCount(spikes);
        counts.labels("x", "y", "z");
        assertEquals(List.of("x", "y", "z"), counts.labels());
        ConfusionMatrixPlot confusion = (ConfusionMatrixPlot) Plot.confusionMatrix(new int[1], new int[1]);
        confusion.labels("x", "y");
        assertEquals(2, confusion.classes());
        Figure weights = Plot.weights(FloatMatrix.zeros(2, 2));
        assertSame(weights, weights.title("weights"));
        assertEquals("weights", weights.title());
    }

    /** A change after the figure was added shows; a second title for the same figure would replace the first. */
    @Test
    void aFigureStandsInAReportOnce() throws IOException {
        Figure raster = Plot.raster(spikes).title("early");
        Report report = Report.of("").figure(raster);
        raster.title("late");
        assertTrue(written(report).contains(">late<"));
        assertInvalid(
                "the report has the figure 'other' already, expected another one; make each with a call of its own"
                        + " to Plot",
                () -> report.figure(raster.title("other")));
    }

    @Test
    void winnersThatTieAreNamed() {
        assertEquals("no spikes", new Verdict("", List.of(0, 0), List.of()).describe());
        assertEquals("neuron 1 fires most, 4 times", new Verdict("", List.of(3, 4), List.of()).describe());
        assertEquals("neuron 0 fires most, once", new Verdict("", List.of(1, 0), List.of()).describe());
        assertEquals("tie: neurons 0 and 2, 4 times each", new Verdict("", List.of(4, 3, 4), List.of()).describe());
        assertEquals("tie: neurons 0, 1 and 2, once each", new Verdict("", List.of(1, 1, 1), List.of()).describe());
        List<String> names = List.of("bag", "coat");
        assertEquals("coat fires most, once", new Verdict("", List.of(0, 1), names).describe());
        assertEquals("tie: bag and coat, once each", new Verdict("", List.of(1, 1), names).describe());
    }

    @Test
    void refusesWhatDoesNotFit() {
        Report report = Report.of("");
        FloatMatrix images = FloatMatrix.zeros(2, 4);
        List<List<Integer>> counts = List.of(List.of(1), List.of(2));
        assertMessage(NullPointerException.class, "title", () -> Report.of(null));
        assertMessage(NullPointerException.class, "heading", () -> report.section(null));
        assertMessage(NullPointerException.class, "paragraph", () -> report.text(null));
        assertMessage(NullPointerException.class, "figure", () -> report.figure(null));
        assertInvalid("0 layers, expected 1 to 12", () -> report.layers(Map.of()));
        assertInvalid("layer 'x' has 0 neurons, expected at least 1", () -> report.layers(Map.of("x", 0)));
        assertInvalid(
                "1 rasters, expected 2, one for each image",
                () -> report.verdicts(images, 2, List.of("a", "b"), counts, List.of(Plot.raster(spikes))));
        assertInvalid(
                "figure 'weights' is no raster, expected one for each image",
                () -> report.verdicts(
                        images,
                        2,
                        List.of("a", "b"),
                        counts,
                        List.of(
                                Plot.raster(spikes),
                                Plot.weights(FloatMatrix.zeros(1, 1)).title("weights"))));
    }

    private String written(Report report) throws IOException {
        Path file = folder.resolve("report.html");
        report.write(file);
        return Files.readString(file);
    }
}
