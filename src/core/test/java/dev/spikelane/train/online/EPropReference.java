package dev.spikelane.train.online;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import org.jspecify.annotations.Nullable;

/**
 * E-prop in double precision, by plain loops over its equations: recurrent neurons with one or two variables, leaky
 * readouts, squared errors or cross-entropy of their membranes, and gradient descent.
 */
final class EPropReference {

    static final double KEEP = 0.9375;
    static final double KEEP_ADAPTATION = 0.96875;
    static final double RAISE = 0.25;
    static final double LEAK = 0.875;
    static final double THRESHOLD = 0.5;

    private final boolean adapts;
    private final boolean classifies;
    private final int steps;
    private final double[][] in;
    private final double[][] recurrent;
    private final double[][] out;
    /** {@link #out}, or its replacement. */
    final double[][] feedback;

    private final boolean learnsFeedback;
    private final double target;
    private final double strength;

    /** Of a neuron. */
    private final double[] v;

    private final double[] a;
    private final double[] y;
    private final boolean recurrentBias;
    private double[] fired;

    /** The last column of weights is the bias, or constant zeros if a recurrence has none. */
    EPropReference(
            Network network, boolean adapts, boolean classifies, int steps, double @Nullable [][] feedback, Rule rule) {
        this.adapts = adapts;
        this.classifies = classifies;
        this.steps = steps;
        this.in = weights(network, "in");
        this.recurrent = weights(network, network.weights().names().contains("rec.weight") ? "rec" : "h.recurrent");
        this.recurrentBias = network.weights().names().contains("rec.bias");
        this.out = weights(network, "out");
        this.feedback = feedback == null ? out : feedback;
        this.learnsFeedback = rule.learnsFeedback;
        this.target = rule.target;
        this.strength = rule.strength;
        this.v = new double[in.length];
        this.a = new double[in.length];
        this.fired = new double[in.length];
        this.y = new double[out.length];
    }

    record Rule(boolean learnsFeedback, double target, double strength) {}

    private static double[][] weights(Network network, String name) {
        FloatMatrix weight = network.weights().get(name + ".weight");
        String biasName = name + ".bias";
        boolean biased = network.weights().names().contains(biasName);
        FloatMatrix bias = biased ? network.weights().get(biasName) : FloatMatrix.zeros(1, weight.rows());
        double[][] all = new double[weight.rows()][weight.columns() + 1];
        for (int j = 0; j < all.length; j++) {
            for (int i = 0; i < weight.columns(); i++) {
                all[j][i] = weight.get(j, i);
            }
            all[j][weight.columns()] = bias.get(0, j);
        }
        return all;
    }

    private static double[] withOne(double[] row) {
        double[] all = java.util.Arrays.copyOf(row, row.length + 1);
        all[row.length] = 1;
        return all;
    }

