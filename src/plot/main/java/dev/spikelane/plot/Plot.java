package dev.spikelane.plot;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.plot.data.CurveLine;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.Evaluator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Creates figures; their methods refine them.
 *
 * <pre>{@code
 * Plot.raster(spikes).write(Path.of("raster.html"));
 * Plot.raster("input", input).add("hidden", hidden.spikes()).title("Tutorial 3").write(Path.of("rasters.png"));
 * Plot.traces(membranes).spikes(spikes).threshold(1).write(Path.of("traces.svg"));
 * Plot.neuron(current, membrane, spikes).threshold(1).write(Path.of("neuron.svg"));
 * Plot.spikeCount(output).write(Path.of("counts.gif"));
 * Plot.image(encoded, 28).write(Path.of("encoded.gif"));
 * Plot.sheet(2, Plot.raster(spikes), Plot.firingRate("output", spikes)).write(Path.of("both.png"));
 * byte[] picture = Plot.raster(spikes).xLabel("time [ms]").markerSize(3).toBytes("png");
 * }</pre>
 *
 * <p>Matrices of spikes and membranes are recordings, {@code [steps x neurons]}, or {@code [steps * batch x neurons]},
 * time-major, of which one sample is shown. {@code raster}, {@code traces} and {@code spikeCount} have the names of
 * snnTorch's {@code spikeplot}.
 */
public final class Plot {

    private Plot() {}

    /**
     * Shows the spikes of neurons over steps.
     *
     * @param spikes {@code [steps x neurons]}
     * @return a raster of one panel
     */
    public static Figure raster(SpikeMatrix spikes) {
        return raster("", spikes);
    }

    /**
     * Shows the spikes of named neurons over steps.
     *
     * @param name the name of the neurons, such as "input"; may be empty
     * @param spikes {@code [steps x neurons]}
     * @return a raster of one panel; {@link Figure#add} adds more
     */
    public static Figure raster(String name, SpikeMatrix spikes) {
        return raster(name, spikes, 1, 0);
    }

    /**
     * Shows the spikes of one sample of a batch over steps.
     *
     * @param name the name of the neurons, such as "input"; may be empty
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return a raster of one panel; {@link Figure#add} adds more
     * @throws IllegalArgumentException if the rows are no multiple of the batch
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static Figure raster(String name, SpikeMatrix spikes, int batch, int sample) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spikes, "spikes");
        return new RasterPlot(SpikeTrain.of(name, spikes, batch, sample));
    }

    /**
     * Shows the recorded spikes of the first sample, over milliseconds if the network's texts have a {@code dt}.
     *
     * @param recorder the recording; up to 12 chosen neurons have their numbers as labels
     * @return a raster of one panel; {@link Figure#add} adds more
     */
    public static Figure raster(Population.SpikeRecorder recorder) {
        Objects.requireNonNull(recorder, "recorder");
        Figure raster = raster("", recorder.spikes(), recorder.batch(), 0);
        int[] neurons = recorder.neurons();
        return timed(
                neurons.length > RasterPlot.MOST_NUMBERED ? raster : raster.labels(numbers("", neurons)),
                recorder.timeStep());
    }

    /**
     * Shows the recorded spikes of the first sample, over milliseconds if the network's texts have a {@code dt}.
     *
     * @param times the recording
     * @return a raster of one panel; {@link Figure#add} adds more
     * @throws IllegalStateException if no step was recorded
     */
    public static Figure raster(Population.SpikeTimes times) {
        Objects.requireNonNull(times, "times");
        return timed(raster(times.spikes(0)), times.timeStep());
    }

    private static <T extends Figure> T timed(T figure, double timeStep) {
        if (timeStep > 0) {
            figure.timeStep(timeStep, "ms");
        }
        return figure;
    }

    private static String[] numbers(String prefix, int... neurons) {
        return IntStream.of(neurons).mapToObj(neuron -> prefix + neuron).toArray(String[]::new);
    }

    /**
     * Shows membranes over time, with a panel for each of the first nine neurons, or of those from
     * {@link TracesPlot#neurons}.
     *
     * @param membranes {@code [steps x neurons]}
     * @return the traces
     */
    public static TracesPlot traces(FloatMatrix membranes) {
        return traces(membranes, 1, 0);
    }

