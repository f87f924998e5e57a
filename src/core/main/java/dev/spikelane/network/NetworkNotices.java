package dev.spikelane.network;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.StateLeaky;
import java.util.ArrayList;
import java.util.List;

/** Notices of options that are valid but rarely meant. */
final class NetworkNotices {

    /** Names of parameters that are the share left after a step. */
    private static final List<String> SHARES = List.of("alpha", "beta");

    private final List<String> texts = new ArrayList<>();

    private NetworkNotices() {}

    static List<String> of(Network network) {
        NetworkNotices notices = new NetworkNotices();
        network.projections().forEach(notices::add);
        network.populations().forEach(notices::add);
        String mixed = TimeSteps.mixed(network.populations(), network.projections());
        if (!mixed.isEmpty()) {
            notices.texts.add(mixed + ": rates and time constants of the two mean different times; timeStep() of the"
                    + " builder sets one for all texts");
        }
        return List.copyOf(notices.texts);
    }

    private void add(Projection projection) {
        List<Connection> dense = projection.path().stream()
                .filter(each ->
                        each instanceof Dense || each instanceof Dense.Integers || each instanceof Dense.ByOpenBlas)
                .toList();
        if (dense.size() > 1) {
            texts.add("projection '" + projection.name() + "' has '" + dense.get(0) + "' and '" + dense.get(1)
                    + "' without neurons between them: together they are one linear map; call neuron() behind each, or"
                    + " use one dense connection");
        }
    }

    private void add(Population population) {
        if (population.neuron() instanceof StateLeaky) {
            return; // its beta gives a time constant
        }
        for (String name : SHARES) {
            Parameter share = population.neuron().parameters().get(name);
            for (int i = 0; share != null && i < share.values().length; i++) {
                float value = share.values()[i];
                if (value < 0 || value > 1) {
                    boolean limited = !(population.neuron() instanceof DeltaLeaky);
                    texts.add("population '" + population.name() + "' has the " + name + " " + value
                            + (share.values().length > 1 ? " for neuron " + i : "")
                            + ", expected 0 to 1, the share that is left after a step: "
                            + (limited
                                    ? "it counts as " + (value < 0 ? 0 : 1) + ", as in snnTorch"
                                    : "this model does not limit it, and its membrane may grow without bound"));
                    break;
                }
            }
        }
    }
}
