package dev.spikelane.plot;

import java.util.List;

/** How many spikes each neuron has fired up to each step: bars that grow, the leading one in another colour. */
public final class SpikeCountPlot implements Figure {

    /** The most neurons, a bar for each. */
    static final int MOST_NEURONS = 200;

    private final String title;
    private final SpikeTrain spikes;
    private final List<String> labels;

    private SpikeCountPlot(String title, SpikeTrain spikes, List<String> labels) {
        this.title = title;
        this.spikes = spikes;
        this.labels = labels;
    }

    static SpikeCountPlot of(SpikeTrain spikes) {
        if (spikes.neurons() > MOST_NEURONS) {
            throw new IllegalArgumentException(
                    "spike count of " + spikes.neurons() + " neurons, expected at most " + MOST_NEURONS);
        }
        return new SpikeCountPlot("", spikes, Samples.numbers(spikes.neurons()));
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
    public SpikeCountPlot title(String newTitle) {
        return new SpikeCountPlot(newTitle, spikes, labels);
    }

    /**
     * Names the neurons; their numbers otherwise.
     *
     * @param newLabels a name for each neuron
     * @return the same figure with them
     * @throws IllegalArgumentException if there are more or less names than neurons
     */
    public SpikeCountPlot labels(String... newLabels) {
        return new SpikeCountPlot(title, spikes, Samples.labels(newLabels, spikes.neurons()));
    }

    SpikeTrain spikes() {
        return spikes;
    }

    List<String> labels() {
        return labels;
    }

    /** The spikes of each neuron in the steps before each of some steps, which ascend: {@code [steps given x neurons]}. */
    int[][] countsBefore(int[] ascending) {
        int[][] counts = new int[ascending.length][];
        int[] now = new int[spikes.neurons()];
        int step = 0;
        for (int i = 0; i < ascending.length; i++) {
            for (; step < ascending[i]; step++) {
                for (int neuron = 0; neuron < now.length; neuron++) {
                    now[neuron] += spikes.get(step, neuron) ? 1 : 0;
                }
            }
            counts[i] = now.clone();
        }
        return counts;
    }
}
