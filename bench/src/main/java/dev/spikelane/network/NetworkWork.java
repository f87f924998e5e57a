package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;

/**
 * The network of snnTorch's tutorial 3 on random spikes.
 *
 * @param batch samples side by side
 * @param steps steps in a pass
 * @param density share of inputs that fire
 * @param threads threads of the simulation
 * @param alone whether steps come one by one, as in streaming; times are for one step then
 */
public record NetworkWork(int batch, int steps, double density, int threads, boolean alone) implements Work {

    static final int INPUTS = 784;
    static final int HIDDEN = 1000;
    static final int OUTPUTS = 10;

    /** Whole runs. */
    public NetworkWork(int batch, int steps, double density, int threads) {
        this(batch, steps, density, threads, false);
    }

    @Override
    public String name() {
        return "network %dx%dx%d batch %d %s density %.2f threads %d"
                .formatted(INPUTS, HIDDEN, OUTPUTS, batch, alone ? "one step" : "steps " + steps, density, threads);
    }

    @Override
    public int operations() {
        return alone ? steps : 1;
    }

    int rows() {
        return steps * batch;
    }

    @Override
    public Case open() {
        return new NetworkCase(this);
    }
}
