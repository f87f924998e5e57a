package dev.spikelane.cli.demo;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;
import dev.spikelane.simd.Rows;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the network does with each image in its first steps, for the report. */
final class ImageTrains implements Attachment {

    /** More images than anybody looks at make the page slow. */
    static final int MOST_IMAGES = 256;

    /** Of the hidden layer, steps of all images together: each takes 125 bytes before they are packed. */
    private static final int MOST_HIDDEN = 16_000;

    private final int steps;
    private final int images;
    private final @Nullable SpikeMatrix hidden;
    private final SpikeMatrix output;

    ImageTrains(Arena arena, int allSteps, int allImages) {
        this.steps = Math.min(allSteps, DemoReport.MOST_STEPS);
        this.images = Math.min(allImages, MOST_IMAGES);
        int rows = steps * images;
        this.hidden = rows > MOST_HIDDEN ? null : SpikeMatrix.zeros(arena, rows, TutorialRun.HIDDEN);
        this.output = SpikeMatrix.zeros(arena, rows, TutorialRun.OUTPUTS);
    }

    int images() {
        return images;
    }

    /** A raster for each image. */
    List<Figure> rasters() {
        return IntStream.range(0, images).mapToObj(this::raster).toList();
    }

    @Override
    public void attach(Simulation simulation, SpikeMatrix input, int firstSample) {
        int kept = Math.min(simulation.batch(), images - firstSample);
        if (kept > 0) {
            if (hidden != null) {
                simulation.observe(0, keeper(hidden, firstSample, kept, simulation.batch()));
            }
            simulation.observe(1, keeper(output, firstSample, kept, simulation.batch()));
        }
    }

    /** Copies the first samples of a batch to their place among all images. */
    private Population.Observer keeper(SpikeMatrix to, int firstSample, int kept, int batch) {
        return (firstStep, blockSteps, spikes, membranes) -> {
            for (int step = 0; step < blockSteps && firstStep + step < steps; step++) {
                int row = (int) (firstStep + step) * images + firstSample;
                Rows.copy(spikes, step * batch, to, row, kept);
            }
        };
    }

    private Figure raster(int image) {
        return hidden == null
                ? Plot.raster("output", output, images, image)
                : Plot.raster("hidden", hidden, images, image).add("output", output, images, image);
    }
}
