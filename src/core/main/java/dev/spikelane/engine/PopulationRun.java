package dev.spikelane.engine;

import dev.spikelane.description.Delays;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.observe.BlockObserver;
import dev.spikelane.engine.observe.LayerProfile;
import dev.spikelane.engine.observe.VariableObserver;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleEnds;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StateWalk;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.spike.Chooser;
import dev.spikelane.kernel.product.spike.StageChoice;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A population at work: its neurons with their state, the currents of its ports, and its outputs. */
public final class PopulationRun {

    private final int number;
    private final PopulationDescription description;
    private final LaidOutNetwork network;
    private final Arena arena;
    private final int batch;
    private final SampleEnds ends;
    private final NeuronState state;
    /** The state in torch's order; null until somebody asks for it, and where it is the state itself. */
    private @Nullable NeuronState shown;

    private final PopulationSignals signals;
    private final List<ProjectionRun> projections = new ArrayList<>();
    private final PopulationObservers observers;
    /** The way forward of neurons whose currents are kept; null if they are not. */
    private final @Nullable RecordingRun kept;

    private final LayerProfile profile = new LayerProfile();
    /** Sums that compute currents again; made when they are needed. */
    private PortSum[] again = {};

    /**
     * Makes a population.
     *
     * @param delays of all projections
     * @param ends of the samples
     * @param keeping the values that a way back needs; null if there is none
     */
    PopulationRun(
            int number,
            LaidOutNetwork network,
            Arena arena,
            RunSize size,
            Delays delays,
            SampleEnds ends,
            BackwardNeeds.@Nullable Keeping keeping) {
        this.number = number;
        this.network = network;
        this.description = network.description().populations().get(number);
        this.arena = arena;
        this.batch = size.batch();
        this.ends = ends;
        this.state = neurons().newState(arena, batch);
        boolean isLast = number == network.description().populations().size() - 1;
        this.signals = new PopulationSignals(description, number, isLast, arena, size, delays, keeping);
        showPreviousSpikes();
        this.observers = new PopulationObservers(this, network, arena);
        this.kept = keeping == null ? null : new RecordingRun(this, keeping, size, arena);
    }

    /** Makes the block longer. */
    void grow(int blockSteps) {
        signals.grow(blockSteps);
        showPreviousSpikes();
        observers.grow();
    }

    private void showPreviousSpikes() {
        SpikeMatrix before = spikes().stepBefore();
        if (before != null) {
            state.setPreviousSpikes(before);
        }
    }

    /** Whether threads share a stage of this population. */
    StageChoice sharing(String stage, int threads) {
        return new StageChoice(Chooser.OF_JVM, threads, Objects.hash(stage, description.name(), size()));
    }

    int number() {
        return number;
    }

    PopulationDescription description() {
        return description;
    }

    /** The neurons with the parameters that they have now. */
    NeuronGroup neurons() {
        return network.population(number).neurons();
    }

    /** Returns the samples. */
    public int batch() {
        return batch;
    }

    /** Returns the neurons. */
    public int size() {
        return description.size();
    }

    int currents() {
        return neurons().currents();
    }

    int words() {
        return Math.ceilDiv(size(), Long.SIZE);
    }

    /** Returns the state, in the order of the rows. */
    public NeuronState state() {
        return state;
    }

    /** Returns the state as callers see it and write to it between calls, in torch's order. */
    public NeuronState shownState() {
        if (!TorchLayout.differs(description.shape())) {
            return state;
        }
        NeuronState made = shown;
        if (made == null) {
            made = state.inTorch(arena, description.shape());
            shown = made;
        }
        return made;
    }

    /** Takes the values that callers have written to the state that they see. */
    void takeShown() {
        if (shown != null) {
            shown.take();
        }
    }

    /** Shows callers the state to which the population has come. */
    void show() {
        if (shown != null) {
            shown.show();
        }
    }

    /** Returns the spikes of a block. */
    public SignalHistory<SpikeMatrix> spikes() {
        return signals.spikes();
    }

