package dev.spikelane.engine;

import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A population in a simulation: its state, the rows that it leaves for others, and those who look at it. */
public final class PopulationRun implements SourceRun {

    private static final String MEMBRANE = "membrane";

    private final int number;
    private final PopulationDescription population;
    private final LaidOutNetwork network;
    private final Arena arena;
    private final int batch;
    private final NeuronState state;
    private SignalHistory<SpikeMatrix> spikes;
    /** The variables that are sources of projections. */
    private final List<Kept> variables = new ArrayList<>();

    /** Whether one of them is kept by no kernel. */
    private boolean keepsOthers;

    private final List<ProjectionRun> terms = new ArrayList<>();
    private final List<BlockObserver> observers = new ArrayList<>();
    private final List<VariableObserver> recorders = new ArrayList<>();
    private final LayerProfile profile = new LayerProfile();
    private @Nullable FloatMatrix membranes;
    private @Nullable BeforeReset before;
    private @Nullable SpikeMatrix spikesOutside;
    private @Nullable FloatMatrix membranesOutside;

    PopulationRun(int number, LaidOutNetwork network, Arena arena, int batch, int blockSteps, Delays delays) {
        this.number = number;
        this.network = network;
        this.population = network.description().populations().get(number);
        this.arena = arena;
        this.batch = batch;
        this.state = neurons().newState(arena, batch);
        this.spikes = SignalHistory.ofSpikes(
                arena, size(), batch, delays.of(new SourceDescription.OfSpikes(number)), blockSteps);
        showPreviousSpikes();
        for (String variable : population.neuron().variables()) {
            SourceDescription source = new SourceDescription.OfVariable(number, variable);
            if (delays.isSource(source)) {
                SignalHistory<FloatMatrix> track =
                        SignalHistory.ofValues(arena, size(), batch, delays.of(source), blockSteps);
                variables.add(new Kept(variable, track));
                if (variable.equals(MEMBRANE)) {
                    membranes = track.block();
                } else {
                    keepsOthers = true;
                }
            }
        }
    }

    /** Makes the block longer. */
    void grow(int blockSteps) {
        spikes = spikes.grown(arena, blockSteps);
        showPreviousSpikes();
        if (membranes != null) {
            membranes = FloatMatrix.zeros(arena, blockSteps * batch, size());
        }
        for (int i = 0; i < variables.size(); i++) {
            Kept longer = variables.get(i).grown(arena, blockSteps);
            variables.set(i, longer);
            if (longer.name.equals(MEMBRANE)) {
                membranes = longer.track.block();
            }
        }
        spikesOutside = null;
        membranesOutside = null;
    }

    private void showPreviousSpikes() {
        SpikeMatrix before = spikes.stepBefore();
        if (before != null) {
            state.setPreviousSpikes(before);
        }
    }

