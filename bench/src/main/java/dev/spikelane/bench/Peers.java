package dev.spikelane.bench;

import dev.spikelane.blas.OpenBlas;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The other libraries that are on the class path and run here. */
public final class Peers {

    private static final List<Peer> ALL = new ArrayList<>();
    private static final List<String> FAILURES = new ArrayList<>();

    static {
        // First the OpenBLAS of the system: ND4J brings one of the same name, an old one, and whoever comes second gets
        // the first.
        OpenBlas.isAvailable();
        Iterator<Peer> services = ServiceLoader.load(Peer.class).iterator();
        for (boolean more = true; more; ) {
            try {
                more = services.hasNext();
                if (more) {
                    ALL.add(services.next());
                }
            } catch (ServiceConfigurationError | LinkageError failure) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                FAILURES.add("not here: " + cause);
            }
        }
    }

    private Peers() {}

    /** Those that run here. */
    public static List<Peer> all() {
        return List.copyOf(ALL);
    }

    /**
     * Whether works of this input density have peers: their speed does not depend on it, so two of the densities must
     * do.
     */
    public static boolean joinAt(double density) {
        return density == 0.1 || density == 0.5;
    }

    /** Their names and versions, and why others do not run; nothing if there are none on the class path. */
    static List<String> describe() {
        return Stream.concat(ALL.stream().map(Peer::describe), FAILURES.stream())
                .toList();
    }
}
