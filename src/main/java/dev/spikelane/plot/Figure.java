package dev.spikelane.plot;

import java.io.IOException;
import java.nio.file.Path;

/** A picture that can be written to a file or become part of a {@link Report}. {@link Plot} makes them. */
public sealed interface Figure
        permits ConfusionMatrixPlot, FiringRatePlot, RasterPlot, SpikeCountPlot, TracesPlot, WeightsPlot {

    /**
     * Returns the title.
     *
     * @return the title; may be empty
     */
    String title();

    /**
     * Writes this figure in the format that the file's extension names; the file is written as a whole or not at all.
     *
     * @param file ends in {@code .html}, {@code .png}, {@code .svg} or, for spike counts, {@code .gif}
     * @throws IllegalArgumentException if the extension is another one, or the figure is too large for the format
     * @throws IllegalStateException if the library that draws the format is missing; the message names the dependency to add
     * @throws IOException if the file cannot be written
     */
    default void write(Path file) throws IOException {
        Output.of(this, file).write(this, file);
    }
}
