package dev.spikelane.network;

import static dev.spikelane.Matrices.assertSameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Alone;
import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNeuron;
import dev.spikelane.neuron.Neuron;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A large run of spikes or analog input has equal bits for any cut and any number of threads. */
@EveryWidth
@Alone
@FewerTries(fullWidth = 3)
final class SimulationProperties extends KernelCase {

    /** Large enough for all threads. */
    @Property(tries = 12)
    void threadsGiveTheSameBits(@ForAll long seed, @ForAll boolean inhibited, @ForAll boolean analog) {
        double density = density(new LargeNetwork(arena, seed, inhibited), analog, 1, 2, 3, 4, 5);
        assertTrue(density > 0, "there are spikes");
        assertTrue(analog || inhibited == density < 0.01, "density " + density);
    }

    @Property(tries = 1)
    void threadsGiveTheSameBitsForEveryModel(@ForAll long seed) {
        for (int model = 0; model < RandomNeuron.MODELS; model++) {
            Neuron neuron = new RandomNeuron(arena, LargeNetwork.SIZE, new Random(seed)).of(model);
            LargeNetwork large = new LargeNetwork(arena, seed, neuron, RandomNeuron.gates(model));
            assertTrue(density(large, false, 1, 3) > 0, "spikes of " + neuron);
        }
    }

    /** Compares spikes and membranes of several numbers of threads, and returns the density of the first layer. */
    private double density(LargeNetwork large, boolean analog, int... numbers) {
        FloatMatrix[] membranes = new FloatMatrix[2];
        SpikeMatrix[] spikes = new SpikeMatrix[2];
        for (int threads : numbers) {
            try (Simulation simulation = large.network.simulate(LargeNetwork.BATCH, threads)) {
                Population.SpikeRecorder[] ofSpikes = {
                    simulation.recordSpikes(0, LargeNetwork.STEPS), simulation.recordSpikes(1, LargeNetwork.STEPS)
                };
                Population.VariableRecorder[] ofMembranes = {
                    simulation.recordMembranes(0, LargeNetwork.STEPS), simulation.recordMembranes(1, LargeNetwork.STEPS)
                };
                large.first.want(threads);
                large.run(simulation, analog);
                for (int layer = 0; layer < 2; layer++) {
                    String what = threads + " threads, layer " + layer;
                    assertEquals(LargeNetwork.STEPS, simulation.state(layer).step(), what);
                    if (threads == 1) {
                        spikes[layer] = SpikeMatrix.zeros(arena, LargeNetwork.ROWS, LargeNetwork.SIZE);
                        membranes[layer] = FloatMatrix.zeros(arena, LargeNetwork.ROWS, LargeNetwork.SIZE);
                        spikes[layer].copyFrom(ofSpikes[layer].spikes());
                        membranes[layer].copyFrom(ofMembranes[layer].values());
                    } else {
                        assertSameBits(spikes[layer], ofSpikes[layer].spikes(), what);
                        assertSameBits(membranes[layer], ofMembranes[layer].values(), what);
                    }
                }
            }
        }
        return spikes[0].density();
    }

    /** Blocks of steps that threads share, and smaller ones, in any cut. */
    @Property(tries = 12)
    void threadsAndBlocksGiveTheSameBits(
            @UpTo(4) int threads,
            @UpTo(value = 300, from = 20) int rowsInBlock,
            @ForAll boolean inhibited,
            @ForAll boolean analog,
            @ForAll long seed) {
        LargeNetwork large = new LargeNetwork(arena, seed, inhibited);
        SpikeMatrix[] spikes = new SpikeMatrix[2];
        FloatMatrix[] membranes = new FloatMatrix[2];
        for (int run = 0; run < 2; run++) {
            int most = run == 0 ? Simulation.ROWS_IN_BLOCK : rowsInBlock;
            spikes[run] = SpikeMatrix.zeros(arena, LargeNetwork.ROWS, LargeNetwork.SIZE);
            membranes[run] = FloatMatrix.zeros(arena, LargeNetwork.ROWS, LargeNetwork.SIZE);
            try (Simulation simulation =
                    new Simulation(large.network, LargeNetwork.BATCH, run == 0 ? 1 : threads, most)) {
                Population.SpikeRecorder ofSpikes = simulation.recordSpikes(0, LargeNetwork.STEPS);
                Population.VariableRecorder ofMembranes = simulation.recordMembranes(1, LargeNetwork.STEPS);
                large.run(simulation, analog);
                spikes[run].copyFrom(ofSpikes.spikes());
                membranes[run].copyFrom(ofMembranes.values());
            }
        }
        assertSameBits(spikes[0], spikes[1], "spikes of the first layer");
        assertSameBits(membranes[0], membranes[1], "membranes of the last layer");
    }
}
