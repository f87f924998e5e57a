package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.CurveLine;
import dev.spikelane.plot.data.CurvePanel;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.picture.Picture;
import dev.spikelane.simd.Checks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lines over one axis in one or several panels: signals of a neuron, losses of a training.
 *
 * <p>A method for one panel changes the last added panel; in {@link Plot#neuron}, the membrane's panel.
 */
public final class CurvePlot extends Figure {

    private final List<CurvePanel> panels = new ArrayList<>();
    private final List<Double> verticals = new ArrayList<>();
    private CurvePanel latest;
    private boolean epochs;
    private @Nullable Range limits;

    CurvePlot(String name, CurveLine line) {
        latest = new CurvePanel(name);
        panels.add(latest.add(line));
    }

    @Override
    public CurvePlot title(String newTitle) {
        super.title(newTitle);
        return this;
    }

    @Override
    public CurvePlot size(int newWidth, int newHeight) {
        super.size(newWidth, newHeight);
        return this;
    }

    @Override
    public CurvePlot colors(String... newColors) {
        super.colors(newColors);
        return this;
    }

    /**
     * Adds a line to the panel.
     *
     * @param name the name of the curve
     * @param values its values at 0, 1, 2 and so on; a value that is not finite is a gap
     * @return this figure
     * @throws IllegalArgumentException if there is no value
     */
    public CurvePlot line(String name, double... values) {
        Objects.requireNonNull(values, "values");
        latest.add(CurveLine.of(name, values));
        return this;
    }

    /**
     * Adds a line with given positions to the panel, such as an accuracy after each epoch.
     *
     * @param name the name of the curve
     * @param x the positions, finite
     * @param values a value for each position; a value that is not finite is a gap
     * @return this figure
     * @throws IllegalArgumentException if there is no value, the lengths differ, or a position is not finite
     */
    public CurvePlot line(String name, double[] x, double[] values) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(values, "values");
        latest.add(new CurveLine(name, x, values));
        return this;
    }

    /**
     * Adds a panel with a line below the others.
     *
     * @param name the name of the curve
     * @param values its values at 0, 1, 2 and so on; a value that is not finite is a gap
     * @return this figure
     * @throws IllegalArgumentException if there is no value
     */
    public CurvePlot panel(String name, double... values) {
        Objects.requireNonNull(values, "values");
        return panel(name, CurveLine.of(name, values));
    }

    /**
     * Adds a panel below the others, with a line with given positions.
     *
     * @param name the name of the curve
     * @param x as for {@link #line(String, double[], double[])}
     * @param values as for {@link #line(String, double[], double[])}
     * @return this figure
     * @throws IllegalArgumentException if there is no value, the lengths differ, or a position is not finite
     */
    public CurvePlot panel(String name, double[] x, double[] values) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(values, "values");
        return panel(name, new CurveLine(name, x, values));
    }

    /**
     * Draws a dashed line across the panel, such as a threshold.
     *
     * @param value its position on the vertical axis
     * @return this figure
     * @throws IllegalArgumentException if {@code value} is not finite
     */
    public CurvePlot threshold(double value) {
        Checks.finite("threshold", value);
        latest.threshold(value);
        return this;
    }

    /**
     * Draws dashed vertical lines through all panels, such as the start of an input.
     *
     * @param x their positions on the horizontal axis
     * @return this figure
     * @throws IllegalArgumentException if a position is not finite
     */
    public CurvePlot verticalLines(double... x) {
        Objects.requireNonNull(x, "x");
        for (double place : x) {
            Checks.finite("x", place);
        }
        Arrays.stream(x).forEach(verticals::add);
        return this;
    }

    /**
     * Names the horizontal axis; the default is "step" or "epoch".
     *
     * @param label the name of the axis; may be empty
     * @return this figure
     */
    @Override
    public CurvePlot xLabel(String label) {
        super.xLabel(label);
        return this;
    }

    /**
     * Labels the horizontal axis "epoch", with whole numbers from 1, for losses and accuracies with a value for each
     * epoch. Given positions stay.
     *
     * @return this figure
     */
    public CurvePlot epochs() {
        epochs = true;
        return this;
    }

    /**
     * Names the vertical axis of the panel.
     *
     * @param label the name of the axis; may be empty
     * @return this figure
     */
    @Override
    public CurvePlot yLabel(String label) {
        latest.label(Objects.requireNonNull(label, "label"));
        return this;
    }

    /**
     * Sets the range of the horizontal axis; by default it shows all points.
     *
     * @param from its left end
     * @param to its right end, above {@code from}
     * @return this figure
     * @throws IllegalArgumentException if the numbers are not finite or not ascending
     */
    public CurvePlot xLimits(double from, double to) {
        limits = requireLimits(from, to);
        return this;
    }

    /**
     * Sets the range of the vertical axis of the panel; by default it shows all values.
     *
     * @param from its lower end
     * @param to its upper end, above {@code from}
     * @return this figure
     * @throws IllegalArgumentException if the numbers are not finite or not ascending
     */
    public CurvePlot yLimits(double from, double to) {
        latest.limits(requireLimits(from, to));
        return this;
    }

    /** Creates the signals of one neuron: current, membrane and spikes. */
    static CurvePlot neuron(Signals currents, Signals membranes, SpikeTrain spikes, int neuron) {
        Samples.requireSteps("current", currents.rows(), membranes.rows());
        Samples.requireSteps("spikes", spikes.steps(), membranes.rows());
        Samples.requireNeurons("current", currents.columns(), membranes.columns());
        Samples.requireNeurons("spikes", spikes.neurons(), membranes.columns());
        Checks.index("neuron", neuron, membranes.columns());
        CurvePlot plot = new CurvePlot("current", CurveLine.of("current", currents.column(neuron)))
                .panel("membrane", membranes.column(neuron));
        plot.panels.add(new CurvePanel("spikes").spikes(spikes.steps(neuron)));
        return plot.xLimits(0, membranes.rows());
    }

    List<CurvePanel> panels() {
        return panels;
    }

    List<Double> verticals() {
        return verticals;
    }

    @Override
    List<String> axes() {
        return List.of(epochs ? "epoch" : "step", "");
    }

    boolean countsEpochs() {
        return epochs;
    }

    double[] x(CurveLine line) {
        return line.x(epochs ? 1 : 0);
    }

    /** Returns the range of the horizontal axis; for one value per step, the range of a raster. */
    Range range() {
        if (limits != null) {
            return limits;
        }
        List<CurveLine> lines =
                panels.stream().flatMap(panel -> panel.lines().stream()).toList();
        if (!epochs && lines.stream().allMatch(CurveLine::counted)) {
            return Range.steps(
                    lines.stream().mapToInt(line -> line.values().length).max().orElse(1));
        }
        double[] all =
                lines.stream().flatMapToDouble(line -> Arrays.stream(x(line))).toArray();
        return Range.of(
                Arrays.stream(all).min().orElse(0), Arrays.stream(all).max().orElse(0));
    }

    private CurvePlot panel(String name, CurveLine line) {
        latest = new CurvePanel(name).add(line);
        panels.add(latest);
        return this;
    }

    private static Range requireLimits(double from, double to) {
        if (!(from < to) || !Double.isFinite(to - from)) {
            throw new IllegalArgumentException(
                    "limits are " + from + " and " + to + ", expected two finite numbers, the lower first");
        }
        return new Range(from, to);
    }

    @Override
    Picture picture() {
        return new CurvePicture(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("curves").name("whole").value(countsEpochs());
        FigureJson.range(range(), json);
        json.name("verticals").array();
        verticals().forEach(json::value);
        json.end().name("panels").array();
        for (CurvePanel panel : panels()) {
            json.object().name("caption").value(panel.caption()).name("label").value(panel.label());
            json.finite("threshold", panel.threshold()).name("spikes").integers(panel.spikes());
            FigureJson.axis(panel.range(), json);
            json.name("lines").array();
            for (CurveLine line : panel.lines()) {
                json.object().name("name").value(line.name()).name("x").array();
                Arrays.stream(x(line)).forEach(json::value);
                json.end().name("y").array();
                Arrays.stream(line.values()).forEach(json::value);
                json.end().end();
            }
            json.end().end();
        }
        json.end();
    }

    @Override
    String describe() {
        return "Curves: " + panels().stream().map(CurvePanel::caption).collect(Collectors.joining("; "));
    }
}
