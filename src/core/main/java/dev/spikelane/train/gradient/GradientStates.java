package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Lazy;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The states of a population: the one that goes on, those before segments, and one that goes through a segment again.
 */
final class GradientStates {

    private final IntFunction<NeuronState> maker;
    private final RunSize size;
    /**
     * Whether states are zero before each window, and nobody wants those behind it: then there is one, made zero again.
     */
    private final boolean fromZero;

    private final NeuronState now;
    private final @Nullable NeuronState[] before;
    private final Lazy<NeuronState> again;

    /**
     * Takes the state that goes on; others are made when they are needed.
     *
     * @param maker makes a state of so many samples
     */
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

    /** The state before a segment. */
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

    /** Keeps the state before a segment. */
    void keep(int segment) {
        if (!fromZero) {
            before(segment).copyFrom(now);
        }
    }

    /** Begins the way back. */
    void begin() {
        if (fromZero) {
            now.reset();
        }
    }

    /** Goes to the start of a segment again. */
    NeuronState again(int segment) {
        NeuronState made = again();
        made.copyFrom(before(segment));
        return made;
    }

    /** The state that goes through a segment again. */
    NeuronState again() {
        return again.get();
    }
}
