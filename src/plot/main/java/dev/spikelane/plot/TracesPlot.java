package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.data.Range;
import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.Signals;
import dev.spikelane.plot.data.SpikeTrain;
import dev.spikelane.plot.page.Packed;
import dev.spikelane.plot.picture.Picture;
import dev.spikelane.simd.Checks;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Membranes over time with a panel for each neuron, a line at the threshold, and a tall mark on the membrane at each
 * spike.
 */
public final class TracesPlot extends Figure {

    /** The default of snnTorch's {@code traces} is a grid of 3 by 3. */
    private static final int SHOWN = 9;

    private static final int MOST_SHOWN = 100;

    private final Signals membranes;
    private @Nullable SpikeTrain spikes;
    private float threshold = Float.NaN;
    private boolean sharedRange;
    private int @Nullable [] chosen;
    private List<String> labels = List.of();
    private boolean labelsOfPanels;

    TracesPlot(Signals membranes) {
        this.membranes = membranes;
    }

    @Override
    public TracesPlot title(String newTitle) {
        super.title(newTitle);
        return this;
    }

    @Override
    public TracesPlot size(int newWidth, int newHeight) {
        super.size(newWidth, newHeight);
        return this;
    }

    /**
     * Marks spikes. By default the neurons that fire most come first; {@link #neurons} chooses others.
     *
     * @param newSpikes {@code [steps x neurons]}, the shape of the membranes
     * @return this figure
     * @throws IllegalArgumentException if the shape differs
     */
    public TracesPlot spikes(SpikeMatrix newSpikes) {
        return spikes(newSpikes, 1, 0);
    }

    /**
     * Marks the spikes of one sample of a batch, as {@link #spikes(SpikeMatrix)} does.
     *
     * @param newSpikes {@code [steps * batch x neurons]}, time-major
     * @param batch samples
     * @param sample the sample to show
     * @return this figure
     * @throws IllegalArgumentException if the shape differs
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public TracesPlot spikes(SpikeMatrix newSpikes, int batch, int sample) {
        Objects.requireNonNull(newSpikes, "newSpikes");
        SpikeTrain train = SpikeTrain.of("", newSpikes, batch, sample);
        Samples.requireSteps("spikes", train.steps(), membranes.rows());
        Samples.requireNeurons("spikes", train.neurons(), membranes.columns());
        spikes = train;
        return this;
    }

    /**
     * Draws a dashed line at the threshold.
     *
     * @param newThreshold the threshold, in the unit of the membrane
     * @return this figure
     * @throws IllegalArgumentException if the threshold is not finite
     */
    public TracesPlot threshold(float newThreshold) {
        Checks.finite("threshold", newThreshold);
        threshold = newThreshold;
        return this;
    }

    /**
     * Gives all panels one range, so that neurons can be compared. By default each panel has its own, so that small
     * changes are visible.
     *
     * @return this figure
     */
    public TracesPlot sharedRange() {
        sharedRange = true;
        return this;
    }

    /**
     * Chooses the neurons to show. The default is nine: those that fire most if spikes are marked, otherwise the first
     * ones.
     *
     * @param newNeurons 1 to 100 numbers from 0, in the order of their panels
     * @return this figure
     * @throws IllegalArgumentException if there are none or too many
     * @throws IndexOutOfBoundsException if there is no such neuron
     * @throws IllegalStateException if earlier labels of panels do not match their new number
     */
    public TracesPlot neurons(int... newNeurons) {
        Objects.requireNonNull(newNeurons, "newNeurons");
        if (newNeurons.length < 1 || newNeurons.length > MOST_SHOWN) {
            throw new IllegalArgumentException(newNeurons.length + " neurons chosen, expected 1 to " + MOST_SHOWN);
        }
        for (int neuron : newNeurons) {
            Checks.index("neuron", neuron, membranes.columns());
        }
        if (labelsOfPanels && labels.size() != newNeurons.length) {
            throw new IllegalStateException(newNeurons.length + " neurons chosen after " + labels.size()
                    + " labels were given, expected as many; choose neurons before labels");
        }
        chosen = newNeurons.clone();
        return this;
    }

