package dev.spikelane.kernel.base;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Learns which of two ways to do something is the faster one on this machine, while it is done again and again. Both
 * give the same bits.
 *
 * <p>What each way is estimated to take says where this starts, apart for each octave of what the faster one takes. The
 * other way is tried in {@value #TRIED} runs, of which the last counts, right behind {@value #BEFORE} by the way that
 * serves, so that whatever else the machine does holds up both. After {@value #SAMPLES} such trials their median decides.
 * Later trials are so seldom that they take a hundredth of the time. A way that is estimated at more than
 * {@value #HOPELESS} times the other is not tried, and neither is one whose estimate is more than twice what the other
 * was measured to take.
 *
 * <p>One thread opens and closes runs.
 */
public final class EitherWay {

    static final int BEFORE = 3;
    static final int TRIED = 2;
    static final int SAMPLES = 3;
    static final double HOPELESS = 3;

    /** Below that runs are too short for a clock. */
    private static final double LEAST_NANOSECONDS = 1_000;

    /** What another way must save to serve. */
    private static final double BETTER = 0.95;

    /** Runs between two trials at first, and at least later. */
    private static final int SOON = 8;

    private static final int LATER = 128;
    private static final int OCTAVES = 40;

    private final LongSupplier clock;
    private final State[] states = new State[OCTAVES];
    private State now;
    private double first;
    private double second;
    private long start;

    /** What is known of runs of like time. */
    private static final class State {
        private boolean isKnown;
        private boolean second;
        private int wait = SOON;
        /** The next run of a trial; -1 if there is none now. */
        private int turn = -1;

        private int trials;
        private final double[] before = new double[BEFORE];
        private final double[] samples = new double[SAMPLES];
    }

    /** Starts with nothing. */
    public EitherWay() {
        this(System::nanoTime);
    }

    EitherWay(LongSupplier clock) {
        this.clock = clock;
        Arrays.setAll(states, i -> new State());
        this.now = states[0];
    }

    /**
     * Chooses a way for a run.
     *
     * @param ofFirst nanoseconds that the first way is estimated to take
     * @param ofSecond those of the second
     * @return whether the second way should be taken
     */
    public boolean open(double ofFirst, double ofSecond) {
        first = ofFirst;
        second = ofSecond;
        double less = Math.min(first, second);
        State state = states[Math.clamp(Math.getExponent(less), 0, OCTAVES - 1)];
        now = state;
        if (less < LEAST_NANOSECONDS || Math.max(first, second) > HOPELESS * less) {
            state.turn = -1;
            return second < first;
        }
        if (!state.isKnown) {
            state.isKnown = true;
            state.second = second < first;
        }
        if (state.turn < 0 && --state.wait <= 0) {
            state.turn = 0;
        }
        if (state.turn >= 0) {
            start = clock.getAsLong();
        }
        return state.second != state.turn >= BEFORE;
    }

    /** Ends the run that was opened last. */
    public void close() {
        State state = now;
        if (state.turn < 0) {
            return;
        }
        double less = Math.min(first, second);
        double time = (clock.getAsLong() - start) / less;
        if (state.turn < BEFORE) {
            state.before[state.turn] = time;
        } else if (state.turn == BEFORE + TRIED - 1) {
            add(state, time / median(state.before));
            return;
        }
        state.turn++;
        if (state.turn == BEFORE && (state.second ? first : second) > 2 * less * median(state.before)) {
            state.turn = -1;
            state.wait = LATER;
        }
    }

    private static void add(State state, double sample) {
        state.samples[state.trials % SAMPLES] = sample;
        state.trials++;
        state.turn = -1;
        state.wait = state.trials < SAMPLES ? SOON : (int) Math.max(LATER, 100 * TRIED * (sample - 1));
        if (state.trials >= SAMPLES && median(state.samples) < BETTER) {
            state.second = !state.second;
            state.trials = 0;
        }
    }

    private static double median(double[] three) {
        double least = Math.min(three[0], three[1]);
        double most = Math.max(three[0], three[1]);
        return Math.max(least, Math.min(most, three[2]));
    }
}
