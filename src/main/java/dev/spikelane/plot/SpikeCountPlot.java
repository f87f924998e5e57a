package dev.spikelane.plot;

import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.SpikeTrain;
import java.util.List;

/**
 * How many spikes each neuron has fired up to each step, the leading ones in another color: a bar that grows for each
 * neuron, or, of more than 40 neurons, a profile over all of them.
 */
final class SpikeCountPlot extends Figure {

    /** The most neurons: the counts of all frames of an animation are in memory at once. */
    static final int MOST_NEURONS = 100_000;

    private static final int MOST_BARS = 40;
    private static final int MOST_NAMED_BARS = 200;

    private final SpikeTrain spikes;
    private List<String> labels = List.of();

    SpikeCountPlot(SpikeTrain spikes) {
        if (spikes.neurons() > MOST_NEURONS) {
            throw new IllegalArgumentException(
                    "spike count of " + spikes.neurons() + " neurons, expected at most " + MOST_NEURONS);
        }
        this.spikes = spikes;
    }

    @Override
    public Figure labels(String... newLabels) {
        labels = Samples.labels(newLabels, spikes.neurons());
        return this;
    }

    @Override
    List<String> axes() {
        return profile() ? List.of("neuron", "spikes") : List.of("spikes", "neuron");
    }

    SpikeTrain spikes() {
        return spikes;
    }

    /** Whether there are too many neurons for a bar with a name for each. */
    boolean profile() {
        return spikes.neurons() > (labels.isEmpty() ? MOST_BARS : MOST_NAMED_BARS);
    }

    List<String> labels() {
        return labels.isEmpty() ? Samples.numbers(spikes.neurons()) : labels;
    }

    /**
     * The spikes of each neuron in the steps before each of some steps, which ascend: {@code [steps given x neurons]}.
     */
    int[][] countsBefore(int[] ascending) {
        int[][] counts = new int[ascending.length][];
        int[] now = new int[spikes.neurons()];
        int step = 0;
        for (int i = 0; i < ascending.length; i++) {
            for (; step < ascending[i]; step++) {
                spikes.forEach(step, neuron -> now[neuron]++);
            }
            counts[i] = now.clone();
        }
        return counts;
    }
}
