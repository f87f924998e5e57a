package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.page.Packed;
import java.util.stream.DoubleStream;

/** The JSON of figures for the page's script. */
final class FigureJson {

    private FigureJson() {}

    static void write(Figure figure, JsonWriter json) {
        json.object();
        json.name("width").value(figure.width(0)).name("height").value(figure.height(0));
        if (!figure.axes().isEmpty()) {
            json.name("timeStep").value(figure.timeStep());
            json.name("xLabel").value(figure.xLabel()).name("yLabel").value(figure.yLabel());
        }
        json.name("colors").strings(figure.colors());
        figure.write(json);
        json.end();
    }

    static void range(Range range, JsonWriter json) {
        json.name("least").value(range.from()).name("most").value(range.to());
    }

    /** Writes a vertical axis: range, ticks and labels. */
    static void axis(Range range, JsonWriter json) {
        axis(range, range.ticks(Range.LABELS), json);
    }

    static void axis(Range range, double[] ticks, JsonWriter json) {
        range(range, json);
        json.name("unit").value(range.unit(ticks)).name("ticks").array();
        DoubleStream.of(ticks).forEach(json::value);
        json.end().name("tickLabels");
        json.strings(DoubleStream.of(ticks).mapToObj(Range::label).toList());
    }

    static void color(int layer, int layers, JsonWriter json) {
        json.name("color").value(Figure.colorOfLayer(layer, layers));
    }

    static void train(SpikeTrain train, JsonWriter json) {
        json.name("name").value(train.name());
        json.name("caption").value(train.caption());
        axis(Range.rows(train.neurons()), json);
        json.name("steps").value(train.steps()).name("neurons").value(train.neurons());
        json.name("count").value(train.count());
        json.name("packed").value(Packed.of(train.bytes()));
    }
}
