package dev.spikelane.cli.certify;

import static dev.spikelane.cli.certify.NirReference.NirValue.ROUNDING;
import static dev.spikelane.cli.certify.NirReference.NirValue.TINY;

import dev.spikelane.cli.certify.NirReference.NirValue;
import java.util.Arrays;

/** The neurons of a node of {@link NirReference}: membranes in float64, and bounds of the float32 error. */
final class NirCell {

    private final NirNumbers node;
    private final int[] sizes;
    private final boolean synaptic;
    private final boolean leaks;
    private final boolean fires;
    /** A node without a membrane. */
    private final boolean compares;
    /** True if spikes reset at the next step. */
    private final boolean late;

    final double[] share;
    final double[] synapseShare;
    final double[] gain;
    final double[] rest;
    final double[] threshold;
    final double[] reset;
    private final double[] current;
    private final double[] currentError;
    final double[] membrane;
    final double[] membraneError;
    /** Distance from the threshold before the reset. */
    final double[] margin;

    final double[] marginError;

    NirCell(NirNumbers node, double dt, boolean exact, boolean late, NirValue got) {
        int size = got.values().length;
        this.node = node;
        this.sizes = got.shape();
        this.late = late;
        this.synaptic = node.type().startsWith("Cuba");
        this.compares = node.type().equals("Threshold");
        this.leaks = !compares && !node.type().equals("I") && !node.type().equals("IF");
        this.fires = compares || node.type().endsWith("F");
        this.share = leaks ? shares(synaptic ? "tau_mem" : "tau", dt, exact, size) : new double[size];
        this.synapseShare = synaptic ? shares("tau_syn", dt, exact, size) : new double[size];
        this.gain = spread("r", 1, size);
        this.rest = spread("v_leak", 0, size);
        this.threshold = spread(compares ? "threshold" : "v_threshold", 0, size);
        this.reset = spread("v_reset", 0, size);
        double[] weights = spread("w_in", 1, size);
        for (int i = 0; i < size; i++) {
            gain[i] *= synaptic ? synapseShare[i] * weights[i] : leaks || compares ? 1 : dt;
        }
        this.current = new double[size];
        this.currentError = new double[size];
        this.membrane = new double[size];
        this.membraneError = new double[size];
        this.margin = new double[size];
        this.marginError = new double[size];
    }

    private double[] shares(String tau, double dt, boolean exact, int size) {
        double[] shares = spread(tau, 1, size);
        for (int i = 0; i < size; i++) {
            shares[i] = exact ? -StrictMath.expm1(-dt / shares[i]) : dt / shares[i];
        }
        return shares;
    }

    private double[] spread(String name, double otherwise, int size) {
        double[] spread = new double[size];
        Arrays.fill(spread, otherwise);
        return node.has(name) ? node.spread(name, size, sizes) : spread;
    }

    NirValue step(NirValue got) {
        double[] sent = new double[membrane.length];
        double[] errors = new double[membrane.length];
        for (int i = 0; i < sent.length; i++) {
            double input = gain[i] * got.values()[i];
            double inputError = Math.abs(gain[i]) * got.errors()[i] + 2 * ROUNDING * Math.abs(input) + TINY;
            if (synaptic) {
                double kept = (1 - synapseShare[i]) * current[i];
                currentError[i] = Math.abs(1 - synapseShare[i]) * currentError[i]
                        + ROUNDING * (2 * Math.abs(kept) + Math.abs(input) + Math.abs(kept + input))
                        + inputError;
                current[i] = kept + input;
                input = current[i];
                inputError = currentError[i];
            }
            charge(i, input, inputError);
            sent[i] = membrane[i];
            errors[i] = membraneError[i];
            if (fires) {
                fire(i);
                sent[i] = margin[i] > 0 ? 1 : 0;
                errors[i] = 0;
            }
        }
        return new NirValue(got.shape(), sent, errors);
    }

    private void charge(int i, double input, double inputError) {
        double old = membrane[i];
        if (compares) {
            membrane[i] = input;
            membraneError[i] = inputError;
            return;
        }
        if (leaks) {
            double way = rest[i] - old;
            double change = share[i] * (way + input);
            double rounded = Math.abs(rest[i]) + Math.abs(way) + Math.abs(way + input);
            membrane[i] = old + change;
            membraneError[i] = Math.abs(1 - share[i]) * membraneError[i]
                    + share[i] * (inputError + ROUNDING * rounded)
                    + 2 * ROUNDING * Math.abs(change);
        } else {
            membrane[i] = old + input;
            membraneError[i] += inputError;
        }
        membraneError[i] += ROUNDING * Math.abs(membrane[i]) + TINY;
    }

    private void fire(int i) {
        if (late && margin[i] > 0) {
            reset(i);
        }
        margin[i] = membrane[i] - threshold[i];
        marginError[i] = membraneError[i] + ROUNDING * Math.abs(threshold[i]) + TINY;
        if (margin[i] > 0 && !compares && !late) {
            reset(i);
        }
    }

    private void reset(int i) {
        membrane[i] = reset[i];
        membraneError[i] = ROUNDING * Math.abs(reset[i]);
    }

    boolean late() {
        return late;
    }

    boolean fires() {
        return fires;
    }

    boolean synaptic() {
        return synaptic;
    }

    boolean compares() {
        return compares;
    }

    boolean leaks() {
        return leaks;
    }
}
