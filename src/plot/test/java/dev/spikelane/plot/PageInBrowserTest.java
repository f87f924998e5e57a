package dev.spikelane.plot;

import static dev.spikelane.Filled.fill;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.Users;
import dev.spikelane.browser.BrowserPage;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Opens pages in a real browser; skipped where there is none. */
@Users
class PageInBrowserTest extends InBrowser {

    @Test
    void chartsHoldTorchsSpikes() throws IOException {
        BrowserPage page = open(Report.of("Spikes").figure(TUTORIAL.raster()));
        List<SpikeMatrix> panels = List.of(TUTORIAL.input, TUTORIAL.hidden, TUTORIAL.output);
        for (int panel = 0; panel < panels.size(); panel++) {
            SpikeMatrix spikes = panels.get(panel);
            JsonNode drawn = page.evaluate("(() => { const data = " + chart(0) + ".getModel().getSeriesByIndex(" + panel
                    + ").getData(); const all = []; for (let i = 0; i < data.count(); i++)"
                    + " all.push(data.get('step', i) * "
                    + spikes.columns() + " + data.get('neuron', i)); return all; })()");
            BitSet found = new BitSet();
            drawn.forEach(spike -> found.set(spike.asInt()));
            assertEquals(spikes.count(), drawn.size());
            assertEquals(TutorialFigures.bits(spikes), found);
        }
        assertTrue(inked(page, 0) > 20_000, "pixels drawn: " + inked(page, 0));
        requireClean(page);
    }

    /** Half of the inputs fire at each step, so no column of pixels is much darker or lighter than another. */
    @Test
    void crowdedRastersMakeNoPatternWithThePixels() throws IOException {
        BrowserPage page = opened(write(Report.of("").figure(TUTORIAL.raster())), 1280, 900, false);
        String means = "(() => { const area = " + chart(0)
                + ".getModel().getComponent('grid', 0).coordinateSystem.getRect(); const ratio = devicePixelRatio;"
                + " const box = [area.x, area.y, area.width, area.height].map(length => Math.floor(length * ratio));"
                + " const means = new Array(box[2]).fill(0); document.querySelectorAll('#chart-0 canvas').forEach(c"
                + " => {"
                + " const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', {willReadFrequently: true});"
                + " copy.drawImage(c, 0, 0); const d = copy.getImageData(...box).data;"
                + " for (let i = 3; i < d.length; i += 4) means[(i >> 2) % box[2]] += d[i] / 255 / box[3]; });"
                + " const inner = means.slice(5, -10); return [Math.min(...inner), Math.max(...inner)]; })()";
        for (String zoom : List.of("start: 0, end: 100", "start: 50, end: 100")) {
            page.evaluate(chart(0) + ".dispatchAction({type: 'dataZoom', " + zoom + "})");
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
            JsonNode ends = page.evaluate(means);
            assertTrue(ends.get(0).asDouble() > 0.4 && ends.get(1).asDouble() < 0.6, zoom + ": " + ends);
        }
        requireClean(page);
    }

    /** Neurons and steps that are not the first have a picture, too. */
    @Test
    void picturesStayWhereOneZooms() throws IOException {
        BrowserPage page = open(Report.of("").figure(Plot.weights(TUTORIAL.membranes)));
        int whole = inked(page, 0);
        page.evaluate(chart(0) + ".dispatchAction({type: 'dataZoom', start: 60, end: 90})");
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
        int part = inked(page, 0);
        assertTrue(part > 0.9 * whole, part + " of " + whole + " pixels");
    }

    @Test
    void chartsHoldTorchsMembranes() throws IOException {
        BrowserPage page = open(Report.of("").figure(TUTORIAL.traces().neurons(3, 4)));
        for (int panel = 0; panel < 2; panel++) {
            JsonNode values = page.evaluate("(() => { const data = " + chart(0) + ".getModel().getSeriesByIndex("
                    + 2 * panel + ").getData(); return data.mapArray('y', v => v); })()");
            assertEquals(TutorialFigures.STEPS, values.size());
            for (int step = 0; step < values.size(); step++) {
                assertEquals(TUTORIAL.membranes.get(step, 3 + panel), (float)
                        values.get(step).asDouble());
            }
        }
        requireClean(page);
    }

