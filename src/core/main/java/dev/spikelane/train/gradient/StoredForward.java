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
 * Stores a population's forward pass for its backward pass: spikes, the currents of each port, and the states before
 * segments, from which a segment is recomputed. Membranes, and later gradients, overwrite the currents.
 */
public final class StoredForward {

    private final PopulationRun run;
    private final RunSize size;
    private final Arena arena;
    private final CounterRandom.Draws noise;
    private final StoredCurrents[] currents;

    private final boolean needsCurrents;
    private final boolean feedsSpikes;
    private final GradientStates states;
    private final TorchRows<SpikeMatrix> inTorch;
    private NeuronGroup group;
    private int segmentStart;

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

    void take(NeuronGroup present) {
        group = present;
    }

    NeuronGroup group() {
        return group;
    }

    NeuronState newState(int samples) {
        return drawing(group.newState(arena, samples));
    }

    private NeuronState drawing(NeuronState state) {
        if (noise != CounterRandom.Draws.NONE) {
            state.drawNoise(noise);
        }
        return state;
    }

    PortSteps<NeuronState> steps() {
        return BoundPopulation.steps(group);
    }

    List<String> variables() {
        return run.state().names();
    }

    public PopulationRun run() {
        return run;
    }

    NeuronState state() {
        return states.now();
    }

    GradientStates states() {
        return states;
    }

    NeuronState start() {
        return states.before(segmentStart / size.segment());
    }

    StoredCurrents[] currents() {
        return currents;
    }

    /** Returns the currents of a port, later overwritten by their gradients. */
    StoredCurrents currents(String port) {
        return currents[group.ports().indexOf(port)];
    }

    public SignalHistory<SpikeMatrix> spikes() {
        return run.spikes();
    }

    public SpikeMatrix spikesInTorch() {
        return inTorch.show(spikes().block(), spikes().block().rows());
    }

    /**
     * Returns the spikes before the window in torch's order, for neurons with feedback of their own or through a
     * projection; null if there are none.
     */
    @Nullable
    public SpikeMatrix previousSpikes() {
        return feedsSpikes || spikes().stepBefore() != null ? run.shownState().previousSpikes() : null;
    }

    /** Opens a segment of the forward pass, and stores the state. */
    void open(int segment) {
        segmentStart = segment * size.segment();
        states.keep(segment);
        for (StoredCurrents port : currents) {
            port.open(segmentStart);
        }
    }

    /** Opens a segment of the backward pass; recomputes it unless it ran forward last. */
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
     * Sets some samples of a step. Recomputed variables before and after each step are in {@code past}.
     *
     * @param ofPrevious gets the gradients of spikes that neurons feed back
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
