package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer at work in a simulation. Threads share it by blocks of 64 neurons, which each of them carries from input to spikes, so that
 * the threads meet once in a layer.
 */
final class Stage implements Workers.Job {

    /** Products of rows, inputs and outputs from which meeting of threads, some microseconds, pays. */
    private static final long WORTH_SHARING = 4_000_000;

    /** Parts for each thread: enough to even out threads that start late, few enough to cost little. */
    private static final int PARTS_OF_THREAD = 4;

    private final int number;
    private final Layer layer;
    private final Connection connection;
    private final NeuronGroup neurons;
    private final Feed spikeFeed;
    private final FloatMatrix current;
    private final SpikeMatrix spikes;
    private final NeuronState state;
    private final FloatMatrix[] workspaces;
    private final List<Observer> observers = new ArrayList<>();
    private final LayerProfile profile = new LayerProfile();
    private boolean recording;
    private Feed feed;
    private int rows;
    private int parts;

    Stage(int number, Layer layer, Arena arena, SpikeMatrix input, int batch, int threads) {
        this.number = number;
        this.layer = layer;
        this.connection = layer.connection();
        this.neurons = layer.neurons();
        this.spikeFeed = new Feed.Spikes(connection, input);
        this.current = FloatMatrix.zeros(arena, input.rows(), neurons.neurons());
        this.spikes = SpikeMatrix.zeros(arena, input.rows(), neurons.neurons());
        this.state = neurons.newState(arena, batch);
        this.feed = spikeFeed;
        this.workspaces = new FloatMatrix[threads];
        for (int i = 0; i < threads; i++) {
            workspaces[i] = connection.workspace(arena);
        }
    }

    SpikeMatrix spikes() {
        return spikes;
    }

    NeuronState state() {
        return state;
    }

    void add(Observer observer) {
        observers.add(observer);
        recording |= observer.needsMembranes();
    }

    void reset() {
        state.reset();
        for (Observer observer : observers) {
            observer.reset();
        }
    }

    /** Fills the currents of a batch from the first rows of the input spikes, on the calling thread. */
    void fillFromSpikes(int batch, FloatMatrix target) {
        spikeFeed.fill(batch, target, 0, spikes.stride(), workspaces[0]);
    }

    /** Runs a block fed by the spikes of the layer before. */
    void run(Workers workers, int blockRows, long firstStep, int steps, boolean profiled) {
        run(spikeFeed, workers, blockRows, firstStep, steps, profiled);
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
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).observe(firstStep, steps, spikes, current);
        }
    }

    void emitProfile(int threads) {
        profile.emit(number, layer, threads);
    }

    private void compute(Workers workers) {
        boolean share = (long) rows * connection.inputs() * neurons.neurons() >= WORTH_SHARING;
        if (share && workers.threads() > 1) {
            parts = Math.min(spikes.stride(), PARTS_OF_THREAD * workers.threads());
            workers.run(this, parts);
        } else {
            parts = 1;
            run(0, 0);
        }
        if (neurons.coupled()) {
            fire(0, spikes.stride());
        }
    }

    @Override
    public void run(int part, int thread) {
        int blocks = spikes.stride();
        int first = (int) ((long) blocks * part / parts);
        int end = (int) ((long) blocks * (part + 1) / parts);
        feed.fill(rows, current, first, end, workspaces[thread]);
        if (!neurons.coupled()) {
            fire(first, end);
        }
    }

    private void fire(int firstWord, int endWord) {
        if (recording) {
            neurons.record(current, rows, state, spikes, current, firstWord, endWord);
        } else {
            neurons.run(current, rows, state, spikes, firstWord, endWord);
        }
    }
}
