package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.NeuronLoops;

/**
 * The equations of leaky integrate-and-fire neurons, of which loops are made, forward and back.
 *
 * <p>Each step, in float32, one operation after the other and none fused, with U the membrane, I the current, F the
 * feedback, and R, S in {0, 1}. The parameters say which of it is done:
 *
 * <pre>{@code
 * R = U > threshold                                    from the membrane before the step;
 *                                                      Compare.INCLUSIVE: U >= threshold
 * I = I * gain                                         gains, one after another
 * X = (alpha * X + I) + F,  I = X                      a synapse
 * U = (1 - R) * U                                      Reset.ZERO
 * U = U - R * threshold                                Reset.SUBTRACT_DECAYED
 * U = beta * U + I                                     or another Decay
 * U = U + F                                            feedback without a synapse
 * U = max(U, 0)                                        rectified
 * U = U - R * threshold   or   U - R * U               Reset.SUBTRACT, Reset.CLEAR
 * U, X = nearest level                                 quantization
 * S = U > threshold                                    with inhibition: only for the largest U - threshold of the row
 * U = U - (S - R) * threshold    or    (S - R) * U     Reset.Time.SAME_STEP_DIFFERENCE, by SUBTRACT or ZERO
 * U = U - S * threshold   or   (1 - S) * U + S * resetPotential     Reset.Time.SAME_STEP, for which R is 0 above
 * }</pre>
 *
 * <p>An alpha function has an excitatory current E and an inhibitory one H in place of synapse and decay:
 *
 * <pre>{@code
 * h = H,  E = alpha * E + I,  H = beta * H - I,  U = scale * (E + H)
 * E = E - R * E,          H = H - R * H,  U = U - R * U      Reset.ZERO, Reset.CLEAR
 * E = E - R * threshold,  H = H - R * H,  U = U + R * h      Reset.SUBTRACT
 * }</pre>
 *
 * <p>The spike is S; or R, or {@code |U' - U| > threshold}, where the parameters say so. With its defaults this is
 * {@code snntorch.Leaky} (0.9.4) bit for bit. Under inhibition the reset R is not inhibited; of equal membranes the
 * first one may fire; a NaN counts as the largest and does not fire.
 *
 * <p>The state is {@code [variables * batch x neurons]}: first the membranes of all samples, then the second
 * variable of all samples, and so on.
 *
 * <p>A matrix that is updated or overwritten shares no memory with other arguments, unless its description says that it
 * may be another matrix; then both begin at the same row.
 *
 * <p>Values that snnTorch detaches carry no gradient: the decision R to reset at the next step; and the spike of a
 * reset at once, but for {@link Reset.Time#SAME_STEP_DIFFERENCE}, where snnTorch lets it through. The factors of R and
 * S have gradients. Rounding of variables lets gradients through. Under inhibition only the neuron with the largest
 * membrane above its threshold gets the gradient of its spike.
 */
public final class LeakyText {

    /** The parameter for the value of a spike. */
    public static final String FACTOR = "gradedSpikesFactor";

    // Names of the values that a step derives from the parameters of a model.

    static final String LEAK = "_leak";
    static final String THRESHOLD = "_threshold";
    static final String ALPHA = "_alpha";
    static final String SCALE = "scale";
    static final String REST = "_rest";
    static final String POTENTIAL = "_potential";
    static final String OWN = "_own";
    static final String GAIN = "_gain";

    /** The number that a spike, or none, counts in an immediate reset. */
    static final String FIRED = "_fired";

    static final String SILENT = "_silent";

    private static final String EXCITATORY = "excitatory";

    private final LeakyModel model;
    private final LeakyOptions options;
    private final StringBuilder text = new StringBuilder();

    /** True if variables are rounded or a winner is found at the spike: no other values are carried past it. */
    private final boolean split;

    /** True if it is differentiated: the spikes of the previous step are then an input. */
    private final boolean back;

    private final boolean carries;

    private LeakyText(LeakyModel model, LeakyOptions options, boolean split, boolean back, boolean carries) {
        this.model = model;
        this.options = options;
        this.carries = carries;
        this.split = split;
        this.back = back;
    }

    /** A step. */
    static Equations whole(LeakyModel model, LeakyOptions options) {
        return EquationParser.parse(new LeakyText(model, options, false, false, true).all());
    }

    /** A step in two parts, between which something happens. */
    static Equations.Cut split(LeakyModel model, LeakyOptions options) {
        return EquationParser.cut(new LeakyText(model, options, true, false, false).all());
    }

