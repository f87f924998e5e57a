package dev.spikelane.train.gradient;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Gradients;
import dev.spikelane.train.GradientsBuilder;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Without spikes everything is smooth, and gradients equal finite differences of each value. */
@EveryWidth
public class FiniteDifferencesTest {

    private static final int STEPS = 6;
    private static final int BATCH = 3;
    private static final int INPUTS = 5;
    private static final int NEURONS = 4;
    private static final float NEVER = 1000;

    static Stream<Arguments> models() {
        Random random = new Random(5);
        FloatMatrix square = Matrices.uniform(Arena.ofAuto(), NEURONS, NEURONS, random);
        FloatMatrix bias = Matrices.uniform(Arena.ofAuto(), 1, NEURONS, random);
        FloatMatrix gates = Matrices.uniform(Arena.ofAuto(), 4 * NEURONS, NEURONS, random);
        FloatMatrix biases = Matrices.uniform(Arena.ofAuto(), 1, 4 * NEURONS, random);
        Map<String, Neuron> models = new LinkedHashMap<>();
        models.put("Leaky", new Leaky(0.9f, 0.8f, 0.7f, 0.6f).withThreshold(NEVER));
        models.put("Lapicque", Lapicque.of(2, 1.5, 0.5).withThreshold(NEVER));
        models.put(
                "Synaptic",
                new Synaptic(0.8, 0.7)
                        .withFiring(new Leaky(0.5).withThreshold(NEVER).firing()));
        models.put("Alpha", new Alpha(0.8, 0.6).withThreshold(NEVER));
        models.put("RLeaky", new RLeaky(Recurrence.allToAll(square, bias), 0.8).withThreshold(NEVER));
        models.put(
                "RSynaptic",
                new RSynaptic(
                        Parameter.of(0.7f),
                        Parameter.of(0.8f),
                        Recurrence.oneToOne(0.5),
                        new Leaky(0.5).withThreshold(NEVER).firing()));
        models.put(
                "LeakyParallel",
                new LeakyParallel(
                        Recurrence.allToAll(square, bias), Parameter.of(0), Parameter.of(NEVER), Parameter.of(1)));
        models.put(
                "LeakyParallel one to one",
                new LeakyParallel(0.6).withThreshold(NEVER).withBias(0.3));
        models.put("StateLeaky", new StateLeaky(0.7).withThreshold(NEVER));
        models.put("DeltaLeaky", new DeltaLeaky(Parameter.of(0.7f), Parameter.of(NEVER)));
        models.put("SpikingJelly", Lif.spikingJelly(2).withThreshold(NEVER));
        models.put("Lif of snnTorch", Lif.snnTorch(0.8).withThreshold(NEVER));
        models.put("Norse", Lif.norse(0.01, 20, 30).withThreshold(NEVER));
        models.put("Sinabs", Lif.sinabs(2).withThreshold(NEVER));
        models.put("equations", EquationNeuron.of("""
                param beta = 0.9, tau = 3, slope = 0.5
                state v = 0.2, w, x
                input current
                let share = exp(-beta / 2)
                x = tanh(x) * share + log(2 + current^2)
                dv/dt = (x - v + slope * exp(-w)) / tau : euler
                dw/dt = (v - w) / tau : exact
                v = v * beta
                spike v > 1000
                v = v - spike * beta
                """).with("tau", 3, 4, 5, 6));
        models.put("equations with a distance", EquationNeuron.of("""
                param beta = 0.9
                state v, distance
                input current
                distance = beta * distance + current
                v = beta * v + distance
                spike v > 1000
                """));
        models.put("equations that learn what stands alone", EquationNeuron.of("""
                param beta = 0.9, q = 0.4, r = 0.3
                state v, s, w
                input current
                let h = r * 3
                v = beta * v + s * current + w * s + q
                s = q
                w = h
                spike v > 1000
                """));
        models.put("equations with noise", EquationNeuron.of("""
                param beta = 0.9, sigma = 0.3
                state v, w
                input current
                noise xi, eta
                w = beta * w + sigma * xi * current
                v = beta * v + w * eta + xi
                spike v > 1000
                reset v = 0
                """));
        models.put("SLSTM", new SLstm(gates, biases, NEVER));
        models.put("RLeaky by another", new RLeaky(Recurrence.by(OneToOne.scale(0.5f)), 0.8).withThreshold(NEVER));
        Shape maps = Shape.of(2, 2, 1);
        Convolution all = Convolution.of(3, 8, Kernel.of(3, 1).withPadding(1, 0), new TorchRandom(3));
        return Stream.concat(
                models.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue(), Shape.of(NEURONS))),
                Stream.of(
                        Arguments.of("RLeaky in maps", models.get("RLeaky"), maps),
                        Arguments.of("SLSTM in maps", models.get("SLSTM"), maps),
                        Arguments.of("SConv2dLSTM", SLstm.of(all).withThreshold(NEVER), maps)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("models")
    void gradientsAreSlopes(String name, Neuron model, Shape shape) {
        Random random = new Random(11);
        Network network = network(model, shape, random);
        FloatMatrix input = Matrices.uniform(
                Arena.ofAuto(),
                STEPS * BATCH,
                network.inputs().getFirst().shape().size(),
                random);
        FloatMatrix upstream = Matrices.uniform(Arena.ofAuto(), STEPS * BATCH, NEURONS, random);
        GradientsBuilder builder = Gradients.of(network, STEPS, BATCH)
                .startAt("q", "membrane")
                .keep("p", "membrane")
                .recomputeEvery(4);
        for (String parameter : NeuronGradient.learnable(model)) {
            if (network.weights().names().contains("p." + parameter)) {
                builder.learn("p." + parameter);
            }
        }
        int compared = 0;
        try (Gradients gradients = builder.build()) {
            loss(gradients, input, upstream);
            gradients.given("q", "membrane").copyFrom(upstream);
            gradients.backward();
            for (String values : network.weights().names()) {
                if (values.startsWith("q.") || values.endsWith("hreshold")) {
                    continue;
                }
                FloatMatrix gradient;
                try {
                    gradient = gradients.gradient(values);
                } catch (IllegalArgumentException notLearned) {
                    continue;
                }
                for (int place = 0; place < Math.min(9, gradient.rows() * gradient.columns()); place++) {
                    int row = random.nextInt(gradient.rows());
                    int column = random.nextInt(gradient.columns());
                    double slope = slope(network, gradients, values, row, column, input, upstream);
                    double found = gradient.get(row, column);
                    assertEquals(slope, found, 2e-3 + 0.02 * Math.abs(slope), name + " " + values);
                    compared++;
                }
            }
        }
        assertTrue(compared > 20, compared + " compared");
    }

    /** A population of the model, whose membranes drive another with a delay and several connections. */
    private static Network network(Neuron model, Shape shape, Random random) {
        NetworkBuilder builder = Network.builder();
        Arena arena = Arena.ofAuto();
        boolean maps = shape.rank() > 1;
        Input x = builder.input("x", maps ? shape : Shape.of(INPUTS));
        Population p = builder.population("p", shape, model);
        Population q = builder.population("q", Shape.of(NEURONS), new Leaky(0.5).withThreshold(NEVER));
        int currents = NEURONS * model.gates();
        builder.project(
                "x-p",
                x,
                p,
                connection(
                        maps,
                        Matrices.uniform(arena, currents, x.shape().size(), random),
                        Matrices.uniform(arena, 1, currents, random)));
        Dense dense = Dense.of(
                Matrices.uniform(arena, NEURONS, NEURONS, random), Matrices.uniform(arena, 1, NEURONS, random));
        builder.project(
                        "p-q",
                        p.variable("membrane"),
                        q,
                        new OneToOne(0.5f, 1, 1.5f, 2),
                        new Flatten(),
                        dense,
                        OneToOne.scale(0.7f))
                .delay(1);
        if (maps) {
            Dense pooled = Dense.of(
                    Matrices.uniform(Arena.ofAuto(), NEURONS, 2, random),
                    Matrices.uniform(Arena.ofAuto(), 1, NEURONS, random));
            builder.project("p-q pooled", p.variable("membrane"), q, Pool.max(2, 1), new Flatten(), pooled);
        }
        builder.project("p-q now", p.variable("membrane"), q, new OneToOne(1, 2, 3, 4), new Flatten());
        return builder.build();
    }

    private static Connection connection(boolean maps, FloatMatrix weights, FloatMatrix bias) {
        return maps ? new Recurrent(weights, bias) : Dense.of(weights, bias);
    }

    /** Returns the sum of the membranes of q with given factors. */
    public static double loss(Gradients gradients, Signal input, FloatMatrix upstream) {
        gradients.reset();
        gradients.forward(input);
        double loss = 0;
        FloatMatrix membranes = gradients.values("q", "membrane");
        for (int row = 0; row < upstream.rows(); row++) {
            for (int i = 0; i < upstream.columns(); i++) {
                loss += (double) upstream.get(row, i) * membranes.get(row, i);
            }
        }
        return loss;
    }

    private static double slope(
            Network network,
            Gradients gradients,
            String name,
            int row,
            int column,
            FloatMatrix input,
            FloatMatrix upstream) {
        FloatMatrix values = network.weights().get(name);
        float value = values.get(row, column);
        float change = 0.004f;
        values.set(row, column, value + change);
        network.weights().replace(name, values);
        double more = loss(gradients, input, upstream);
        values.set(row, column, value - change);
        network.weights().replace(name, values);
        double less = loss(gradients, input, upstream);
        values.set(row, column, value);
        network.weights().replace(name, values);
        return (more - less) / ((value + change) - (double) (value - change));
    }
}