    PopulationDescription population() {
        return population;
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
        return population.size();
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

    SpikeMatrix spikes() {
        return spikes.block();
    }

    List<ProjectionRun> terms() {
        return terms;
    }

    /** The terms that enter a port, in the order of declaration. */
    List<ProjectionRun> terms(String port) {
        return terms.stream()
                .filter(term -> term.projection.port().equals(port))
                .toList();
    }

    /** Whether something enters the port {@code feedback}. */
    boolean takesFeedback() {
        return neurons().takesFeedback();
    }

    /** The source that a projection takes from this population. */
    SourceRun source(SourceDescription source) {
        return source instanceof SourceDescription.OfVariable variable
                ? variables.stream()
                        .filter(kept -> kept.name.equals(variable.variable()))
                        .findFirst()
                        .orElseThrow()
                : this;
    }

    /** Whether somebody needs what no kernel keeps for a whole block. */
    boolean stepwise() {
        return keepsOthers || !recorders.isEmpty();
    }

    /** Shows blocks to an observer from now on. */
    public void add(BlockObserver observer) {
        observers.add(observer);
        if (observer.needsMembranes() && membranes == null) {
            membranes = FloatMatrix.zeros(arena, spikes.block().rows(), size());
        }
    }

    void add(VariableObserver recorder) {
        recorders.add(recorder);
        if (recorder.beforeReset() && before == null) {
            before = new BeforeReset(network.population(number).beforeReset(arena), arena, batch, network.version());
        }
    }

    /** Takes the neurons whose currents are in use through the steps of the first rows of a block. */
    void fire(PortCurrents currents, int rows) {
        run(neurons(), currents, rows, state, spikes.block(), membranes);
    }

    private static void run(
            NeuronGroup neurons,
            PortCurrents currents,
            int rows,
            NeuronState state,
            SpikeMatrix spikes,
            @Nullable FloatMatrix membranes) {
        if (membranes != null) {
            BoundPopulation.steps(neurons).record(currents, rows, state, spikes, membranes);
        } else {
            BoundPopulation.steps(neurons).run(currents, rows, state, spikes);
        }
    }

    /** The membranes of the block; null if nobody wants them. */
    @Nullable
    FloatMatrix membranes() {
        return membranes;
    }

    /** Takes all neurons through the first rows of a part of the block, which begins with a step. */
    void run(
            long stepNumber,
            int step,
            int rows,
            PortCurrents currents,
            SpikeMatrix spikesOfPart,
            @Nullable FloatMatrix membranesOfPart) {
        BeforeReset unreset = before;
        if (unreset != null) {
            unreset.run(this, currents, spikesOfPart);
        }
        run(neurons(), currents, rows, state, spikesOfPart, membranesOfPart);
        if (stepwise()) {
            for (int i = 0; i < variables.size(); i++) {
                Kept kept = variables.get(i);
                kept.track.put(state.variable(kept.name), step);
            }
            for (int i = 0; i < recorders.size(); i++) {
                VariableObserver recorder = recorders.get(i);
                NeuronState seen = recorder.beforeReset() && unreset != null ? unreset.state : state;
                recorder.record(stepNumber, seen.variable(recorder.variable()), population.shape());
            }
        }
    }

    /** Shows a block to the observers, in torch's order. */
    void observe(long firstStep, int steps) {
        if (observers.isEmpty()) {
            return;
        }
        FloatMatrix seen = membranes == null ? state.membrane() : membranes;
        SpikeMatrix fired = spikes.block();
        if (TorchLayout.differs(population.shape())) {
            fired = outside(fired, steps * batch);
            seen = outside(seen, membranes == null ? batch : steps * batch);
        }
        for (int i = 0; i < observers.size(); i++) {
            observers.get(i).observe(firstStep, steps, fired, seen);
        }
    }

    /** The spikes of the first rows of the block, in torch's order. */
    SpikeMatrix outside(SpikeMatrix rows, int count) {
        if (!TorchLayout.differs(population.shape())) {
            return rows;
        }
        SpikeMatrix made = spikesOutside;
        if (made == null) {
            made = SpikeMatrix.zeros(arena, spikes.block().rows(), size());
            spikesOutside = made;
        }
        TorchLayout.copyTorch(population.shape(), rows, 0, made, 0, count);
        return made;
    }

    private FloatMatrix outside(FloatMatrix rows, int count) {
        FloatMatrix made = membranesOutside;
        if (made == null || made.rows() != rows.rows()) {
            made = FloatMatrix.zeros(arena, rows.rows(), size());
            membranesOutside = made;
        }
        TorchLayout.copyTorch(population.shape(), rows, 0, made, 0, count);
        return made;
    }

    void profile(int rows, long nanoseconds) {
        long active = 0;
        long inputs = 0;
        for (ProjectionRun term : terms) {
            long ofTerm = term.active(rows);
            active += ofTerm;
            inputs += term.inputs();
            profile.addKernel(term.kernel(rows, ofTerm));
        }
        profile.add(rows, (double) inputs * rows, active, nanoseconds);
    }

    void beginProfile() {
        profile.begin();
    }

    void emitProfile(int threads) {
        profile.emit(number, network.description().describeConnections(number), population, threads);
    }

    /** Makes the last steps of a block the history of the next. */
    void advance(int steps) {
        spikes.advance(steps);
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).track.advance(steps);
        }
    }

    void reset() {
        state.reset();
        spikes.reset();
        variables.forEach(kept -> kept.track.reset());
        observers.forEach(BlockObserver::reset);
    }

    @Override
    public Signal delayed(int delay) {
        return spikes.delayed(delay);
    }

    long bytes() {
        return state.bytes()
                + spikes.bytes()
                + variables.stream().mapToLong(kept -> kept.track.bytes()).sum();
    }

    void write(ByteBuffer to) {
        Shape shape = population.shape();
        state.write(shape, to);
        spikes.write(shape, to);
        variables.forEach(kept -> kept.track.write(shape, to));
    }

    void read(ByteBuffer from) {
        Shape shape = population.shape();
        state.read(shape, from);
        spikes.read(shape, from);
        variables.forEach(kept -> kept.track.read(shape, from));
    }

    /** A variable as a source. */
    private record Kept(String name, SignalHistory<FloatMatrix> track) implements SourceRun {

        Kept grown(Arena arena, int blockSteps) {
            return new Kept(name, track.grown(arena, blockSteps));
        }

        @Override
        public Signal delayed(int delay) {
            return track.delayed(delay);
        }
    }

    /** Neurons that go through the same step without its reset, from a copy of the state. */
    private static final class BeforeReset {

        private final NeuronState state;
        private final Arena arena;
        private NeuronGroup neurons;
        private long version;

        BeforeReset(NeuronGroup neurons, Arena arena, int batch, long version) {
            this.neurons = neurons;
            this.arena = arena;
            this.state = neurons.newState(arena, batch);
            this.version = version;
        }

        void run(PopulationRun site, PortCurrents currents, SpikeMatrix scratch) {
            if (version != site.network.version()) {
                neurons = site.network.population(site.number).beforeReset(arena);
                version = site.network.version();
            }
            state.copyFrom(site.state);
            PopulationRun.run(neurons, currents, site.batch, state, scratch, null);
        }
    }
}
