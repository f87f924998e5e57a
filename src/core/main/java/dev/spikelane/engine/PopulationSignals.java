package dev.spikelane.engine;

import dev.spikelane.description.Delays;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleEnds;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rows that other parts read from a population: its spikes, and the variables that are kept for all steps. */
final class PopulationSignals {

    private static final String MEMBRANE = "membrane";

    private final Arena arena;
    private final int batch;
    private final Shape shape;
    private SignalHistory<SpikeMatrix> spikes;
    private final List<Kept> variables = new ArrayList<>();
    /** The membranes of a block, as sources of projections or for observers; null if there are none. */
    private @Nullable SignalHistory<FloatMatrix> membranes;

    /** True if a variable other than the membrane is kept; kernels keep only membranes. */
    private boolean keepsOthers;

    /** True if values are kept for a backward pass. */
    private final boolean isKept;

    /**
     * A variable that is kept for all steps.
     *
     * @param inPlace true if the neurons write it to its place themselves
     */
    record Kept(String name, SignalHistory<FloatMatrix> history, boolean inPlace) {}

    /**
     * Allocates the rows.
     *
     * @param number number of the population
     * @param isLast true if callers hold its spikes
     * @param keeping the values that a backward pass needs; null if there is none
     */
    PopulationSignals(
            PopulationDescription population,
            int number,
            boolean isLast,
            Arena arena,
            RunSize size,
            Delays delays,
            BackwardNeeds.@Nullable Keeping keeping) {
        this.arena = arena;
        this.batch = size.batch();
        this.shape = population.shape();
        this.isKept = keeping != null;
        boolean moves = keeping == null && !isLast;
        int delay = delays.of(new SourceDescription.OfSpikes(number));
        this.spikes = SignalHistory.ofSpikes(arena, shape.size(), batch, steps(delay, size, moves));
        for (String variable : population.neuron().variables()) {
            SourceDescription source = new SourceDescription.OfVariable(number, variable);
            if (delays.isSource(source)
                    || keeping != null && keeping.variables().contains(variable)) {
                StoredCurrents place = keeping != null && keeping.inPlace() && variable.equals(MEMBRANE)
                        ? keeping.currents().getFirst()
                        : null;
                SignalHistory<FloatMatrix> history = place != null
                        ? SignalHistory.of(place.all(), batch)
                        : SignalHistory.ofValues(arena, shape.size(), batch, steps(delays.of(source), size, moves));
                variables.add(new Kept(variable, history, place != null));
                keepsOthers |= !variable.equals(MEMBRANE);
            }
        }
        this.membranes = values(MEMBRANE);
    }

    /**
     * Returns the steps of a history. Blocks of simulations advance. A backward pass has one place for each step of a
     * window, and so have the last population's spikes, which callers hold.
     */
    private static SignalHistory.Steps steps(int history, RunSize size, boolean moves) {
        return moves
                ? SignalHistory.Steps.moving(history, size.steps())
                : SignalHistory.Steps.fixed(history, size.steps());
    }

    /** Enlarges the block. */
    void grow(int blockSteps) {
        spikes = spikes.grown(arena, blockSteps);
        variables.replaceAll(each -> new Kept(each.name, each.history.grown(arena, blockSteps), each.inPlace));
        SignalHistory<FloatMatrix> kept = values(MEMBRANE);
        membranes = kept != null || membranes == null ? kept : membranes(blockSteps);
    }

    private SignalHistory<FloatMatrix> membranes(int blockSteps) {
        return SignalHistory.ofValues(arena, shape.size(), batch, SignalHistory.Steps.fixed(0, blockSteps));
    }

    /** Keeps the membranes of a block from now on. */
    void keepMembranes() {
        if (membranes == null) {
            membranes = membranes(spikes.blockSteps());
        }
    }

    SignalHistory<SpikeMatrix> spikes() {
        return spikes;
    }

    List<Kept> variables() {
        return variables;
    }

    @Nullable
    SignalHistory<FloatMatrix> membranes() {
        return membranes;
    }

    boolean keepsOthers() {
        return keepsOthers;
    }

    SourceRun source(SourceDescription source) {
        return source instanceof SourceDescription.OfVariable variable
                ? Objects.requireNonNull(values(variable.variable()))
                : spikes;
    }

    @Nullable
    SignalHistory<FloatMatrix> values(String variable) {
        for (Kept each : variables) {
            if (each.name.equals(variable)) {
                return each.history;
            }
        }
        return null;
    }

    /** Keeps the variables of a step. */
    void put(NeuronState state, int step) {
        for (int i = 0; i < variables.size(); i++) {
            Kept kept = variables.get(i);
            kept.history.put(state.variable(kept.name), step, 1);
        }
    }

    /** Marks spikes and variables of some steps of the block as written. */
    void written(SampleEnds ends, int first, int count) {
        ends.mask(spikes.block(), first, count);
        if (membranes != null && !isKept) {
            ends.mask(membranes.block(), first, count);
        }
        spikes.written();
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.written();
        }
    }

    /** Makes the last of some steps of a block the history of the next. */
    void advance(int steps) {
        spikes.advance(steps);
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.advance(steps);
        }
    }

    void reset() {
        spikes.reset();
        variables.forEach(kept -> kept.history.reset());
    }

    /** Copies the history of another run of the same population. */
    void takeHistory(PopulationSignals other) {
        spikes.takeHistory(other.spikes);
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.takeHistory(other.variables.get(i).history);
        }
    }

    void visit(StateVisitor visitor) {
        spikes.visit(shape, visitor);
        for (int i = 0; i < variables.size(); i++) {
            variables.get(i).history.visit(shape, visitor);
        }
    }
}
