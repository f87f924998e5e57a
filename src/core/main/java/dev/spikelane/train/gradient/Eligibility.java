package dev.spikelane.train.gradient;

import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Computes gradients of a population forward, from window to window. A trace is the derivative of a variable at the end
 * of a window with respect to a synapse, through its own neuron alone. Filters of a neuron's spikes have traces too:
 * one with the leak of the readouts, and one without a leak, which counts spikes.
 *
 * <p>The backward pass of a window treats each neuron by itself: a pass with a gradient of 1 for each variable and
 * filter gives its derivatives with respect to the window's currents and the variables before it.
 */
final class Eligibility {

    private final GradientPopulation population;
    private final GradientRequest.Online online;
    private final RunSize size;
    private final int variables;
    /** True if a filter with the leak of the readouts follows the variables. */
    private final boolean filters;

    /** True if the last pass is a filter that counts spikes. */
    private final boolean counts;

    private final Pass[] passes;
    /** Gradients within single steps, for projections that use only these; null if there are none. */
    private final @Nullable Pass instant;

    private final List<EligibilityTrace> traces = new ArrayList<>();
    /** Projections whose backward passes bring gradients from the readouts, or random feedback in their place. */
    private final List<GradientProjection> feedback = new ArrayList<>();

    private final List<Eligibility> readouts = new ArrayList<>();
    private final NeuronBackward.Step step = new NeuronBackward.Step();
    private final NeuronBackward.Step edge = new NeuronBackward.Step();
    private final SampleViews whole;
    private final StepViews<FloatMatrix> ofSpikes;
    private final StepViews<FloatMatrix> added;
    private final FloatMatrix distance;
    /** Gradients of a readout's variables before the window. */
    private final FloatMatrix ofEdge;
    /** Gradients of the filtered spikes before the window. */
    private final FloatMatrix signal;

    /** Gradients of a sample's currents at each port, with the passes side by side. */
    private final FloatMatrix[] ofSample;

    private final Tile signalTile;
    private final GradientTiles tiles;
    /** Counts of spikes; after the last window, their gradients. */
    private FloatMatrix counted;

    static final class Pass {

        final FloatMatrix carried;

        final FloatMatrix[] ofVariables;
        final StoredCurrents[] ofPorts;
        /** The remainder at the end of the window of a filter that was 1 before it. */
        final float[] left = new float[1];

        Pass(Arena arena, RunSize size, int neurons, int variables, int ports) {
            this.carried = FloatMatrix.zeros(arena, variables * size.batch(), neurons);
            this.ofVariables = new FloatMatrix[variables];
            for (int i = 0; i < variables; i++) {
                ofVariables[i] = carried.rows(i * size.batch(), size.batch());
            }
            this.ofPorts = new StoredCurrents[ports];
            for (int port = 0; port < ports; port++) {
                ofPorts[port] = new StoredCurrents(arena, size, neurons, 0);
            }
        }
    }

    Eligibility(GradientPopulation population, GradientRequest plan, GradientRequest.Online online) {
        Arena arena = plan.arena();
        NeuronGroup group = population.forward().group();
        int neurons = population.declared().size();
        boolean isReadout = online.readouts().contains(population.declared().name());
        boolean isSpatial = online.feedback() == GradientRequest.Feedback.SPATIAL;
        this.population = population;
        this.online = online;
        this.size = plan.size();
        if (group.currents() != neurons) {
            throw refused("has gates, expected neurons of one current at a port");
        }
        if (population.neurons().delays()) {
            throw refused("has delayed currents, expected some that enter at once");
        }
        if (isReadout
                && !isSpatial
                && !(population.neurons().isLinear() && group.ports().size() == 1)) {
            throw refused("is a readout, as a loss reads its membranes, expected one variable whose gradients go back"
                    + " alike in each step, as those of Leaky without a recurrence that resets to no value");
        }
        this.variables = population.ofVariables().length;
        this.filters = !isSpatial && !isReadout;
        this.counts = online.strength() != 0 && !isReadout;
        this.passes = new Pass[variables + (filters ? 1 : 0) + (counts ? 1 : 0)];
        int ports = group.ports().size();
        for (int i = 0; i < passes.length; i++) {
            passes[i] = new Pass(arena, size, neurons, variables, ports);
        }
        this.ofSample = new FloatMatrix[ports];
        for (int port = 0; port < ports; port++) {
            int columns = Math.ceilDiv(neurons, Long.SIZE) * Long.SIZE * passes.length;
            ofSample[port] = FloatMatrix.zeros(arena, size.steps(), columns);
        }
        this.instant = isSpatial ? new Pass(arena, size, neurons, variables, ports) : null;
        int batch = size.batch();
        this.whole = new SampleViews(0, batch, batch);
        this.ofSpikes = new StepViews<>(FloatMatrix.zeros(arena, batch, neurons), batch);
        this.added = new StepViews<>(FloatMatrix.zeros(arena, batch, neurons), batch);
        this.distance = FloatMatrix.zeros(arena, batch, neurons);
        this.ofEdge = FloatMatrix.zeros(arena, variables * batch, neurons);
        this.signal = FloatMatrix.zeros(arena, batch, neurons);
        this.signalTile = Tile.whole(signal);
        this.counted = FloatMatrix.zeros(arena, counts ? batch : 1, neurons);
        this.tiles = new GradientTiles(Tile.whole(distance));
        tiles.at(0, population.blocks());
        edge.before[0] = distance;
        edge.after = distance;
        edge.ofCurrents[0] = signal;
    }

