package dev.spikelane.network.memory;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.OwnJvm;
import dev.spikelane.Tries;
import dev.spikelane.Users;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The first call after a warm-up, in a new JVM. Code that is not compiled by then boxes vectors: 249 MB when the
 * warm-up ran too few rows for the kernels of 200 steps. The next calls boxed 450 KB each, some hundred times, when
 * products tried variants that C2 had not compiled. 400 steps of a rule boxed 42 KB each when the loops of the warm-up
 * were dropped with its simulations.
 */
@Users
final class FirstCallAllocationTest {

    private static final long MOST_BYTES = 10_000_000;

    /** Classes of the JVM, which compiles meanwhile. */
    private static final long MOST_CLASSES = 3;

    /** Products learn only on CPUs without constants, tested at night. */
    private static List<String> firstCalls() {
        return Tries.ALL
                ? List.of("simulation", "rule", "learning", "classifier")
                : List.of("simulation", "rule", "classifier");
    }

    private static final Map<String, Process> STARTED = new HashMap<>();

    /** In parallel, because each waits only for C2. */
    @BeforeAll
    static void start() throws IOException {
        for (String what : firstCalls()) {
            STARTED.put(what, OwnJvm.start(List.of(), FirstCallAllocationMain.class, what));
        }
    }

    /** A classifier also encodes and decodes: 34 ms of cold code and classes when only its network was warm. */
    @ParameterizedTest
    @MethodSource("firstCalls")
    void firstCallBehindAWarmUpIsCompiled(String what) throws IOException, InterruptedException {
        List<String> declared =
                OwnJvm.output(Objects.requireNonNull(STARTED.get(what))).lines().toList();
        long bytes = Long.parseLong(declared.getLast());
        assertTrue(bytes < MOST_BYTES, bytes + " bytes");
        long classes = Long.parseLong(declared.get(declared.size() - 2));
        assertTrue(classes <= MOST_CLASSES, declared.toString());
    }
}
