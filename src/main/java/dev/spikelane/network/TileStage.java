package dev.spikelane.network;

import dev.spikelane.layout.Crew;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.PortCurrents;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * A population without a loop. Threads share it by blocks of 64 neurons, which each of them carries from source to spikes for a whole block
 * of steps, so that the threads meet once.
 */
final class TileStage implements Stage, Crew.Job {

    private final Site site;
    /** The sums at the ports: of {@code current}, and of {@code feedback} where something enters it. */
    private final Currents[] sums;

    private final boolean coupled;
    /** For each port a tile for each thread; one whole matrix for all where neurons are coupled. */
    private final FloatMatrix[][] tiles;

    private final PortCurrents[] currents;

    private int rows;
    private int blocksInPart;

    TileStage(Site site, Arena arena, int rows, int threads) {
        this.site = site;
        this.coupled = site.neurons().coupled();
        List<String> ports = site.takesFeedback() ? List.of(Neuron.CURRENT, Neuron.FEEDBACK) : List.of(Neuron.CURRENT);
        this.sums = new Currents[ports.size()];
        this.tiles = new FloatMatrix[ports.size()][threads];
        this.currents = new PortCurrents[threads];
        int columns = coupled ? site.currents() : Math.min(Parts.BLOCKS_IN_TILE, site.words()) * Long.SIZE;
        for (int port = 0; port < sums.length; port++) {
            sums[port] = new Currents(site.terms(ports.get(port)), site.currents(), arena, rows, threads);
            for (int i = 0; i < threads; i++) {
                tiles[port][i] = coupled && i > 0 ? tiles[port][0] : FloatMatrix.zeros(arena, rows, columns);
            }
        }
        for (int i = 0; i < threads; i++) {
            currents[i] = new PortCurrents(tiles[0][i], tiles[tiles.length - 1][i]);
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
        boolean worth = false;
        for (Currents sum : sums) {
            sum.prepare(rows);
            worth |= sum.worthSharing(rows);
        }
        int blocks = sums[0].blocks();
        boolean share = workers.threads() > 1 && worth;
        blocksInPart = Parts.blocksInPart(blocks, share ? workers.threads() : 1);
        Parts.run(workers, this, Math.ceilDiv(blocks, blocksInPart), share);
        if (coupled) {
            site.fire(currents[0], rows, 0, site.words());
        }
    }

    @Override
    public void run(int part, int thread) {
        int first = part * blocksInPart;
        int end = Math.min(first + blocksInPart, sums[0].blocks());
        for (int port = 0; port < sums.length; port++) {
            sums[port].fill(rows, tiles[port][thread], first, end, thread);
        }
        if (!coupled) {
            site.fire(currents[thread], rows, first, end);
        }
    }
}