    private IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(
                "population '" + population.declared().name() + "' " + why);
    }

    Pass[] passes() {
        return passes;
    }

    FloatMatrix ofSample(int port) {
        return ofSample[port];
    }

    int variables() {
        return variables;
    }

    /** Returns the number of passes with gradients before the window: all but the counts. */
    int spent() {
        return passes.length - (counts ? 1 : 0);
    }

    /** Returns the gradients that multiply the trace of a pass, {@code [batch x neurons]}. */
    FloatMatrix gradient(int pass) {
        return pass < variables ? population.carried().of(pass) : pass < spent() ? signal : counted;
    }

    private int number(String port) {
        return population.forward().group().ports().indexOf(port);
    }

    /** Returns the gradients of currents for the backward passes of projections. */
    StoredCurrents pulled(String port) {
        return instant == null ? population.forward().currents(port) : instant.ofPorts[number(port)];
    }

    void add(GradientProjection projection, String port, GradientRequest plan) {
        traces.add(new EligibilityTrace(this, projection, number(port), plan));
    }

    void add(GradientProjection toReadout, Eligibility readout) {
        feedback.add(toReadout);
        readouts.add(readout);
    }

    void requireFeedback() {
        if (filters && feedback.isEmpty()) {
            throw refused("has no projection to a readout of " + online.readouts()
                    + ", expected one for symmetric feedback; random and adaptive feedback need none");
        }
    }

    void reset() {
        counted.fill(0);
        traces.forEach(EligibilityTrace::reset);
    }

    void takeFrom(Eligibility other) {
        counted = other.counted;
        for (int i = 0; i < traces.size(); i++) {
            traces.get(i).takeFrom(other.traces.get(i));
        }
    }

    /** Returns true if traces continue after a window. */
    private boolean goesOn(boolean last) {
        return !last || counts;
    }

    void before(boolean last) {
        int count = size.steps();
        for (int i = 0; i < passes.length && goesOn(last); i++) {
            pass(i, count);
        }
        Pass alone = instant;
        if (alone != null) {
            population.openOutlets(0, count);
            for (int at = count - 1; at >= 0; at--) {
                alone.carried.fill(0);
                for (int i = 0; i < variables; i++) {
                    OutputGradients of = population.ofVariables()[i];
                    if (of.mayHaveGradients()) {
                        of.gather(at, 1, ofSpikes, added, tiles);
                        alone.ofVariables[i].copyFrom(ofSpikes.all());
                    }
                }
                boolean fires = population.firesBack();
                if (fires) {
                    population.ofSpikes().gather(at, 1, ofSpikes, added, tiles);
                }
                back(at, fires, alone);
            }
        }
    }

    private void pass(int number, int count) {
        Pass pass = passes[number];
        pass.carried.fill(0);
        boolean ofVariable = number < variables;
        if (ofVariable) {
            pass.ofVariables[number].fill(1);
        }
        double leak = ofVariable ? 0 : number < spent() ? leakOfReadouts() : 1;
        boolean fires = !ofVariable || population.neurons().resetsThroughSpikes();
        double now = ofVariable ? 0 : 1;
        for (int at = count - 1; at >= 0; at--) {
            ofSpikes.all().fill((float) now);
            now *= leak;
            back(at, fires, pass);
        }
        pass.left[0] = (float) now;
    }

    private void back(int at, boolean fires, Pass pass) {
        population
                .forward()
                .place(
                        step,
                        at,
                        population.backward().past(),
                        whole,
                        population.carried().ofSpikes());
        for (int port = 0; port < pass.ofPorts.length; port++) {
            step.ofCurrents[port] = pass.ofPorts[port].all();
        }
        NeuronBackward neurons = population.backward().whole();
        population.back(neurons, step, fires ? ofSpikes.all() : null, distance, pass.carried, at, 0);
    }

    private double leakOfReadouts() {
        double leak = readouts.getFirst().leak();
        for (int i = 1; i < readouts.size(); i++) {
            if (readouts.get(i).leak() != leak) {
                throw readouts.get(i).refused("leaks by another factor than other readouts, expected " + leak);
            }
        }
        return leak;
    }

    /** Returns the factor by which a readout's membranes decay in a step. */
    private double leak() {
        ofEdge.fill(1);
        backEdge();
        float leak = ofEdge.get(0, 0);
        for (int i = 1; i < ofEdge.columns(); i++) {
            if (ofEdge.get(0, i) != leak) {
                throw refused("has a leak of each neuron, expected one for all, as it is a readout");
            }
        }
        return leak;
    }

    /** Computes gradients of the currents from gradients of a readout's variables, in a step that reads no state. */
    private void backEdge() {
        population.backward().whole().toCurrents(edge, null, ofEdge, size.batch());
    }

    void open() {
        if (!filters) {
            ofEdge.copyFrom(population.carried().all());
            backEdge();
        }
    }

    /** Adds the gradients of earlier windows to those of this window, and updates the traces. */
    void carry(boolean first, boolean last, int samples) {
        if (filters && !first) {
            for (int i = 0; i < feedback.size(); i++) {
                Tile into = i == 0 ? signalTile : tiles.addedIn(added.all());
                feedback.get(i).pull(readouts.get(i).signal, size.batch(), into);
                if (i > 0) {
                    RowSum.add(tiles.in(signal), into, size.batch());
                }
            }
        }
        count(last, samples);
        for (int i = 0; i < traces.size(); i++) {
            if (!first) {
                traces.get(i).spend(false);
            }
        }
        for (int sample = 0; sample < size.batch() && goesOn(last); sample++) {
            gather(sample);
            for (int i = 0; i < traces.size(); i++) {
                traces.get(i).goOn(sample);
            }
        }
        for (int i = 0; i < traces.size() && last; i++) {
            traces.get(i).spend(true);
        }
    }

    private void gather(int sample) {
        for (int port = 0; port < ofSample.length; port++) {
            for (int pass = 0; pass < passes.length; pass++) {
                FloatMatrix from = passes[pass].ofPorts[port].all();
                FloatMatrix into = ofSample[port];
                long bytes = from.rowOffset(1);
                for (int at = 0; at < size.steps(); at++) {
                    long own = from.rowOffset(at * size.batch() + sample);
                    MemorySegment.copy(from.segment(), own, into.segment(), into.rowOffset(at) + pass * bytes, bytes);
                }
            }
        }
    }

    /** Counts the spikes; after the last window, adds the gradients of the counts. */
    private void count(boolean last, int samples) {
        SpikeMatrix fired = population.forward().spikes().block();
        int batch = size.batch();
        for (int row = 0; counts && row < size.steps() * batch; row++) {
            for (int i = fired.next(row, 0); i >= 0; i = fired.next(row, i + 1)) {
                counted.set(row % batch, i, counted.get(row % batch, i) + 1);
            }
        }
        for (int i = 0; counts && last && i < batch * counted.columns(); i++) {
            int row = i / counted.columns();
            int column = i % counted.columns();
            double rate = counted.get(row, column) / (double) online.steps();
            double gradient = online.strength() * (rate - online.target()) / online.steps() / samples;
            counted.set(row, column, (float) gradient);
        }
    }
}
