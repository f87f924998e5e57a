package dev.spikelane.plot;

import dev.spikelane.plot.data.CurvePanel;
import dev.spikelane.plot.data.SpikeTrain;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A figure in words, for readers who hear the page. */
final class FigureText {

    private FigureText() {}

    static String describe(Figure figure) {
        return switch (figure) {
            case RasterPlot raster -> "Raster over " + raster.steps() + " steps: " + panels(raster.panels());
            case TracesPlot traces ->
                "Membranes over " + traces.steps() + " steps of "
                        + traces.panels().stream().map(TracesPlot.Panel::label).collect(Collectors.joining(", "));
            case CurvePlot curves ->
                "Curves: " + curves.panels().stream().map(CurvePanel::caption).collect(Collectors.joining("; "));
            case ImagePlot image ->
                (image.steps() == 1 ? "Image" : image.steps() + " images") + " of " + image.columns() + " x "
                        + image.rows() + " pixels";
            case SpikeCountPlot counts ->
                "Spike counts after " + counts.spikes().steps() + " steps: " + counts(counts);
            case FiringRatePlot rates ->
                "Firing rate over " + rates.steps() + " steps, averaged over " + rates.window();
            case WeightsPlot weights ->
                "Heat map of " + weights.weights().rows() + " x "
                        + weights.weights().columns() + " weights";
            case ConfusionMatrixPlot confusion ->
                String.format(
                        Locale.ROOT,
                        "Confusion matrix of %d classes, accuracy %.3f",
                        confusion.classes(),
                        confusion.accuracy());
            case SheetPlot sheet ->
                sheet.figures().stream().map(FigureText::describe).collect(Collectors.joining("; "));
        };
    }

    private static String panels(List<SpikeTrain> panels) {
        return panels.stream()
                .map(train -> (train.name().isEmpty() ? "" : train.name() + ", ") + train.neurons() + " neurons, "
                        + train.count() + " spikes")
                .collect(Collectors.joining("; "));
    }

    private static String counts(SpikeCountPlot counts) {
        int[] last = counts.spikes().counts();
        if (counts.profile()) {
            return counts.spikes().count() + " spikes of " + last.length + " neurons";
        }
        return IntStream.range(0, last.length)
                .mapToObj(neuron -> counts.labels().get(neuron) + " " + last[neuron])
                .collect(Collectors.joining(", "));
    }
}
