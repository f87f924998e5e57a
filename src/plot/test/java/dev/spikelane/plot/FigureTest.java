package dev.spikelane.plot;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Matrices;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.plot.data.Signals;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Test;

class FigureTest extends FolderCase {

    private final Arena arena = Arena.ofAuto();
    private final SpikeMatrix spikes = Matrices.spikes(arena, 30, 70, 0.3, new Random(1));
    private final FloatMatrix membranes = Matrices.uniform(arena, 30, 70, new Random(2));

    @Test
    void aPageHoldsTheSpikesOfOneSample() throws IOException {
        JsonNode panel = written(Plot.raster("x", spikes, 3, 2)).get("panels").get(0);
        assertEquals(10, panel.get("steps").asInt());
        byte[] bits = unpacked(panel);
        for (int step = 0; step < 10; step++) {
            for (int neuron = 0; neuron < 70; neuron++) {
                boolean drawn = (bits[step * 16 + neuron / 8] >> neuron % 8 & 1) != 0;
                assertEquals(spikes.get(step * 3 + 2, neuron), drawn);
            }
        }
    }

    @Test
    void aFigureOutlivesItsMatrices() throws IOException {
        Figure figure;
        try (Arena shorter = Arena.ofConfined()) {
            figure = Plot.raster(Matrices.spikes(shorter, 5, 5, 1, new Random(1)));
        }
        assertEquals(25, written(figure).get("panels").get(0).get("count").asInt());
    }

    /** Recorders know the time step of the network's texts, and which neurons were chosen. */
    @Test
    void recordingsAreShownInMilliseconds() throws IOException {
        EquationNeuron fading = EquationNeuron.of(
                "state v = 0\nparam dt [us] = 1\ninput current\nv = v * (1 - dt / 1000) + current\nspike v > 1");
        for (Neuron neuron : List.of(fading.with("dt", 100), new Leaky(0.5))) {
            Network network = Network.builder(70)
                    .connect(new OneToOne(1))
                    .neuron("p", neuron)
                    .build();
            try (Simulation simulation = network.simulate(1)) {
                Population.VariableRecorder membranes =
                        simulation.recordMembranes("p", 30).of(3, 17);
                Population.SpikeRecorder chosen =
                        simulation.recordSpikes("p", 30).of(3, 17);
                Population.SpikeRecorder all = simulation.recordSpikes("p", 30);
                Population.SpikeTimes times = simulation.recordSpikeTimes("p");
                simulation.run(spikes);
                List<Figure> figures =
                        List.of(Plot.traces(membranes), Plot.raster(chosen), Plot.raster(all), Plot.raster(times));
                for (Figure figure : figures) {
                    JsonNode page = written(figure);
                    assertEquals(
                            neuron.equals(new Leaky(0.5)) ? "step" : "time [ms]",
                            page.get("xLabel").asText());
                    assertEquals(
                            neuron.equals(new Leaky(0.5)) ? 1 : 0.1,
                            page.path("timeStep").asDouble(1));
                }
                assertTrue(written(figures.get(0)).toString().contains("neuron 17"));
                assertEquals("[\"3\",\"17\"]", panel(figures.get(1)).get("rows").toString());
                assertEquals(
                        panel(figures.get(2)).get("count"),
                        panel(figures.get(3)).get("count"));
            }
        }
    }

    private JsonNode panel(Figure figure) throws IOException {
        return written(figure).get("panels").get(0);
    }

    @Test
    void ratesAreMeansOverTheWindow() {
        FiringRatePlot plot = (FiringRatePlot) Plot.firingRate("x", spikes, 4);
        Signals rates = plot.rates();
        for (int step = 0; step < 30; step++) {
            int first = Math.max(0, step - 3);
            double expected = spikes.count(first, step - first + 1) / (70.0 * (step - first + 1));
            assertEquals((float) expected, rates.get(step, 0));
        }
    }

    @Test
    void countsAreThoseOfTheStepsBefore() {
        int[][] counts = ((SpikeCountPlot) Plot.spikeCount(spikes)).countsBefore(new int[] {0, 7, 30});
        assertArrayEquals(new int[70], counts[0]);
        for (int neuron = 0; neuron < 70; neuron++) {
            int expected = 0;
            for (int step = 0; step < 30; step++) {
                expected += spikes.get(step, neuron) ? 1 : 0;
                if (step == 6) {
                    assertEquals(expected, counts[1][neuron]);
                }
            }
            assertEquals(expected, counts[2][neuron]);
        }
    }

    @Test
    void confusionCountsPairs() throws IOException {
        ConfusionMatrixPlot plot =
                (ConfusionMatrixPlot) Plot.confusionMatrix(new int[] {0, 0, 1, 2}, new int[] {0, 1, 1, 0});
        assertEquals(0.5, plot.accuracy());
        assertEquals("[1,1,0,0,1,0,1,0,0]", written(plot).get("counts").toString());
        plot.labels("a", "b", "c", "d", "e");
        assertEquals(5, plot.classes());
    }

    @Test
    void textThatIsNotANumberIsNoJsonNumber() throws IOException {
        membranes.set(3, 0, Float.NaN);
        membranes.set(4, 0, Float.POSITIVE_INFINITY);
        JsonNode traces = written(Plot.traces(membranes));
        assertFalse(traces.has("threshold"), "an absent threshold is left out");
        assertTrue(Double.isFinite(traces.get("panels").get(0).get("most").asDouble()));
    }

