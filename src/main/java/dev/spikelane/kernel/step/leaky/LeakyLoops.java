package dev.spikelane.kernel.step.leaky;

import dev.spikelane.kernel.base.Template;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Phase;
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
public record LeakyLoops(LeakyLoop whole, LeakyLoop charge, LeakyLoop fire) {

    /** Made once and kept: there are as many as sets of options that somebody uses. */
    private static final Map<LeakyOptions, LeakyLoops> SCALAR = new ConcurrentHashMap<>();

    private static final Map<LeakyOptions, LeakyLoops> VECTOR = new ConcurrentHashMap<>();

    /** The specification: plain objects. */
    static LeakyLoops plain(LeakyOptions options) {
        return new LeakyLoops(
                new LeakyLoopScalar(options),
                new LeakyLoopScalar(options.in(Phase.CHARGE)),
                new LeakyLoopScalar(options.in(Phase.FIRE)));
    }

    public static LeakyLoops scalar(LeakyOptions options) {
        return SCALAR.computeIfAbsent(
                options,
                wanted -> new LeakyLoops(
                        copy(LeakyLoopScalar.class, wanted),
                        copy(LeakyLoopScalar.class, wanted.in(Phase.CHARGE)),
                        copy(LeakyLoopScalar.class, wanted.in(Phase.FIRE))));
    }

    static LeakyLoops vector(LeakyOptions options) {
        return VECTOR.computeIfAbsent(
                options,
                wanted -> new LeakyLoops(
                        new LeakyTrainVector(wanted),
                        copy(LeakyLoopVector.class, wanted.in(Phase.CHARGE)),
                        wanted.inhibition() && !wanted.resetsAtOnce()
                                ? new LeakyWinnerLoop(wanted)
                                : copy(LeakyLoopVector.class, wanted.in(Phase.FIRE))));
    }

    /** A loop whose options are constants, or a plain one where that cannot be. */
    static LeakyLoop copy(Class<? extends LeakyLoop> template, LeakyOptions options) {
        return Template.copy(
                MethodHandles.lookup(), LeakyLoop.class, template, options, () -> new LeakyLoopScalar(options));
    }
}
