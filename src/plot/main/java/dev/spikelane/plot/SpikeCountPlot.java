package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.picture.Picture;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The spikes of each neuron up to each step, with the leading neurons in another color: a growing bar for each neuron
 * or, for more than 40 neurons, a profile.
 */
final class SpikeCountPlot extends Figure {

    /** The counts of all frames of an animation are in memory at once. */
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

    boolean profile() {
        return spikes.neurons() > (labels.isEmpty() ? MOST_BARS : MOST_NAMED_BARS);
    }

    List<String> labels() {
        return labels.isEmpty() ? Samples.numbers(spikes.neurons()) : labels;
    }

    /** Returns the spikes of each neuron before each of some ascending steps, {@code [steps given x neurons]}. */
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

    static double[] ticks(Range counts) {
        return counts.ticksAndEnd((int) Math.min(counts.to(), 6));
    }

    @Override
    Picture picture() {
        return CountsPicture.last(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("counts").name("profile").value(profile());
        json.name("labels").strings(labels());
        int most = Math.max(1, Arrays.stream(spikes.counts()).max().orElse(1));
        Range counts = new Range(0, most);
        FigureJson.axis(counts, profile() ? counts.ticks(Range.LABELS) : ticks(counts), json);
        json.name("train").object();
        FigureJson.train(spikes(), json);
        json.end();
    }

    @Override
    String describe() {
        int[] last = spikes.counts();
        String text = profile()
                ? spikes.count() + " spikes of " + last.length + " neurons"
                : IntStream.range(0, last.length)
                        .mapToObj(neuron -> labels().get(neuron) + " " + last[neuron])
                        .collect(Collectors.joining(", "));
        return "Spike counts after " + spikes.steps() + " steps: " + text;
    }
}
