package dev.spikelane.plot;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.picture.Picture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A picture for a file or a {@link Report}. {@link Plot} creates figures.
 *
 * <p>A figure is a builder: each method changes it and returns it. One thread may use it at a time.
 */
public abstract sealed class Figure
        permits ConfusionMatrixPlot,
                CurvePlot,
                FiringRatePlot,
                ImagePlot,
                RasterPlot,
                SheetPlot,
                SpikeCountPlot,
                TracesPlot,
                WeightsPlot {

    private static final int LEAST_SIZE = 100;
    private static final int MOST_SIZE = 4_000;

    private static final Pattern COLOR = Pattern.compile("#[0-9a-fA-F]{6}");

    private String title = "";
    private int width;
    private int height;
    private @Nullable String xLabel;
    private @Nullable String yLabel;
    private List<String> colors = List.of();
    private double timeStep = 1;

    Figure() {}

    /**
     * Returns the title.
     *
     * @return the title; may be empty
     */
    public final String title() {
        return title;
    }

    /**
     * Sets the title.
     *
     * @param newTitle the title; none if empty
     * @return this figure
     */
    public Figure title(String newTitle) {
        title = Objects.requireNonNull(newTitle, "title");
        return this;
    }

    /**
     * Sets the size of the whole picture; the default depends on its content.
     *
     * @param newWidth points, 100 to 4,000: pixels of a GIF, half the pixels of a PNG, and the most width in a page
     * @param newHeight points, 100 to 4,000
     * @return this figure
     * @throws IllegalArgumentException if a size is out of range
     */
    public Figure size(int newWidth, int newHeight) {
        width = requireSize("width", newWidth);
        height = requireSize("height", newHeight);
        return this;
    }

    /**
     * Names the horizontal axis; the default depends on the content.
     *
     * @param label the name of the axis, such as "time [ms]"; may be empty
     * @return this figure
     * @throws IllegalStateException if this is an image or a sheet, which have no axes
     */
    public Figure xLabel(String label) {
        xLabel = requireAxes(label);
        return this;
    }

    /**
     * Shows time instead of steps on the horizontal axis, named such as "time [ms]".
     *
     * @param length the time of a step, above 0
     * @param unit its unit, such as "ms"
     * @return this figure
     * @throws IllegalArgumentException if {@code length} is not finite or not above 0
     * @throws IllegalStateException if this is not a raster, traces or firing rates
     */
    public Figure timeStep(double length, String unit) {
        if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a step takes " + length + ", expected a finite number above 0");
        }
        if (!(this instanceof RasterPlot || this instanceof TracesPlot || this instanceof FiringRatePlot)) {
            throw new IllegalStateException("this figure has no steps, expected a raster, traces or firing rates");
        }
        xLabel = "time [" + Objects.requireNonNull(unit, "unit") + "]";
        timeStep = length;
        return this;
    }

    /** Returns the time of a step on the horizontal axis; 1 if it shows steps. */
    final double timeStep() {
        return timeStep;
    }

    /**
     * Names the vertical axis in each panel; the default depends on the content.
     *
     * @param label the name of the axis, such as "membrane [mV]"; may be empty
     * @return this figure
     * @throws IllegalStateException if this is an image or a sheet, which have no axes
     */
    public Figure yLabel(String label) {
        yLabel = requireAxes(label);
        return this;
    }

    private String requireAxes(String label) {
        if (axes().isEmpty()) {
            throw new IllegalStateException("this figure has no axes to name, expected one with axes");
        }
        return Objects.requireNonNull(label, "label");
    }

    abstract Picture picture();

    /** Writes the data of the chart for the page's script, which selects the drawing by {@code kind}. */
    abstract void write(JsonWriter json);

    abstract String describe();

    /** Returns the default names of the horizontal and vertical axes; empty without axes. */
    abstract List<String> axes();

    final String xLabel() {
        return xLabel == null ? axes().getFirst() : xLabel;
    }

    final String yLabel() {
        return yLabel == null ? axes().getLast() : yLabel;
    }

    /**
     * Sets the size of a raster's marks. By default a mark fills the area of a step and a neuron, and dense marks are
     * lighter.
     *
     * @param points width and height of a mark, 0.5 to 50
     * @return this figure
     * @throws IllegalArgumentException if {@code points} is out of range
     * @throws IllegalStateException if this is not a raster
     */
    public Figure markerSize(double points) {
        throw new IllegalStateException("this figure has no marks, expected a raster");
    }

    /**
     * Sets the colors of marks and lines, on light and dark pages.
     *
     * @param newColors such as {@code #c9501c}: one for each panel of a raster or of traces, or for each line of curves
     *     and firing rates, panel after panel, where a panel of spikes is one line; the rest keep their colors
     * @return this figure
     * @throws IllegalArgumentException if a color is not written as {@code #rrggbb}
     * @throws IllegalStateException if this is another kind of figure
     */
    public Figure colors(String... newColors) {
        Objects.requireNonNull(newColors, "colors");
        if (!hasColors()) {
            throw new IllegalStateException(
                    "this figure has no colors to choose, expected a raster, curves, traces or firing rates");
        }
        for (String color : newColors) {
            if (!COLOR.matcher(color).matches()) {
                throw new IllegalArgumentException(
                        "color is '" + color + "', expected red, green and blue as in #c9501c");
            }
        }
        colors = List.of(newColors);
        return this;
    }

    private boolean hasColors() {
        return switch (this) {
            case RasterPlot _, CurvePlot _, TracesPlot _, FiringRatePlot _ -> true;
            case ConfusionMatrixPlot _, ImagePlot _, SheetPlot _, SpikeCountPlot _, WeightsPlot _ -> false;
        };
    }

    /** Returns the index of a layer's default color; the output has the first color, even if it is the only layer. */
    static int colorOfLayer(int layer, int layers) {
        return layers - 1 - layer;
    }

    final List<String> colors() {
        return colors;
    }

    /**
     * Names the neurons of membrane traces, spike counts or the last panel of a raster, or the classes of a confusion
     * matrix. The default is their numbers. A spike count has bars for up to 200 named neurons.
     *
     * @param newLabels a name for each neuron or class, including classes without samples
     * @return this figure
     * @throws IllegalArgumentException if the number of names is wrong
     * @throws IllegalStateException if this is another kind of figure
     */
    public Figure labels(String... newLabels) {
        throw new IllegalStateException(
                "this figure has no parts to name, expected membrane traces, spike counts, a raster or a"
                        + " confusion matrix");
    }

    /**
     * Adds other spikes over equal steps: a panel below the others of a raster, or a line of firing rates.
     *
     * @param name the name of the neurons, such as "hidden"
     * @param spikes {@code [steps x neurons]}
     * @return this figure
     * @throws IllegalArgumentException if the number of steps differs, or a figure cannot hold so many spikes
     * @throws IllegalStateException if this is another kind of figure
     */
    public final Figure add(String name, SpikeMatrix spikes) {
        return add(name, spikes, 1, 0);
    }

    /**
     * Adds other spikes of one sample of a batch, as {@link #add(String, SpikeMatrix)} does.
     *
     * @param name the name of the neurons, such as "hidden"
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return this figure
     * @throws IllegalArgumentException if the rows are no multiple of the batch, the number of steps differs, or a
     *     figure cannot hold so many spikes
     * @throws IndexOutOfBoundsException if there is no such sample
     * @throws IllegalStateException if this is another kind of figure
     */
    public final Figure add(String name, SpikeMatrix spikes, int batch, int sample) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spikes, "spikes");
        add(SpikeTrain.of(name, spikes, batch, sample));
        return this;
    }

    void add(SpikeTrain train) {
        throw new IllegalStateException(
                "this figure shows what it was made of, expected a raster or firing rates to add '" + train.name()
                        + "' to");
    }

    /**
     * Writes this figure in the format of the file's extension, as a whole or not at all.
     *
     * @param file ends in {@code .html}, {@code .png}, {@code .svg} or, for spike counts and images, {@code .gif}
     * @throws IllegalArgumentException if the extension is unknown, or the figure is too large for the format
     * @throws IllegalStateException if the library for the format is missing; the message names the dependency to add
     * @throws IOException if the file cannot be written
     */
    public final void write(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        AtomicFile.write(file, Output.of(this, file).bytes(this));
    }

    /**
     * Returns the bytes that {@link #write} writes, for a service or a notebook.
     *
     * @param extension {@code html}, {@code png}, {@code svg} or, for spike counts and images, {@code gif}
     * @return the content of a file
     * @throws IllegalArgumentException if the extension is unknown, or the figure is too large for the format
     * @throws IllegalStateException if the library for the format is missing; the message names the dependency to add
     */
    public final byte[] toBytes(String extension) {
        Objects.requireNonNull(extension, "extension");
        try {
            return Output.of(this, extension).bytes(this);
        } catch (IOException failure) { // from resources of this library
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Returns this figure as SVG.
     *
     * @return an XML document
     * @throws IllegalStateException if the library for SVG is missing
     */
    public final String toSvg() {
        return new String(toBytes("svg"), StandardCharsets.UTF_8);
    }

    /**
     * Returns this figure as a page that includes the drawing library.
     *
     * @return a document of about a megabyte
     * @throws IllegalStateException if ECharts is missing
     */
    public final String toHtml() {
        return new String(toBytes("html"), StandardCharsets.UTF_8);
    }

    /** Returns the chosen size, or the suitable one. */
    final int width(int suitable) {
        return width == 0 ? suitable : width;
    }

    /** Returns the chosen size, or the suitable one. */
    final int height(int suitable) {
        return height == 0 ? suitable : height;
    }

    private static int requireSize(String what, int points) {
        if (points < LEAST_SIZE || points > MOST_SIZE) {
            throw new IllegalArgumentException(
                    what + " is " + points + " points, expected " + LEAST_SIZE + " to " + MOST_SIZE);
        }
        return points;
    }

    @Override
    public final String toString() {
        return getClass().getSimpleName() + (title.isEmpty() ? "" : " '" + title + "'");
    }
}
