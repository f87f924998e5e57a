package dev.spikelane.cli.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Matrices;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.Surrogate;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Gradients of attention equal the slopes of a smooth variant in double precision: spikes continue along the
 * surrogate's slope from their values, and a mask is a product.
 */
final class AttentionSlopesTest {

    private static final Shape MAPS = Shape.of(5, 2, 3);
    private static final int TOKENS = 6;
    private static final int CHANNELS = 5;
    private static final double SLOPE = 2;
    private static final double CHANGE = 1e-6;

    private static final long SEED = 4;

    private final Random random = new Random(SEED);
    private final Map<String, double[]> values = new HashMap<>();
    /** Membranes before the values changed, and spikes, by names and steps. */
    private final Map<String, double[]> stood = new HashMap<>();

    @Test
    void gradientsAreSlopes() {
        Network network = AttentionTest.network(MAPS, false, SEED).folded().network();
        Map<String, Signal> inputs = AttentionTest.inputs(MAPS, 1, SEED);
        FloatMatrix ofSums = Matrices.uniform(Arena.ofAuto(), AttentionTest.STEPS, MAPS.size(), random);
        FloatMatrix ofSpikes = Matrices.uniform(Arena.ofAuto(), AttentionTest.STEPS, MAPS.size(), random);
        for (String name : network.weights().names()) {
            float[] floats = network.weights().get(name).toArray();
            double[] doubles = new double[floats.length];
            for (int i = 0; i < floats.length; i++) {
                doubles[i] = floats[i];
            }
            values.put(name, doubles);
        }
        loss(inputs, ofSums, ofSpikes, true);
        try (Gradients gradients = Gradients.of(network, AttentionTest.STEPS, 1)
                .surrogate(Surrogate.fastSigmoid(SLOPE))
                .startAt("a.attended", "sum")
                .startAtSpikes("a.attended")
                .build()) {
            gradients.forward(inputs);
            gradients.given("a.attended", "sum").copyFrom(ofSums);
            gradients.given("a.attended").copyFrom(ofSpikes);
            gradients.backward();
            for (String name : network.weights().names()) {
                if (name.startsWith("a.") && !name.contains("-")) {
                    continue; // a parameter of neurons
                }
                compare(name, gradients.gradient(name), inputs, ofSums, ofSpikes);
            }
        }
    }

    private void compare(
            String name, FloatMatrix gradient, Map<String, Signal> inputs, FloatMatrix ofSums, FloatMatrix ofSpikes) {
        double[] present = values.get(name);
        float[] found = gradient.toArray();
        double largest = 0;
        for (int i = 0; i < present.length; i++) {
            double before = present[i];
            present[i] = before + CHANGE;
            double more = loss(inputs, ofSums, ofSpikes, false);
            present[i] = before - CHANGE;
            double less = loss(inputs, ofSums, ofSpikes, false);
            present[i] = before;
            double slope = (more - less) / (2 * CHANGE);
            assertEquals(slope, found[i], 1e-4 + 1e-4 * Math.abs(slope), name + " " + i);
            largest = Math.max(largest, Math.abs(slope));
        }
        assertTrue(largest > 0.03, name + " has slopes up to " + largest);
    }

    private double loss(Map<String, Signal> inputs, FloatMatrix ofSums, FloatMatrix ofSpikes, boolean first) {
        Map<String, double[]> membranes = new HashMap<>();
        SpikeMatrix tokens = (SpikeMatrix) inputs.get("tokens");
        FloatMatrix carried = (FloatMatrix) inputs.get("carried");
        double loss = 0;
        for (int step = 0; step < AttentionTest.STEPS; step++) {
            double[] in = new double[MAPS.size()];
            for (int i = 0; i < in.length; i++) {
                in[i] = tokens.get(step, i) ? 1 : 0;
            }
            double[] query = fire("query", linear("tokens-a.query", in), 1, step, membranes, first);
            double[] key = fire("key", linear("tokens-a.key", in), 1, step, membranes, first);
            double[] value = fire("value", linear("tokens-a.value", in), 1, step, membranes, first);
            double[] sums = new double[CHANNELS];
            for (int i = 0; i < in.length; i++) {
                sums[i / TOKENS] += query[i] * key[i];
            }
            double[] mask = fire("mask", sums, 0.5, step, membranes, first);
            double[] masked = new double[in.length];
            for (int i = 0; i < in.length; i++) {
                masked[i] = mask[i / TOKENS] * value[i];
            }
            double[] sum = linear("a.value.out-a.attended", masked);
            for (int i = 0; i < in.length; i++) {
                sum[i] += carried.get(step, i);
                loss += sum[i] * ofSums.get(step, i);
            }
            double[] out = fire("attended", sum, 1, step, membranes, first);
            for (int i = 0; i < in.length; i++) {
                loss += out[i] * ofSpikes.get(step, i);
            }
        }
        return loss;
    }

    private double[] linear(String projection, double[] in) {
        double[] weights = values.get(projection + ".weight");
        double[] bias = values.get(projection + ".bias");
        double[] out = new double[in.length];
        for (int i = 0; i < in.length; i++) {
            out[i] = bias[i / TOKENS];
            for (int channel = 0; channel < CHANNELS; channel++) {
                out[i] += weights[i / TOKENS * CHANNELS + channel] * in[channel * TOKENS + i % TOKENS];
            }
        }
        return out;
    }

    /** Computes one step of neurons; resets stay as before. */
    private double[] fire(
            String name, double[] current, double threshold, int step, Map<String, double[]> membranes, boolean first) {
        double[] v = membranes.computeIfAbsent(name, _ -> new double[current.length]);
        double[] spikes = new double[current.length];
        for (int i = 0; i < v.length; i++) {
            v[i] = v[i] / 2 + current[i];
        }
        if (first) {
            stood.put(name + step, v.clone());
        }
        double[] before = stood.get(name + step);
        for (int i = 0; i < v.length; i++) {
            boolean fired = before[i] > threshold;
            double slope = 1 / Math.pow(SLOPE * Math.abs(before[i] - threshold) + 1, 2);
            spikes[i] = (fired ? 1 : 0) + slope * (v[i] - before[i]);
            v[i] = fired ? 0 : v[i];
        }
        return spikes;
    }
}
