package dev.spikelane.kernel.step.leaky;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.MemorySegment;

/** The parameters of a tile of neurons as arrays, and its way to rows of matrices. */
final class LeakyTile {

    final LeakyParameters parameters;
    /** The first neuron, and how many there are. */
    final int first;

    final int count;
    final float[] threshold;
    final float[] leak;
    final float[] alpha;
    final float[] scale;
    final float[] rest;
    final float[] own;
    final float[] fired;
    final float[] silent;
    final float[][] gains;

    LeakyTile(LeakyParameters parameters, int first, int count) {
        this.parameters = parameters;
        this.first = first;
        this.count = count;
        this.threshold = row(parameters.threshold);
        this.leak = row(parameters.beta);
        this.alpha = row(parameters.alpha);
        this.scale = row(parameters.scale);
        this.rest = row(parameters.rest);
        this.own = row(parameters.own);
        this.fired = row(parameters.fired);
        this.silent = row(parameters.silent);
        this.gains = new float[parameters.gains.length][];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = row(parameters.gains[i]);
        }
    }

    /** Takes the values that the parameters have now. */
    void update() {
        fill(parameters.threshold, threshold);
        fill(parameters.beta, leak);
        fill(parameters.alpha, alpha);
        fill(parameters.scale, scale);
        fill(parameters.rest, rest);
        fill(parameters.own, own);
        fill(parameters.fired, fired);
        fill(parameters.silent, silent);
        for (int i = 0; i < gains.length; i++) {
            fill(parameters.gains[i], gains[i]);
        }
    }

    private float[] row(FloatMatrix all) {
        float[] tile = new float[count];
        fill(all, tile);
        return tile;
    }

    private void fill(FloatMatrix all, float[] tile) {
        MemorySegment.copy(all.segment(), JAVA_FLOAT, (long) first * Float.BYTES, tile, 0, count);
    }

    /** A row of a matrix that holds all neurons, or the tile. */
    void loadAt(FloatMatrix matrix, int row, float[] into) {
        MemorySegment.copy(matrix.segment(), JAVA_FLOAT, matrix.rowOffset(row) + column(matrix), into, 0, count);
    }

    void storeAt(float[] values, FloatMatrix matrix, int row) {
        MemorySegment.copy(values, 0, matrix.segment(), JAVA_FLOAT, matrix.rowOffset(row) + column(matrix), count);
    }

    private long column(FloatMatrix matrix) {
        return matrix.columns() == parameters.neurons() ? (long) first * Float.BYTES : 0;
    }

    /** A row of a tile. */
    void load(FloatMatrix matrix, int row, float[] into) {
        MemorySegment.copy(matrix.segment(), JAVA_FLOAT, matrix.rowOffset(row), into, 0, count);
    }

    void store(float[] values, FloatMatrix matrix, int row) {
        MemorySegment.copy(values, 0, matrix.segment(), JAVA_FLOAT, matrix.rowOffset(row), count);
    }

    void multiply(float[] values, float[] factors) {
        for (int i = 0; i < count; i++) {
            values[i] = values[i] * factors[i];
        }
    }
}
