package dev.spikelane.plot;

import dev.spikelane.memory.SpikeMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Membranes over time, a panel for each neuron, with a line at the threshold and a mark at each spike. */
public final class TracesPlot implements Figure {

    /** As snnTorch's {@code traces}, whose default is a grid of 3 by 3. */
    private static final int SHOWN = 9;

    private static final int MOST_SHOWN = 100;

    private final String title;
    private final Signals membranes;
    private final @Nullable SpikeTrain spikes;
    private final float threshold;
    private final int[] neurons;
    private final List<String> labels;

    private TracesPlot(
            String title,
            Signals membranes,
            @Nullable SpikeTrain spikes,
            float threshold,
            int[] neurons,
            List<String> labels) {
        this.title = title;
        this.membranes = membranes;
        this.spikes = spikes;
        this.threshold = threshold;
        this.neurons = neurons;
        this.labels = labels;
    }

    static TracesPlot of(Signals membranes) {
        int[] first = IntStream.range(0, Math.min(SHOWN, membranes.columns())).toArray();
        return new TracesPlot("", membranes, null, Float.NaN, first, List.of());
    }

    @Override
    public String title() {
        return title;
    }

    /**
     * Gives it a title.
     *
     * @param newTitle the title
     * @return the same figure with it
     */
    public TracesPlot title(String newTitle) {
        return new TracesPlot(newTitle, membranes, spikes, threshold, neurons, labels);
    }

    /**
     * Marks the spikes.
     *
     * @param newSpikes {@code [steps x neurons]}, of the same steps and neurons as the membranes
     * @return the same figure with them
     * @throws IllegalArgumentException if the shape is another
     */
    public TracesPlot spikes(SpikeMatrix newSpikes) {
        return spikes(newSpikes, 1, 0);
    }

    /**
     * Marks the spikes of one sample of a batch.
     *
     * @param newSpikes {@code [steps * batch x neurons]}, time-major, of the same steps and neurons as the membranes
     * @param batch samples
     * @param sample the sample to show
     * @return the same figure with them
     * @throws IllegalArgumentException if the shape is another
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public TracesPlot spikes(SpikeMatrix newSpikes, int batch, int sample) {
        SpikeTrain train = SpikeTrain.of("", newSpikes, batch, sample);
        Samples.requireSteps("spikes", train.steps(), membranes.rows());
        if (train.neurons() != membranes.columns()) {
            throw new IllegalArgumentException("spikes has " + train.neurons() + " neurons, expected "
                    + membranes.columns() + ", as the membranes");
        }
        return new TracesPlot(title, membranes, train, threshold, neurons, labels);
    }

    /**
     * Draws a dashed line at the threshold.
     *
     * @param newThreshold the threshold, in the unit of the membrane
     * @return the same figure with it
     * @throws IllegalArgumentException if it is not finite
     */
    public TracesPlot threshold(float newThreshold) {
        if (!Float.isFinite(newThreshold)) {
            throw new IllegalArgumentException("threshold is " + newThreshold + ", expected a finite number");
        }
        return new TracesPlot(title, membranes, spikes, newThreshold, neurons, labels);
    }

    /**
     * Chooses the neurons to show.
     *
     * @param chosen numbers from 0, at least one and at most 100, in the order of their panels
     * @return the same figure with them
     * @throws IllegalArgumentException if there is none or there are too many
     * @throws IndexOutOfBoundsException if there is no such neuron
     */
    public TracesPlot neurons(int... chosen) {
        if (chosen.length < 1 || chosen.length > MOST_SHOWN) {
            throw new IllegalArgumentException(chosen.length + " neurons chosen, expected 1 to " + MOST_SHOWN);
        }
        for (int neuron : chosen) {
            if (neuron < 0 || neuron >= membranes.columns()) {
                throw new IndexOutOfBoundsException(
                        "neuron is " + neuron + ", expected 0 to " + (membranes.columns() - 1));
            }
        }
        return new TracesPlot(title, membranes, spikes, threshold, chosen.clone(), List.of());
    }

    /**
     * Names the neurons that are shown; "neuron 3" otherwise.
     *
     * @param newLabels a name for each of them
     * @return the same figure with them
     * @throws IllegalArgumentException if there are more or less names than neurons shown
     */
    public TracesPlot labels(String... newLabels) {
        return new TracesPlot(title, membranes, spikes, threshold, neurons, Samples.labels(newLabels, neurons.length));
    }

    int steps() {
        return membranes.rows();
    }

    /** {@code [steps x shown]}. */
    Signals shown() {
        return membranes.columns(neurons);
    }

    /** The steps in which each shown neuron fires. */
    List<List<Integer>> spikeSteps() {
        SpikeTrain train = spikes;
        if (train == null) {
            return IntStream.range(0, neurons.length)
                    .mapToObj(i -> List.<Integer>of())
                    .toList();
        }
        return Arrays.stream(neurons)
                .mapToObj(neuron -> IntStream.range(0, train.steps())
                        .filter(step -> train.get(step, neuron))
                        .boxed()
                        .toList())
                .toList();
    }

    boolean marked() {
        return spikes != null;
    }

    /** The lower end of the axis that all panels share. */
    double least(double margin) {
        return lower() - margin * range();
    }

    /** The upper end of the axis; where spikes are marked there is room for the marks above the membranes. */
    double most(double margin) {
        return upper() + (marked() ? 2 * margin : margin) * range();
    }

    private double lower() {
        return Math.min(0, shown().least());
    }

    private double upper() {
        return Float.isNaN(threshold) ? shown().most() : Math.max(threshold, shown().most());
    }

    private double range() {
        double range = upper() - lower();
        return range > 0 ? range : 1;
    }

    /** The threshold, or NaN. */
    float threshold() {
        return threshold;
    }

    List<String> labels() {
        return labels.isEmpty()
                ? Arrays.stream(neurons).mapToObj(neuron -> "neuron " + neuron).toList()
                : labels;
    }
}
