package dev.spikelane.golden;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.EquationNeuron;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules change weights like snnTorch's STDP learners, step by step from equal weights. */
@EveryWidth
class GoldenPlasticityTest {

    /** Neurons that fire exactly at their input. */
    private static final String TOLD = """
            neuron Told
            state v
            input current, told
            v = told + 0 * current
            spike v > 0.5
            """;

    @Test
    void changes() {
        GoldenSet.of("stdp").check(golden -> {
            boolean apart = golden.text("kind").equals("mstdp"); // one eligibility for each sample
            int steps = golden.shape("pre").getFirst();
            int batch = golden.text("kind").equals("mstdpet")
                    ? 1
                    : golden.shape("pre").get(1);
            Result all = new Result(golden.floats("change").length);
            for (int first = 0; first < batch; first += apart ? 1 : batch) {
                run(golden, steps, batch, first, apart ? 1 : batch, all);
            }
            golden.assertClose("change", all.change);
            golden.assertClose("trace_pre", all.inputs);
            golden.assertClose("trace_post", all.outputs);
        });
    }

    private static final class Result {
        final float[] change;
        float[] inputs = {};
        float[] outputs = {};

        Result(int changes) {
            change = new float[changes];
        }
    }

    private static void run(GoldenCase golden, int steps, int batch, int first, int count, Result into) {
        Shape source = sample(golden.shape("pre"), batch, steps, golden.bytes("pre").length);
        Shape target = sample(golden.shape("post"), batch, steps, golden.bytes("post").length);
        FloatMatrix weights = weights(golden);
        int values = weights.rows() * weights.columns();
        try (Simulation simulation = network(golden, weights, source, target).simulate(count)) {
            for (int step = 0; step < steps; step++) {
                simulation.plasticWeights().replace("x-p.weight", weights);
                simulation.step(Map.of(
                        "x", rows(golden.bytes("pre"), source, step * batch + first, count),
                        "told", rows(golden.bytes("post"), target, step * batch + first, count)));
                float[] after = simulation.plasticWeights().get("x-p.weight").toArray();
                float[] before = weights.toArray();
                int at = count == batch ? step * values : (step * batch + first) * values;
                for (int i = 0; i < values; i++) {
                    into.change[at + i] = after[i] - before[i];
                }
            }
            into.inputs = joined(into.inputs, padded(golden, source, simulation.trace("x-p", "x")));
            into.outputs = joined(into.outputs, simulation.trace("x-p", "y").toArray());
        }
    }

    private static float[] joined(float[] a, float[] b) {
        float[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static SpikeMatrix rows(byte[] all, Shape shape, int first, int count) {
        return SpikeMatrix.copyOf(
                count, shape.size(), Arrays.copyOfRange(all, first * shape.size(), (first + count) * shape.size()));
    }

    private static Shape sample(List<Integer> shape, int batch, int steps, int length) {
        return switch (shape.size()) {
            case 4 -> Shape.of(shape.get(2), shape.get(3));
            case 5 -> Shape.of(shape.get(2), shape.get(3), shape.get(4));
            default -> Shape.of(length / steps / batch);
        };
    }

    private static FloatMatrix weights(GoldenCase golden) {
        float[] values = golden.floats("weight");
        int rows = golden.shape("weight").getFirst();
        return FloatMatrix.copyOf(rows, values.length / rows, values);
    }

    /** snnTorch's traces of inputs include the padding, where there is no input. */
    private static float[] padded(GoldenCase golden, Shape source, FloatMatrix trace) {
        int padding = golden.integer("padding", 0);
        if (padding == 0) {
            return trace.toArray();
        }
        int around = source.rank() == 3 ? padding : 0;
        int width = source.width() + 2 * padding;
        int height = source.height() + 2 * around;
        float[] all = new float[trace.rows() * source.channels() * height * width];
        for (int i = 0; i < trace.rows() * trace.columns(); i++) {
            int x = i % source.width();
            int y = i / source.width() % source.height();
            int map = i / source.width() / source.height();
            all[(map * height + y + around) * width + x + padding] = trace.toArray()[i];
        }
        return all;
    }

    private static Network network(GoldenCase golden, FloatMatrix weights, Shape source, Shape target) {
        Connection learned = golden.text("kind").startsWith("conv")
                ? GoldenConvolution.of(golden, golden.parameters(), "weight", "bias")
                : Dense.of(weights);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", source);
        Input told = builder.input("told", target);
        Population p = builder.population("p", target, EquationNeuron.of(TOLD));
        builder.project("x-p", x, p, learned).plastic(rule(golden));
        builder.project("told-p", told, p, new OneToOne(1)).port("told");
        return builder.build();
    }

    private static Plasticity rule(GoldenCase golden) {
        Plasticity rule = switch (golden.text("kind")) {
            case "mstdp" -> Plasticity.mstdp().with("reward", 1);
            case "mstdpet" -> Plasticity.mstdpet().with("tauTrace", 1.0 / 128).with("reward", 1.0 / 128);
            default -> Plasticity.stdp();
        };
        return rule.with("tauPre", golden.number("tau_pre"))
                .with("tauPost", golden.number("tau_post"))
                .with("weightedPre", weighted(golden, "f_pre"))
                .with("weightedPost", weighted(golden, "f_post"));
    }

    private static int weighted(GoldenCase golden, String function) {
        return switch (golden.text(function)) {
            case "weight" -> 1;
            case "one" -> 0;
            default ->
                throw new IllegalArgumentException(
                        golden.name() + ": " + function + " is " + golden.text(function) + ", expected weight or one");
        };
    }
}
