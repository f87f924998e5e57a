package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.CurveLine;
import dev.spikelane.plot.data.CurvePanel;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.page.Packed;
import java.util.Arrays;

/** What the page's script gets to know of a figure. */
final class FigureJson {

    private FigureJson() {}

    static void write(Figure figure, JsonWriter json) {
        json.object();
        json.name("width").value(figure.width(0)).name("height").value(figure.height(0));
        if (!figure.axes().isEmpty()) {
            json.name("xLabel").value(figure.xLabel()).name("yLabel").value(figure.yLabel());
        }
        json.name("colors").strings(figure.colors());
        switch (figure) {
            case RasterPlot raster -> raster(raster, json);
            case TracesPlot traces -> traces(traces, json);
            case SpikeCountPlot counts -> counts(counts, json);
            case CurvePlot curves -> curves(curves, json);
            case ImagePlot image -> image(image, json);
            case FiringRatePlot rates -> rates(rates, json);
            case WeightsPlot weights -> weights(weights, json);
            case ConfusionMatrixPlot confusion -> confusion(confusion, json);
            case SheetPlot _ -> throw new IllegalArgumentException("a sheet is no chart, expected its figures");
        }
        json.end();
    }

    private static void raster(RasterPlot raster, JsonWriter json) {
        json.name("kind").value("raster").finite("markerSize", raster.markerSize());
        json.name("panels").array();
        for (int i = 0; i < raster.panels().size(); i++) {
            json.object().name("labels").strings(raster.labels(i));
            color(i, raster.panels().size(), json);
            train(raster.panels().get(i), json);
            json.end();
        }
        json.end();
    }

    private static void traces(TracesPlot traces, JsonWriter json) {
        json.name("kind").value("traces").name("steps").value(traces.steps());
        json.finite("threshold", traces.threshold()).name("marked").value(traces.marked());
        json.name("panels").array();
        for (TracesPlot.Panel panel : traces.panels()) {
            json.object().name("label").value(panel.label()).name("spikes").integers(panel.spikes());
            range(panel.range(), json);
            json.name("floats").value(Packed.of(panel.membrane().bytes())).end();
        }
        json.end();
    }

    private static void curves(CurvePlot plot, JsonWriter json) {
        json.name("kind").value("curves").name("whole").value(plot.countsEpochs());
        range(plot.range(), json);
        json.name("verticals").array();
        plot.verticals().forEach(json::value);
        json.end().name("panels").array();
        for (CurvePanel panel : plot.panels()) {
            json.object().name("caption").value(panel.caption()).name("label").value(panel.label());
            json.finite("threshold", panel.threshold()).name("spikes").integers(panel.spikes());
            range(panel.range(), json);
            json.name("lines").array();
            for (CurveLine line : panel.lines()) {
                json.object().name("name").value(line.name()).name("x").array();
                Arrays.stream(plot.x(line)).forEach(json::value);
                json.end().name("y").array();
                Arrays.stream(line.values()).forEach(json::value);
                json.end().end();
            }
            json.end().end();
        }
        json.end();
    }

    private static void range(Range range, JsonWriter json) {
        json.name("least").value(range.from()).name("most").value(range.to());
    }

    private static void image(ImagePlot image, JsonWriter json) {
        json.name("kind").value("image").name("steps").value(image.steps());
        json.name("columns").value(image.columns()).name("rows").value(image.rows());
        json.name("bytes").value(Packed.of(image.bytes()));
    }

    private static void counts(SpikeCountPlot counts, JsonWriter json) {
        json.name("kind").value("counts").name("profile").value(counts.profile());
        json.name("labels").strings(counts.labels());
        json.name("train").object();
        train(counts.spikes(), json);
        json.end();
    }

    private static void rates(FiringRatePlot rates, JsonWriter json) {
        json.name("kind").value("rates").name("steps").value(rates.steps());
        json.name("names").strings(rates.names()).name("layers").array();
        for (int i = 0; i < rates.names().size(); i++) {
            json.object();
            color(i, rates.names().size(), json);
            json.end();
        }
        json.end();
        json.name("floats").value(Packed.of(rates.rates().bytes()));
    }

    private static void weights(WeightsPlot plot, JsonWriter json) {
        Signals weights = plot.weights();
        json.name("kind").value("weights");
        json.name("rows").value(weights.rows()).name("columns").value(weights.columns());
        json.name("limit").value(plot.limit());
        json.name("floats").value(Packed.of(weights.bytes()));
    }

    private static void confusion(ConfusionMatrixPlot confusion, JsonWriter json) {
        json.name("kind").value("confusion").name("labels").strings(confusion.labels());
        json.name("counts").array();
        for (int target = 0; target < confusion.classes(); target++) {
            for (int prediction = 0; prediction < confusion.classes(); prediction++) {
                json.value(confusion.count(target, prediction));
            }
        }
        json.end();
    }

    private static void color(int layer, int layers, JsonWriter json) {
        json.name("color").value(Figure.colorOfLayer(layer, layers));
    }

    private static void train(SpikeTrain train, JsonWriter json) {
        json.name("name").value(train.name());
        json.name("steps").value(train.steps()).name("neurons").value(train.neurons());
        json.name("count").value(train.count());
        json.name("packed").value(Packed.of(train.bytes()));
    }
}
