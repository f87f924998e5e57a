package dev.spikelane.cli.network;

import static dev.spikelane.Failures.assertPart;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Users;
import dev.spikelane.connection.Sparse;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.SimulationState;
import dev.spikelane.network.SpikeCounts;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Networks from the literature at a small scale. */
final class ClassicsTest {

    /** Returns the rate of each population in Hz, after the first 0.1 s. */
    private static double[] rates(Network network, int steps) {
        try (Simulation simulation = network.simulate(1)) {
            simulation.run(1_000);
            List<SpikeCounts> counts = network.populations().stream()
                    .map(each -> simulation.countSpikes(each.name()))
                    .toList();
            simulation.run(steps);
            double[] rates = new double[counts.size()];
            for (int i = 0; i < rates.length; i++) {
                for (float each : counts.get(i).perNeuron().toArray()) {
                    rates[i] += each * 1e4 / steps / counts.get(i).perNeuron().columns();
                }
            }
            return rates;
        }
    }

    private static long synapses(Network network) {
        return network.projections().stream()
                .mapToLong(each -> {
                    Population source = each.source().ofPopulation().orElseThrow();
                    return ((Sparse) each.path().getFirst())
                            .synapses(source.shape())
                            .count();
                })
                .sum();
    }

    /** Brian's network of 4,000 neurons fires at 5.5 Hz. */
    @Test
    void cubaFiresAsBriansDoes() {
        Network network = Classics.cuba(4_000, 1);
        assertEquals(320_000, synapses(network), 4 * Math.sqrt(320_000));
        double[] rates = rates(network, 2_000);
        assertEquals(5.5, rates[0], 1.5);
        assertEquals(5.5, rates[1], 1.5);
        FloatMatrix start = FloatMatrix.zeros(1, 3_200);
        try (Simulation simulation = network.simulate(1)) {
            for (int i = 0; i < 3_200; i++) {
                start.set(0, i, simulation.state("e").membrane().get(0, i));
            }
        }
        float[] potentials = start.toArray();
        Arrays.sort(potentials);
        assertEquals(-60, potentials[0], 0.05);
        assertEquals(-55, potentials[1_600], 0.5);
        assertEquals(-50, potentials[3_199], 0.05);
    }

    /** More drive and less inhibition increase rates; the drive alone brings neurons to the threshold. */
    @Test
    void brunelsStatesFollowInhibitionAndDrive() {
        Network slow = Classics.brunel(0.1, 6, 0.9, 1);
        assertEquals(1_250L * 125, synapses(slow));
        double weak = rates(slow, 500)[0];
        double strong = rates(Classics.brunel(0.1, 6, 3, 1), 500)[0];
        double fast = rates(Classics.brunel(0.1, 3, 2, 1), 500)[0];
        assertTrue(weak < strong && strong < 150 && fast > 200, weak + ", " + strong + ", " + fast);
    }

    /** Small networks fire less than the full one, because more input of their neurons is missing. Slow. */
    @Users
    @Test
    void microcircuitsHaveTheSizesAndSynapsesOfTheirScale() {
        List<Double> told = new CopyOnWriteArrayList<>();
        Network network = Classics.microcircuit(0.05, false, 1, told::add);
        assertEquals(
                List.of(1_034, 292, 1_096, 274, 243, 53, 720, 147),
                network.populations().stream().map(Population::size).toList());
        assertEquals(298_880_968 * 25e-4, synapses(network), 200);
        double[] rates = rates(network, 1_000);
        assertEquals(4.4, rates[2], 2.5, Arrays.toString(rates));
        assertEquals(8.6, rates[5], 4.5, Arrays.toString(rates));
        assertEquals(
                7, // parts arrive in any order, but the second half follows the first
                IntStream.range(1, told.size())
                        .filter(i -> told.get(i) <= 0.5 && told.get(i - 1) > 0.5)
                        .count());
        assertEquals(1, told.getLast());
        assertGoesOn(network);
    }

    /** Threads and interruptions of a run have no effect. */
    private static void assertGoesOn(Network network) {
        byte[] all = {};
        SimulationState half = null;
        for (int threads : new int[] {1, 2}) {
            try (Simulation simulation = network.simulate(1, threads)) {
                Population.SpikeRecorder recorder = simulation.recordSpikes("L4E", 300);
                simulation.run(150);
                half = simulation.snapshot();
                simulation.run(150);
                byte[] found = recorder.spikes().toArray();
                assertArrayEquals(threads == 1 ? found : all, found);
                all = found;
                assertTrue(recorder.spikes().count(150, 150) > 5, "spikes");
            }
        }
        try (Simulation simulation = network.simulate(1)) {
            simulation.restore(Objects.requireNonNull(half));
            Population.SpikeRecorder recorder = simulation.recordSpikes("L4E", 300);
            simulation.run(150);
            int later = all.length / 2;
            assertArrayEquals(
                    Arrays.copyOfRange(all, later, all.length),
                    Arrays.copyOfRange(recorder.spikes().toArray(), later, all.length));
        }
    }

    @Test
    void aSeedSaysAll() {
        double[] first = rates(Classics.cuba(500, 7), 200);
        assertArrayEquals(first, rates(Classics.cuba(500, 7), 200));
        assertNotEquals(first[0], rates(Classics.cuba(500, 8), 200)[0]);
        float poisson = bias(false);
        assertEquals(0.0005 * Math.sqrt(0.05) * 87.8 * 1_900 * 8, bias(true) - poisson, 0.01, "constant drive");
    }

    private static float bias(boolean constant) {
        Population population = Classics.microcircuit(0.05, constant, 7).population("L4I");
        return Objects.requireNonNull(population.neuron().parameters().get("bias"))
                .value(0);
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        for (String message : List.of("there are 99 neurons", "scale is 1.5", "g is -1.0", "'events' is")) {
            assertPart(message, () -> {
                switch (message.charAt(0)) {
                    case 't' -> Classics.cuba(99, 1);
                    case 's' -> Classics.microcircuit(1.5, false, 1);
                    case 'g' -> Classics.brunel(0.1, -1, 2, 1);
                    default -> Classics.brunel(1, 5, 100, 1);
                }
            });
        }
    }
}