    /** The projections that enter, in the order of declaration. */
    List<ProjectionRun> projections() {
        return projections;
    }

    /** The projections that enter a port, in the order of declaration. */
    List<ProjectionRun> projections(String port) {
        return projections.stream()
                .filter(projection -> projection.description().port().equals(port))
                .toList();
    }

    /** The ports whose currents the neurons take, in their order. */
    List<String> ports() {
        return neurons().ports();
    }

    /** The source that a projection takes from this population. */
    SourceRun source(SourceDescription source) {
        return signals.source(source);
    }

    /** Returns the values of a variable that is kept for all steps; null if it is not. */
    public @Nullable SignalHistory<FloatMatrix> values(String variable) {
        return signals.values(variable);
    }

    /** The variables that are kept for all steps. */
    List<PopulationSignals.Kept> variables() {
        return signals.variables();
    }

    /** Whether currents stay, for a way back. */
    boolean keeps() {
        return kept != null;
    }

    /** Whether membranes are written in place of the currents. */
    boolean replaces() {
        return kept != null && kept.keeping().replaces();
    }

    /** Where the currents of a port stay; null if they need not. */
    @Nullable
    StoredCurrents keptAt(String port) {
        return kept == null ? null : kept.keeping().currents().get(ports().indexOf(port));
    }

    /** Returns the values that a way back needs. */
    public BackwardNeeds.Keeping keeping() {
        return kept().keeping();
    }

    /** Returns the way forward of neurons whose currents are kept. */
    public RecordingRun kept() {
        return Objects.requireNonNull(kept);
    }

    /** Computes the currents of some steps again, whose sources are there. */
    public void fillAgain(WorkerPool workers, int first, int count, RunSize size) {
        if (again.length == 0) {
            again = ports().stream()
                    .map(port -> new PortSum(projections(port), currents(), arena, size, keptAt(port)))
                    .toArray(PortSum[]::new);
        }
        for (PortSum sum : again) {
            sum.run(workers, first, count, true);
        }
    }

    /** Whether an observer or a way back needs values that no kernel keeps for a whole block. */
    boolean stepwise() {
        return kept == null && (signals.keepsOthers() || observers.seeSteps());
    }

    /** Shows blocks to an observer from now on. */
    public void add(BlockObserver observer) {
        observers.add(observer);
        if (observer.needsMembranes()) {
            signals.keepMembranes();
        }
    }

    void add(VariableObserver observer) {
        observers.add(observer);
    }

    /**
     * Takes the neurons of some blocks through some steps of a block.
     *
     * @param currents the currents of these steps, unless they are kept
     */
    void fire(int step, int steps, NeuronRun<NeuronState> currents, int firstBlock, int endBlock, int thread) {
        if (kept != null) {
            kept.fire(step, steps, firstBlock, endBlock, thread);
        } else {
            neuronSteps().run(currents.go(steps * batch, spikes().from(step, 0), membranesFrom(step)));
        }
    }

    /** The steps of the neurons with the parameters that they have now. */
    PortSteps<NeuronState> neuronSteps() {
        return BoundPopulation.steps(neurons());
    }

    /** Whether some samples can run in a state of their own. */
    boolean samplesApart() {
        return neuronSteps().samplesApart() && neuronSteps().text() instanceof LeakyNeurons;
    }

    /** Whether neurons need not be given currents for each step where these are all the same. */
    boolean holds() {
        return kept == null && membranes() == null && neuronSteps().holds();
    }

    /** Whether neurons may leave zeros where they have read the currents of a step. */
    boolean clears() {
        return kept == null && membranes() == null && neuronSteps().clears();
    }

    /** A run of the neurons from the state of the population. */
    NeuronRun<NeuronState> newRun(Stream<Tile> ports) {
        return new NeuronRun<>(state, state.membrane(), spikes().block(), ports.toArray(Tile[]::new));
    }

    /** The membranes of the block; null if nobody wants them. */
    @Nullable
    SignalHistory<FloatMatrix> membranes() {
        return signals.membranes();
    }