    /**
     * Shows a recorded variable of the first sample, over milliseconds if the network's texts have a {@code dt}. The
     * vertical axis has the name of the variable and its unit, if any.
     *
     * @param recorder the recording
     * @return the traces
     */
    public static TracesPlot traces(Population.VariableRecorder recorder) {
        Objects.requireNonNull(recorder, "recorder");
        TracesPlot traces = traces(recorder.values(), recorder.batch(), 0).yLabel(recorder.label());
        return timed(traces.labels(numbers("neuron ", recorder.neurons())), recorder.timeStep());
    }

    /**
     * Shows membranes of one sample of a batch over time.
     *
     * @param membranes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return the traces
     * @throws IllegalArgumentException if the rows are no multiple of the batch
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static TracesPlot traces(FloatMatrix membranes, int batch, int sample) {
        Objects.requireNonNull(membranes, "membranes");
        return new TracesPlot(Signals.of("membranes", membranes, batch, sample));
    }

    /**
     * Shows the current, the membrane and the spikes of a neuron, as in snnTorch's tutorials.
     *
     * @param current {@code [steps x 1]}
     * @param membrane {@code [steps x 1]}
     * @param spikes {@code [steps x 1]}
     * @return three panels; methods such as {@link CurvePlot#threshold} change the membrane's panel
     * @throws IllegalArgumentException if the shapes differ, or there are more neurons
     */
    public static CurvePlot neuron(FloatMatrix current, FloatMatrix membrane, SpikeMatrix spikes) {
        Objects.requireNonNull(membrane, "membrane");
        if (membrane.columns() != 1) {
            throw new IllegalArgumentException("membrane is [" + membrane.rows() + " x " + membrane.columns()
                    + "], expected [steps x 1]; choose one neuron, with its number, or transpose what has"
                    + " its steps side by side");
        }
        return neuron(current, membrane, spikes, 0);
    }

    /**
     * Shows the current, the membrane and the spikes of one neuron of several.
     *
     * @param currents {@code [steps x neurons]}
     * @param membranes {@code [steps x neurons]}
     * @param spikes {@code [steps x neurons]}
     * @param neuron its number, from 0
     * @return three panels, as for {@link #neuron(FloatMatrix, FloatMatrix, SpikeMatrix)}
     * @throws IllegalArgumentException if the shapes differ
     * @throws IndexOutOfBoundsException if there is no such neuron
     */
    public static CurvePlot neuron(FloatMatrix currents, FloatMatrix membranes, SpikeMatrix spikes, int neuron) {
        Objects.requireNonNull(currents, "currents");
        Objects.requireNonNull(membranes, "membranes");
        Objects.requireNonNull(spikes, "spikes");
        return CurvePlot.neuron(
                Signals.of("current", currents, 1, 0),
                Signals.of("membranes", membranes, 1, 0),
                SpikeTrain.of("", spikes, 1, 0),
                neuron);
    }

    /**
     * Shows a line, such as a loss over the steps of a training.
     *
     * @param name the name of the curve; may be empty
     * @param values its values at 0, 1, 2 and so on, or after {@link CurvePlot#epochs} from 1 on; a value that is not
     *     finite is a gap
     * @return a panel with one line; {@link CurvePlot#line} and {@link CurvePlot#panel} add more
     * @throws IllegalArgumentException if there is no value
     */
    public static CurvePlot curve(String name, double... values) {
        Objects.requireNonNull(values, "values");
        return new CurvePlot(name, CurveLine.of(name, values));
    }

    /**
     * Shows the signal of one neuron as a line.
     *
     * @param name the name of the curve; may be empty
     * @param signal {@code [steps x 1]}, such as a current; a value that is not finite is a gap
     * @return a panel with one line; {@link CurvePlot#line} and {@link CurvePlot#panel} add more
     * @throws IllegalArgumentException if there are more columns
     */
    public static CurvePlot curve(String name, FloatMatrix signal) {
        Objects.requireNonNull(signal, "signal");
        if (signal.columns() != 1) {
            throw new IllegalArgumentException(name + " has " + signal.columns() + " columns, expected 1");
        }
        return curve(name, Signals.of(name, signal, 1, 0).column(0));
    }