    /** The parts that are differentiated. */
    static Equations.Cut back(LeakyModel model, LeakyOptions options, boolean split, boolean carries) {
        String text = new LeakyText(model, options, split, true, carries).all();
        Equations whole = split ? null : EquationParser.parse(text);
        return whole == null ? EquationParser.cut(text) : new Equations.Cut(whole, whole);
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private String all() {
        line("neuron Leaky");
        model.values.keySet().forEach(name -> line("param " + name + " = 1"));
        model.lines.values().forEach(this::line);
        if (carries && model.carries != null) {
            line("carries " + model.carries);
        }
        line("state membrane");
        if (options.alphaFunction()) {
            line("state excitatory, inhibitory");
        } else if (options.synapse()) {
            line("state _synapse");
        } else if (options.gated()) {
            line("state cell");
        }
        boolean feedsSpikes = options.feedback() == Feedback.OWN_SPIKES;
        if (feedsSpikes && !back) {
            line("state " + NeuronLoops.PREVIOUS);
        }
        if (options.inhibition()) {
            line("state " + NeuronLoops.WINNER);
        }
        if (leavesReset()) {
            line("state " + NeuronLoops.RESET);
        }
        line("input " + gates("current") + (options.feedback() == Feedback.CURRENTS ? ", " + gates("feedback") : ""));
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
                        case NONE, CONSTANT -> OWN;
                        case OWN_SPIKES -> NeuronLoops.PREVIOUS + " * " + OWN;
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
        return (options.compare() == Compare.STRICT ? " > " : " >= ") + THRESHOLD;
    }

    private String gains() {
        StringBuilder factors = new StringBuilder();
        for (int i = 0; i < options.gains(); i++) {
            factors.append(" * " + GAIN).append(i);
        }
        return factors.toString();
    }

    private void alphaFunction() {
        line("old = inhibitory");
        line("excitatory = _alpha * excitatory + I");
        line("inhibitory = _leak * inhibitory - I");
        line("membrane = scale * (excitatory + inhibitory)");
        if (options.resetsLater()) {
            line("excitatory = excitatory - " + (options.subtracts() ? THRESHOLD : EXCITATORY) + " * R");
            line("inhibitory = inhibitory - inhibitory * R");
            line("membrane = membrane - " + (options.subtracts() ? "-old" : "membrane") + " * R");
        }
    }

    private void charge() {
        boolean fed = options.feedback() != Feedback.NONE;
        if (options.synapse()) {
            line("_synapse = _alpha * _synapse + I" + (fed ? " + F" : ""));
            line("I = _synapse");
        }
        if (options.resetsLater() && options.reset() == Reset.ZERO) {
            line("membrane = (1 - R) * membrane");
        }
        if (options.resetsLater() && options.reset() == Reset.SUBTRACT_DECAYED) {
            line("membrane = membrane - R * _threshold");
        }
        line("membrane = "
                + switch (options.decay()) {
                    case MULTIPLY -> "_leak * membrane + I";
                    case MULTIPLY_WEIGHTED -> "_leak * membrane + (1 - _leak) * I";
                    case EULER -> "membrane + _leak * ((_rest - membrane) + I)";
                    case DIVIDE -> "membrane + (I - (membrane - _rest)) / _leak";
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
            line("membrane = membrane - R * _threshold");
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
                    case CHANGE -> "abs(membrane - before) > " + THRESHOLD;
                });
        if (options.resetsAtOnce()) {
            String taken = options.subtracts() ? THRESHOLD : "membrane";
            if (options.resetTime() == Reset.Time.SAME_STEP_DIFFERENCE) {
                String counts =
                        back ? " * " + FIRED : " > 0 ? " + FIRED + " : " + SILENT; // which a gradient does not pass
                line("S = spike" + (options.inhibition() ? counts : ""));
                line("membrane = membrane - (S - " + (split ? NeuronLoops.RESET : "R") + ") * " + taken);
            } else {
                line("S = " + wins + "membrane" + above()); // without the gradient of the spike
                line(
                        options.subtracts()
                                ? "membrane = membrane - S * _threshold"
                                : "membrane = (1 - S) * membrane + S * _potential");
            }
        }
        if (options.feedback() == Feedback.OWN_SPIKES && !back) {
            line(NeuronLoops.PREVIOUS + " = spike");
        }
    }
}
