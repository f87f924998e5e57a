package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.picture.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The spikes of neurons over steps: a mark for each spike, in one or several panels over equal steps. */
final class RasterPlot extends Figure {

    /** A larger picture is useless; in a browser each spike takes 16 bytes. */
    private static final long MOST_SPIKES = 10_000_000;

    static final int MOST_NUMBERED = 12;
    private static final double LEAST_MARK = 0.5;
    private static final double MOST_MARK = 50;

    private final List<SpikeTrain> panels = new ArrayList<>();
    private double markerSize = Double.NaN;
    private List<String> labels = List.of();
    private int labeled;

    RasterPlot(SpikeTrain train) {
        requireSpikes(train.count());
        panels.add(train);
    }

    @Override
    public Figure markerSize(double points) {
        if (!(points >= LEAST_MARK && points <= MOST_MARK)) {
            throw new IllegalArgumentException(
                    "marker size is " + points + " points, expected " + LEAST_MARK + " to " + MOST_MARK);
        }
        markerSize = points;
        return this;
    }

    @Override
    public Figure labels(String... newLabels) {
        labels = Samples.labels(newLabels, panels.getLast().neurons());
        labeled = panels.size() - 1;
        return this;
    }

    List<String> names() {
        return labels;
    }

    /** Returns the names of a panel's neurons; empty if they have numbers. */
    List<String> labels(int panel) {
        return panel == labeled ? labels : List.of();
    }

    /**
     * Returns the labels beside the rows of a panel: names, or the numbers of few neurons. Many neurons have ticks
     * instead.
     */
    List<String> rows(int panel) {
        int neurons = panels.get(panel).neurons();
        return !labels(panel).isEmpty() || neurons > MOST_NUMBERED ? labels(panel) : Samples.numbers(neurons);
    }

    @Override
    List<String> axes() {
        return List.of("step", "neuron");
    }

    double markerSize() {
        return markerSize;
    }

    List<SpikeTrain> panels() {
        return panels;
    }

    int steps() {
        return panels.getFirst().steps();
    }

    @Override
    void add(SpikeTrain train) {
        Samples.requireSteps("panel", train.steps(), steps());
        requireSpikes(
                train.count() + panels.stream().mapToLong(SpikeTrain::count).sum());
        panels.add(train);
    }

    private static void requireSpikes(long spikes) {
        if (spikes > MOST_SPIKES) {
            throw new IllegalArgumentException("raster has " + spikes + " spikes, expected at most " + MOST_SPIKES
                    + "; plot fewer steps, with rows(first, count)");
        }
    }

    @Override
    Picture picture() {
        return new RasterPicture(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("raster").finite("markerSize", markerSize());
        json.name("panels").array();
        for (int i = 0; i < panels().size(); i++) {
            json.object().name("labels").strings(labels(i)).name("rows").strings(rows(i));
            FigureJson.color(i, panels().size(), json);
            FigureJson.train(panels().get(i), json);
            json.end();
        }
        json.end();
    }

    @Override
    String describe() {
        return "Raster over " + steps() + " steps: "
                + panels.stream()
                        .map(train -> (train.name().isEmpty() ? "" : train.name() + ", ") + train.neurons()
                                + " neurons, " + train.count() + " spikes")
                        .collect(Collectors.joining("; "));
    }
}
