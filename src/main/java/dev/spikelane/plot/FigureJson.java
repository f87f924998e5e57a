package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.page.Packed;
import dev.spikelane.plot.picture.Axes;

/** What the page's script gets to know of all figures, and of parts that several have. */
final class FigureJson {

    private FigureJson() {}

    static void write(Figure figure, JsonWriter json) {
        json.object();
        json.name("width").value(figure.width(0)).name("height").value(figure.height(0));
        if (!figure.axes().isEmpty()) {
            json.name("xLabel").value(figure.xLabel()).name("yLabel").value(figure.yLabel());
        }
        json.name("colors").strings(figure.colors());
        figure.write(json);
        json.end();
    }

    static void range(Range range, JsonWriter json) {
        json.name("least").value(range.from()).name("most").value(range.to());
    }

    static void color(int layer, int layers, JsonWriter json) {
        json.name("color").value(Figure.colorOfLayer(layer, layers));
    }

    static void train(SpikeTrain train, JsonWriter json) {
        json.name("name").value(train.name());
        json.name("caption").value(train.caption());
        json.name("tick").value(Axes.step(train.neurons(), 5));
        json.name("steps").value(train.steps()).name("neurons").value(train.neurons());
        json.name("count").value(train.count());
        json.name("packed").value(Packed.of(train.bytes()));
    }
}
