package dev.spikelane.engine;

import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.event.LayerProfile;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A population in a simulation: its state, the rows that it leaves for others, and their way through steps. */
public final class PopulationRun {

    private static final String MEMBRANE = "membrane";

    private final int number;
    private final PopulationDescription description;
    private final LaidOutNetwork network;
    private final Arena arena;
    private final int batch;
    private final NeuronState state;
    private SignalHistory<SpikeMatrix> spikes;
    /** The variables that are sources of projections. */
    private final List<Kept> variables = new ArrayList<>();

    /** Whether one of them is kept by no kernel. */
    private boolean keepsOthers;

    private final List<ProjectionRun> projections = new ArrayList<>();
    private final PopulationObservers observers;
    /** The way forward of neurons whose currents are kept; null if they are not. */
    private final @Nullable KeptRun kept;

    private final LayerProfile profile = new LayerProfile();
    /** What computes currents again; made when it is needed. */
    private PortSum[] again = {};

    private @Nullable SignalHistory<FloatMatrix> membranes;

    /**
     * Makes a population.
     *
     * @param delays of all projections
     * @param keeping what is kept for a way back; null if nothing is
     */
    PopulationRun(
            int number,
            LaidOutNetwork network,
            Arena arena,
            RunSize size,
            Delays delays,
            WayBack.@Nullable Keeping keeping) {
        this.number = number;
        this.network = network;
        this.description = network.description().populations().get(number);
        this.arena = arena;
        this.batch = size.batch();
        this.state = neurons().newState(arena, batch);
        this.spikes = SignalHistory.ofSpikes(
                arena, size(), batch, steps(delays.of(new SourceDescription.OfSpikes(number)), size, keeping));
        showPreviousSpikes();
        for (String variable : description.neuron().variables()) {
            SourceDescription source = new SourceDescription.OfVariable(number, variable);
            if (delays.isSource(source)
                    || keeping != null && keeping.variables().contains(variable)) {
                KeptCurrents place =
                        keeping != null && keeping.inPlace() && variable.equals(MEMBRANE) ? keeping.current() : null;
                SignalHistory<FloatMatrix> history = place != null
                        ? SignalHistory.of(place.all(), batch)
                        : SignalHistory.ofValues(arena, size(), batch, steps(delays.of(source), size, keeping));
                variables.add(new Kept(variable, history, place != null));
                if (variable.equals(MEMBRANE)) {
                    membranes = history;
                } else {
                    keepsOthers = true;
                }
            }
        }
        this.observers = new PopulationObservers(this, network, arena);
        this.kept = keeping == null ? null : new KeptRun(this, keeping, size);
    }

    /**
     * Blocks of simulations move on. A way back has one place for each step of a window, and so have the last spikes,
     * which callers hold.
     */
    private SignalHistory.Steps steps(int history, RunSize size, WayBack.@Nullable Keeping keeping) {
        boolean last = number == network.description().populations().size() - 1;
        return keeping == null && !last
                ? SignalHistory.Steps.moving(history, size.steps())
                : SignalHistory.Steps.fixed(history, size.steps());
    }

    /** Makes the block longer. */
    void grow(int blockSteps) {
        spikes = spikes.grown(arena, blockSteps);
        showPreviousSpikes();
        if (membranes != null) {
            membranes = SignalHistory.ofValues(arena, size(), batch, SignalHistory.Steps.fixed(0, blockSteps));
        }
        for (int i = 0; i < variables.size(); i++) {
            Kept longer = variables.get(i).grown(arena, blockSteps);
            variables.set(i, longer);
            if (longer.name.equals(MEMBRANE)) {
                membranes = longer.history;
            }
        }
        observers.grow();
    }

