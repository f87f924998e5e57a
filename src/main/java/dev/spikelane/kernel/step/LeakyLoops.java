package dev.spikelane.kernel.step;

import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.step.LeakyOptions.Phase;
import java.lang.invoke.MethodHandles;
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
        return SCALAR.computeIfAbsent(
                options,
                wanted -> new LeakyLoops(
                        Template.copy(MethodHandles.lookup(), LeakyLoop.class, LeakyLoopScalar.class, wanted),
                        Template.copy(
                                MethodHandles.lookup(),
                                LeakyLoop.class,
                                LeakyLoopScalar.class,
                                wanted.in(Phase.CHARGE)),
                        Template.copy(
                                MethodHandles.lookup(),
                                LeakyLoop.class,
                                LeakyLoopScalar.class,
                                wanted.in(Phase.FIRE))));
    }

    static LeakyLoops vector(LeakyOptions options) {
        return VECTOR.computeIfAbsent(
                options,
                wanted -> new LeakyLoops(
                        new LeakyTrainVector(wanted),
                        Template.copy(
                                MethodHandles.lookup(),
                                LeakyLoop.class,
                                LeakyLoopVector.class,
                                wanted.in(Phase.CHARGE)),
                        wanted.inhibition() && !wanted.resetsAtOnce()
                                ? new LeakyWinnerLoop(wanted)
                                : Template.copy(
                                        MethodHandles.lookup(),
                                        LeakyLoop.class,
                                        LeakyLoopVector.class,
                                        wanted.in(Phase.FIRE))));
    }
}
