package dev.spikelane.plot;

import dev.spikelane.memory.SpikeMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Which neurons fire at which steps: a mark for each spike, in one or several panels over the same steps. */
public final class RasterPlot extends Figure {

    /** A page or picture of more is of no use to anybody; in a browser each spike takes 16 bytes. */
    private static final long MOST_SPIKES = 10_000_000;

    private final List<SpikeTrain> panels = new ArrayList<>();

    RasterPlot(SpikeTrain train) {
        with(train);
    }

    @Override
    public RasterPlot title(String newTitle) {
        super.title(newTitle);
        return this;
    }

    @Override
    public RasterPlot size(int newWidth, int newHeight) {
        super.size(newWidth, newHeight);
        return this;
    }

    /**
     * Adds a panel below the others.
     *
     * @param name what fires, such as "hidden"
     * @param spikes {@code [steps x neurons]}, as many steps as the other panels
     * @return this figure
     * @throws IllegalArgumentException if the number of steps is another, or there are too many spikes for a figure
     */
    public RasterPlot panel(String name, SpikeMatrix spikes) {
        Objects.requireNonNull(spikes, "spikes");
        return panel(name, spikes, 1, 0);
    }

    /**
     * Adds a panel of one sample of a batch below the others.
     *
     * @param name what fires, such as "hidden"
     * @param spikes {@code [steps * batch x neurons]}, time-major, as many steps as the other panels
     * @param batch samples
     * @param sample the sample to show
     * @return this figure
     * @throws IllegalArgumentException if the rows are no multiple of the batch, the number of steps is another, or there are too many
     *     spikes for a figure
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public RasterPlot panel(String name, SpikeMatrix spikes, int batch, int sample) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(spikes, "spikes");
        with(SpikeTrain.of(name, spikes, batch, sample));
        return this;
    }

    List<SpikeTrain> panels() {
        return panels;
    }

    int steps() {
        return panels.getFirst().steps();
    }

    private void with(SpikeTrain train) {
        if (!panels.isEmpty()) {
            Samples.requireSteps("panel", train.steps(), steps());
        }
        long spikes =
                train.count() + panels.stream().mapToLong(SpikeTrain::count).sum();
        if (spikes > MOST_SPIKES) {
            throw new IllegalArgumentException("raster has " + spikes + " spikes, expected at most " + MOST_SPIKES
                    + "; plot fewer steps, with rows(first, count)");
        }
        panels.add(train);
    }
}
