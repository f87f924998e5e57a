package dev.spikelane.engine;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Filled.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Loops that are large enough for several threads have the spikes, membranes and states of one thread. */
@EveryWidth
@Alone
class LoopThreadsProperties {

    private static final int INPUTS = 30;

    @Property(tries = 8)
    void threadsDoNotMatter(
            @UpTo(value = 9, from = 4) int batch,
            @UpTo(value = 300, from = 200) int neurons,
            @UpTo(3) int delay,
            @ForAll long seed) {
        List<float[]> one = run(batch, neurons, delay, seed, 1);
        assertTrue(anySpike(one.get(1)), "nothing fired");
        for (int threads = 2; threads <= 3; threads++) {
            List<float[]> more = run(batch, neurons, delay, seed, threads);
            for (int i = 0; i < one.size(); i++) {
                assertArrayEquals(one.get(i), more.get(i), "result " + i + " on " + threads + " threads");
            }
        }
    }

    private static boolean anySpike(float[] fired) {
        for (float each : fired) {
            if (each != 0) {
                return true;
            }
        }
        return false;
    }

    private static Network network(int neurons, int delay, Random random) {
        Neuron model = switch (random.nextInt(3)) {
            case 0 -> new Leaky(0.9).withReset(Reset.ZERO);
            case 1 -> new Synaptic(0.8, 0.9);
            default -> new RLeaky(Recurrence.allToAll(Matrices.uniform(Arena.ofAuto(), neurons, neurons, random)), 0.8);
        };
        NetworkBuilder builder = Network.builder();
        Input x = builder.input("x", Shape.of(INPUTS));
        Population e = builder.population("e", Shape.of(neurons), model);
        Population i = builder.population("i", Shape.of(70), new Leaky(0.7).withThreshold(0.5));
        builder.project("x-e", x, e, dense(INPUTS, neurons, random));
        builder.project("e-i", e, i, dense(neurons, 70, random));
        builder.project("i-e", i, e, dense(70, neurons, random)).delay(delay);
        builder.project("e-e", e, e, dense(neurons, neurons, random)).delay(delay + 1);
        return builder.build();
    }

    private static Dense dense(int inputs, int outputs, Random random) {
        return Dense.of(
                Matrices.uniform(Arena.ofAuto(), outputs, inputs, random),
                Matrices.uniform(Arena.ofAuto(), 1, outputs, random));
    }

    private static List<float[]> run(int batch, int neurons, int delay, long seed, int threads) {
        Random random = new Random(seed);
        Network network = network(neurons, delay, random);
        int steps = 20 + random.nextInt(20);
        boolean membranes = random.nextBoolean();
        SpikeMatrix input = Matrices.spikes(Arena.ofAuto(), steps * batch, INPUTS, 0.3, random);
        int cut = random.nextInt(1, steps);
        List<float[]> results = new ArrayList<>();
        try (Simulation simulation = network.simulate(batch, threads)) {
            Population.SpikeRecorder spikes = new Population.SpikeRecorder(Arena.ofAuto(), steps, batch, neurons);
            simulation.observe("e", spikes);
            Population.VariableRecorder values = new Population.VariableRecorder(Arena.ofAuto(), steps, batch, 70);
            if (membranes) {
                simulation.observe("i", values);
            }
            simulation.run(input.rows(0, cut * batch));
            simulation.run(input.rows(cut * batch, (steps - cut) * batch));
            FloatMatrix fired = fill(
                    FloatMatrix.zeros(steps * batch, neurons),
                    (row, neuron) -> spikes.spikes().get(row, neuron) ? 1 : 0);
            results.add(values.values().toArray());
            results.add(fired.toArray());
            byte[] snapshot = simulation.snapshot().toBytes();
            float[] bytes = floats(snapshot.length, at -> snapshot[at]);
            results.add(bytes);
        }
        return results;
    }
}
