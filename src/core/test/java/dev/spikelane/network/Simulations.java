package dev.spikelane.network;

import dev.spikelane.Allocations;
import dev.spikelane.memory.Signal;

/** Simulations with blocks of any size, for tests of other packages. */
public final class Simulations {

    /** Default rows of a block. */
    public static final int ROWS_IN_BLOCK = Simulation.ROWS_IN_BLOCK;

    private Simulations() {}

    public static Simulation of(Network network, int batch, int threads, int rowsInBlock) {
        return new Simulation(network, batch, threads, rowsInBlock);
    }

    /** Fails unless resets and runs stop allocating. */
    static void assertRunsAllocateNothing(Simulation simulation, Signal... inputs) {
        Allocations.assertNone(30, () -> {
            for (Signal input : inputs) {
                simulation.reset();
                simulation.run(input);
            }
        });
    }
}
