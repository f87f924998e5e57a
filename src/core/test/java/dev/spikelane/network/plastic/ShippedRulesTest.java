package dev.spikelane.network.plastic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The library's rules against sums over pairs of spikes in float64. */
@EveryWidth
final class ShippedRulesTest {

    private static final int STEPS = 120;
    private static final int INPUTS = 9;
    private static final int OUTPUTS = 4;

    private final SpikeMatrix pre = Matrices.spikes(Arena.ofAuto(), STEPS, INPUTS, 0.15, new Random(1));
    private final SpikeMatrix post = Matrices.spikes(Arena.ofAuto(), STEPS, OUTPUTS, 0.2, new Random(2));
    private final FloatMatrix weights = FloatMatrix.zeros(OUTPUTS, INPUTS);
    private FloatMatrix membranes = weights;
    /** Of the current synapse. */
    private int delay;

    ShippedRulesTest() {
        Random random = new Random(3);
        for (int i = 0; i < OUTPUTS * INPUTS; i++) {
            weights.set(i / INPUTS, i % INPUTS, 0.2f + 0.6f * random.nextFloat());
        }
    }

    /** The change of a synapse in a step. */
    private interface Change {
        double of(int step, int input, int output, double weight);
    }

    /** Dense connections, and synapses with separate delays; with equal delays they have the bits of dense ones. */
    private void check(Plasticity rule, double least, double most, double tolerance, Change change) {
        float[] dense = learned(rule, Dense.of(weights), least, most, tolerance, change, new int[INPUTS * OUTPUTS]);
        int[] delays = new int[INPUTS * OUTPUTS];
        float[] sparse = learned(rule, sparse(delays), least, most, tolerance, change, delays);
        assertArrayEquals(dense, sparse, rule.text().contains("reads") ? (float) tolerance : 0); // sums have an order
        Arrays.setAll(delays, i -> 1 + i * 7 % 5);
        learned(rule, sparse(delays), least, most, tolerance, change, delays);
    }

    private Sparse sparse(int[] delays) {
        List<LearningNetwork.Edge> edges = new ArrayList<>();
        float[] listed = new float[INPUTS * OUTPUTS];
        for (int i = 0; i < listed.length; i++) {
            int input = i / OUTPUTS;
            int output = i % OUTPUTS;
            edges.add(new LearningNetwork.Edge(input, output, delays[output * INPUTS + input]));
            listed[i] = weights.get(output, input);
        }
        return LearningNetwork.sparse(INPUTS, Shape.of(OUTPUTS), edges, listed);
    }

    /** Returns learned weights in the order of dense weights, close to sums over pairs of spikes. */
    private float[] learned(
            Plasticity rule,
            Connection connection,
            double least,
            double most,
            double tolerance,
            Change change,
            int[] delays) {
        Network network = LearningNetwork.of(Shape.of(INPUTS), connection, rule, 0);
        float[] learned;
        try (Simulation simulation = network.simulate(1)) {
            Population.VariableRecorder recorder = simulation.record("p", "membrane", STEPS);
            LearningNetwork.run(simulation, pre, post, 0, STEPS);
            membranes = recorder.values();
            learned = simulation.plasticWeights().get("x-p.weight").toArray();
        }
        learned = connection instanceof Sparse ? inOrderOfDense(learned, delays) : learned;
        float[] expected = weights.toArray();
        for (int i = 0; i < expected.length; i++) {
            double weight = expected[i];
            delay = delays[i];
            for (int step = 0; step < STEPS; step++) {
                weight += change.of(step, i % INPUTS, i / INPUTS, weight);
                weight = Math.clamp(weight, least, most);
            }
            expected[i] = (float) weight;
        }
        assertArrayEquals(expected, learned, (float) tolerance, connection.toString());
        return learned;
    }