    /**
     * Shows an upright image with square pixels, from black for the smallest value to white for the largest. Several
     * images are an animation in {@code .html} and {@code .gif}, and their mean in other formats.
     *
     * @param pixels {@code [steps x pixels]}, an image in each row, its pixels row after row from the top
     * @param width pixels in a row of an image, such as 28
     * @return the image
     * @throws IllegalArgumentException if the width does not divide an image, or there are too many images
     */
    public static Figure image(FloatMatrix pixels, int width) {
        Objects.requireNonNull(pixels, "pixels");
        return new ImagePlot(Signals.of("pixels", pixels, 1, 0), width);
    }

    /**
     * Shows the spikes of an encoded image step by step, as {@code animator} of snnTorch's {@code spikeplot}, in the
     * formats of {@link #image(FloatMatrix, int)}.
     *
     * @param spikes {@code [steps x pixels]}, a neuron for each pixel, row after row from the top
     * @param width pixels in a row of an image, such as 28
     * @return the image
     * @throws IllegalArgumentException if the width does not divide an image, or there are too many images
     */
    public static Figure image(SpikeMatrix spikes, int width) {
        return image(spikes, width, 1, 0);
    }

    /**
     * Shows the spikes of an encoded image of a batch, step by step.
     *
     * @param spikes {@code [steps * batch x pixels]}, time-major, a neuron for each pixel, row after row from the top
     * @param width pixels in a row of an image, such as 28
     * @param batch samples
     * @param sample the sample to show
     * @return the image
     * @throws IllegalArgumentException if the rows are no multiple of the batch, the width does not divide an image, or
     *     there are too many images
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static Figure image(SpikeMatrix spikes, int width, int batch, int sample) {
        Objects.requireNonNull(spikes, "spikes");
        return ImagePlot.of(SpikeTrain.of("", spikes, batch, sample), width);
    }

    /**
     * Shows the spikes of events, step by step: white for on events, black for off events, gray for none; with one
     * channel, white on black. It is animated in {@code .html} and {@code .gif}; other formats show the mean.
     *
     * @param spikes {@code [steps x shape.size()]}
     * @param shape the shape of a step, from {@link dev.spikelane.io.EventBinning#shape}
     * @return the frames
     * @throws IllegalArgumentException if the shape does not have one or two channels or does not fit the spikes, or
     *     there are too many images
     */
    public static Figure events(SpikeMatrix spikes, Shape shape) {
        return EventFrames.of(spikes, shape, 0);
    }

    /**
     * Shows a time surface of events, step by step: the last event of each pixel, which fades.
     *
     * @param spikes {@code [steps x shape.size()]}
     * @param shape the shape of a step, from {@link dev.spikelane.io.EventBinning#shape}
     * @param tau steps in which an event fades to 1/e, above 0
     * @return the surface, animated as {@link #events}
     * @throws IllegalArgumentException if {@code tau} is not above 0, or as {@link #events} does
     */
    public static Figure timeSurface(SpikeMatrix spikes, Shape shape, double tau) {
        Checks.require(tau > 0, "tau", tau, "more than 0 steps");
        return EventFrames.of(spikes, shape, (float) StrictMath.exp(-1 / tau));
    }

    /**
     * Shows the number of spikes of each neuron up to each step: animated in {@code .html} and {@code .gif}, at the end
     * in other formats.
     *
     * @param spikes {@code [steps x neurons]}, usually of an output layer; at most 100,000 neurons
     * @return the counts
     * @throws IllegalArgumentException if there are more neurons
     */
    public static Figure spikeCount(SpikeMatrix spikes) {
        return spikeCount(spikes, 1, 0);
    }

