package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layer at work in a simulation. Threads share it by blocks of 64 neurons, which each of them carries from input to spikes, so that
 * the threads meet once in a layer.
 */
final class Stage implements Workers.Job {

    /** Products of rows, inputs and outputs from which meeting of threads, some microseconds, pays. */
    private static final long WORTH_SHARING = 4_000_000;

    /** Parts for each thread: enough to even out threads that start late, few enough to cost little. */
    private static final int PARTS_OF_THREAD = 4;

    /** Most blocks of 64 neurons in a part: the currents of 256 rows are 256 KB, and stay in the L2 cache until the neurons take them. */
    private static final int BLOCKS_IN_TILE = 4;

    private final int number;
    private final Layer layer;
    private final Connection connection;
    private final NeuronGroup neurons;
    private final Arena arena;
    private final Feed spikeFeed;
    private final SpikeMatrix spikes;
    private final NeuronState state;
    private final FloatMatrix[] workspaces;
    /** Currents, a tile for each thread; the same matrix for all where neurons are coupled. */
    private final FloatMatrix[] currents;

    private final List<Observer> observers = new ArrayList<>();
    private final LayerProfile profile = new LayerProfile();
    private @Nullable FloatMatrix membranes;
    /** Where the currents of the block at work come from. */
    private Feed feed;

    private int rows;
    private int blocksInPart;

    Stage(int number, Layer layer, Arena arena, SpikeMatrix input, int batch, int threads) {
        this.number = number;
        this.layer = layer;
        this.connection = layer.connection();
        this.neurons = layer.neurons();
        this.arena = arena;
        this.spikeFeed = new Feed.Spikes(connection, input);
        this.spikes = SpikeMatrix.zeros(arena, input.rows(), neurons.neurons());
        this.state = neurons.newState(arena, batch);
        this.feed = spikeFeed;
        this.workspaces = new FloatMatrix[threads];
        this.currents = new FloatMatrix[threads];
        int tile = Math.min(BLOCKS_IN_TILE, spikes.stride()) * Long.SIZE;
        for (int i = 0; i < threads; i++) {
            workspaces[i] = connection.workspace(arena);
            currents[i] = neurons.coupled() && i > 0
                    ? currents[0]
                    : FloatMatrix.zeros(arena, input.rows(), neurons.coupled() ? neurons.currents() : tile);
        }
    }

    SpikeMatrix spikes() {
        return spikes;
    }

    /** The spikes of the layer before. */
    Feed spikeFeed() {
        return spikeFeed;
    }

    NeuronState state() {
        return state;
    }

    void add(Observer observer) {
        observers.add(observer);
        if (observer.needsMembranes() && membranes == null) {
            membranes = FloatMatrix.zeros(arena, spikes.rows(), spikes.columns());
        }
    }

    void reset() {
        state.reset();
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).reset();
        }
    }

    /** Fills all currents of the first rows, on the calling thread. */
    void fill(Feed from, int firstRows, FloatMatrix target) {
        from.fill(firstRows, target, 0, blocks(), workspaces[0]);
    }

    /** Runs a block, and measures it if somebody wants to know. */
    void run(Feed from, Workers workers, int blockRows, long firstStep, int steps, boolean profiled) {
        feed = from;
        rows = blockRows;
        if (profiled) {
            long active = feed.active(rows);
            long start = System.nanoTime();
            compute(workers);
            profile.add(rows, active, feed.kernel(rows, active), System.nanoTime() - start);
        } else {
            compute(workers);
        }
        FloatMatrix seen = membranes == null ? state.membrane() : membranes;
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).observe(firstStep, steps, spikes, seen);
        }
    }

    void emitProfile(int threads) {
        profile.emit(number, layer, threads);
    }

    private void compute(Workers workers) {
        int blocks = blocks();
        boolean share = (long) rows * connection.inputs() * neurons.currents() >= WORTH_SHARING;
        int threads = share ? workers.threads() : 1;
        blocksInPart = Math.min(BLOCKS_IN_TILE, Math.ceilDiv(blocks, threads == 1 ? 1 : PARTS_OF_THREAD * threads));
        int parts = Math.ceilDiv(blocks, blocksInPart);
        if (threads == 1) {
            for (int part = 0; part < parts; part++) {
                run(part, 0);
            }
        } else {
            workers.run(this, parts);
        }
        if (neurons.coupled()) {
            fire(currents[0], 0, spikes.stride());
        }
    }

    /** Blocks of 64 currents. */
    private int blocks() {
        return Math.ceilDiv(neurons.currents(), Long.SIZE);
    }

    @Override
    public void run(int part, int thread) {
        int first = part * blocksInPart;
        int end = Math.min(first + blocksInPart, blocks());
        feed.fill(rows, currents[thread], first, end, workspaces[thread]);
        if (!neurons.coupled()) {
            fire(currents[thread], first, end);
        }
    }

    private void fire(FloatMatrix current, int firstWord, int endWord) {
        if (membranes == null) {
            neurons.run(current, rows, state, spikes, firstWord, endWord);
        } else {
            neurons.record(current, rows, state, spikes, membranes, firstWord, endWord);
        }
    }
}
