package dev.spikelane.plot;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;

/**
 * Makes figures, each in one call; their methods refine them.
 *
 * <pre>{@code
 * Plot.raster(spikes).write(Path.of("raster.html"));
 * Plot.raster("input", input).panel("hidden", hidden.spikes()).title("Tutorial 3").write(Path.of("rasters.png"));
 * Plot.traces(membranes).spikes(spikes).threshold(1).write(Path.of("traces.svg"));
 * Plot.spikeCount(output).write(Path.of("counts.gif"));
 * }</pre>
 *
 * <p>Matrices of spikes and membranes are recordings, {@code [steps x neurons]}, or {@code [steps * batch x neurons]}, time-major, of
 * which one sample is shown. {@code raster}, {@code traces} and {@code spikeCount} are called as in snnTorch's {@code spikeplot}.
 */
public final class Plot {

    private Plot() {}

    /**
     * Shows which neurons fire at which steps.
     *
     * @param spikes {@code [steps x neurons]}
     * @return a raster of one panel
     */
    public static RasterPlot raster(SpikeMatrix spikes) {
        return raster("", spikes);
    }

    /**
     * Shows which neurons fire at which steps.
     *
     * @param name what fires, such as "input"; may be empty
     * @param spikes {@code [steps x neurons]}
     * @return a raster of one panel; {@link RasterPlot#panel} adds more
     */
    public static RasterPlot raster(String name, SpikeMatrix spikes) {
        return raster(name, spikes, 1, 0);
    }

    /**
     * Shows which neurons fire at which steps for one sample of a batch.
     *
     * @param name what fires, such as "input"; may be empty
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return a raster of one panel; {@link RasterPlot#panel} adds more
     * @throws IllegalArgumentException if the rows are no multiple of the batch
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static RasterPlot raster(String name, SpikeMatrix spikes, int batch, int sample) {
        return RasterPlot.of(SpikeTrain.of(name, spikes, batch, sample));
    }

    /**
     * Shows membranes over time, a panel for each neuron; the first nine, unless {@link TracesPlot#neurons} chooses.
     *
     * @param membranes {@code [steps x neurons]}
     * @return the traces
     */
    public static TracesPlot traces(FloatMatrix membranes) {
        return traces(membranes, 1, 0);
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
        return TracesPlot.of(Signals.of("membranes", membranes, batch, sample));
    }

    /**
     * Shows how many spikes each neuron has fired up to each step: animated in {@code .html} and {@code .gif}, at the end elsewhere.
     *
     * @param spikes {@code [steps x neurons]}, most often of an output layer; at most {@value SpikeCountPlot#MOST_NEURONS} neurons
     * @return the counts
     * @throws IllegalArgumentException if there are more neurons
     */
    public static SpikeCountPlot spikeCount(SpikeMatrix spikes) {
        return spikeCount(spikes, 1, 0);
    }

    /**
     * Shows how many spikes each neuron has fired up to each step for one sample of a batch.
     *
     * @param spikes {@code [steps * batch x neurons]}, time-major; at most {@value SpikeCountPlot#MOST_NEURONS} neurons
     * @param batch samples
     * @param sample the sample to show
     * @return the counts
     * @throws IllegalArgumentException if the rows are no multiple of the batch, or there are more neurons
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static SpikeCountPlot spikeCount(SpikeMatrix spikes, int batch, int sample) {
        return SpikeCountPlot.of(SpikeTrain.of("", spikes, batch, sample));
    }

    /**
     * Shows the share of neurons that fire, over time.
     *
     * @param name what fires; may be empty
     * @param spikes {@code [steps x neurons]}
     * @return the rate of one layer; {@link FiringRatePlot#series} adds more
     */
    public static FiringRatePlot firingRate(String name, SpikeMatrix spikes) {
        return firingRate(name, spikes, 1, 0);
    }

    /**
     * Shows the share of neurons that fire for one sample of a batch, over time.
     *
     * @param name what fires; may be empty
     * @param spikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return the rate of one layer; {@link FiringRatePlot#series} adds more
     * @throws IllegalArgumentException if the rows are no multiple of the batch
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public static FiringRatePlot firingRate(String name, SpikeMatrix spikes, int batch, int sample) {
        return FiringRatePlot.of(SpikeTrain.of(name, spikes, batch, sample));
    }

    /**
     * Shows a weight matrix as a heat map, colours symmetric about zero.
     *
     * @param weights {@code [post x pre]}, a neuron's incoming weights in a row
     * @return the heat map
     */
    public static WeightsPlot weights(FloatMatrix weights) {
        return WeightsPlot.of(Signals.of("weights", weights, 1, 0));
    }

    /**
     * Shows how often samples of one class are taken for which.
     *
     * @param targets for each sample its class, from 0
     * @param predictions for each sample the class that was found, from 0
     * @return the matrix, as many classes as the largest number needs
     * @throws IllegalArgumentException if there is no sample, the lengths differ, or a class is below 0 or over
     *     {@value ConfusionMatrixPlot#MOST_CLASSES}
     */
    public static ConfusionMatrixPlot confusionMatrix(int[] targets, int[] predictions) {
        return ConfusionMatrixPlot.of(targets, predictions);
    }
}