    /** Synapses are sorted by source, delay and target. */
    private static float[] inOrderOfDense(float[] learned, int[] delays) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < learned.length; i++) {
            order.add(i % OUTPUTS * INPUTS + i / OUTPUTS);
        }
        order.sort(Comparator.<Integer>comparingInt(i -> i % INPUTS)
                .thenComparingInt(i -> delays[i])
                .thenComparingInt(i -> i / INPUTS));
        float[] made = new float[learned.length];
        for (int i = 0; i < made.length; i++) {
            made[order.get(i)] = learned[i];
        }
        return made;
    }

    /** Returns earlier spikes of a neuron, weighted by their distance; or only the last one. */
    private static double trace(SpikeMatrix spikes, int neuron, int step, double tau, boolean nearest) {
        double sum = 0;
        for (int at = step - 1; at >= 0; at--) {
            if (spikes.get(at, neuron)) {
                sum += Math.exp((at - step) / tau);
                if (nearest) {
                    break;
                }
            }
        }
        return sum;
    }

    private double pre(int input, int step, double tau) {
        return trace(pre, input, step - delay, tau, false);
    }

    private double post(int output, int step, double tau) {
        return trace(post, output, step, tau, false);
    }

    private double on(int step, int input, double change) {
        return step >= delay && pre.get(step - delay, input) ? change : 0;
    }

    private double at(int step, int output, double change) {
        return post.get(step, output) ? change : 0;
    }

    @Test
    void pairs() {
        for (int kind = 0; kind < 4; kind++) {
            boolean multiplicative = kind % 2 == 1;
            boolean nearest = kind / 2 == 1;
            Plasticity rule = Plasticity.pairStdp()
                    .with("tauPre", 7)
                    .with("tauPost", 12)
                    .with("up", 0.03)
                    .with("down", 0.04)
                    .with("least", 0.125)
                    .with("most", 0.75)
                    .with("multiplicative", multiplicative ? 1 : 0)
                    .with("nearest", nearest ? 1 : 0);
            check(rule, 0.125, 0.75, 1e-5, (step, input, output, weight) -> {
                double up = 0.03 * (multiplicative ? 0.75 - weight : 1) * trace(pre, input, step - delay, 7, nearest);
                double down = 0.04 * (multiplicative ? weight - 0.125 : 1) * trace(post, output, step, 12, nearest);
                return at(step, output, up) - on(step, input, down);
            });
        }
    }

    @Test
    void triplets() {
        check(Plasticity.tripletStdp(), 0, 1, 1e-5, (step, input, output, _) -> {
            double down = post(output, step, 33.7) * (7e-3 + 2.3e-4 * pre(input, step, 101));
            double up = pre(input, step, 16.8) * (5e-10 + 6.2e-3 * post(output, step, 125));
            return at(step, output, up) - on(step, input, down);
        });
    }

    @Test
    void inhibitory() {
        Plasticity rule = Plasticity.inhibitoryStdp().with("rate", 0.02).with("eta", 0.01);
        check(
                rule,
                0,
                10,
                1e-5,
                (step, input, output, _) -> at(step, output, 0.01 * pre(input, step, 20))
                        + on(step, input, 0.01 * (post(output, step, 20) - 2 * 0.02 * 20)));
    }

    /** Returns the average of earlier voltages with weights that decay with distance, from the initial value. */
    private double average(int output, int step, double tau, double begins, double peak) {
        double part = 1 - Math.exp(-1 / tau);
        double sum = begins * Math.pow(1 - part, step);
        for (int at = 0; at < step; at++) {
            sum += part * Math.pow(1 - part, step - 1 - at) * voltage(output, at, peak);
        }
        return sum;
    }

    private double voltage(int output, int step, double peak) {
        return post.get(step, output) ? peak : membranes.get(step, output);
    }

    @Test
    void voltages() {
        Plasticity rule = Plasticity.clopath()
                .with("thetaMinus", -0.1)
                .with("thetaPlus", 0.2)
                .with("peak", 3)
                .with("ltd", 0.02)
                .with("ltp", 0.05);
        check(rule, 0, 1, 2e-5, (step, input, output, _) -> {
            double down = 0.02 * Math.max(average(output, step, 10, -0.1, 3) + 0.1, 0);
            double up = 0.05
                    * pre(input, step, 15)
                    / 15
                    * Math.max(voltage(output, step, 3) - 0.2, 0)
                    * Math.max(average(output, step, 7, -0.1, 3) + 0.1, 0);
            return up - on(step, input, down);
        });
    }

    /** A reward applies traces of pairs long after their spikes. */
    @Test
    void rewards() {
        Plasticity rule = Plasticity.mstdpet()
                .with("tauPre", 7)
                .with("tauPost", 12)
                .with("tauTrace", 30)
                .with("weightedPre", 0)
                .with("weightedPost", 0)
                .with("reward", 0.05);
        check(rule, -10, 10, 2e-5, (step, input, output, _) -> {
            double sum = 0;
            for (int at = 0; at <= step; at++) {
                double up = pre(input, at, 7) + on(at, input, 1);
                double down = post(output, at, 12) + at(at, output, 1);
                double change = at(at, output, up) - on(at, input, down);
                sum += change / 30 * Math.exp((at - step) / 30.0);
            }
            return 0.05 * sum;
        });
    }

    /** snnTorch's rule, whose traces include the spikes of the step; modulated by a reward. */
    @Test
    void rewardsAtOnce() {
        Plasticity rule = Plasticity.mstdp()
                .with("tauPre", 7)
                .with("tauPost", 12)
                .with("weightedPost", 0)
                .with("reward", 0.03);
        check(rule, -10, 10, 2e-5, (step, input, output, weight) -> {
            double up = pre(input, step, 7) + on(step, input, 1);
            double down = post(output, step, 12) + at(step, output, 1);
            return 0.03 * (at(step, output, up) - on(step, input, weight * down));
        });
    }

    /** snnTorch's rule, whose traces lose a part in each step. */
    @Test
    void pairsOfSnnTorch() {
        Plasticity rule = Plasticity.stdp()
                .with("tauPre", 7)
                .with("tauPost", 12)
                .with("scale", 0.03)
                .with("weightedPre", 0)
                .with("weightedPost", 0);
        double pre = -1 / Math.log(1 - 1 / 7.0);
        double post = -1 / Math.log(1 - 1 / 12.0);
        check(rule, -10, 10, 2e-5, (step, input, output, _) -> {
            double up = pre(input, step, pre) + on(step, input, 1);
            double down = post(output, step, post) + at(step, output, 1);
            return 0.03 * (at(step, output, up) - on(step, input, down));
        });
    }
}
