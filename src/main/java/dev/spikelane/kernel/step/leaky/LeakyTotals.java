package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.memory.FloatMatrix;
import java.util.EnumMap;
import java.util.Map;

/** Gradients of the parameters of a tile that are learned: a sum for each neuron of each sample. */
final class LeakyTotals {

    private final LeakyTile tile;
    private final Map<LeakySums, FloatMatrix> sums = new EnumMap<>(LeakySums.class);
    private final float[] summed;

    LeakyTotals(LeakyTile tile) {
        this.tile = tile;
        this.summed = new float[tile.count];
    }

    void put(LeakySums parameter, FloatMatrix sum) {
        sums.put(parameter, sum);
    }

    boolean has(LeakySums parameter) {
        return sums.containsKey(parameter);
    }

    /** Adds terms to the sums of a sample, if the parameter is learned. */
    void add(LeakySums parameter, int sample, float[] terms) {
        add(parameter, sample, 1, terms);
    }

    /** Subtracts terms from the sums of a sample, if the parameter is learned. */
    void subtract(LeakySums parameter, int sample, float[] terms) {
        add(parameter, sample, -1, terms);
    }

    private void add(LeakySums parameter, int sample, float sign, float[] terms) {
        FloatMatrix sum = sums.get(parameter);
        if (sum != null) {
            tile.loadAt(sum, sample, summed);
            for (int i = 0; i < tile.count; i++) {
                summed[i] = summed[i] + sign * terms[i];
            }
            tile.storeAt(summed, sum, sample);
        }
    }
}
