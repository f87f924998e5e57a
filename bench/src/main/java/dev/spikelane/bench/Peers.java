package dev.spikelane.bench;

import dev.spikelane.blas.OpenBlas;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The other libraries that are on the class path and run on this machine. */
public final class Peers {

    private static final List<Peer> ALL = new ArrayList<>();
    private static final List<String> FAILURES = new ArrayList<>();

    static {
        // Load the system's OpenBLAS first: ND4J brings an old one of the same name, and the second load gets the
        // first library.
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

    /** Returns the peers that run on this machine. */
    public static List<Peer> all() {
        return List.copyOf(ALL);
    }

    /**
     * Returns true if works of this input density have peers. The speed of peers does not depend on the density, so two
     * densities are enough.
     */
    public static boolean joinAt(double density) {
        return density == 0.1 || density == 0.5;
    }

    /**
     * Returns the names and versions of the peers, and the reasons why others do not run; empty if the class path has
     * none.
     */
    static List<String> describe() {
        return Stream.concat(ALL.stream().map(Peer::describe), FAILURES.stream())
                .toList();
    }
}
