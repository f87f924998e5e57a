package dev.spikelane.cli.demo;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.plot.Figure;
import dev.spikelane.plot.Plot;

/**
 * Maps beside and below each other, as one image.
 *
 * @param maps how many there are, and their height and width
 * @param columns how many stand beside each other
 */
record Mosaic(Shape maps, int columns) {

    /** From black to white. */
    private static final String SHADES = " .:-=+*#@";

    /** Letters beside each other of a map. */
    private static final int LETTERS = 14;

    /** As high as wide, or nearly so. */
    static Mosaic square(Shape maps) {
        return new Mosaic(maps, (int) Math.ceil(Math.sqrt(maps.channels())));
    }

    private int width() {
        return columns * (maps.width() + 1) - 1;
    }

    private int height() {
        return Math.ceilDiv(maps.channels(), columns) * (maps.height() + 1) - 1;
    }

    /**
     * The maps of each row, an image for each.
     *
     * @param rows {@code [images x maps]}, in torch's order
     * @param between the value of the lines between maps
     */
    Figure figure(Signal rows, float between) {
        return Plot.image(tiles(rows, between), width());
    }

    private FloatMatrix tiles(Signal rows, float between) {
        FloatMatrix tiles = FloatMatrix.zeros(rows.rows(), width() * height());
        for (int row = 0; row < rows.rows(); row++) {
            for (int pixel = 0; pixel < tiles.columns(); pixel++) {
                tiles.set(row, pixel, value(rows, row, pixel / width(), pixel % width(), between));
            }
        }
        return tiles;
    }

    private float value(Signal rows, int row, int y, int x, float between) {
        int tile = y / (maps.height() + 1) * columns + x / (maps.width() + 1);
        int line = y % (maps.height() + 1);
        int column = x % (maps.width() + 1);
        if (line == maps.height() || column == maps.width() || tile >= maps.channels()) {
            return between;
        }
        int neuron = (tile * maps.height() + line) * maps.width() + column;
        return switch (rows) {
            case FloatMatrix values -> values.get(row, neuron);
            case SpikeMatrix spikes -> spikes.get(row, neuron) ? 1 : 0;
        };
    }

    /** The maps of a row in letters, from 0 to the brightest pixel: one of each cell, twice as high as wide. */
    String text(FloatMatrix row) {
        FloatMatrix tiles = tiles(row, 0);
        int cell = Math.ceilDiv(maps.width(), LETTERS);
        float most = Float.MIN_NORMAL;
        for (float each : tiles.toArray()) {
            most = Math.max(most, each);
        }
        StringBuilder text = new StringBuilder();
        for (int y = cell / 2; y < height(); y += 2 * cell) {
            for (int x = cell / 2; x < width(); x += cell) {
                float shade = tiles.get(0, y * width() + x) / most;
                text.append(SHADES.charAt((int) (shade * (SHADES.length() - 1))));
            }
            text.append('\n');
        }
        return text.substring(0, text.length() - 1);
    }
}
