package dev.spikelane.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The other libraries that are on the class path and run here. */
public final class Peers {

    private static final List<Peer> ALL = new ArrayList<>();
    private static final List<String> FAILURES = new ArrayList<>();

    static {
        for (ServiceLoader.Provider<Peer> provider :
                ServiceLoader.load(Peer.class).stream().toList()) {
            try {
                ALL.add(provider.get());
            } catch (ServiceConfigurationError | RuntimeException | LinkageError failure) {
                FAILURES.add(provider.type().getSimpleName() + " does not run here: " + failure);
            }
        }
    }

    private Peers() {}

    /** Those that run here. */
    public static List<Peer> all() {
        return List.copyOf(ALL);
    }

    /** Whether works of this input density have peers: their speed does not depend on it, so two of the densities must do. */
    public static boolean joinAt(double density) {
        return density == 0.1 || density == 0.5;
    }

    static String describe() {
        if (ALL.isEmpty() && FAILURES.isEmpty()) {
            return "no other libraries; bench/set-up --peers gets them";
        }
        String names = ALL.stream().map(Peer::describe).collect(Collectors.joining(", "));
        return String.join("; ", FAILURES.isEmpty() ? List.of(names) : concat(names));
    }

    private static List<String> concat(String names) {
        List<String> all = new ArrayList<>(List.of(names));
        all.addAll(FAILURES);
        return all;
    }
}