    /** Of a neuron that is a text with units. */
    @Test
    void unitsLabelAxes() throws IOException {
        EquationNeuron model =
                EquationNeuron.of("state v [mV] = -65, w\ninput current [pA]\nv = v + current\nw = v\nspike v > 0");
        Network network =
                Network.builder(70).connect(new OneToOne(1)).neuron("p", model).build();
        try (Simulation simulation = network.simulate(3)) {
            Population.VariableRecorder membranes = simulation.recordMembranes("p", 10);
            Population.VariableRecorder currents = simulation.record("p", "current", 10);
            simulation.run(spikes);
            JsonNode traces = written(Plot.traces(membranes));
            assertEquals("membrane [mV]", traces.get("yLabel").asText());
            assertEquals(10, traces.get("steps").asInt());
            assertEquals(
                    "current [pA]", written(Plot.traces(currents)).get("yLabel").asText());
            assertEquals("w", simulation.record("p", "w", 10).label());
            assertEquals(
                    "membrane [mV]",
                    simulation.recordBeforeReset("p", "membrane", 10).label());
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertInvalid(
                "batch is 4, expected at least 1 and a divisor of the 30 rows of spikes",
                () -> Plot.raster("x", spikes, 4, 0));
        assertMessage(
                IndexOutOfBoundsException.class, "sample is 3, expected 0 to 2", () -> Plot.raster("x", spikes, 3, 3));
        assertInvalid(
                "panel has 10 steps, expected 30", () -> Plot.raster(spikes).add("y", spikes, 3, 0));
        assertInvalid(
                "spikes has 7 neurons, expected 70, as the membranes",
                () -> Plot.traces(membranes).spikes(SpikeMatrix.zeros(arena, 30, 7)));
        assertMessage(
                IndexOutOfBoundsException.class,
                "neuron is 70, expected 0 to 69",
                () -> Plot.traces(membranes).neurons(70));
        assertInvalid(
                "threshold is NaN, expected a finite number",
                () -> Plot.traces(membranes).threshold(Float.NaN));
        assertInvalid(
                "2 labels, expected 70, one for each neuron",
                () -> Plot.spikeCount(spikes).labels("a", "b"));
        assertInvalid(
                "spike count of 100001 neurons, expected at most 100000",
                () -> Plot.spikeCount(SpikeMatrix.zeros(arena, 1, 100_001)));
        assertInvalid("window is 0 steps, expected at least 1", () -> Plot.firingRate("x", spikes, 0));
        assertIllegalState(
                "this figure has no parts to name, expected membrane traces, spike counts, a raster or a confusion"
                        + " matrix",
                () -> Plot.firingRate("x", spikes).labels("a"));
        assertInvalid(
                "1 labels, expected 70, one for each neuron",
                () -> Plot.raster(spikes).labels("a"));
        assertIllegalState(
                "this figure shows what it was made of, expected a raster or firing rates to add 'b' to",
                () -> Plot.spikeCount(spikes).add("b", spikes));
        assertInvalid(
                "1 targets and 2 predictions, expected as many, at least one",
                () -> Plot.confusionMatrix(new int[1], new int[2]));
        assertInvalid(
                "prediction of sample 1 is -1, expected 0 to 199",
                () -> Plot.confusionMatrix(new int[2], new int[] {0, -1}));
        assertInvalid(
                "width is 3, expected a divisor of the 70 pixels of an image",
                () -> Report.of("").verdicts(membranes.rows(0, 1), 3, List.of("a"), List.of(List.of(1))));
    }

    @Test
    void refusesOtherFiles() {
        Path text = folder.resolve("a.txt");
        assertInvalid(
                text + ": expected the extension .html, .png or .svg",
                () -> Plot.raster(spikes).write(text));
        assertInvalid(
                text + ": expected the extension .html, .png, .svg or .gif",
                () -> Plot.spikeCount(spikes).write(text));
        Path gif = folder.resolve("a.gif");
        assertInvalid(
                gif
                        + ": only spike counts and images of several steps are animated as .gif, expected the"
                        + " extension .html, .png or .svg",
                () -> Plot.raster(spikes).write(gif));
        for (String name : List.of("a.html", "a.png", "a.svg", "a.gif")) {
            Path file = folder.resolve("none").resolve(name);
            assertThrows(
                    FileSystemException.class, () -> Plot.spikeCount(spikes).write(file));
        }
    }

    @Test
    void leavesNothingBehind() throws IOException {
        Plot.raster(spikes).write(folder.resolve("a.html"));
        Plot.raster(spikes).write(folder.resolve("a.html"));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("a.html")), files.toList());
        }
    }

    /** What a page's script gets to know of its first figure. */
    private JsonNode written(Figure figure) throws IOException {
        Path file = folder.resolve("figure.html");
        figure.write(file);
        String page = Files.readString(file);
        String before = "<script type=\"application/json\" id=\"content\">";
        int start = page.indexOf(before) + before.length();
        String json = page.substring(start, page.indexOf("</script>", start));
        return new ObjectMapper().readTree(json).get("figures").get(0);
    }

    private static byte[] unpacked(JsonNode array) throws IOException {
        byte[] packed = Base64.getDecoder().decode(array.get("packed").asText());
        return new InflaterInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    }
}