    @Test
    void playAdvancesTheCounts() throws IOException {
        BrowserPage page = open(Report.of("").figure(Plot.spikeCount(TUTORIAL.output)));
        requireCounts(page, TutorialFigures.STEPS);
        page.click(".controls button");
        page.await("Number(document.querySelector('.controls input').value) > 3"
                + " && Number(document.querySelector('.controls input').value) < 200");
        assertEquals(
                "Pause",
                page.evaluate("document.querySelector('.controls button').textContent")
                        .asText());
        page.click(".controls button");
        int stopped = page.evaluate("Number(document.querySelector('.controls input').value)")
                .asInt();
        requireCounts(page, stopped);
        assertEquals(
                "step " + stopped + " of 200",
                page.evaluate("document.querySelector('.controls output').textContent")
                        .asText());
        page.evaluate("(() => { const s = document.querySelector('.controls input'); s.value = 77;"
                + " s.dispatchEvent(new Event('input')); })()");
        requireCounts(page, 77);
        requireClean(page);
    }

    @Test
    void hoverShowsNeuronAndStep() throws IOException {
        BrowserPage page = open(Report.of("").figure(TUTORIAL.raster()));
        for (int panel = 0; panel < 3; panel++) {
            JsonNode spike = page.evaluate("(() => { const data = " + chart(0) + ".getModel().getSeriesByIndex(" + panel
                    + ").getData(); const i = Math.floor(data.count() / 2); const point = [data.get('step', i),"
                    + " data.get('neuron', i)];"
                    + " const box = document.getElementById('chart-0').getBoundingClientRect();"
                    + " const at = " + chart(0) + ".convertToPixel({gridIndex: " + panel + "}, point);"
                    + " return [point[0], point[1], box.x + at[0], box.y + at[1]]; })()");
            page.hover(spike.get(2).asDouble(), spike.get(3).asDouble());
            String text =
                    "neuron " + spike.get(1).asInt() + ", step " + spike.get(0).asInt();
            if (panel == 2) {
                page.await("document.body.innerText.includes('" + text + "')");
            } else {
                // Marks of neighbours lie over each other there.
                page.await("/neuron \\d+, step " + spike.get(0).asInt() + "/.test(document.body.innerText)");
            }
        }
        requireClean(page);
    }

    @Test
    void textIsEscaped() throws IOException {
        Report report = Report.of(HOSTILE)
                .section(HOSTILE)
                .text(HOSTILE)
                .figure(Plot.raster(HOSTILE, TUTORIAL.output).title(HOSTILE))
                .figure(Plot.firingRate(HOSTILE, TUTORIAL.output))
                .figure(Plot.traces(TUTORIAL.membranes).neurons(0).labels(HOSTILE))
                .figure(Plot.confusionMatrix(new int[] {0}, new int[] {0}).labels(HOSTILE));
        BrowserPage page = open(report);
        assertEquals(
                HOSTILE,
                page.evaluate("document.querySelector('h1').textContent").asText());
        assertEquals(
                HOSTILE,
                page.evaluate("document.querySelector('figcaption').textContent")
                        .asText());
        assertEquals(HOSTILE, page.evaluate("document.title").asText());
        hoverMiddle(page, 1);
        JsonNode cell = page.evaluate(
                "(() => { const e = document.getElementById('chart-3'); e.scrollIntoView({block: 'center'});"
                        + " const r = e.getBoundingClientRect(); const at = " + chart(3)
                        + ".convertToPixel({xAxisIndex: 0, yAxisIndex: 0}, [0, 0]); return [r.x + at[0], r.y +"
                        + " at[1]]; })()");
        page.hover(cell.get(0).asDouble(), cell.get(1).asDouble());
        page.await("document.body.innerText.includes(' taken for ')");
        assertEquals(0, page.evaluate("document.querySelectorAll('img').length").asInt());
        requireClean(page);
    }