    /**
     * Shows the number of spikes of each neuron for one sample of a batch, as {@link #spikeCount(SpikeMatrix)} does.
     *
     * @param spikes {@code [steps * batch x neurons]}, time-major; at most 100,000 neurons
     * @param batch samples
     * @param sample the sample to show
     * @return the counts
     * @throws IllegalArgumentException if the rows are no multiple of the batch, or there are more neurons
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static Figure spikeCount(SpikeMatrix spikes, int batch, int sample) {
        Objects.requireNonNull(spikes, "spikes");
        return new SpikeCountPlot(SpikeTrain.of("", spikes, batch, sample));
    }

    /**
     * Shows the fraction of neurons that fire over time, averaged over 10 steps.
     *
     * @param name the name of the neurons; may be empty
     * @param spikes {@code [steps x neurons]}
     * @return the rate of one layer; {@link Figure#add} adds more
     */
    public static Figure firingRate(String name, SpikeMatrix spikes) {
        return firingRate(name, spikes, 1, 0);
    }

    /**
     * Shows the fraction of neurons that fire over time: {@code rate[t] = mean over neurons and over the steps t -
     * window + 1 to t of spikes}, over fewer steps at the start.
     *
     * @param name the name of the neurons; may be empty
     * @param spikes {@code [steps x neurons]}
     * @param window averaged steps, at least 1
     * @return the rate of one layer; {@link Figure#add} adds more
     * @throws IllegalArgumentException if {@code window} is below 1
     */
    public static Figure firingRate(String name, SpikeMatrix spikes, int window) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spikes, "spikes");
        return new FiringRatePlot(SpikeTrain.of(name, spikes, 1, 0), window);
    }

    /**
     * Shows the fraction of neurons that fire over time, for one sample of a batch.
     *
     * @param name the name of the neurons; may be empty
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return the rate of one layer; {@link Figure#add} adds more
     * @throws IllegalArgumentException if the rows are no multiple of the batch
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static Figure firingRate(String name, SpikeMatrix spikes, int batch, int sample) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spikes, "spikes");
        return new FiringRatePlot(SpikeTrain.of(name, spikes, batch, sample), FiringRatePlot.WINDOW);
    }

    /**
     * Shows a weight matrix as a heat map with colors symmetric about zero.
     *
     * @param weights {@code [outputs x inputs]}, a neuron's incoming weights in a row
     * @return the heat map
     */
    public static Figure weights(FloatMatrix weights) {
        Objects.requireNonNull(weights, "weights");
        return new WeightsPlot(Signals.of("weights", weights, 1, 0));
    }

    /**
     * Shows the numbers of samples by class and predicted class.
     *
     * @param targets the class of each sample, from 0
     * @param predictions the predicted class of each sample, from 0
     * @return the matrix; the largest number is the last class
     * @throws IllegalArgumentException if there is no sample, the lengths differ, or a class is not from 0 to 199
     */
    public static Figure confusionMatrix(int[] targets, int[] predictions) {
        Objects.requireNonNull(targets, "targets");
        Objects.requireNonNull(predictions, "predictions");
        return new ConfusionMatrixPlot(targets, predictions);
    }

    /**
     * Shows the numbers of samples by class and predicted class.
     *
     * @param evaluation of a network on samples with labels
     * @return the matrix; {@link Figure#labels} names the classes
     * @throws IllegalArgumentException if samples have no labels, outputs are not classes, or a class is not from 0 to
     *     199
     */
    public static Figure confusionMatrix(Evaluator.Result evaluation) {
        Objects.requireNonNull(evaluation, "evaluation");
        if (evaluation.labels().isEmpty() || evaluation.classes().isEmpty()) {
            throw new IllegalArgumentException(
                    "evaluation has " + evaluation.labels().size() + " labels and "
                            + evaluation.classes().size() + " classes, expected both for each of its "
                            + evaluation.samples() + " samples");
        }
        return confusionMatrix(ints(evaluation.labels()), ints(evaluation.classes()));
    }

    private static int[] ints(List<Integer> classes) {
        return classes.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Arranges figures on a sheet, row by row. In a page they are side by side if there is space. A still picture has
     * the size of its figures, or all shrink to at most 1,800 points of width and 4,000 of height, unless
     * {@link Figure#size} sets another size.
     *
     * @param columns figures in a row, 1 to 10
     * @param figures 1 to 100 figures, none of which is a sheet; later changes to them show when the sheet is written
     * @return the sheet
     * @throws IllegalArgumentException if a number is out of range, or a figure is a sheet
     */
    public static Figure sheet(int columns, Figure... figures) {
        Objects.requireNonNull(figures, "figures");
        return new SheetPlot(columns, figures);
    }
}
