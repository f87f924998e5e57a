package dev.spikelane.engine;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Neuron;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A population without a loop. Threads share it by blocks of 64 neurons, which each of them carries from source to spikes for a whole block
 * of steps, so that the threads meet once.
 */
final class TileRun implements ComponentRun, WorkerPool.Job {

    private final PopulationRun site;
    /** The sums at the ports: of {@code current}, and of {@code feedback} where something enters it. */
    private final PortSum[] sums;

    private final boolean coupled;
    /** For each port a tile for each thread; one whole matrix for all where neurons are coupled. */
    private final Tile[][] tiles;

    private final PortCurrents[] currents;

    private int steps;
    private int blocksInPart;

    TileRun(PopulationRun site, Arena arena, int blockSteps, int threads) {
        int rows = blockSteps * site.batch();
        this.site = site;
        this.coupled = site.neurons().coupled();
        List<String> ports = site.takesFeedback() ? List.of(Neuron.CURRENT, Neuron.FEEDBACK) : List.of(Neuron.CURRENT);
        this.sums = new PortSum[ports.size()];
        this.tiles = new Tile[ports.size()][threads];
        this.currents = new PortCurrents[threads];
        for (int port = 0; port < sums.length; port++) {
            sums[port] =
                    new PortSum(site.terms(ports.get(port)), site.currents(), arena, blockSteps, site.batch(), threads);
            FloatMatrix whole = coupled ? FloatMatrix.zeros(arena, rows, site.currents()) : null;
            for (int i = 0; i < threads; i++) {
                tiles[port][i] = whole == null ? tile(arena, rows) : Tile.whole(whole);
            }
        }
        for (int i = 0; i < threads; i++) {
            currents[i] = new PortCurrents(tiles[0][i], tiles[tiles.length - 1][i]);
        }
    }

    private Tile tile(Arena arena, int rows) {
        int blocks = Math.min(Parts.BLOCKS_IN_TILE, site.words());
        return Tile.of(FloatMatrix.zeros(arena, rows, blocks * Long.SIZE), site.currents());
    }

    @Override
    public void run(WorkerPool workers, long firstStep, int blockSteps, boolean profiled) {
        steps = blockSteps;
        long start = profiled ? System.nanoTime() : 0;
        compute(workers);
        site.written();
        if (profiled) {
            site.profile(steps, System.nanoTime() - start);
        }
        site.observe(firstStep, blockSteps);
    }

    private void compute(WorkerPool workers) {
        boolean worth = false;
        for (PortSum sum : sums) {
            sum.prepare(0, steps, sums.length == 1);
            worth |= sum.worthSharing(steps);
        }
        int blocks = sums[0].blocks();
        boolean share = workers.threads() > 1 && worth;
        blocksInPart = Parts.blocksInPart(blocks, share ? workers.threads() : 1);
        Parts.run(workers, this, Math.ceilDiv(blocks, blocksInPart), share);
        if (coupled) {
            for (Tile[] ofPort : tiles) {
                ofPort[0].at(0, ofPort[0].blocks());
            }
            site.fire(currents[0], steps);
        }
    }

    @Override
    public void run(int part, int thread) {
        int first = part * blocksInPart;
        int end = Math.min(first + blocksInPart, sums[0].blocks());
        for (int port = 0; port < sums.length; port++) {
            sums[port].fill(0, steps, tiles[port][thread].at(first, end), thread);
        }
        if (!coupled) {
            site.fire(currents[thread], steps);
        }
    }
}