    @Test
    void everyFigureDrawsInLightAndDarkAndOnAPhone() throws IOException {
        String[] names = {
            "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"
        };
        int[] classes = new int[300];
        int[] found = new int[300];
        for (int i = 0; i < 300; i++) {
            classes[i] = i % 10;
            found[i] = i % 7 == 0 ? (i / 7) % 10 : i % 10;
        }
        Report report = Report.of("All figures")
                .figure(TUTORIAL.raster().title("Rasters"))
                .figure(TUTORIAL.traces().title("Traces"))
                .figure(Plot.spikeCount(TUTORIAL.output).labels(names).title("Spike counts"))
                .figure(Plot.firingRate("input", TUTORIAL.input)
                        .add("hidden", TUTORIAL.hidden)
                        .title("Firing rates"))
                .figure(Plot.weights(TUTORIAL.membranes).title("Heat map"))
                .figure(Plot.confusionMatrix(classes, found).labels(names).title("Confusion matrix"));
        BrowserPage page = open(report);
        for (int figure = 0; figure < 6; figure++) {
            assertTrue(inked(page, figure) > 500, "pixels of figure " + figure + ": " + inked(page, figure));
        }
        hoverMiddle(page, 4);
        page.await("/input \\d+ → output \\d+: -?\\d/.test(document.body.innerText)");
        page.screenshot(Path.of("target/screenshots/figures-light.png"));
        String light =
                page.evaluate("getComputedStyle(document.body).backgroundColor").asText();
        page.colours(true);
        page.await("getComputedStyle(document.body).backgroundColor !== '" + light + "'");
        page.screenshot(Path.of("target/screenshots/figures-dark.png"));
        assertNotEquals(
                light,
                page.evaluate("getComputedStyle(document.body).backgroundColor").asText());
        requireClean(page);

        BrowserPage phone = opened(write(report), 375, 812, true);
        assertTrue(phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
                .asBoolean());
        phone.screenshot(Path.of("target/screenshots/figures-phone.png"));
        requireClean(phone);
    }

    /** One step, one neuron, no spike, nothing but NaN. */
    @Test
    void nothingMuchIsDrawnToo() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix silent = SpikeMatrix.zeros(arena, 1, 1);
            FloatMatrix absent = FloatMatrix.vector(arena, Float.NaN);
            BrowserPage page = open(Report.of("")
                    .figure(Plot.raster(silent))
                    .figure(Plot.traces(absent).spikes(silent))
                    .figure(Plot.spikeCount(silent))
                    .figure(Plot.firingRate("", silent))
                    .figure(Plot.weights(absent))
                    .figure(Plot.confusionMatrix(new int[1], new int[1])));
            for (int figure = 0; figure < 6; figure++) {
                assertTrue(inked(page, figure) > 100, "figure " + figure);
                hoverMiddle(page, figure);
            }
            requireClean(page);
        }
    }

    @Test
    void aMillionSpikesAreUsable() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 2_000, 1_000);
            Random random = new Random(5);
            fill(spikes, (step, neuron) -> random.nextBoolean());
            Path file = write(Report.of("").figure(Plot.raster("many", spikes)));
            assertTrue(file.toFile().length() < 2_500_000, file.toFile().length() + " bytes");
            long start = System.nanoTime();
            BrowserPage page = opened(file, 1200, 800, false);
            long drawn = System.nanoTime();
            assertEquals(
                    spikes.count(),
                    page.evaluate(chart(0) + ".getModel().getSeriesByIndex(0).getData().count()")
                            .asLong());
            page.evaluate(chart(0) + ".dispatchAction({type: 'dataZoom', start: 40, end: 60})");
            page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
            System.out.printf(
                    "A raster of %,d spikes: drawn after %,d ms, zoomed after %,d ms%n",
                    spikes.count(), (drawn - start) / 1_000_000, (System.nanoTime() - drawn) / 1_000_000);
            page.screenshot(Path.of("target/screenshots/million.png"));
            requireClean(page);
        }
    }

    private static void requireCounts(BrowserPage page, int steps) {
        JsonNode bars = page.evaluate("(() => { const data = " + chart(0)
                + ".getModel().getSeriesByIndex(0).getData(); return data.mapArray('x', v => v); })()");
        for (int neuron = 0; neuron < 10; neuron++) {
            int count = 0;
            for (int step = 0; step < steps; step++) {
                count += TUTORIAL.output.get(step, neuron) ? 1 : 0;
            }
            assertEquals(count, bars.get(neuron).asInt(), "neuron " + neuron + " after " + steps);
        }
    }
}
