package dev.spikelane.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.Users;
import dev.spikelane.browser.BrowserPage;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Curves, images, profiles, small rasters and the rasters of images in a real browser. */
@Users
class FiguresInBrowserTest extends InBrowser {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 10})
    void fewNeuronsLeaveMarks(int neurons) throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(200, neurons);
        for (int i = 0; i < 5; i++) {
            spikes.set(20 + 30 * i, i % neurons, true);
        }
        BrowserPage page = open(Report.of("").figure(Plot.raster(spikes)));
        JsonNode marks = page.evaluate("(() => { const c = document.querySelector('#chart-0 canvas');"
                + " const copy = new OffscreenCanvas(c.width, c.height).getContext('2d', {willReadFrequently: true});"
                + " copy.drawImage(c, 0, 0); const d = copy.getImageData(0, 0, c.width, c.height).data; let runs ="
                + " 0, before = false;"
                + " for (let x = 0; x < c.width; x++) { let blue = false; for (let y = 0; y < c.height; y++) {"
                + " const i = 4 * (y * c.width + x); blue ||= d[i + 3] > 60 && d[i + 2] - d[i] > 100; }"
                + " runs += blue && !before; before = blue; } return runs; })()");
        assertEquals(5, marks.asInt());
        JsonNode last = page.evaluate(chart(0) + ".getModel().getComponent('yAxis', 0).axis.scale.getExtent()[1]");
        assertEquals(neurons - 1, last.asInt());
        requireClean(page);
    }

    @Test
    void curvesAreDrawn() throws IOException {
        CurvePlot curve = Plot.curve("loss", 3, 2, 1)
                .line(HOSTILE, new double[] {0, 2}, new double[] {2, 1})
                .xLabel("epoch")
                .yLabel("cross entropy")
                .xLimits(0, 4)
                .verticalLines(1)
                .panel("accuracy", 0.1, 0.5, 0.9)
                .yLimits(0, 1);
        BrowserPage page = open(Report.of("").figure(TUTORIAL.neuron(2)).figure(curve));
        String[] expected = {
            "3",
            "57",
            "[0,4]",
            "[\"\",\"epoch\"]",
            "[\"cross entropy\",\"\"]",
            "[0,1]",
            "[3,2,1]",
            "1",
            "[\"0\",\"0.5\",\"1\"]"
        };
        String[] found = {
            chart(0) + ".getOption().series.length",
            chart(0) + ".getOption().series[2].data.length / 3",
            chart(1) + ".getModel().getComponent('xAxis', 1).axis.scale.getExtent()",
            chart(1) + ".getOption().xAxis.map(a => a.name)",
            chart(1) + ".getOption().yAxis.map(a => a.name)",
            chart(1) + ".getModel().getComponent('yAxis', 1).axis.scale.getExtent()",
            chart(1) + ".getModel().getSeriesByIndex(0).getData().mapArray('y', v => v)",
            chart(1) + ".getOption().series[0].markLine.data.length",
            chart(1) + ".getModel().getComponent('yAxis', 1).axis.getViewLabels()"
                    + ".map(label => label.formattedLabel).filter(label => label)",
        };
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], page.evaluate(found[i]).toString(), found[i]);
        }
        assertTrue(inked(page, 0) > 500 && inked(page, 1) > 500);
        JsonNode point = page.evaluate("(() => { const r = document.getElementById('chart-1').getBoundingClientRect();"
                + " const at = " + chart(1)
                + ".convertToPixel({gridIndex: 0}, [1, 2]); return [r.x + at[0], r.y + at[1]]; })()");
        page.hover(point.get(0).asDouble() - 3, point.get(1).asDouble());
        page.hover(point.get(0).asDouble(), point.get(1).asDouble());
        page.await("/epoch \\d/.test(document.body.innerText)");
        requireClean(page);
    }

    /** The pixels of the canvas are those that fire, upright. */
    @Test
    void imagesArePlayed() throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(3, 6);
        spikes.set(0, 1, true);
        spikes.set(1, 5, true);
        spikes.set(2, 0, true);
        BrowserPage page = open(Report.of("").figure(Plot.image(spikes, 3)));
        String shown = "(() => { const copy = new OffscreenCanvas(3, 2).getContext('2d', {willReadFrequently: true});"
                + " copy.drawImage(document.querySelector('#chart-0 canvas'), 0, 0);"
                + " return JSON.stringify([...copy.getImageData(0, 0, 3, 2).data].filter((v, i) => i % 4 === 0)); })()";
        assertEquals("[0,255,0,0,0,0]", page.evaluate(shown).asText());
        page.evaluate("(() => { const s = document.querySelector('.controls input'); s.value = 1;"
                + " s.dispatchEvent(new Event('input')); })()");
        assertEquals("[0,0,0,0,0,255]", page.evaluate(shown).asText());
        page.click(".controls button");
        page.await(shown + " === '[255,0,0,0,0,0]'");
        JsonNode box =
                page.evaluate("(() => { const r = document.querySelector('#chart-0 canvas').getBoundingClientRect();"
                        + " return [r.width / 3, r.height / 2]; })()");
        assertEquals(box.get(0).asDouble(), box.get(1).asDouble(), 0.5, "pixels are not square");
        requireClean(page);
    }

    @Test
    void manyNeuronsAreAProfile() throws IOException {
        BrowserPage page = open(Report.of("").figure(Plot.spikeCount(TUTORIAL.hidden)));
        JsonNode counts = page.evaluate(chart(0) + ".getModel().getSeriesByIndex(0).getData().mapArray('y', v => v)");
        assertEquals(1000, counts.size());
        assertEquals(
                TUTORIAL.hidden.count(),
                page.evaluate(chart(0)
                                + ".getModel().getSeriesByIndex(0).getData().mapArray('y', v =>"
                                + " v).reduce((a, b) => a + b)")
                        .asLong());
        page.click(".controls button");
        page.await("Number(document.querySelector('.controls input').value) > 3");
        page.click(".controls button");
        requireClean(page);
    }

    /** The raster of an image opens on a click, and closes. */
    @Test
    void aClickOnAnImageOpensItsRaster() throws IOException {
        SpikeMatrix spikes = SpikeMatrix.zeros(40, 5);
        spikes.set(2 * 7 + 1, 3, true);
        spikes.set(2 * 9, 4, true);
        BrowserPage page = open(Report.of("")
                .verdicts(
                        FloatMatrix.zeros(2, 4),
                        2,
                        List.of("first", HOSTILE),
                        List.of(List.of(1, 0), List.of(2, 2)),
                        List.of(Plot.raster("output", spikes, 2, 0), Plot.raster("output", spikes, 2, 1))));
        assertEquals(
                false, page.evaluate("document.querySelector('dialog').open").asBoolean());
        page.click("li:last-child button.image");
        page.await("document.querySelector('dialog').dataset.drawn === '1'");
        assertEquals(
                HOSTILE,
                page.evaluate("document.querySelector('dialog strong').textContent")
                        .asText());
        assertEquals(
                "tie: neurons 0 and 1, 2 times each",
                page.evaluate("document.querySelector('dialog .verdict').textContent")
                        .asText());
        String drawn =
                "(() => { const data = echarts.getInstanceByDom(document.querySelector('dialog .chart')).getModel()"
                        + ".getSeriesByIndex(0).getData(); return [data.count(), data.get('step', 0),"
                        + " data.get('neuron', 0)]; })()";
        assertEquals("[1,7,3]", page.evaluate(drawn).toString());
        page.click(".close");
        page.await("!document.querySelector('dialog').open");
        page.click("li:first-child button.image");
        page.await("document.querySelector('dialog').dataset.drawn === '0'");
        assertEquals("[1,9,4]", page.evaluate(drawn).toString());
        page.click(".close");
        page.await("!document.querySelector('dialog').open");
        page.click("li:last-child button.image");
        page.await("document.querySelector('dialog').dataset.drawn === '1'");
        assertEquals("[1,7,3]", page.evaluate(drawn).toString());
        requireClean(page);
    }

    /** Axes have names, and the last tick is at the end. */
    @Test
    void axesAreNamedToTheirEnds() throws IOException {
        BrowserPage page = open(Report.of("")
                .figure(TUTORIAL.raster())
                .figure(TUTORIAL.traces())
                .figure(Plot.firingRate("input", TUTORIAL.input))
                .figure(Plot.spikeCount(TUTORIAL.output)));
        String[] across = {"step", "step", "step", "spikes"};
        String[] up = {"neuron", "membrane", "share of neurons that fire", "neuron"};
        for (int figure = 0; figure < 4; figure++) {
            assertEquals(
                    across[figure],
                    page.evaluate(chart(figure) + ".getOption().xAxis.at(-1).name")
                            .asText());
            assertEquals(
                    up[figure],
                    page.evaluate(chart(figure) + ".getOption().yAxis[0].name").asText());
            String axis = chart(figure) + ".getModel().getComponent('xAxis', 0).axis";
            assertEquals(
                    page.evaluate(axis + ".scale.getExtent()[1]").asText(),
                    page.evaluate(axis + ".getViewLabels().at(-1).formattedLabel")
                            .asText());
        }
        requireClean(page);
    }

    @Test
    void aSheetIsAGrid() throws IOException {
        Figure sheet = Plot.sheet(
                        2,
                        Plot.raster(TUTORIAL.output)
                                .markerSize(5)
                                .colors("#00aa00")
                                .xLabel("time [ms]"),
                        Plot.firingRate("input", TUTORIAL.input).yLabel("rate"),
                        Plot.curve("loss", 3, 2, 1).epochs(),
                        Plot.spikeCount(TUTORIAL.output).xLabel("count").yLabel("class"))
                .title(HOSTILE);
        BrowserPage page = open(Report.of("").figure(sheet));
        String[] expected = {
            HOSTILE, "4", "2", "true", "time [ms]", "5,5", "#00aa00", "rate", "epoch", "1,2,3", "count", "class"
        };
        String[] found = {
            "document.querySelector('.sheet > figcaption').textContent",
            "document.querySelectorAll('.sheet figure').length",
            "new Set([...document.querySelectorAll('.sheet figure')].map(f => f.getBoundingClientRect().x)).size",
            "document.documentElement.scrollWidth <= innerWidth",
            chart(0) + ".getOption().xAxis[0].name",
            chart(0) + ".getOption().series[0].symbolSize.join()",
            chart(0) + ".getOption().series[0].itemStyle.color",
            chart(1) + ".getOption().yAxis[0].name",
            chart(2) + ".getOption().xAxis[0].name",
            chart(2) + ".getModel().getComponent('xAxis', 0).axis.getViewLabels().map(l => l.formattedLabel)"
                    + ".filter(l => l).join()",
            chart(3) + ".getOption().xAxis[0].name",
            chart(3) + ".getOption().yAxis[0].name",
        };
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], page.evaluate(found[i]).asText(), found[i]);
        }
        for (int i = 0; i < 4; i++) {
            assertTrue(inked(page, i) > 300, "chart " + i);
        }
        requireClean(page);
    }
}
