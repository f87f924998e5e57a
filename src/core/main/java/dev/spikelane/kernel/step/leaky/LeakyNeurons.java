package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.QuantizeLevels;
import dev.spikelane.kernel.step.Winner;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * A row of leaky integrate-and-fire neurons, as {@link LeakyText} updates them. May be shared between threads if its
 * arena is; the values of its {@link #parameters} change only while no thread reads them.
 */
public final class LeakyNeurons implements NeuronText {

    private final Equations equations;
    private final EquationParameters parameters;
    /**
     * The leak of the membrane, whose meaning the {@link Decay} says; of the inhibitory current in an alpha function.
     */
    public final FloatMatrix beta;

    public final FloatMatrix threshold;
    /** The share of the synapse, or of the excitatory current, that is left after a step. */
    public final FloatMatrix alpha;
    /** The levels to which state variables are rounded. */
    public final QuantizeLevels levels;
    /** The number of state variables that are rounded. */
    public final int quantized;

    public final LeakyOptions options;
    private final LeakyModel model;

    private volatile @Nullable NeuronLoops loops;
    private volatile @Nullable NeuronLoops firing;

    LeakyNeurons(LeakyModel model, LeakyOptions options, Arena arena) {
        this.model = model;
        this.options = options;
        this.equations = LeakyText.whole(model, options);
        this.parameters = new EquationParameters(arena, equations, model.neurons, model.values);
        parameters.requireNumbers(
                equations.variables(), equations.greatest(), (_, message) -> new IllegalArgumentException(message));
        this.levels = QuantizeLevels.of(arena, model.levels);
        this.quantized = model.quantized;
        // Lanes after the last neuron never fire, nor win under inhibition.
        boolean silent = options.compare() == Compare.STRICT && !options.inhibition();
        this.threshold = row(arena, LeakyText.THRESHOLD, silent ? 0 : Float.MAX_VALUE);
        this.beta = row(arena, LeakyText.LEAK, 0);
        this.alpha = row(arena, LeakyText.ALPHA, 0);
    }

    /** The parameter, or the number, that a step reads by a name of its own; nothing if it reads none. */
    String parameter(String step) {
        return model.parameter(step);
    }

    private FloatMatrix row(Arena arena, String step, float pad) {
        String name = parameter(step);
        return parameters.has(name) ? parameters.row(arena, name, pad) : FloatMatrix.zeros(arena, 1, neurons());
    }

    /** Returns how many neurons. */
    public int neurons() {
        return model.neurons;
    }

    @Override
    public Equations equations() {
        return equations;
    }

    @Override
    public EquationParameters parameters() {
        return parameters;
    }

    @Override
    public int channels() {
        return model.channels;
    }

    @Override
    public Equations.Cut back(boolean carries) {
        return LeakyText.back(model, options, split(), carries);
    }

    @Override
    public @Nullable AtSpike atSpike() {
        return split() ? this::atSpike : null;
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
     * Returns the kind of feedback.
     *
     * @return the feedback
     */
    public Feedback feedback() {
        return options.feedback();
    }

    /** Returns true if variables are rounded or a winner is found when neurons are charged. */
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
            made = split() ? split(true) : new NeuronLoops(null, equations, null, parameters, model.channels);
            loops = made;
        }
        return made;
    }

    private NeuronLoops split(boolean charges) {
        Equations.Cut cut = LeakyText.split(model, options);
        return new NeuronLoops(charges ? cut.charge() : null, cut.fire(), atSpike(), parameters, model.channels);
    }

    /** Returns the loops of the part of a step after the charge, which the caller does. */
    public synchronized NeuronLoops firing() {
        NeuronLoops made = firing;
        if (made == null) {
            made = split(false);
            firing = made;
        }
        return made;
    }

    /** Rounds variables that are charged, and finds the winners. */
    private void atSpike(FloatMatrix charged, int batch, int first, int end, SpikeMatrix winners) {
        for (int row = 0; row < quantized * batch; row++) {
            Quantize.row(levels, charged, row, first, end);
        }
        if (options.inhibition()) {
            winners.clear();
            for (int sample = 0; sample < batch; sample++) {
                winners.set(sample, Winner.find(charged, sample, threshold), true);
            }
        }
    }

    /**
     * Returns true if these are neurons of snnTorch's Leaky: one variable, {@code U = beta U + I}, a spike where it is
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
