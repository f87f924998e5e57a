package dev.spikelane.plot;

import dev.spikelane.io.JsonWriter;

/** What the page's script gets to know of a figure. */
final class FigureJson {

    /** Room above and below membranes, as a share of their range. */
    private static final double MARGIN = 0.08;

    private FigureJson() {}

    static void write(Figure figure, JsonWriter json) {
        json.object();
        switch (figure) {
            case RasterPlot raster -> raster(raster, json);
            case TracesPlot traces -> traces(traces, json);
            case SpikeCountPlot counts -> counts(counts, json);
            case FiringRatePlot rates -> rates(rates, json);
            case WeightsPlot weights -> weights(weights, json);
            case ConfusionMatrixPlot confusion -> confusion(confusion, json);
        }
        json.end();
    }

    private static void raster(RasterPlot raster, JsonWriter json) {
        json.name("kind").value("raster").name("panels").array();
        for (SpikeTrain panel : raster.panels()) {
            train(panel, json);
        }
        json.end();
    }

    private static void traces(TracesPlot traces, JsonWriter json) {
        json.name("kind").value("traces").name("steps").value(traces.steps());
        json.name("least").value(traces.least(MARGIN)).name("most").value(traces.most(MARGIN));
        json.name("threshold").value(traces.threshold());
        json.name("labels").strings(traces.labels());
        json.name("marked").value(traces.marked()).name("spikes").array();
        traces.spikeSteps().forEach(json::integers);
        json.end();
        json.name("packed").value(Packed.of(traces.shown().bytes()));
    }

    private static void counts(SpikeCountPlot counts, JsonWriter json) {
        json.name("kind").value("counts").name("labels").strings(counts.labels());
        json.name("train");
        train(counts.spikes(), json);
    }

    private static void rates(FiringRatePlot rates, JsonWriter json) {
        json.name("kind").value("rates").name("steps").value(rates.steps());
        json.name("names").strings(rates.names());
        json.name("packed").value(Packed.of(rates.rates().bytes()));
    }

    private static void weights(WeightsPlot plot, JsonWriter json) {
        Signals weights = plot.weights();
        json.name("kind").value("weights");
        json.name("rows").value(weights.rows()).name("columns").value(weights.columns());
        json.name("limit").value(plot.limit());
        json.name("packed").value(Packed.of(weights.bytes()));
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

    private static void train(SpikeTrain train, JsonWriter json) {
        json.object().name("name").value(train.name());
        json.name("steps").value(train.steps()).name("neurons").value(train.neurons());
        json.name("count").value(train.count());
        json.name("packed").value(Packed.of(train.bytes())).end();
    }
}
