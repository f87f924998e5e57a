package dev.spikelane.train.gradient;

import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.simd.Checks;
import java.util.Set;

/**
 * The dropout of a projection's inputs.
 *
 * @param probability the probability that an input is dropped
 * @param channels true if all positions of a channel are dropped together, false for single elements
 */
public record Dropout(double probability, boolean channels) {

    /** Throws unless a projection allows this dropout with its present and learned values. */
    public void requireFits(Network network, Projection of, Set<String> learned) {
        Checks.require(probability >= 0 && (float) probability < 1, "probability", probability, "0 to below 1");
        if (of.source() instanceof Population population
                && !network.laidOut().carriesOnes(population.name(), learned)) {
            throw new IllegalArgumentException("projection '" + of.name() + "' carries graded spikes of population '"
                    + population.name() + "', expected spikes of 1 or values for a dropout");
        }
        if (network.laidOut().multipliesBits(of.name())) {
            throw new IllegalArgumentException("projection '" + of.name() + "' carries the whole numbers of '"
                    + of.source().name() + "', expected spikes of 1 or values for a dropout");
        }
        if (channels && of.source().shape().rank() == 1) {
            throw new IllegalArgumentException("projection '" + of.name() + "' carries a row of "
                    + of.source().shape().size() + ", expected channels of maps for a dropout of channels");
        }
    }
}
