package dev.spikelane.kernel.base;

import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.LongSupplier;

/**
 * Learns which of two ways to do something is the faster one on this machine, while it is done again and again. Both
 * give the same bits.
 *
 * <p>What each way is estimated to take says where this starts. For each octave of time it learns a factor by which the
 * estimates of the second way are wrong, against those of the first. The other way is tried in {@value #TRIED} runs, of
 * which the last counts, right behind {@value #BEFORE} by the way that serves, so that whatever else the machine does
 * holds up both; the median of the last {@value #SAMPLES} such trials is the factor. They come soon at first, then so
 * seldom that they take a hundredth of the time. A way is not tried where it is estimated, or known, to take more than
 * {@value #HOPELESS} times as long as the other, nor where its estimate is more than twice what the other was measured
 * to take.
 *
 * <p>One thread opens and closes runs. What it has learned stays in {@link Learned}, from which others begin.
 */
public final class EitherWay {

    static final int BEFORE = 3;
    static final int TRIED = 2;
    static final int SAMPLES = 3;
    static final double HOPELESS = 3;

    /** Of what others begin with, so that they try it, which one busy moment would keep them from. */
    private static final double TRIABLE = HOPELESS - 0.5;

    /** Below that runs are too short for a clock. */
    private static final double LEAST_NANOSECONDS = 1_000;

    /** Runs between two trials at first, and at least later. */
    private static final int SOON = 8;

    private static final int LATER = 128;
    private static final int OCTAVES = 40;

    private static volatile boolean hurries;

    /** Whether somebody who warms up has met what is not known. */
    private static volatile boolean waits;

    private final LongSupplier clock;
    private final Learned learned;
    private final State[] states = new State[OCTAVES];
    private int octave;
    private double first;
    private double second;
    private boolean isSecond;
    private long start;

    /** What was learned of two ways; others that choose between the same ones begin with it, at any time. */
    public static final class Learned {
        private final float[] factors = new float[OCTAVES];

        /** Knows nothing. */
        public Learned() {}

        /** Whether nothing was learned. */
        public boolean isEmpty() {
            return toString().isEmpty();
        }

        @Override
        public String toString() {
            StringJoiner said = new StringJoiner(", ");
            for (int octave = 0; octave < OCTAVES; octave++) {
                if (factors[octave] != 0) {
                    said.add(String.format(
                            Locale.ROOT, "%.2f from %.1f us on", factors[octave], Math.scalb(1e-3, octave)));
                }
            }
            return said.toString();
        }
    }

    /** What is known of runs of like time. */
    private static final class State {
        private double factor;
        private int wait;
        private boolean known;

        /** The next run of a trial; -1 if there is none now. */
        private int turn = -1;

        /** The way that serves beside the trial. */
        private boolean second;

        private int trials;
        private final double[] before = new double[BEFORE];
        private final double[] samples = new double[SAMPLES];
    }

    /** Starts with what others have learned. */
    public EitherWay(Learned learned) {
        this(System::nanoTime, learned);
    }

    EitherWay(LongSupplier clock, Learned learned) {
        this.clock = clock;
        this.learned = learned;
        for (int i = 0; i < OCTAVES; i++) {
            float known = learned.factors[i];
            states[i] = new State();
            states[i].known = known != 0;
            states[i].factor = known == 0 ? 1 : known;
            states[i].wait = known == 0 ? SOON : LATER;
        }
    }

    /** Whether somebody warms up, so that what is not known is tried at once. */
    public static boolean hurries() {
        return hurries;
    }

    /**
     * Says whether what is not known is tried at once: while somebody warms up.
     *
     * @param soon whether
     */
    public static void hurry(boolean soon) {
        hurries = soon;
        waits = false;
    }

    /**
     * Tells whether all runs since {@link #hurry}, or since this was asked last, were of kinds that are known.
     *
     * @return whether none waits to be learned
     */
    public static boolean isSettled() {
        boolean settled = !waits;
        waits = false;
        return settled;
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
        octave = Math.clamp(Math.getExponent(Math.min(first, second)), 0, OCTAVES - 1);
        State state = states[octave];
        double ratio = state.factor * second / first;
        isSecond = ratio < 1;
        boolean tries = Math.min(first, second) >= LEAST_NANOSECONDS
                && Math.max(second, first) <= HOPELESS * Math.min(second, first)
                && Math.max(ratio, 1 / ratio) <= HOPELESS;
        if (!tries || state.turn > 0 && state.second != isSecond) {
            state.turn = -1;
            return isSecond;
        }
        boolean hurried = hurries && !state.known;
        if (hurried) {
            waits = true;
        }
        state.wait--;
        if (state.turn < 0 && (state.wait <= 0 || hurried)) {
            state.turn = 0;
            state.second = isSecond;
        }
        isSecond ^= state.turn >= BEFORE;
        if (state.turn >= 0) {
            start = clock.getAsLong();
        }
        return isSecond;
    }

    /** Ends the run that was opened last. */
    public void close() {
        State state = states[octave];
        if (state.turn < 0) {
            return;
        }
        double time = (clock.getAsLong() - start) / (isSecond ? second : first);
        if (state.turn == BEFORE + TRIED - 1) {
            add(state, isSecond ? time / median(state.before) : median(state.before) / time);
            return;
        }
        if (state.turn < BEFORE) {
            state.before[state.turn] = time;
        }
        state.turn++;
        double other = (isSecond ? first / second : second / first) / 2;
        if (state.turn == BEFORE && median(state.before) < other) {
            state.turn = -1;
            state.wait = LATER;
            state.known = true;
        }
    }

    private void add(State state, double sample) {
        state.samples[state.trials % SAMPLES] = sample;
        state.trials++;
        state.turn = -1;
        state.wait = SOON;
        if (state.trials >= SAMPLES) {
            state.factor = median(state.samples);
            state.known = true;
            double ratio = state.factor * second / first;
            learned.factors[octave] = (float) (Math.clamp(ratio, 1 / TRIABLE, TRIABLE) * first / second);
            state.wait = (int) Math.max(LATER, 100 * TRIED * (Math.max(ratio, 1 / ratio) - 1));
        }
    }

    private static double median(double[] three) {
        double least = Math.min(three[0], three[1]);
        double most = Math.max(three[0], three[1]);
        return Math.max(least, Math.min(most, three[2]));
    }
}
