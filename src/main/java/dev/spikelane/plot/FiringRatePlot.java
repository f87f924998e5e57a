package dev.spikelane.plot;

import dev.spikelane.memory.SpikeMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * The share of neurons that fire, over time, a line for each layer: {@code rate[t] = mean over neurons and over the steps t - window + 1
 * to t of spikes}, over fewer steps at the start.
 */
public final class FiringRatePlot extends Figure {

    private static final int WINDOW = 10;

    private final List<SpikeTrain> series = new ArrayList<>();
    private int window = WINDOW;

    FiringRatePlot(SpikeTrain spikes) {
        series.add(spikes);
    }

    @Override
    public FiringRatePlot title(String newTitle) {
        super.title(newTitle);
        return this;
    }

    @Override
    public FiringRatePlot size(int newWidth, int newHeight) {
        super.size(newWidth, newHeight);
        return this;
    }

    /**
     * Chooses over how many steps the rate is averaged; 10 otherwise.
     *
     * @param steps the steps, at least 1
     * @return this figure
     * @throws IllegalArgumentException if there is no step
     */
    public FiringRatePlot window(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("window is " + steps + " steps, expected at least 1");
        }
        window = steps;
        return this;
    }

    /**
     * Adds a line.
     *
     * @param name what fires
     * @param spikes {@code [steps x neurons]}, as many steps as the other lines
     * @return this figure
     * @throws IllegalArgumentException if the number of steps is another
     */
    public FiringRatePlot series(String name, SpikeMatrix spikes) {
        return series(name, spikes, 1, 0);
    }

    /**
     * Adds a line for one sample of a batch.
     *
     * @param name what fires
     * @param spikes {@code [steps * batch x neurons]}, time-major, as many steps as the other lines
     * @param batch samples
     * @param sample the sample to show
     * @return this figure
     * @throws IllegalArgumentException if the rows are no multiple of the batch, or the number of steps is another
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public FiringRatePlot series(String name, SpikeMatrix spikes, int batch, int sample) {
        SpikeTrain added = SpikeTrain.of(name, spikes, batch, sample);
        Samples.requireSteps("series", added.steps(), steps());
        series.add(added);
        return this;
    }

    int steps() {
        return series.getFirst().steps();
    }

    int window() {
        return window;
    }

    List<String> names() {
        return series.stream().map(SpikeTrain::name).toList();
    }

    /** {@code [steps x series]}. */
    Signals rates() {
        float[] rates = new float[Math.multiplyExact(steps(), series.size())];
        for (int i = 0; i < series.size(); i++) {
            SpikeTrain train = series.get(i);
            long spikes = 0;
            for (int step = 0; step < steps(); step++) {
                spikes += train.count(step);
                spikes -= step < window ? 0 : train.count(step - window);
                int averaged = Math.min(window, step + 1);
                rates[step * series.size() + i] = (float) (spikes / ((double) averaged * train.neurons()));
            }
        }
        return new Signals(steps(), series.size(), rates);
    }
}