    private void showPreviousSpikes() {
        SpikeMatrix before = spikes.stepBefore();
        if (before != null) {
            state.setPreviousSpikes(before);
        }
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

    /** Returns the state. */
    public NeuronState state() {
        return state;
    }

    /** Returns the spikes of a block. */
    public SignalHistory<SpikeMatrix> spikes() {
        return spikes;
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
        return takesFeedback() ? List.of(Neuron.CURRENT, Neuron.FEEDBACK) : List.of(Neuron.CURRENT);
    }

    /** Whether something enters the port {@code feedback}. */
    boolean takesFeedback() {
        return neurons().takesFeedback();
    }

    /** The source that a projection takes from this population. */
    SourceRun source(SourceDescription source) {
        return source instanceof SourceDescription.OfVariable variable
                ? Objects.requireNonNull(values(variable.variable()))
                : spikes;
    }

    /** Returns the values of a variable that is kept for all steps; null if it is not. */
    public @Nullable SignalHistory<FloatMatrix> values(String variable) {
        for (Kept each : variables) {
            if (each.name.equals(variable)) {
                return each.history;
            }
        }
        return null;
    }

    /** The variables that are kept for all steps. */
    List<Kept> variables() {
        return variables;
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
    KeptCurrents keptAt(String port) {
        return kept == null ? null : kept.keeping().of(port);
    }

    /** Returns what is kept for a way back. */
    public WayBack.Keeping keeping() {
        return kept().keeping();
    }

    /** Returns the way forward of neurons whose currents are kept. */
    public KeptRun kept() {
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

    /** Whether somebody needs what no kernel keeps for a whole block. */
    boolean stepwise() {
        return kept == null && (keepsOthers || observers.seeSteps());
    }

    /** Shows blocks to an observer from now on. */
    public void add(BlockObserver observer) {
        observers.add(observer);
        if (observer.needsMembranes() && membranes == null) {
            membranes = SignalHistory.ofValues(arena, size(), batch, SignalHistory.Steps.fixed(0, spikes.blockSteps()));
        }
    }

    void add(VariableObserver observer) {
        observers.add(observer);
    }

    /**
     * Takes the neurons of some blocks through some steps of a block.
     *
     * @param currents that stand there, unless they are kept
     */
    void fire(int step, int steps, PortCurrents currents, int firstBlock, int endBlock, int thread) {
        if (kept != null) {
            kept.fire(step, steps, firstBlock, endBlock, thread);
        } else {
            run(currents, steps * batch, spikes.from(step, 0), membranesFrom(step));
        }
    }

    /** Whether neurons need not be given currents for each step where these are all the same. */
    boolean holds() {
        return kept == null
                && membranes == null
                && BoundPopulation.steps(neurons()).holds();
    }

    /** Takes the neurons of some blocks through some steps of a block that all have these currents. */
    void hold(int step, int steps, Tile current) {
        BoundPopulation.steps(neurons()).hold(current, state, spikes.steps(step, steps, 0));
    }

    private void run(PortCurrents currents, int rows, SpikeMatrix fired, @Nullable FloatMatrix recorded) {
        if (recorded != null) {
            BoundPopulation.steps(neurons()).record(currents, rows, state, fired, recorded);
        } else {
            BoundPopulation.steps(neurons()).run(currents, rows, state, fired);
        }
    }

    /** The membranes of the block; null if nobody wants them. */
    @Nullable
    SignalHistory<FloatMatrix> membranes() {
        return membranes;
    }

    private @Nullable FloatMatrix membranesFrom(int step) {
        return membranes == null ? null : membranes.from(step, 0);
    }

    /** Takes all neurons through some steps of the block. */
    void run(long stepNumber, int step, int steps, PortCurrents currents) {
        observers.beforeStep(currents, spikes.from(step, 0));
        fire(step, steps, currents, 0, words(), 0);
        written();
        if (stepwise()) {
            for (int i = 0; i < variables.size(); i++) {
                Kept kept = variables.get(i);
                kept.history.put(state.variable(kept.name), step, 1);
            }
            observers.observeStep(stepNumber, currents);
        }
    }

    /** Takes notice that neurons have left spikes and membranes in the block. */
    void written() {
        spikes.written();
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.written();
        }
    }

    /** Shows a block to the observers. */
    void observe(long firstStep, int steps) {
        observers.observe(firstStep, steps);
    }

    /** The spikes of the first rows of the block, in torch's order. */
    SpikeMatrix outside(SpikeMatrix rows, int count) {
        return observers.outside(rows, count);
    }

    void profile(int steps, long nanoseconds) {
        int rows = steps * batch;
        long active = 0;
        long inputs = 0;
        for (ProjectionRun projection : projections) {
            long ofProjection = projection.active(steps);
            active += ofProjection;
            inputs += projection.inputs();
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
        spikes.advance(steps);
        showPreviousSpikes();
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.advance(steps);
        }
    }

    /** Goes on from a state of zeros. */
    public void reset() {
        state.reset();
        spikes.reset();
        showPreviousSpikes();
        variables.forEach(kept -> kept.history.reset());
        observers.reset();
    }

    /** Goes on from where another run of the same population has come to. */
    public void takeState(PopulationRun other) {
        state.copyFrom(other.state);
        spikes.takeHistory(other.spikes);
        showPreviousSpikes();
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.takeHistory(other.variables.get(i).history);
        }
    }

    long bytes() {
        long bytes = state.bytes() + spikes.bytes();
        for (int i = 0; i < variables.size(); i++) {
            bytes += variables.get(i).history.bytes();
        }
        return bytes;
    }

    void write(ByteBuffer to) {
        Shape shape = description.shape();
        state.write(shape, to);
        spikes.write(shape, to);
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.write(shape, to);
        }
    }

    void read(ByteBuffer from) {
        Shape shape = description.shape();
        state.read(shape, from);
        spikes.read(shape, from);
        showPreviousSpikes();
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.read(shape, from);
        }
    }

    /** Whether an observer looks at this population. */
    public boolean isSeenBy(BlockObserver observer) {
        return observers.has(observer);
    }

    /** Whether an observer looks at a variable of this population. */
    public boolean isSeenBy(VariableObserver observer) {
        return observers.has(observer);
    }

    /**
     * A variable that is kept for all steps.
     *
     * @param inPlace whether it stands there by itself
     */
    record Kept(String name, SignalHistory<FloatMatrix> history, boolean inPlace) {

        Kept grown(Arena arena, int blockSteps) {
            return new Kept(name, history.grown(arena, blockSteps), inPlace);
        }
    }
}
