package dev.spikelane.train.gradient;

import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.engine.PopulationRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a population's forward pass for its way back: spikes, the currents of each port, which membranes and
 * at last gradients replace, and the states before segments, from which a segment runs again.
 */
public final class StoredForward {

    private final PopulationRun run;
    private final RunSize size;
    private final Arena arena;
    private final CounterRandom.Draws noise;
    /** Of each port. */
    private final StoredCurrents[] currents;

    private final boolean needsCurrents;
    private final boolean feedsSpikes;
    private final GradientStates states;
    private final TorchRows<SpikeMatrix> inTorch;
    private NeuronGroup group;
    private int segmentStart;

    /**
     * Keeps the values that neurons need on the way back.
     *
     * @param number of the population
     * @param noise the draws of the neurons, or none
     * @param gradient of the neurons, which tells which values it reads
     */
    StoredForward(
            GradientRequest plan, int number, PopulationRun run, CounterRandom.Draws noise, NeuronGradient gradient) {
        this.run = run;
        this.arena = plan.arena();
        this.size = plan.size();
        this.noise = noise;
        this.group = plan.layout().neurons(number);
        this.needsCurrents = gradient.needsCurrents();
        this.feedsSpikes = gradient.feedsOwnSpikes();
        this.currents = run.keeping().currents().toArray(StoredCurrents[]::new);
        this.states = new GradientStates(
                drawing(run.state()),
                this::newState,
                size,
                plan.use() == GradientRequest.Use.WINDOWS_FROM_ZERO && size.segments() == 1);
        this.inTorch = new TorchRows<>(plan.population(number).shape(), arena);
    }

    /** Takes neurons that were made anew. */
    void take(NeuronGroup present) {
        group = present;
    }

    NeuronGroup group() {
        return group;
    }

    NeuronState newState(int samples) {
        return drawing(group.newState(arena, samples));
    }

    /** A state whose noise is that of the samples. */
    private NeuronState drawing(NeuronState state) {
        if (noise != CounterRandom.Draws.NONE) {
            state.drawNoise(noise);
        }
        return state;
    }

    PortSteps<NeuronState> steps() {
        return BoundPopulation.steps(group);
    }

    /** The names of the variables, in the order of the state. */
    List<String> variables() {
        return run.state().names();
    }

    /** The forward pass. */
    public PopulationRun run() {
        return run;
    }

    /** The state that goes on. */
    NeuronState state() {
        return states.now();
    }

    GradientStates states() {
        return states;
    }

    /** The state before the segment. */
    NeuronState start() {
        return states.before(segmentStart / size.segment());
    }

    /** The currents of each port, and later their gradients. */
    StoredCurrents[] currents() {
        return currents;
    }

    /** The currents of a port, and later their gradients. */
    StoredCurrents currents(String port) {
        return currents[group.ports().indexOf(port)];
    }

    public SignalHistory<SpikeMatrix> spikes() {
        return run.spikes();
    }

    /** The spikes of all steps, in torch's order. */
    public SpikeMatrix spikesInTorch() {
        return inTorch.show(spikes().block(), spikes().block().rows());
    }

    /**
     * The spikes of the step before the window, for neurons that feed spikes back, themselves or by a projection, in
     * torch's order; null if there are none.
     */
    @Nullable
    public SpikeMatrix previousSpikes() {
        return feedsSpikes || spikes().stepBefore() != null ? run.shownState().previousSpikes() : null;
    }

    /** Goes to a segment, forward: keeps the state. */
    void open(int segment) {
        segmentStart = segment * size.segment();
        states.keep(segment);
        for (StoredCurrents port : currents) {
            port.open(segmentStart);
        }
    }

    /** Goes to a segment on the way back; one that is not the last that ran forward is computed again. */
    void back(int segment, int count, int blocks, WorkerPool workers) {
        int first = segment * size.segment();
        if (first != segmentStart) {
            segmentStart = first;
            for (StoredCurrents port : currents) {
                port.back(first);
            }
            run.fillAgain(workers, first, count, size);
            run.kept().delay(states.again(segment), first, count, 0, blocks, 0);
            if (!needsCurrents) {
                run.kept().record(states.again(segment), first, count, 0, blocks, 0);
            }
        }
    }

    /**
     * Goes to some samples of a step, whose variables before and after each step stand in {@code past} if they were
     * computed again.
     *
     * @param ofPrevious where gradients of the spikes that neurons feed back go
     */
    void place(NeuronBackward.Step at, int step, FloatMatrix[] past, SampleViews samples, FloatMatrix ofPrevious) {
        int row = currents[0].row(step);
        boolean starts = row == 0;
        at.currentRow = row + samples.first();
        if (noise != CounterRandom.Draws.NONE) {
            at.noise = noise;
            at.number = (int) start().step() + row / size.batch();
        }
        for (int i = 0; i < currents.length; i++) {
            at.ofCurrents[i] = currents[i].all();
        }
        if (feedsSpikes) {
            at.previous = starts ? start().previousSpikes() : run.spikes().block();
            at.previousRow = starts ? 0 : (step - 1) * size.batch();
            at.ofPrevious = ofPrevious;
        }
        if (needsCurrents) {
            System.arraycopy(at.ofCurrents, 0, at.currents, 0, currents.length);
            System.arraycopy(past, 0, at.before, 0, past.length);
            at.beforeRow = row / size.batch() * samples.count();
            at.after = past[0];
            at.afterRow = at.beforeRow + samples.count();
        } else {
            at.before[0] = starts ? start().membrane() : at.ofCurrents[0];
            at.beforeRow = at.currentRow - (starts ? 0 : size.batch());
            at.after = at.ofCurrents[0];
            at.afterRow = at.currentRow;
        }
    }
}