    private static double product(double[] weights, double[] row) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += weights[i] * row[i];
        }
        return sum;
    }

    /** Trains on a batch, {@code [sample][step][...]}, and returns the loss before. */
    double step(double[][][] inputs, double[][][] targets, int[] labels, double rate) {
        double[][] ofIn = new double[in.length][in[0].length];
        double[][] ofRecurrent = new double[in.length][recurrent[0].length];
        double[][] ofOut = new double[out.length][out[0].length];
        double loss = 0;
        for (int sample = 0; sample < inputs.length; sample++) {
            double[][] wanted = targets[sample];
            int label = classifies ? labels[sample] : 0;
            loss += sample(inputs[sample], wanted, label, inputs.length, new double[][][] {ofIn, ofRecurrent, ofOut});
        }
        change(in, ofIn, rate);
        for (int j = 0; j < in.length && !recurrentBias; j++) {
            ofRecurrent[j][in.length] = 0;
        }
        change(recurrent, ofRecurrent, rate);
        change(out, ofOut, rate);
        if (learnsFeedback) {
            for (int k = 0; k < out.length; k++) {
                ofOut[k][in.length] = 0; // a feedback has no bias
            }
            change(feedback, ofOut, rate);
        }
        return loss;
    }

    private static void change(double[][] weights, double[][] gradient, double rate) {
        for (int j = 0; j < weights.length; j++) {
            for (int i = 0; i < weights[j].length; i++) {
                weights[j][i] -= rate * gradient[j][i];
            }
        }
    }

    private double sample(double[][] inputs, double[][] targets, int label, int batch, double[][][] gradients) {
        java.util.Arrays.fill(v, 0);
        java.util.Arrays.fill(a, 0);
        java.util.Arrays.fill(y, 0);
        fired = new double[in.length];
        Synapses ofIn = new Synapses(in);
        Synapses ofRecurrent = new Synapses(recurrent);
        double[][] filtered = new double[out.length][in.length + 1];
        double[] counts = new double[in.length];
        double loss = 0;
        for (int t = 0; t < steps; t++) {
            double[] x = withOne(inputs[t]);
            double[] before = withOne(fired);
            double[] now = new double[in.length];
            for (int j = 0; j < in.length; j++) {
                double current = product(in[j], x) + product(recurrent[j], before);
                double[][] d = neuron(j, current, now);
                ofIn.step(j, x, d);
                ofRecurrent.step(j, before, d);
                counts[j] += now[j];
            }
            fired = now;
            double[] z = withOne(now);
            double[] g = new double[out.length];
            for (int k = 0; k < out.length; k++) {
                y[k] = LEAK * y[k] + product(out[k], z);
                for (int j = 0; j < z.length; j++) {
                    filtered[k][j] = LEAK * filtered[k][j] + z[j];
                }
            }
            loss += classifies ? entropy(label, batch, g) : error(targets[t], batch, g);
            for (int j = 0; j < in.length; j++) {
                double signal = 0;
                for (int k = 0; k < out.length; k++) {
                    signal += feedback[k][j] * g[k];
                }
                ofIn.learn(j, signal, gradients[0]);
                ofRecurrent.learn(j, signal, gradients[1]);
            }
            for (int k = 0; k < out.length; k++) {
                for (int j = 0; j < z.length; j++) {
                    gradients[2][k][j] += g[k] * filtered[k][j];
                }
            }
        }
        for (int j = 0; j < in.length; j++) {
            double regular = strength * (counts[j] / steps - target) / steps / batch;
            ofIn.regularize(j, regular, gradients[0]);
            ofRecurrent.regularize(j, regular, gradients[1]);
        }
        return loss;
    }

    private double error(double[] targets, int batch, double[] g) {
        double loss = 0;
        double divisor = (double) batch * out.length * steps;
        for (int k = 0; k < out.length; k++) {
            double error = y[k] - targets[k];
            loss += error * error / divisor;
            g[k] = 2 * error / divisor;
        }
        return loss;
    }

    private double entropy(int label, int batch, double[] g) {
        double sum = 0;
        for (double each : y) {
            sum += Math.exp(each);
        }
        for (int k = 0; k < out.length; k++) {
            g[k] = (Math.exp(y[k]) / sum - (k == label ? 1 : 0)) / batch;
        }
        return (Math.log(sum) - y[label]) / batch;
    }

    /**
     * Computes a step of a neuron.
     *
     * @return the derivatives of v, a and the spike by v, a and the current
     */
    private double[][] neuron(int j, double current, double[] now) {
        if (!adapts) {
            double reset = v[j] > THRESHOLD ? THRESHOLD : 0; // detached
            v[j] = KEEP * v[j] + current - reset;
            now[j] = v[j] > THRESHOLD ? 1 : 0;
            double psi = surrogate(v[j] - THRESHOLD);
            return new double[][] {{KEEP, 0, 1}, {0, 0, 0}, {psi * KEEP, 0, psi}};
        }
        double charged = KEEP * v[j] + current;
        double level = THRESHOLD + RAISE * a[j];
        double distance = charged - level;
        double z = distance > 0 ? 1 : 0;
        double psi = surrogate(distance);
        now[j] = z;
        v[j] = charged - z * level;
        a[j] = KEEP_ADAPTATION * a[j] + z;
        double[] ofSpike = {psi * KEEP, -psi * RAISE, psi};
        double[] ofV = {KEEP - level * ofSpike[0], -z * RAISE - level * ofSpike[1], 1 - level * ofSpike[2]};
        double[] ofA = {ofSpike[0], KEEP_ADAPTATION + ofSpike[1], ofSpike[2]};
        return new double[][] {ofV, ofA, ofSpike};
    }

    static double surrogate(double x) {
        return 1 / (1 + Math.PI * Math.PI * x * x);
    }

    /** The traces of the synapses of a connection. */
    private static final class Synapses {

        private final double[][][] traces;
        private final double[][] filtered;
        private final double[][] summed;

        Synapses(double[][] weights) {
            traces = new double[weights.length][weights[0].length][2];
            filtered = new double[weights.length][weights[0].length];
            summed = new double[weights.length][weights[0].length];
        }

        void step(int j, double[] x, double[][] d) {
            for (int i = 0; i < x.length; i++) {
                double[] trace = traces[j][i];
                double e = d[2][0] * trace[0] + d[2][1] * trace[1] + d[2][2] * x[i];
                double ofV = d[0][0] * trace[0] + d[0][1] * trace[1] + d[0][2] * x[i];
                double ofA = d[1][0] * trace[0] + d[1][1] * trace[1] + d[1][2] * x[i];
                trace[0] = ofV;
                trace[1] = ofA;
                filtered[j][i] = LEAK * filtered[j][i] + e;
                summed[j][i] += e;
            }
        }

        void learn(int j, double signal, double[][] gradient) {
            for (int i = 0; i < filtered[j].length; i++) {
                gradient[j][i] += signal * filtered[j][i];
            }
        }

        void regularize(int j, double regular, double[][] gradient) {
            for (int i = 0; i < summed[j].length; i++) {
                gradient[j][i] += regular * summed[j][i];
            }
        }
    }
}
