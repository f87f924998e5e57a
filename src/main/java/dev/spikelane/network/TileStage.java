package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * A population without a loop. Threads share it by blocks of 64 neurons, which each of them carries from source to spikes for a whole block
 * of steps, so that the threads meet once.
 */
final class TileStage implements Stage, Workers.Job {

    private final Site site;
    private final Currents currents;
    private final boolean coupled;
    /** A tile for each thread; one whole matrix for all where neurons are coupled. */
    private final FloatMatrix[] tiles;

    private int rows;
    private int blocksInPart;

    TileStage(Site site, Arena arena, int rows, int threads) {
        this.site = site;
        this.currents = new Currents(site.terms(), site.currents(), arena, rows, threads);
        this.coupled = site.neurons().coupled();
        this.tiles = new FloatMatrix[threads];
        int tile = Math.min(Parts.BLOCKS_IN_TILE, site.words()) * Long.SIZE;
        for (int i = 0; i < threads; i++) {
            tiles[i] = coupled && i > 0 ? tiles[0] : FloatMatrix.zeros(arena, rows, coupled ? site.currents() : tile);
        }
    }

    @Override
    public void run(Workers workers, long firstStep, int steps, boolean profiled) {
        rows = steps * site.batch();
        long start = profiled ? System.nanoTime() : 0;
        compute(workers);
        if (profiled) {
            site.profile(rows, System.nanoTime() - start);
        }
        site.observe(firstStep, steps);
    }

    private void compute(Workers workers) {
        currents.prepare(rows);
        int blocks = currents.blocks();
        boolean share = workers.threads() > 1 && currents.worthSharing(rows);
        blocksInPart = Parts.blocksInPart(blocks, share ? workers.threads() : 1);
        Parts.run(workers, this, Math.ceilDiv(blocks, blocksInPart), share);
        if (coupled) {
            site.fire(tiles[0], rows, 0, site.words());
        }
    }

    @Override
    public void run(int part, int thread) {
        int first = part * blocksInPart;
        int end = Math.min(first + blocksInPart, currents.blocks());
        currents.fill(rows, tiles[thread], first, end, thread);
        if (!coupled) {
            site.fire(tiles[thread], rows, first, end);
        }
    }
}
