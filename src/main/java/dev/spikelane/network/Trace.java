package dev.spikelane.network;

import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Keeps the spikes of every step and the full state of the neurons every K steps, from which a backward pass computes what lies between
 * again: the variables that {@link dev.spikelane.neuron.Neuron#recomputed} names. The memory belongs to the caller; rows of shaped populations are in their inner order.
 */
public final class Trace {

    private final Network network;
    private final int batch;
    private final int most;
    private final int every;
    private final List<SpikeMatrix> spikes = new ArrayList<>();
    /** For each checkpoint, the states of all populations before its step. */
    private final List<List<NeuronState>> states = new ArrayList<>();

    /**
     * Makes room for a run.
     *
     * @param arena the arena that owns the memory; not confined to one thread
     * @param network whose simulations are traced
     * @param batch samples, at least 1
     * @param steps the most steps between two resets, at least 1
     * @param every after how many steps the state is kept, at least 1
     * @throws IllegalArgumentException if a number is below 1, or they overflow
     */
    public Trace(Arena arena, Network network, int batch, int steps, int every) {
        Objects.requireNonNull(arena, "arena");
        Objects.requireNonNull(network, "network");
        if (every < 1) {
            throw new IllegalArgumentException("every is " + every + ", expected at least 1 step");
        }
        this.network = network;
        this.batch = batch;
        this.most = steps;
        this.every = every;
        int rows = Recordings.rows(steps, batch);
        for (Population population : network.populations()) {
            spikes.add(SpikeMatrix.zeros(arena, rows, population.size()));
        }
        for (int step = 0; step < steps; step += every) {
            List<NeuronState> checkpoint = new ArrayList<>();
            for (int i = 0; i < spikes.size(); i++) {
                checkpoint.add(network.bound(i).neurons().newState(arena, batch));
            }
            states.add(List.copyOf(checkpoint));
        }
    }

    /**
     * Returns the spikes of a population.
     *
     * @param population its name
     * @return {@code [steps * batch x neurons]}, time-major; rows of steps that did not run hold what they held before
     * @throws IllegalArgumentException if there is no such population
     */
    public SpikeMatrix spikes(String population) {
        return spikes.get(network.number(population));
    }

    /**
     * Returns the state of a population before a step.
     *
     * @param population its name
     * @param step a multiple of K, below the most steps
     * @return the state, all zeros if the step did not run
     * @throws IllegalArgumentException if there is no such population, or no state is kept of the step
     */
    public NeuronState state(String population, int step) {
        if (step < 0 || step >= most || step % every != 0) {
            throw new IllegalArgumentException(
                    "step is " + step + ", expected a multiple of " + every + " below " + most);
        }
        return states.get(step / every).get(network.number(population));
    }

    void requireFit(Network other, int samples) {
        if (network != other || batch != samples) {
            throw new IllegalArgumentException(
                    "trace is for batch " + batch + " of " + network + ", expected batch " + samples + " of " + other);
        }
    }

    /** Keeps the state if it is time, and returns how many of the next steps may run before it is time again. */
    int begin(long step, int steps, Machine machine) {
        Recordings.firstRow(most * batch, batch, step, steps);
        if (step % every == 0) {
            List<NeuronState> checkpoint = states.get((int) (step / every));
            for (int i = 0; i < checkpoint.size(); i++) {
                checkpoint.get(i).copyFrom(machine.site(i).state());
            }
        }
        return (int) Math.min(steps, every - step % every);
    }

    void end(long step, int steps, Machine machine) {
        for (int i = 0; i < spikes.size(); i++) {
            SpikeMatrix block = machine.site(i).spikes();
            SpikeMatrix all = spikes.get(i);
            MemorySegment.copy(
                    block.segment(),
                    0,
                    all.segment(),
                    all.rowOffset((int) step * batch),
                    block.rowOffset(steps * batch));
        }
    }
}
