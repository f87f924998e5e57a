package dev.spikelane.engine;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.operator.DenseOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prepared spikes of one population serve another one only while the rows have them. */
@EveryWidth
final class PreparedVersionsTest {

    private static final int INPUTS = 64;
    private static final int OUTPUTS = 130;
    private static final int CALLS = 40;

    private enum From {
        INPUT,
        POPULATION,
        LOOP
    }

    /**
     * The first population uses prepared spikes, because two projections enter it; the second one prepares this source
     * again for each block, with equal shape and weights.
     */
    private static Network network(From from, int delay) {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Input none = builder.input("none", Shape.of(1));
        Projection.Source source = x;
        if (from != From.INPUT) {
            Population relay = builder.population("relay", Shape.of(INPUTS), new Leaky(0).withThreshold(0.5f));
            builder.project("x-relay", x, relay, new OneToOne(1));
            if (from == From.LOOP) {
                builder.project("relay-relay", relay, relay, new OneToOne(0)).delay(1);
            }
            source = relay;
        }
        Leaky sums = new Leaky(0).withThreshold(1e6f);
        Population found = builder.population("found", Shape.of(OUTPUTS), sums);
        Population expected = builder.population("expected", Shape.of(OUTPUTS), sums);
        FloatMatrix weights = Matrices.uniform(Arena.ofAuto(), OUTPUTS, INPUTS, new Random(3));
        builder.project("found", source, found, Dense.of(weights)).delay(delay);
        builder.project("none", none, found, Dense.of(FloatMatrix.zeros(OUTPUTS, 1)));
        builder.project("expected", source, expected, Dense.of(weights)).delay(delay);
        Network network = builder.build();
        for (int i = 0; i < network.projections().size(); i++) {
            network.laidOut().replaceOperators(i, PreparedVersionsTest::counted);
        }
        return network;
    }

    /** An operator that compares the number of spikes with the prepared number. */
    private static Operator counted(Operator operator) {
        if (!(operator instanceof DenseOperator)) {
            return operator;
        }
        return (Operator) Proxy.newProxyInstance(
                Operator.class.getClassLoader(), new Class<?>[] {Operator.class}, (_, method, arguments) -> {
                    if (method.getName().equals("prepare") && arguments[0] instanceof SpikeMatrix spikes) {
                        assertEquals(spikes.count(0, (int) arguments[1]), arguments[2]);
                    }
                    return method.invoke(operator, arguments);
                });
    }

    @ParameterizedTest
    @CsvSource({"INPUT, 0, 1", "INPUT, 1, 2", "POPULATION, 0, 2", "POPULATION, 1, 1", "LOOP, 0, 1", "LOOP, 2, 2"})
    void everyWriteMakesAVersion(From from, int delay, int threads) {
        Random random = new Random(7);
        SpikeMatrix silent = SpikeMatrix.zeros(3, 1);
        try (Simulation simulation = network(from, delay).simulate(1, threads)) {
            SimulationState state = simulation.snapshot();
            for (int call = 0; call < CALLS; call++) {
                int steps = 1 + random.nextInt(3);
                SpikeMatrix spikes = Matrices.spikes(Arena.ofAuto(), steps, INPUTS, 0.1, random);
                switch (random.nextInt(6)) {
                    case 0 -> simulation.runConstant(Map.of("x", spikes.rows(0, 1), "none", silent.rows(0, 1)), steps);
                    case 1 -> simulation.run(Map.of("x", spikes, "none", silent.rows(0, steps)));
                    case 2 -> simulation.reset();
                    case 3 -> state = simulation.snapshot();
                    case 4 -> simulation.restore(state);
                    default -> {}
                }
                simulation.step(Map.of("x", spikes.rows(0, 1), "none", silent.rows(0, 1)));
                assertSameBits(
                        simulation.state("expected").membrane(),
                        simulation.state("found").membrane(),
                        "call " + call);
            }
        }
    }
}
