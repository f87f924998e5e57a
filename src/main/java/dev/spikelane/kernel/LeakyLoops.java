package dev.spikelane.kernel;

import dev.spikelane.kernel.LeakyOptions.Phase;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The loops for one set of options.
 *
 * @param whole all of a step
 * @param charge its first part
 * @param fire its second part
 */
record LeakyLoops(LeakyLoop whole, LeakyLoop charge, LeakyLoop fire) {

    /** Made once and kept: there are as many as sets of options that somebody uses. */
    private static final Map<LeakyOptions, LeakyLoops> SCALAR = new ConcurrentHashMap<>();

    private static final Map<LeakyOptions, LeakyLoops> VECTOR = new ConcurrentHashMap<>();

    static LeakyLoops scalar(LeakyOptions options) {
        return SCALAR.computeIfAbsent(options, wanted -> copies(LeakyLoopScalar.class, wanted));
    }

    static LeakyLoops vector(LeakyOptions options) {
        return VECTOR.computeIfAbsent(options, wanted -> copies(LeakyLoopVector.class, wanted));
    }

    private static LeakyLoops copies(Class<? extends LeakyLoop> template, LeakyOptions options) {
        return new LeakyLoops(
                Template.copy(LeakyLoop.class, template, options),
                Template.copy(LeakyLoop.class, template, options.in(Phase.CHARGE)),
                Template.copy(LeakyLoop.class, template, options.in(Phase.FIRE)));
    }
}
