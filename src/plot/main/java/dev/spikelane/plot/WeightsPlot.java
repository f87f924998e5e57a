package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.page.Packed;
import dev.spikelane.plot.picture.Picture;
import java.util.List;

/** A weight matrix as a heat map: zero has the color of the page, the largest absolute weight the strongest color. */
final class WeightsPlot extends Figure {

    private static final int MOST_WEIGHTS = 16_000_000;

    private final Signals weights;

    WeightsPlot(Signals weights) {
        if (weights.size() > MOST_WEIGHTS) {
            throw new IllegalArgumentException("heat map of " + weights.size() + " weights, expected at most "
                    + MOST_WEIGHTS + "; plot fewer neurons, with rows(first, count)");
        }
        this.weights = weights;
    }

    @Override
    List<String> axes() {
        return List.of("neuron before (inputs)", "neuron after (outputs)");
    }

    Signals weights() {
        return weights;
    }

    float limit() {
        float limit = Math.max(weights.most(), -weights.least());
        return limit > 0 ? limit : 1;
    }

    @Override
    Picture picture() {
        return new WeightsPicture(this);
    }

    @Override
    void write(JsonWriter json) {
        Signals weights = weights();
        json.name("kind").value("weights");
        json.name("rows").value(weights.rows()).name("columns").value(weights.columns());
        FigureJson.axis(Range.rows(weights.rows()), json);
        json.name("limit").value(limit());
        json.name("floats").value(Packed.of(weights.bytes()));
    }

    @Override
    String describe() {
        return "Heat map of " + weights.rows() + " x " + weights.columns() + " weights";
    }
}
