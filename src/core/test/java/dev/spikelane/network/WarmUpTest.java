package dev.spikelane.network;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Connectivity;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.Psn;
import dev.spikelane.connection.Sparse;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.Shape;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Source;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@Alone
final class WarmUpTest {

    /** Enough even on a busy machine: a round of this network takes far less than the added time. */
    private static final Duration MOST = Duration.ofSeconds(100);

    @Test
    void takesItsTimeAndChangesNothing() {
        Network network = Networks.of(20, dense(70, new Leaky(0.9)), dense(5, new Synaptic(0.8, 0.9)));
        long values = network.weights().hash();
        long start = System.nanoTime();
        Optional<Duration> took = WarmUp.run(network, 2, 2, Duration.ofSeconds(3));
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(time.compareTo(MOST) < 0, time.toString());
        assertTrue(took.orElse(Duration.ZERO).compareTo(time) <= 0, took + ", measured " + time);
        assertEquals(values, network.weights().hash());
    }

    /** For connections that need all steps at once. */
    @Test
    void runsWholeSeries() {
        TorchRandom random = new TorchRandom(1);
        Network network = Networks.of(random, 3, dense(2, new Leaky(0), Psn.of(5, random)));
        assertTrue(WarmUp.run(network, 2, 1, Duration.ofMillis(1)).isEmpty());
    }

    /** The compiler has to be idle for longer. */
    @Test
    void saysWhenTheTimeWasTooShort() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 2, 3);
        assertTrue(WarmUp.run(network, 1, 1, Duration.ofMillis(1)).isEmpty());
        assertTrue(WarmUp.run(network, 1, 1, Duration.ZERO).isEmpty());
    }

    @Test
    void settlesInTheEnd() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 2, 3);
        assertTrue(WarmUp.run(network, 1, 1, Duration.ofSeconds(300)).isPresent());
    }

    @Test
    void runsGraphsOfSeveralInputsWithDelays() {
        TorchRandom random = new TorchRandom(3);
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(7));
        Input y = builder.input("y", Shape.of(3));
        Population e = builder.population("e", Shape.of(12), new Leaky(0.9));
        builder.project("x-e", x, e, Dense.linear(7, 12, random)).delay(2);
        builder.project("y-e", y, e, Dense.linear(3, 12, random)).plastic();
        builder.project("e-e", e, e, Dense.linear(12, 12, random)).delay(1);
        Network network = builder.build();
        long start = System.nanoTime();
        WarmUp.run(network, 1, 1, Duration.ofMillis(300));
        assertTrue(System.nanoTime() - start < MOST.toNanos());
    }

    /** A rule follows spikes and refuses values. */
    @Test
    void runsRulesOfInputs() {
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(7));
        Input y = builder.input("y", Shape.of(3));
        Population e = builder.population("e", Shape.of(12), new Leaky(0.9));
        Sparse synapses = Sparse.of(Connectivity.probability(0.5)).weights(0.1f);
        builder.project("x-e", x, e, synapses.to(12)).plastic(Plasticity.pairStdp());
        builder.project("y-e", y, e, Dense.linear(3, 12, new TorchRandom(3)));
        WarmUp.run(builder.build(), 1, 1, Duration.ofMillis(300));
    }

    @Test
    void runsNetworksWithoutInputs() {
        NetworkBuilder builder = Network.builder();
        builder.population("p", Shape.of(5), Source.poisson(10, 1));
        WarmUp.run(builder.build(), 1, 1, Duration.ofMillis(300));
    }

    /** A connection with values for five steps runs five. */
    @Test
    void endsWithTheStepsThatThereAre() {
        Network network = Networks.of(2, dense(3, new Leaky(0.9), BatchNorm.tt(3, 5)));
        WarmUp.run(network, 1, 1, Duration.ofMillis(20));
    }

    @Test
    void refusesWhatASimulationRefuses() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9), 2, 3);
        assertThrows(IllegalArgumentException.class, () -> network.warmUp(0));
        assertThrows(IllegalArgumentException.class, () -> network.warmUp(1, 0));
    }
}
