package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronLoops;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@link LeakyStep} says, as equations of which its loops are made, forward and back.
 *
 * <p>What snnTorch detaches carries no gradient: the decision R to reset at the next step; and the spike of a reset at
 * once, but for {@link Reset.Time#SAME_STEP_DIFFERENCE}, where snnTorch lets it through. What R and S are multiplied by
 * has its gradient. Rounding of variables lets gradients through. Under inhibition only the neuron with the largest
 * membrane above its threshold gets the gradient of its spike.
 */
public final class LeakyText {

    /** What a spike carries. */
    public static final String CARRIES = "_carries";

    /** The first factor of the input. */
    public static final String GAIN = "gain0";

    /** What a spike counts in a reset at once. */
    public static final String FIRED = "fired";

    private static final String EXCITATORY = "excitatory";

    private final LeakyOptions options;
    private final StringBuilder text = new StringBuilder();

    /** Whether variables are rounded or a winner is found at the spike, so that nothing else crosses it. */
    private final boolean split;

    /** Whether it is differentiated: spikes of the step before come from outside then. */
    private final boolean back;

    private final boolean carries;
    /** Factors of the input. */
    private int gains;

    private LeakyText(LeakyOptions options, boolean split, boolean back, boolean carries) {
        this.options = options;
        this.carries = carries;
        this.gains = options.gains();
        this.split = split;
        this.back = back;
    }

    /** Returns the text of neurons with these options. */
    public static String of(LeakyOptions options) {
        return new LeakyText(options, false, false, false).all();
    }

    /** Makes the loops of neurons, of two parts if something happens at the spike. */
    static NeuronLoops loops(LeakyParameters of, boolean split) {
        String text = new LeakyText(of.options, split, false, false).all();
        Equations.Cut cut = split ? EquationParser.cut(text) : null;
        return new NeuronLoops(
                cut == null ? null : cut.charge(),
                cut == null ? EquationParser.parse(text) : cut.fire(),
                split ? of::atSpike : null,
                of,
                of.channels);
    }

    /** Returns the values of the parameters of the text, one for each neuron. */
    public static Map<String, float[]> parameters(LeakyParameters of) {
        Map<String, float[]> values = new LinkedHashMap<>();
        of.rows().forEach((name, row) -> values.put(name, row.toArray()));
        return values;
    }

    /**
     * What is differentiated, in two parts if something happens at the spike.
     *
     * @param carries whether spikes carry what {@value #CARRIES} says
     * @param gained whether the gradient of {@value #GAIN} is wanted, also where the factor is 1
     */
    public static Equations.Cut back(LeakyParameters of, boolean carries, boolean gained) {
        boolean split = of.split();
        LeakyText made = new LeakyText(of.options, split, true, carries);
        made.gains = gained ? Math.max(1, made.gains) : made.gains;
        String text = made.all();
        Equations whole = split ? null : EquationParser.parse(text);
        return whole == null ? EquationParser.cut(text) : new Equations.Cut(whole, whole);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private String all() {
        line("neuron Leaky");
        line("param leak = 1, threshold = 1, alpha = 0, scale = 1, rest = 0, potential = 0, own = 1");
        for (int i = 0; i < gains; i++) {
            line("param gain" + i + " = 1");
        }
        line("state membrane");
        if (options.alphaFunction()) {
            line("state excitatory, inhibitory");
        } else if (options.synapse()) {
            line("state synapse");
        } else if (options.gated()) {
            line("state cell");
        }
        boolean feedsSpikes = options.feedback() == Feedback.OWN_SPIKES;
        if (feedsSpikes && !back) {
            line("state " + NeuronLoops.PREVIOUS);
        }
        if (options.inhibition()) {
            line("param fired = 1, silent = 0");
            line("state " + NeuronLoops.WINNER);
        }
        if (leavesReset()) {
            line("state " + NeuronLoops.RESET);
        }
        line("input " + gates("current") + (options.feedback() == Feedback.CURRENTS ? ", " + gates("feedback") : ""));
        if (carries) {
            line("param factor = 1");
            line("carries factor");
        }
        if (feedsSpikes && back) {
            line("input " + NeuronLoops.PREVIOUS);
        }
        line("before = membrane");
        line("R = membrane" + above());
        if (options.gated()) {
            cell();
        } else {
            line("I = current" + gains());
            line("F = "
                    + switch (options.feedback()) {
                        case NONE, CONSTANT -> "own";
                        case OWN_SPIKES -> NeuronLoops.PREVIOUS + " * own";
                        case CURRENTS -> "feedback";
                    });
            if (options.alphaFunction()) {
                alphaFunction();
            } else {
                charge();
            }
        }
        fire();
        return text.toString();
    }

    /** The inputs of a port. */
    private String gates(String port) {
        return options.gated() ? "*0, *1, *2, *3".replace("*", port) : port;
    }

    /** Gates in torch's order: i, f, g, o. */
    private void cell() {
        line("new = sigmoid(current0 + feedback0) * tanh(current2 + feedback2)");
        line("cell = sigmoid(current1 + feedback1) * cell + new");
        line("membrane = sigmoid(current3 + feedback3) * tanh(cell)");
        resetLater();
    }

    private String above() {
        return (options.compare() == Compare.STRICT ? " > " : " >= ") + "threshold";
    }

    private String gains() {
        StringBuilder factors = new StringBuilder();
        for (int i = 0; i < gains; i++) {
            factors.append(" * gain").append(i);
        }
        return factors.toString();
    }

    private void alphaFunction() {
        line("old = inhibitory");
        line("excitatory = alpha * excitatory + I");
        line("inhibitory = leak * inhibitory - I");
        line("membrane = scale * (excitatory + inhibitory)");
        if (options.resetsLater()) {
            line("excitatory = excitatory - " + (options.subtracts() ? "threshold" : EXCITATORY) + " * R");
            line("inhibitory = inhibitory - inhibitory * R");
            line("membrane = membrane - " + (options.subtracts() ? "-old" : "membrane") + " * R");
        }
    }

    private void charge() {
        boolean fed = options.feedback() != Feedback.NONE;
        if (options.synapse()) {
            line("synapse = alpha * synapse + I" + (fed ? " + F" : ""));
            line("I = synapse");
        }
        if (options.resetsLater() && options.reset() == Reset.ZERO) {
            line("membrane = (1 - R) * membrane");
        }
        if (options.resetsLater() && options.reset() == Reset.SUBTRACT_DECAYED) {
            line("membrane = membrane - R * threshold");
        }
        line("membrane = "
                + switch (options.decay()) {
                    case MULTIPLY -> "leak * membrane + I";
                    case MULTIPLY_WEIGHTED -> "leak * membrane + (1 - leak) * I";
                    case EULER -> "membrane + leak * ((rest - membrane) + I)";
                    case DIVIDE -> "membrane + (I - (membrane - rest)) / leak";
                    case NONE -> "I";
                });
        if (fed && !options.synapse()) {
            line("membrane = membrane + F");
        }
        if (options.rectified()) {
            line("membrane = membrane <= 0 ? 0 : membrane");
        }
        resetLater();
    }

    private void resetLater() {
        if (options.resetsLater() && options.reset() == Reset.SUBTRACT) {
            line("membrane = membrane - R * threshold");
        }
        if (options.resetsLater() && options.reset() == Reset.CLEAR) {
            line("membrane = membrane - R * membrane");
        }
    }

    private boolean leavesReset() {
        return split && options.resetsAtOnce() && options.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE;
    }

    private void fire() {
        if (leavesReset()) {
            line(NeuronLoops.RESET + " = R");
        }
        String wins = options.inhibition() ? NeuronLoops.WINNER + " > 0 and " : "";
        line("spike " + wins
                + switch (options.spike()) {
                    case AFTER -> "membrane" + above();
                    case BEFORE -> "before" + above();
                    case CHANGE -> "abs(membrane - before) > threshold";
                });
        if (options.resetsAtOnce()) {
            String taken = options.subtracts() ? "threshold" : "membrane";
            if (options.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE) {
                String counts = back ? " * fired" : " > 0 ? fired : silent"; // which a gradient does not pass
                line("S = spike" + (options.inhibition() ? counts : ""));
                line("membrane = membrane - (S - " + (split ? NeuronLoops.RESET : "R") + ") * " + taken);
            } else {
                line("S = " + wins + "membrane" + above()); // without the gradient of the spike
                line(
                        options.subtracts()
                                ? "membrane = membrane - S * threshold"
                                : "membrane = (1 - S) * membrane + S * potential");
            }
        }
        if (options.feedback() == Feedback.OWN_SPIKES && !back) {
            line(NeuronLoops.PREVIOUS + " = spike");
        }
    }
}
