package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Lazy;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The states of a population: the present one, one before each segment, and one for recomputing a segment. */
final class GradientStates {

    private final IntFunction<NeuronState> maker;
    private final RunSize size;
    /** True if states are zero before each window and not needed after it: then one state suffices. */
    private final boolean fromZero;

    private final NeuronState now;
    private final @Nullable NeuronState[] before;
    private final Lazy<NeuronState> again;

    GradientStates(NeuronState now, IntFunction<NeuronState> maker, RunSize size, boolean fromZero) {
        this.maker = maker;
        this.size = size;
        this.again = new Lazy<>(() -> maker.apply(size.batch()));
        this.fromZero = fromZero;
        this.now = now;
        this.before = new NeuronState[size.segments()];
    }

    NeuronState now() {
        return now;
    }

    NeuronState before(int segment) {
        if (fromZero) {
            return now;
        }
        NeuronState made = before[segment];
        if (made == null) {
            made = maker.apply(size.batch());
            before[segment] = made;
        }
        return made;
    }

    void keep(int segment) {
        if (!fromZero) {
            before(segment).copyFrom(now);
        }
    }

    void begin() {
        if (fromZero) {
            now.reset();
        }
    }

    /** Returns to the start of a segment for recomputing. */
    NeuronState again(int segment) {
        NeuronState made = again();
        made.copyFrom(before(segment));
        return made;
    }

    NeuronState again() {
        return again.get();
    }
}