    /**
     * Names the neurons; the default is such as "neuron 3".
     *
     * @param newLabels a name for each neuron of the membranes, or for each neuron from {@link #neurons}
     * @return this figure
     * @throws IllegalArgumentException if the number of names is wrong
     */
    @Override
    public TracesPlot labels(String... newLabels) {
        Objects.requireNonNull(newLabels, "newLabels");
        boolean ofPanels = chosen != null && newLabels.length == chosen.length;
        labels = ofPanels ? Samples.named(newLabels) : Samples.labels(newLabels, membranes.columns());
        labelsOfPanels = ofPanels;
        return this;
    }

    @Override
    public TracesPlot xLabel(String label) {
        super.xLabel(label);
        return this;
    }

    @Override
    public TracesPlot yLabel(String label) {
        super.yLabel(label);
        return this;
    }

    @Override
    List<String> axes() {
        return List.of("step", "membrane");
    }

    int steps() {
        return membranes.rows();
    }

    List<Panel> panels() {
        int[] neurons = neurons();
        Signals all = membranes.columns(neurons);
        return IntStream.range(0, neurons.length)
                .mapToObj(i -> panel(i, neurons, all))
                .toList();
    }

    boolean marked() {
        return spikes != null;
    }

    float threshold() {
        return threshold;
    }

    private Panel panel(int i, int[] neurons, Signals all) {
        int neuron = neurons[i];
        List<Integer> fired = spikes == null ? List.of() : spikes.steps(neuron);
        Signals own = membranes.columns(new int[] {neuron});
        return new Panel(label(i, neuron), own, fired, range(sharedRange ? all : own));
    }

    private String label(int i, int neuron) {
        return labels.isEmpty() ? "neuron " + neuron : labels.get(labelsOfPanels ? i : neuron);
    }

    private int[] neurons() {
        if (chosen != null) {
            return chosen;
        }
        IntStream all = IntStream.range(0, membranes.columns());
        if (spikes == null) {
            return all.limit(SHOWN).toArray();
        }
        int[] counts = spikes.counts();
        return all.boxed()
                .sorted(Comparator.comparingInt(neuron -> -counts[neuron]))
                .limit(SHOWN)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** A range includes the threshold, a shared range also zero; there is space above for the marks of spikes. */
    private Range range(Signals shown) {
        double least = sharedRange ? Math.min(0, shown.least()) : shown.least();
        double most = Float.isNaN(threshold) ? shown.most() : Math.max(threshold, shown.most());
        return Range.of(least, most).wider(0.06, marked() ? 0.4 : 0.06);
    }

    /**
     * One neuron.
     *
     * @param label its name
     * @param membrane {@code [steps x 1]}
     * @param spikes the steps in which it fires
     * @param range of its vertical axis
     */
    record Panel(String label, Signals membrane, List<Integer> spikes, Range range) {

        /** Returns the lower end of a spike's mark, on the membrane. */
        double foot(int step) {
            float value = membrane.get(step, 0);
            return Float.isFinite(value) ? value : range.from();
        }

        double top() {
            return range.to() - 0.04 * range.length();
        }
    }

    /** Returns the name of a panel, with the number of its spikes if they are marked. */
    String caption(Panel panel) {
        int count = panel.spikes().size();
        return panel.label()
                + (marked() ? String.format(Locale.ROOT, " – %,d spike%s", count, count == 1 ? "" : "s") : "");
    }

    @Override
    Picture picture() {
        return new TracesPicture(this);
    }

    @Override
    void write(JsonWriter json) {
        json.name("kind").value("traces").name("steps").value(steps());
        json.finite("threshold", threshold()).name("marked").value(marked());
        json.name("panels").array();
        for (TracesPlot.Panel panel : panels()) {
            json.object().name("caption").value(caption(panel)).name("spikes").integers(panel.spikes());
            FigureJson.axis(panel.range(), json);
            json.name("floats").value(Packed.of(panel.membrane().bytes())).end();
        }
        json.end();
    }

    @Override
    String describe() {
        return "Membranes over " + steps() + " steps of "
                + panels().stream().map(Panel::label).collect(Collectors.joining(", "));
    }
}
