package dev.spikelane.network.plastic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Distribution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Sparse;
import dev.spikelane.equation.Rule;
import dev.spikelane.equation.RuleParser;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Simulation;
import dev.spikelane.random.TorchRandom;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The library's rules during long silence, and when all neurons always fire. */
@EveryWidth
final class ExtremesTest {

    /** Smaller numbers are subnormal, and processors are slow with them. */
    private static final float LEAST = Float.MIN_NORMAL;

    static List<Plasticity> rules() {
        return List.of(
                Plasticity.stdp(),
                Plasticity.mstdp().with("reward", 1),
                Plasticity.mstdpet().with("reward", 1),
                Plasticity.pairStdp(),
                Plasticity.tripletStdp(),
                Plasticity.inhibitoryStdp(),
                Plasticity.clopath());
    }

    /** A spike on both sides, then silence until the longest trace ends: no variable becomes subnormal. */
    @ParameterizedTest
    @MethodSource("rules")
    void tracesEndBeforeTheyAreSlow(Plasticity rule) {
        try (Simulation simulation =
                LearningNetwork.of(Shape.of(1), Dense.of(half(1, 1)), rule, 0).simulate(1)) {
            byte[] one = {1};
            simulation.step(Map.of("x", SpikeMatrix.copyOf(1, 1, one), "told", SpikeMatrix.copyOf(1, 1, one)));
            Map<String, SpikeMatrix> silence = Map.of("x", SpikeMatrix.zeros(1, 1), "told", SpikeMatrix.zeros(1, 1));
            boolean ended = false;
            for (int i = 0; i < 900 && !ended; i++) { // 125 * ln(1e30) steps take the longest
                simulation.runConstant(silence, 10);
                Map<String, Float> found = of(rule, simulation);
                found.forEach((name, value) -> assertTrue(
                        value == 0 || Math.abs(value) >= LEAST,
                        name + " is " + value + " in step " + simulation.steps()));
                ended = found.values().stream().allMatch(value -> value == 0);
            }
            of(rule, simulation).forEach((name, value) -> assertEquals(0, value, name));
        }
    }

    private static FloatMatrix half(int rows, int columns) {
        FloatMatrix made = FloatMatrix.zeros(rows, columns);
        made.fill(0.5f);
        return made;
    }

    /** Returns the variables of a rule, without weights and variables of neurons. */
    private static Map<String, Float> of(Plasticity rule, Simulation simulation) {
        Map<String, Float> found = new TreeMap<>();
        RuleParser.parse(rule.text()).variables().forEach((name, variable) -> {
            FloatMatrix all = variable.space() == Rule.Space.SYNAPSE
                    ? simulation.plasticWeights().get("x-p." + name)
                    : simulation.trace("x-p", name);
            if (!variable.isOfTarget() && !name.equals("u")) {
                found.put(name, all.get(0, 0));
            }
        });
        return found;
    }

    /**
     * Everything fires in each step, and rules are a thousand times as fast: weights stay within bounds, traces finite.
     */
    @ParameterizedTest
    @MethodSource("rules")
    void ratesThatExplodeAreBounded(Plasticity rule) {
        Plasticity fast = rule;
        for (String each : List.of("scale", "up", "up3", "eta", "ltp", "reward")) {
            fast = rule.parameters().containsKey(each) ? fast.with(each, 1000) : fast;
        }
        float most = rule.parameters().getOrDefault("most", Float.MAX_VALUE);
        Sparse sparse = Sparse.of(Connectivity.probability(0.9))
                .weights(Distribution.uniform(0.1, 0.5))
                .delays(Distribution.uniform(0, 3));
        for (Connection each : List.of(
                Dense.of(half(3, 4)),
                sparse.to(5),
                Convolution.of(2, 3, Kernel.of(3).withPadding(1), new TorchRandom(1)))) {
            Shape from = each instanceof Convolution ? Shape.of(2, 4, 4) : Shape.of(4);
            Shape to = each.outputShape(from);
            try (Simulation simulation =
                    LearningNetwork.of(from, to, fast, 0, each).simulate(2)) {
                simulation.runConstant(Map.of("x", all(from), "told", all(to)), 300);
                for (float weight :
                        simulation.plasticWeights().get("x-p.weight").toArray()) {
                    float least = rule.parameters().getOrDefault("least", -Float.MAX_VALUE);
                    assertTrue(weight >= least && weight <= most, weight + " of " + rule + ", " + each);
                }
                RuleParser.parse(rule.text()).variables(Rule.Space.PRE).forEach(name -> {
                    float trace = simulation.trace("x-p", name).get(0, 0);
                    assertTrue(trace >= 1 && trace < 102, name + " is " + trace); // 1 / (1 - exp(-1 / 101))
                });
            }
        }
    }

    private static SpikeMatrix all(Shape of) {
        SpikeMatrix made = SpikeMatrix.zeros(2, of.size());
        for (int i = 0; i < 2 * of.size(); i++) {
            made.set(i % 2, i / 2, true);
        }
        return made;
    }
}
