package dev.spikelane.plot;

import dev.spikelane.memory.SpikeMatrix;
import java.util.ArrayList;
import java.util.List;

/** Which neurons fire at which steps: a mark for each spike, in one or several panels over the same steps. */
public final class RasterPlot implements Figure {

    /** A page or picture of more is of no use to anybody; in a browser each spike takes 16 bytes. */
    private static final long MOST_SPIKES = 10_000_000;

    private final String title;
    private final List<SpikeTrain> panels;

    private RasterPlot(String title, List<SpikeTrain> panels) {
        this.title = title;
        this.panels = panels;
    }

    static RasterPlot of(SpikeTrain train) {
        return new RasterPlot("", List.of()).with(train);
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
    public RasterPlot title(String newTitle) {
        return new RasterPlot(newTitle, panels);
    }

    /**
     * Adds a panel below the others.
     *
     * @param name what fires, such as "hidden"
     * @param spikes {@code [steps x neurons]}, as many steps as the other panels
     * @return the same figure with it
     * @throws IllegalArgumentException if the number of steps is another, or there are too many spikes for a figure
     */
    public RasterPlot panel(String name, SpikeMatrix spikes) {
        return panel(name, spikes, 1, 0);
    }

    /**
     * Adds a panel of one sample of a batch below the others.
     *
     * @param name what fires, such as "hidden"
     * @param spikes {@code [steps * batch x neurons]}, time-major, as many steps as the other panels
     * @param batch samples
     * @param sample the sample to show
     * @return the same figure with it
     * @throws IllegalArgumentException if the rows are no multiple of the batch, the number of steps is another, or there are too many
     *     spikes for a figure
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    public RasterPlot panel(String name, SpikeMatrix spikes, int batch, int sample) {
        return with(SpikeTrain.of(name, spikes, batch, sample));
    }

    List<SpikeTrain> panels() {
        return panels;
    }

    int steps() {
        return panels.getFirst().steps();
    }

    private RasterPlot with(SpikeTrain train) {
        if (!panels.isEmpty()) {
            Samples.requireSteps("panel", train.steps(), steps());
        }
        List<SpikeTrain> all = new ArrayList<>(panels);
        all.add(train);
        long spikes = all.stream().mapToLong(SpikeTrain::count).sum();
        if (spikes > MOST_SPIKES) {
            throw new IllegalArgumentException("raster has " + spikes + " spikes, expected at most " + MOST_SPIKES
                    + "; plot fewer steps, with rows(first, count)");
        }
        return new RasterPlot(title, List.copyOf(all));
    }
}
