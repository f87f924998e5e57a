package dev.spikelane.engine;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.StageChoice;
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
import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.thread.WorkerPool;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A population that runs: its neurons with their state, the currents of its ports, and its outputs. */
public final class PopulationRun {

    private final int number;
    private final PopulationDescription description;
    private final LaidOutNetwork network;
    private final Arena arena;
    private final int batch;
    private final SampleEnds ends;
    private final NeuronState state;
    /** The state in torch's order; null until it is first read, or if the state itself has this order. */
    private @Nullable NeuronState shown;

    private final PopulationSignals signals;
    private final List<ProjectionRun> projections = new ArrayList<>();
    private final PopulationObservers observers;
    /** The forward pass of neurons whose currents are kept; null if they are not. */
    private final @Nullable RecordingRun kept;

    private final LayerProfile profile = new LayerProfile();
    /** Sums that compute currents again; created when first needed. */
    private PortSum[] again = {};

    /**
     * Creates a population.
     *
     * @param delays delays of all projections
     * @param ends ends of the samples
     * @param keeping the values that a backward pass needs; null if there is none
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

    /** Enlarges the block. */
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

    /** Returns the choice of sharing for a stage of this population. */
    StageChoice sharing(String stage, int threads) {
        return new StageChoice(Chooser.OF_JVM, threads, Objects.hash(stage, description.name(), size()));
    }

    int number() {
        return number;
    }

    PopulationDescription description() {
        return description;
    }

    /** Returns the neurons with their present parameters. */
    NeuronGroup neurons() {
        return network.population(number).neurons();
    }

    /** Returns the number of samples. */
    public int batch() {
        return batch;
    }

    /** Returns the number of neurons. */
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

    /** Returns the state in torch's order; callers read it and write to it between calls. */
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

    /** Reads the values that callers have written to the state they see. */
    void takeShown() {
        if (shown != null) {
            shown.take();
        }
    }

    /** Updates the state that callers see. */
    void show() {
        if (shown != null) {
            shown.show();
        }
    }

    /** Returns the spikes of a block. */
    public SignalHistory<SpikeMatrix> spikes() {
        return signals.spikes();
    }

    /** Returns the incoming projections, in the order of declaration. */
    List<ProjectionRun> projections() {
        return projections;
    }

    /** Returns the projections that enter a port, in the order of declaration. */
    List<ProjectionRun> projections(String port) {
        return projections.stream()
                .filter(projection -> projection.description().port().equals(port))
                .toList();
    }

    /** Returns the ports whose currents the neurons take, in their order. */
    List<String> ports() {
        return neurons().ports();
    }

    /** Returns the source that a projection reads from this population. */
    SourceRun source(SourceDescription source) {
        return signals.source(source);
    }

    /** Returns the values of a variable that is kept for all steps; null if it is not. */
    public @Nullable SignalHistory<FloatMatrix> values(String variable) {
        return signals.values(variable);
    }

    /** Returns the variables that are kept for all steps. */
    List<PopulationSignals.Kept> variables() {
        return signals.variables();
    }

    /** Returns true if currents are kept for a backward pass. */
    boolean keeps() {
        return kept != null;
    }

    /** Returns true if membranes overwrite the currents. */
    boolean replaces() {
        return kept != null && kept.keeping().replaces();
    }

    /** Returns the kept currents of a port; null if they are not kept. */
    @Nullable
    StoredCurrents keptAt(String port) {
        return kept == null ? null : kept.keeping().currents().get(ports().indexOf(port));
    }

    /** Returns the values that a backward pass needs. */
    public BackwardNeeds.Keeping keeping() {
        return kept().keeping();
    }

    /** Returns the forward pass of neurons whose currents are kept. */
    public RecordingRun kept() {
        return Objects.requireNonNull(kept);
    }

    /** Recomputes the currents of some steps, whose sources are there. */
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

    /** Returns true if an observer or a backward pass needs values that no kernel keeps for a whole block. */
    boolean stepwise() {
        return kept == null && (signals.keepsOthers() || observers.seeSteps());
    }

    /** Adds an observer of blocks. */
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
     * Runs the neurons of some blocks through some steps of a block.
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

    /** Returns the steps of the neurons with their present parameters. */
    PortSteps<NeuronState> neuronSteps() {
        return BoundPopulation.steps(neurons());
    }

    /** Returns true if some samples can run in their own state. */
    boolean samplesApart() {
        return neuronSteps().samplesApart() && neuronSteps().text() instanceof LeakyNeurons;
    }

    /** Returns true if neurons can read one row of currents for all steps. */
    boolean holds() {
        return kept == null && membranes() == null && neuronSteps().holds();
    }

    /** Returns true if neurons may overwrite currents with zeros once they have read them. */
    boolean clears() {
        return kept == null && membranes() == null && neuronSteps().clears();
    }

    /** Creates a run of the neurons from the population's state. */
    NeuronRun<NeuronState> newRun(Stream<Tile> ports) {
        return new NeuronRun<>(state, state.membrane(), spikes().block(), ports.toArray(Tile[]::new));
    }

    /** Returns the membranes of the block; null if they are not kept. */
    @Nullable
    SignalHistory<FloatMatrix> membranes() {
        return signals.membranes();
    }

    private @Nullable FloatMatrix membranesFrom(int step) {
        SignalHistory<FloatMatrix> wanted = membranes();
        return wanted == null ? null : wanted.from(step, 0);
    }

    /** Runs all neurons through some steps of the block. */
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

    /** Marks spikes and membranes of some steps of the block as written. */
    public void written(int step, int steps) {
        signals.written(ends, step, steps);
    }

    /** Passes a block to the observers, from a narrower run of some samples. */
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

    /** Copies the rows of some samples to their places, and clears all other rows. */
    private void copySamples(Signal from, int ofBatch, int[] samples, Signal to, int steps) {
        for (int row = 0; row < steps * batch; row++) {
            Rows.clear(to, row);
        }
        for (int row = 0; row < steps * ofBatch; row++) {
            Rows.copy(from, row, to, row / ofBatch * batch + samples[row % ofBatch], 1);
        }
    }

    /** Keeps membranes if another run of this population keeps them. */
    void keepAs(PopulationRun wider) {
        if (wider.membranes() != null) {
            signals.keepMembranes();
        }
    }

    /** Passes a block to the observers. */
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

    /** Resets the state, with the present parameters. */
    public void reset() {
        neurons().reset(state);
        signals.reset();
        showPreviousSpikes();
    }

    /** Resets the observers. */
    void resetObservers() {
        observers.reset();
    }

    /** Copies the state of another run of the same population. */
    public void takeState(PopulationRun other) {
        state.copyFrom(other.state);
        signals.takeHistory(other.signals);
        showPreviousSpikes();
    }

    void visit(StateVisitor visitor) {
        visitor.neurons(state, description.shape());
        signals.visit(visitor);
        if (visitor.reads()) {
            showPreviousSpikes();
        }
    }

    /** Returns true if the observer sees this population. */
    public boolean isSeenBy(BlockObserver observer) {
        return observers.has(observer);
    }

    /** Returns true if the observer sees a variable of this population. */
    public boolean isSeenBy(VariableObserver observer) {
        return observers.has(observer);
    }
}
