package dev.spikelane.network.naive;

import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import java.util.ArrayList;
import java.util.List;

/** The order of populations in a step: each after its sources without a delay. */
final class NaiveOrder {

    private NaiveOrder() {}

    static List<Population> of(Network network) {
        List<Population> order = new ArrayList<>();
        while (order.size() < network.populations().size()) {
            for (Population population : network.populations()) {
                if (!order.contains(population) && isReady(network, population, order)) {
                    order.add(population);
                }
            }
        }
        return order;
    }

    private static boolean isReady(Network network, Population population, List<Population> done) {
        return network.projections().stream()
                .filter(projection -> projection.target() == population && NaiveSparse.delays(projection)[0] == 0)
                .flatMap(projection -> projection.source().ofPopulation().stream())
                .allMatch(done::contains);
    }
}