    private @Nullable FloatMatrix membranesFrom(int step) {
        SignalHistory<FloatMatrix> wanted = membranes();
        return wanted == null ? null : wanted.from(step, 0);
    }

    /** Takes all neurons through some steps of the block. */
    void run(long stepNumber, int step, int steps, NeuronRun<NeuronState> currents) {
        observers.beforeStep(currents, spikes().from(step, 0));
        fire(step, steps, currents, 0, words(), 0);
        if (stepwise()) {
            signals.put(state, step);
        }
        written(step, steps);
        if (stepwise()) {
            observers.observeStep(stepNumber, currents);
        }
    }

    /** Takes notice that neurons have left spikes and membranes in some steps of the block. */
    public void written(int step, int steps) {
        signals.written(ends, step, steps);
    }

    /** Shows the observers a block that some samples have run elsewhere. */
    void show(PopulationRun narrower, int[] samples, long firstStep, int steps) {
        if (!observers.seeBlocks()) {
            return;
        }
        copySamples(narrower.spikes().block(), narrower.batch, samples, spikes().block(), steps);
        SignalHistory<FloatMatrix> from = narrower.membranes();
        SignalHistory<FloatMatrix> to = membranes();
        if (from != null && to != null) {
            copySamples(from.block(), narrower.batch, samples, to.block(), steps);
        }
        observe(firstStep, steps);
    }

    /** Copies rows of some samples to their places, and clears those of the others. */
    private void copySamples(Signal from, int ofBatch, int[] samples, Signal to, int steps) {
        for (int row = 0; row < steps * batch; row++) {
            Rows.clear(to, row);
        }
        for (int row = 0; row < steps * ofBatch; row++) {
            Rows.copy(from, row, to, row / ofBatch * batch + samples[row % ofBatch], 1);
        }
    }

    /** Keeps membranes if a wider run of the same population does. */
    void keepAs(PopulationRun wider) {
        if (wider.membranes() != null) {
            signals.keepMembranes();
        }
    }

    /** Shows a block to the observers. */
    void observe(long firstStep, int steps) {
        observers.observe(firstStep, steps);
    }

    void profile(int steps, long nanoseconds) {
        int rows = steps * batch;
        long active = 0;
        long inputs = 0;
        for (ProjectionRun projection : projections) {
            long ofProjection = projection.active(steps);
            active += ofProjection;
            inputs += projection.chain().inputs();
            profile.addKernel(projection.kernel(steps, ofProjection));
        }
        profile.add(rows, (double) inputs * rows, active, nanoseconds);
    }

    void beginProfile() {
        profile.begin();
    }

    void emitProfile(int threads) {
        profile.emit(number, network.description().describeConnections(number), description, threads);
    }

    /** Makes the last of some steps of a block the history of the next. */
    public void advance(int steps) {
        signals.advance(steps);
        showPreviousSpikes();
    }

    /** Goes on from the state at the start, by the parameters that there are now. */
    public void reset() {
        neurons().reset(state);
        signals.reset();
        showPreviousSpikes();
    }

    /** Lets observers begin anew. */
    void resetObservers() {
        observers.reset();
    }

    /** Goes on from where another run of the same population has come to. */
    public void takeState(PopulationRun other) {
        state.copyFrom(other.state);
        signals.takeHistory(other.signals);
        showPreviousSpikes();
    }

    void walk(StateWalk walk) {
        walk.neurons(state, description.shape());
        signals.walk(walk);
        if (walk.reads()) {
            showPreviousSpikes();
        }
    }

    long pack(int sample, MemorySegment memory, long at, boolean out) {
        long next = signals.pack(sample, memory, state.pack(sample, memory, at, out), out);
        showPreviousSpikes();
        return next;
    }

    /** Whether an observer looks at this population. */
    public boolean isSeenBy(BlockObserver observer) {
        return observers.has(observer);
    }

    /** Whether an observer looks at a variable of this population. */
    public boolean isSeenBy(VariableObserver observer) {
        return observers.has(observer);
    }
}
