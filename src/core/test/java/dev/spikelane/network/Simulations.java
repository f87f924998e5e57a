package dev.spikelane.network;

import dev.spikelane.Allocations;
import dev.spikelane.memory.Signal;

/** Simulations of blocks of any size, for tests of other packages. */
public final class Simulations {

    /** Rows of a block, unless somebody asks for others. */
    public static final int ROWS_IN_BLOCK = Simulation.ROWS_IN_BLOCK;

    private Simulations() {}

    /** Makes a simulation that goes through so many rows at a time. */
    public static Simulation of(Network network, int batch, int threads, int rowsInBlock) {
        return new Simulation(network, batch, threads, rowsInBlock);
    }

    /** Fails unless resets, each followed by a run of one of the inputs, come to allocate nothing. */
    static void assertRunsAllocateNothing(Simulation simulation, Signal... inputs) {
        Allocations.assertNone(30, () -> {
            for (Signal input : inputs) {
                simulation.reset();
                simulation.run(input);
            }
        });
    }
}
