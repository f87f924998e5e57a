package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.ParameterRows;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.QuantizeLevels;
import dev.spikelane.kernel.step.StepFrames;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.kernel.step.Winner;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parameters of a row of leaky integrate-and-fire neurons, one value for each neuron, as {@link LeakyStep} reads them.
 * May be shared between threads if its arena is; values change by {@link #set} alone, which no reader may overlap.
 */
public final class LeakyParameters implements ParameterRows {

    /**
     * The leak of the membrane, whose meaning the {@link Decay} says; of the inhibitory current in an alpha function.
     */
    public final FloatMatrix beta;

    public final FloatMatrix threshold;
    /** What is left of the synapse, or of the excitatory current, after a step. */
    public final FloatMatrix alpha;
    /** What state variables are rounded to. */
    public final QuantizeLevels levels;
    /** How many state variables are rounded. */
    public final int quantized;

    /** Of a position of neurons with gates; 0 for others. */
    public final int channels;

    /** Whether {@link #beta} is a share, which is clamped. */
    private final boolean clamps;

    public final LeakyOptions options;
    private final Map<String, FloatMatrix> rows = new LinkedHashMap<>();
    /**
     * What neurons share, by its name in the text: loops broadcast it, 1 to 3 % of a whole network faster than they
     * load rows (Emerald Rapids, 512 bits, 2026-11).
     */
    private final Map<String, float[]> shares = new HashMap<>();

    /** Those of them that loops which are made now may broadcast. */
    private final Set<String> shared = new HashSet<>();

    private volatile @Nullable NeuronLoops loops;
    private volatile @Nullable NeuronLoops firing;

    LeakyParameters(LeakyParametersBuilder from, LeakyOptions options, Arena arena) {
        this.options = options;
        from.values.forEach((name, values) -> rows.put(name, from.row(arena, name, values)));
        this.beta = row("leak");
        this.threshold = row("threshold");
        this.alpha = row("alpha");
        this.levels = QuantizeLevels.of(arena, from.levels);
        this.quantized = from.quantized;
        this.channels = from.channels;
        this.clamps = from.clamps;
        if (clamps) {
            clamp(beta);
        }
        clamp(alpha);
        divideSpikes();
        if (options.compare() == Compare.INCLUSIVE || options.inhibition()) {
            pad(threshold, Float.MAX_VALUE);
        }
        if (options.decay() == Decay.DIVIDE) {
            pad(beta, 1);
        }
        for (String name : List.of("leak", "alpha", "threshold")) {
            if (isShared(name, row(name), from.values.getOrDefault(name, new float[0]).length)) {
                shares.put(name, new float[] {row(name).get(0, 0)});
                shared.add(name);
            }
        }
    }

    /** All of these by their names in the text. */
    Map<String, FloatMatrix> rows() {
        return rows;
    }

    /** The row of a parameter of the text. */
    FloatMatrix row(String name) {
        return Objects.requireNonNull(rows.get(name), name);
    }

    /** Whether neurons share a parameter, with which lanes behind the last neuron stay zero. */
    private boolean isShared(String name, FloatMatrix row, int values) {
        boolean stay = !name.equals("threshold")
                || options.compare() == Compare.STRICT && !options.inhibition() && row.get(0, 0) >= 0;
        return values == 1 && stay && !(name.equals("leak") && options.alphaFunction());
    }

    /**
     * Goes on with another value, which ways back that were made before broadcast still; loops forward are made anew
     * where neurons do not share it any more.
     */
    private synchronized void shareAgain(String name, FloatMatrix row, int values) {
        float[] held = shares.get(name);
        if (held == null) {
            return;
        }
        held[0] = row.get(0, 0);
        if (!isShared(name, row, values) && shared.remove(name)) {
            loops = null;
            firing = null;
        }
    }

    @Override
    public synchronized Set<String> shared() {
        return Set.copyOf(shared);
    }

    @Override
    public void put(Frame frame) {
        rows.forEach((name, row) -> frame.put(name, row.segment(), row.rowOffset(0), 0));
        shares.forEach(frame::share);
    }

    /** Puts what S counts in an immediate reset in place of the factors: {@code 1 / factor} and {@code 0 / factor}. */
    private void divideSpikes() {
        FloatMatrix fired = row(LeakyText.FIRED);
        FloatMatrix silent = row("silent");
        for (int neuron = 0; neuron < fired.columns(); neuron++) {
            float factor = options.inhibition() && fired.get(0, neuron) != 0 ? fired.get(0, neuron) : 1;
            fired.set(0, neuron, 1 / factor);
            silent.set(0, neuron, 0 / factor);
        }
    }

    private static void clamp(FloatMatrix row) {
        for (int neuron = 0; neuron < row.columns(); neuron++) {
            row.set(0, neuron, Math.clamp(row.get(0, neuron), 0.0f, 1.0f));
        }
    }

    /**
     * Overwrites a parameter, clamped as it was when these were built.
     *
     * @param name that of the text, of one that these {@linkplain #has have}
     * @param values finite: one, or one for each neuron
     * @throws IllegalArgumentException if these do not have it
     */
    public void set(String name, float[] values) {
        FloatMatrix row = rows.get(name);
        if (row == null) {
            throw new IllegalArgumentException(name + " cannot be set, expected one of " + rows.keySet());
        }
        for (int neuron = 0; neuron < row.columns(); neuron++) {
            row.set(0, neuron, values[values.length == 1 ? 0 : neuron]);
        }
        if (name.equals("leak") ? clamps : name.equals("alpha")) {
            clamp(row);
        }
        if (name.equals(LeakyText.FIRED)) {
            divideSpikes();
        }
        shareAgain(name, row, values.length);
    }

    /** Tells whether neurons have a parameter of the text as a row that can be overwritten. */
    public boolean has(String name) {
        return rows.containsKey(name);
    }

    /**
     * Fills the lanes behind the last neuron, so that they never fire, nor win under inhibition, and their state stays
     * zero.
     */
    private static void pad(FloatMatrix row, float value) {
        for (int lane = row.columns(); lane < row.stride(); lane++) {
            Elements.set(row, 0, lane, value);
        }
    }

    /**
     * Starts with beta 1, threshold 1, factor 1, a reset by subtraction at the next step, and no inhibition.
     *
     * @param neurons how many neurons, at least 1
     * @return a builder
     * @throws IllegalArgumentException if there is no neuron
     */
    public static LeakyParametersBuilder builder(int neurons) {
        return new LeakyParametersBuilder(neurons);
    }

    @Override
    public int neurons() {
        return beta.columns();
    }

    /**
     * Returns the number of state variables.
     *
     * @return 1, the membrane; 2 with a synapse, whose current comes second, or with gates, whose cell does; 3 for an
     *     alpha function, whose excitatory and inhibitory currents come second and third
     */
    public int variables() {
        return options.variables();
    }

    /**
     * Tells whether threads cannot share a row: its neurons depend on each other (inhibition), or have gates.
     *
     * @return whether a row must be done whole
     */
    public boolean coupled() {
        return options.inhibition() || options.gated();
    }

    /** Returns the currents of a row at each port. */
    public int currents() {
        return (options.gated() ? GateRows.GATES : 1) * neurons();
    }

    /**
     * Returns what the neurons add to their input.
     *
     * @return the feedback
     */
    public Feedback feedback() {
        return options.feedback();
    }

    /** Whether variables are rounded or a winner is found when neurons are charged. */
    public boolean split() {
        return options.inhibition() || quantized > 0;
    }

    /** Returns the loops of these neurons, made when first needed. */
    public NeuronLoops loops() {
        NeuronLoops made = loops;
        return made == null ? makeLoops() : made;
    }

    private synchronized NeuronLoops makeLoops() {
        NeuronLoops made = loops;
        if (made == null) {
            made = split() ? firing() : LeakyText.loops(this, false);
            loops = made;
        }
        return made;
    }

    /** Returns loops with a part of its own behind the charge. */
    public synchronized NeuronLoops firing() {
        NeuronLoops made = firing;
        if (made == null) {
            made = LeakyText.loops(this, true);
            firing = made;
        }
        return made;
    }

    /**
     * Rounds variables that are charged, and finds the winners.
     *
     * @param charged the variables of all neurons, {@code [batch x neurons]}
     */
    public void atSpike(List<FloatMatrix> charged, SpikeMatrix winners) {
        for (int i = 0; i < quantized; i++) {
            FloatMatrix rows = charged.get(i);
            for (int sample = 0; sample < rows.rows(); sample++) {
                Quantize.row(levels, rows, sample, 0, rows.stride());
            }
        }
        findWinners(charged.getFirst(), winners);
    }

    private void findWinners(FloatMatrix membranes, SpikeMatrix winners) {
        if (options.inhibition()) {
            winners.clear();
            for (int sample = 0; sample < winners.rows(); sample++) {
                winners.set(sample, Winner.find(membranes, sample, threshold), true);
            }
        }
    }

    /** The same in a run. */
    void atSpike(StepRun run, int firstRow, StepFrames frames) {
        int batch = run.state.rows() / variables();
        for (int row = 0; row < quantized * batch; row++) {
            Quantize.row(levels, run.state, row, run.firstWord * Long.SIZE, run.endWord * Long.SIZE);
        }
        if (options.inhibition()) {
            findWinners(run.state, frames.winners(batch));
        }
    }

    /**
     * Tells whether these are neurons of snnTorch's Leaky: one variable, {@code U = beta U + I}, a spike of what is
     * above the threshold afterwards, no reset or a delayed one by SUBTRACT or ZERO, and neither inhibition nor
     * rounding. They may have a port for feedback.
     *
     * @return whether they are
     */
    public boolean isPlain() {
        return options.decay() == Decay.MULTIPLY
                && options.gains() == 0
                && options.variables() == 1
                && options.feedback() != Feedback.OWN_SPIKES
                && !options.rectified()
                && options.compare() == Compare.STRICT
                && options.spike() == Spike.AFTER
                && (options.reset() == Reset.NONE
                        || options.resetTime() == Reset.Time.NEXT_STEP
                                && (options.reset() == Reset.SUBTRACT || options.reset() == Reset.ZERO))
                && !options.inhibition()
                && quantized == 0;
    }
}
