package dev.spikelane.cli.demo;

import dev.spikelane.data.InputEncoding;
import dev.spikelane.encode.Rate;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.random.CounterRandom;

/** Rate coding of images that are scaled to equal brightness, so that all drive a network alike. */
final class EvenRate implements InputEncoding {

    /** The expected fraction of pixels that fire in a step. */
    static final double DENSITY = 0.0255;

    private final InputEncoding rate;

    EvenRate(int steps) {
        this.rate = InputEncoding.rate(new Rate(), steps);
    }

    @Override
    public void encode(FloatMatrix values, CounterRandom.Draws draws, Signal into) {
        FloatMatrix even = FloatMatrix.copyOf(values.rows(), values.columns(), values.toArray());
        for (int row = 0; row < even.rows(); row++) {
            scale(even, row, DENSITY * even.columns());
        }
        rate.encode(even, draws, into);
    }

    static void scale(FloatMatrix matrix, int row, double to) {
        double sum = 0;
        for (int column = 0; column < matrix.columns(); column++) {
            sum += matrix.get(row, column);
        }
        float factor = sum == 0 ? 0 : (float) (to / sum);
        for (int column = 0; column < matrix.columns(); column++) {
            matrix.set(row, column, matrix.get(row, column) * factor);
        }
    }

    @Override
    public int steps() {
        return rate.steps();
    }
}
