package dev.spikelane.plot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A picture that can be written to a file or become part of a {@link Report}. {@link Plot} makes them.
 *
 * <p>A figure is a builder: each method changes this figure and returns it, so calls may be chained or stand alone. Not safe for use by
 * several threads at once.
 */
public abstract sealed class Figure
        permits ConfusionMatrixPlot,
                CurvePlot,
                FiringRatePlot,
                ImagePlot,
                RasterPlot,
                SpikeCountPlot,
                TracesPlot,
                WeightsPlot {

    private static final int LEAST_SIZE = 100;
    private static final int MOST_SIZE = 4_000;

    private String title = "";
    private int width;
    private int height;

    Figure() {}

    /**
     * Returns the title.
     *
     * @return the title; may be empty
     */
    public final String title() {
        return title;
    }

    /**
     * Gives it a title.
     *
     * @param newTitle the title; none if empty
     * @return this figure
     */
    public Figure title(String newTitle) {
        title = Objects.requireNonNull(newTitle, "title");
        return this;
    }

    /**
     * Chooses the size of all of the picture. A figure has a size that suits its content otherwise.
     *
     * @param newWidth points, 100 to 4,000: pixels of a GIF, half the pixels of a PNG, and the most that a page gives it
     * @param newHeight points, 100 to 4,000
     * @return this figure
     * @throws IllegalArgumentException if one is out of range
     */
    public Figure size(int newWidth, int newHeight) {
        width = requireSize("width", newWidth);
        height = requireSize("height", newHeight);
        return this;
    }

    /**
     * Writes this figure in the format that the file's extension names; the file is written as a whole or not at all.
     *
     * @param file ends in {@code .html}, {@code .png}, {@code .svg} or, for spike counts and images, {@code .gif}
     * @throws IllegalArgumentException if the extension is another one, or the figure is too large for the format
     * @throws IllegalStateException if the library that draws the format is missing; the message names the dependency to add
     * @throws IOException if the file cannot be written
     */
    public final void write(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        Output.of(this, file).write(this, file);
    }

    /** The width that was chosen, or that which suits the content. */
    final int width(int suitable) {
        return width == 0 ? suitable : width;
    }

    /** The height that was chosen, or that which suits the content. */
    final int height(int suitable) {
        return height == 0 ? suitable : height;
    }

    private static int requireSize(String what, int points) {
        if (points < LEAST_SIZE || points > MOST_SIZE) {
            throw new IllegalArgumentException(
                    what + " is " + points + " points, expected " + LEAST_SIZE + " to " + MOST_SIZE);
        }
        return points;
    }
}
