package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.page.Packed;
import dev.spikelane.plot.picture.Picture;
import java.util.ArrayList;
import java.util.List;

/**
 * The fraction of neurons that fire, a line for each layer: {@code rate[t] = mean over neurons and over the steps t -
 * window + 1 to t of spikes}, over fewer steps at the start.
 */
final class FiringRatePlot extends Figure {

    /** The default number of averaged steps. */
    static final int WINDOW = 10;

    private final List<SpikeTrain> series = new ArrayList<>();
    private final int window;

    FiringRatePlot(SpikeTrain spikes, int window) {
        if (window < 1) {
            throw new IllegalArgumentException("window is " + window + " steps, expected at least 1");
        }
        series.add(spikes);
        this.window = window;
    }

    @Override
    List<String> axes() {
        return List.of("step", "share of neurons that fire");
    }

    @Override
    void add(SpikeTrain train) {
        Samples.requireSteps("series", train.steps(), steps());
        series.add(train);
    }

    int steps() {
        return series.getFirst().steps();
    }

    int window() {
        return window;
    }

    List<String> names() {
        return series.stream().map(SpikeTrain::name).toList();
    }

    /** Returns {@code [steps x series]}. */
    Signals rates() {
        float[] rates = new float[Math.multiplyExact(steps(), series.size())];
        for (int i = 0; i < series.size(); i++) {
            SpikeTrain train = series.get(i);
            long spikes = 0;
            for (int step = 0; step < steps(); step++) {
                spikes += train.count(step);
                spikes -= step < window ? 0 : train.count(step - window);
                int averaged = Math.min(window, step + 1);
                rates[step * series.size() + i] = (float) (spikes / ((double) averaged * train.neurons()));
            }
        }
        return new Signals(steps(), series.size(), rates);
    }

    static Range range(Signals rates) {
        return new Range(0, 1.1 * Math.max(1e-9, rates.most()));
    }

    @Override
    Picture picture() {
        return new RatesPicture(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("rates").name("steps").value(steps());
        json.name("names").strings(names()).name("layers").array();
        for (int i = 0; i < names().size(); i++) {
            json.object();
            FigureJson.color(i, names().size(), json);
            json.end();
        }
        json.end();
        Signals rates = rates();
        FigureJson.axis(range(rates), json);
        json.name("floats").value(Packed.of(rates.bytes()));
    }

    @Override
    String describe() {
        return "Firing rate over " + steps() + " steps, averaged over " + window();
    }
}
