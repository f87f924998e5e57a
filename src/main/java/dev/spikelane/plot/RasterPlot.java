package dev.spikelane.plot;

import dev.spikelane.plot.data.Samples;
import dev.spikelane.plot.data.SpikeTrain;
import java.util.ArrayList;
import java.util.List;

/** Which neurons fire at which steps: a mark for each spike, in one or several panels over the same steps. */
final class RasterPlot extends Figure {

    /** A page or picture of more is of no use to anybody; in a browser each spike takes 16 bytes. */
    private static final long MOST_SPIKES = 10_000_000;

    private final List<SpikeTrain> panels = new ArrayList<>();

    RasterPlot(SpikeTrain train) {
        requireSpikes(train.count());
        panels.add(train);
    }

    List<SpikeTrain> panels() {
        return panels;
    }

    int steps() {
        return panels.getFirst().steps();
    }

    @Override
    void add(SpikeTrain train) {
        Samples.requireSteps("panel", train.steps(), steps());
        requireSpikes(
                train.count() + panels.stream().mapToLong(SpikeTrain::count).sum());
        panels.add(train);
    }

    private static void requireSpikes(long spikes) {
        if (spikes > MOST_SPIKES) {
            throw new IllegalArgumentException("raster has " + spikes + " spikes, expected at most " + MOST_SPIKES
                    + "; plot fewer steps, with rows(first, count)");
        }
    }
}
