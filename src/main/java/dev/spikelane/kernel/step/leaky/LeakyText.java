package dev.spikelane.kernel.step.leaky;

import dev.spikelane.equation.Frame;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.ResetTime;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.LeakySums;
import dev.spikelane.kernel.step.leaky.LeakyOptions.Spike;
import dev.spikelane.memory.FloatMatrix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a step of {@link LeakyLoopScalar} does, said as equations with the same bits. Inhibition and rounding to levels,
 * which stand between charge and fire, are not among them.
 */
public final class LeakyText {

    private static final String EXCITATORY = "excitatory";

    private final LeakyOptions options;
    private final StringBuilder text = new StringBuilder();

    private LeakyText(LeakyOptions options) {
        this.options = options;
    }

    /** Returns the text of neurons with these options. */
    public static String of(LeakyOptions options) {
        return new LeakyText(options).all();
    }

    /** Returns the values of the parameters of the text, one for each neuron. */
    public static Map<String, float[]> parameters(LeakyParameters of) {
        Map<String, float[]> values = new LinkedHashMap<>();
        rows(of).forEach((name, row) -> values.put(name, row.toArray()));
        return values;
    }

    /** Whether the way back of the text has the bits of {@link LeakyBackward}, in which some terms are added apart. */
    public static boolean goesBack(LeakyParameters of, Set<LeakySums> wanted) {
        LeakyOptions options = of.options;
        return of.quantized == 0
                && !options.inhibition()
                && !options.rectified()
                && options.feedback() != Feedback.OWN_SPIKES
                && options.spike() == Spike.AFTER
                && (options.decay() == Decay.MULTIPLY || options.decay() == Decay.EULER)
                && (options.reset() == Reset.NONE || options.resetTime() != ResetTime.SAME_STEP)
                && options.gains() < 2
                && !wanted.contains(LeakySums.FACTOR);
    }

    /** Says where the parameters of the text stand. */
    public static void put(LeakyParameters of, Frame frame) {
        rows(of).forEach((name, row) -> frame.put(name, row.segment(), row.rowOffset(0), 0));
    }

    /** Returns the parameter of the text whose gradient is a sum; null if it has none. */
    public static @Nullable String name(LeakySums sum) {
        return switch (sum) {
            case LEAK -> "leak";
            case SYNAPSE -> "alpha";
            case THRESHOLD -> "threshold";
            case SCALE -> "scale";
            case OWN -> "own";
            case REST -> "rest";
            case POTENTIAL -> "potential";
            case GAIN -> "gain0";
            case FACTOR -> null;
        };
    }

    private static Map<String, FloatMatrix> rows(LeakyParameters of) {
        Map<String, FloatMatrix> rows = new LinkedHashMap<>();
        rows.put("leak", of.beta);
        rows.put("threshold", of.threshold);
        rows.put("alpha", of.alpha);
        rows.put("scale", of.scale);
        rows.put("rest", of.rest);
        rows.put("potential", of.potential);
        rows.put("own", of.own);
        for (int i = 0; i < of.gains.length; i++) {
            rows.put("gain" + i, of.gains[i]);
        }
        return rows;
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private String all() {
        line("neuron Leaky");
        line("param leak = 1, threshold = 1, alpha = 0, scale = 1, rest = 0, potential = 0, own = 1");
        for (int i = 0; i < options.gains(); i++) {
            line("param gain" + i + " = 1");
        }
        line("state membrane");
        if (options.alphaFunction()) {
            line("state excitatory, inhibitory");
        } else if (options.synapse()) {
            line("state synapse");
        }
        if (options.feedback() == Feedback.OWN_SPIKES) {
            line("state previous");
        }
        line(options.feedback() == Feedback.CURRENTS ? "input current, feedback" : "input current");
        line("before = membrane");
        line("R = membrane" + above());
        line("I = current" + gains());
        line("F = "
                + switch (options.feedback()) {
                    case NONE, CONSTANT -> "own";
                    case OWN_SPIKES -> "previous * own";
                    case CURRENTS -> "feedback";
                });
        if (options.alphaFunction()) {
            alphaFunction();
        } else {
            charge();
        }
        fire();
        return text.toString();
    }

    private String above() {
        return (options.compare() == Compare.STRICT ? " > " : " >= ") + "threshold";
    }

    private String gains() {
        StringBuilder factors = new StringBuilder();
        for (int i = 0; i < options.gains(); i++) {
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
        if (options.resetsLater() && options.reset() == Reset.SUBTRACT) {
            line("membrane = membrane - R * threshold");
        }
        if (options.resetsLater() && options.reset() == Reset.CLEAR) {
            line("membrane = membrane - R * membrane");
        }
    }

    private void fire() {
        line("spike "
                + switch (options.spike()) {
                    case AFTER -> "membrane" + above();
                    case BEFORE -> "before" + above();
                    case CHANGE -> "abs(membrane - before) > threshold";
                });
        if (options.resetsAtOnce()) {
            String taken = options.subtracts() ? "threshold" : "membrane";
            if (options.resetTime() == ResetTime.SAME_STEP_DIFFERENCE) {
                line("membrane = membrane - (spike - R) * " + taken);
            } else {
                line("S = membrane" + above()); // without the gradient of the spike
                line(
                        options.subtracts()
                                ? "membrane = membrane - S * threshold"
                                : "membrane = (1 - S) * membrane + S * potential");
            }
        }
        if (options.feedback() == Feedback.OWN_SPIKES) {
            line("previous = spike");
        }
    }
}
