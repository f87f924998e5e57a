package dev.spikelane.kernel;

import dev.spikelane.Alone;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.kernel.product.spike.SpikeWorkspace;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.BeforeAll;

/**
 * Kernels allocate nothing in a JVM that has run small products and warmed up networks before either. There branches
 * are seldom taken, and C2 compiles small methods by themselves before the loops that call them; where those are seldom
 * reached it no longer inlines them, and boxes what they return.
 */
@Alone
final class WarmedAllocationTest extends KernelAllocationTest {

    private static final int CALLS = 30_000;

    /** Neighbors fire together once in so many calls. */
    private static final int SELDOM = 20;

    @BeforeAll
    static void multiplySingleRows() {
        try (Arena arena = Arena.ofShared()) {
            SpikeMatrix apart = SpikeMatrix.zeros(arena, 1, 20);
            SpikeMatrix together = SpikeMatrix.zeros(arena, 1, 20);
            apart.set(0, 3, true);
            apart.set(0, 8, true);
            together.set(0, 8, true);
            together.set(0, 9, true);
            for (int outputs : new int[] {5, 70}) {
                PackedWeights weights = PackedWeights.pack(arena, FloatMatrix.zeros(arena, outputs, 20));
                SpikeWorkspace workspace = new SpikeWorkspace(arena);
                Tile current = Tile.whole(FloatMatrix.zeros(arena, 1, outputs));
                for (int i = 0; i < CALLS; i++) {
                    SpikeMatmul.multiply(i % SELDOM == 0 ? together : apart, 1, weights, current, workspace);
                }
            }
        }
    }

    @BeforeAll
    static void warmUpNetworks() {
        Network.builder(20)
                .dense(70, new TorchRandom(1))
                .neuron(new Leaky(0.9))
                .dense(5, new TorchRandom(2))
                .neuron(new Synaptic(0.8, 0.9))
                .build()
                .warmUp(2, 2);
        Network.builder(2)
                .dense(3, new TorchRandom(1))
                .neuron(new Leaky(0.9))
                .build()
                .warmUp(1);
    }
}
