package dev.spikelane.train.gradient;

import dev.spikelane.engine.PopulationRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.CounterRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass of a population, from gradients of its spikes and variables to gradients of its currents. It reads
 * the forward pass of {@link StoredForward}.
 */
public final class GradientPopulation {

    private static final int BLOCKS_IN_TILE = 2;
    /** Blocks in a tile of maps, whose rows are longer: with 2 blocks, each 512 bytes would lie on another page. */
    private static final int BLOCKS_OF_MAPS = 8;

    private final GradientRequest plan;
    private final int number;
    private final Population declared;
    private final RunSize size;
    private final FiringGradient surrogate;
    private final CounterRandom.Draws draws;
    private final CounterRandom.Draws noise;
    private final StoredForward forward;
    private final List<GradientProjection> projections = new ArrayList<>();
    private final OutputGradients ofSpikes;
    private final OutputGradients[] ofVariables;
    private final CarriedGradients carried;
    private final boolean shares;
    private final GradientBackward backward;
    private @Nullable GradientFrame frame;
    private NeuronGradient gradient;
    /** Samples that each thread runs through a loop; empty if all samples run together. */
    private SampleGroup[] groups = {};

    private int windowStart;

    /**
     * Creates the backward pass of a population.
     *
     * @param run the forward pass
     * @param gradient the backward pass of its neurons
     * @param alone true if it is in no loop, so that threads can share its neurons
     */
    GradientPopulation(GradientRequest plan, int number, PopulationRun run, NeuronGradient gradient, boolean alone) {
        this.plan = plan;
        this.number = number;
        this.declared = plan.population(number);
        this.size = plan.size();
        this.surrogate = plan.surrogateOf(declared);
        this.draws = plan.drawsOf(number, surrogate);
        this.noise = gradient.drawsNoise()
                ? CounterRandom.Draws.noise(plan.seed(), number, size.batch())
                : CounterRandom.Draws.NONE;
        this.gradient = gradient;
        this.forward = new StoredForward(plan, number, run, noise, gradient);
        this.ofSpikes = plan.outlet(declared.name(), declared.shape(), null);
        List<String> variables = forward.variables();
        this.ofVariables = new OutputGradients[variables.size()];
        for (int i = 0; i < ofVariables.length; i++) {
            String name = variables.get(i);
            ofVariables[i] = plan.outlet(declared.variable(name).name(), declared.shape(), run.values(name));
        }
        this.carried = new CarriedGradients(
                plan.arena(), size.batch(), declared.shape(), variables.size(), gradient.feedsOwnSpikes());
        this.shares = alone && !gradient.coupled() && !forward.group().coupled();
        this.backward = new GradientBackward(this, size, plan.arena(), shares ? tile() : blocks());
    }

    void layOut() {
        frame = GradientFrame.of(this, plan, frame);
    }

    /** Returns true if each thread may run its own samples through a loop, without shared state. */
    boolean samplesApart() {
        return gradient.samplesApart()
                && !surrogate.isRandom()
                && projections.stream().allMatch(GradientProjection::samplesApart)
                && ofSpikes.samplesApart()
                && Arrays.stream(ofVariables).allMatch(OutputGradients::samplesApart);
    }

    OutputGradients[] ofVariables() {
        return ofVariables;
    }

    SampleGroup[] share(int threads) {
        int most = Math.ceilDiv(size.batch(), threads);
        groups = new SampleGroup[Math.ceilDiv(size.batch(), most)];
        for (int i = 0; i < groups.length; i++) {
            int first = i * most;
            groups[i] = new SampleGroup(this, i, first, Math.min(most, size.batch() - first), size, plan.arena());
        }
        return groups;
    }

    /** Returns the fast path if the source is a frame in this window; null otherwise. */
    @Nullable
    public GradientFrame openFrame() {
        GradientFrame made = frame;
        return made != null && made.isOpen() ? made : null;
    }

    private int tile() {
        int most = declared.shape().rank() > 1 ? BLOCKS_OF_MAPS : BLOCKS_IN_TILE;
        return Math.min(most, Math.ceilDiv(blocks(), size.threads() == 1 ? 1 : 4 * size.threads()));
    }

    public Population declared() {
        return declared;
    }

    public StoredForward forward() {
        return forward;
    }

    CarriedGradients carried() {
        return carried;
    }

    List<GradientProjection> projections() {
        return projections;
    }

    void add(GradientProjection projection) {
        projections.add(projection);
    }

    NeuronGradient neurons() {
        return gradient;
    }

    public OutputGradients ofSpikes() {
        return ofSpikes;
    }

    public OutputGradients ofVariable(String name) {
        return ofVariables[numberOf(name)];
    }

    public FloatMatrix ofPreviousSpikes() {
        return carried.ofPreviousSpikes(ofSpikes);
    }

    void takeGiven() {
        ofSpikes.takeGiven();
        for (OutputGradients outlet : ofVariables) {
            outlet.takeGiven();
        }
    }

    public FloatMatrix carriedInTorch(String name) {
        return carried.inTorch(numberOf(name));
    }

    private int numberOf(String variable) {
        int found = forward.variables().indexOf(Objects.requireNonNull(variable, "variable"));
        if (found < 0) {
            throw new IllegalArgumentException("population '" + declared.name() + "' has no variable '" + variable
                    + "', expected one of " + forward.variables());
        }
        return found;
    }

    /** Returns the random streams of surrogates and neurons. */
    public Stream<CounterRandom.Draws> draws() {
        return Stream.of(draws, noise);
    }

    /** Returns true if spikes have gradients. */
    boolean firesBack() {
        return ofSpikes.mayHaveGradients() || gradient.resetsThroughSpikes() || gradient.feedsOwnSpikes();
    }

    int blocks() {
        return Math.ceilDiv(declared.size(), Long.SIZE);
    }

    FiringGradient surrogate() {
        return surrogate;
    }

    GradientBackward backward() {
        return backward;
    }

    boolean shares() {
        return shares;
    }

    void openWindow(int firstStep) {
        windowStart = firstStep;
    }

    private boolean carries() {
        return openFrame() == null || plan.use() == GradientRequest.Use.ANY;
    }

    void reserve() {
        if (carries()) {
            carried.all();
        }
    }

    /** Begins the backward pass, after {@link #reserve}. */
    void begin() {
        if (carries()) {
            carried.all().fill(0);
        }
        forward.states().begin();
        backward.begin();
        carried.ofSpikes().fill(0);
        gradient.clear();
    }

    /** Opens a segment of the backward pass; recomputes it unless it ran forward last. */
    void back(int segment, WorkerPool workers) {
        int first = segment * size.segment();
        int count = Math.min(size.segment(), plan.steps() - first);
        forward.back(segment, count, blocks(), workers);
        if (openFrame() != null || groups.length > 0 && plan.online() == null) {
            return;
        }
        if (gradient.needsCurrents()) {
            forward.states().again(segment);
        }
        backward.open(first, count);
    }

    /** Computes gradients of all targets back to this output, if they need whole rows. */
    void openOutlets(int first, int count) {
        ofSpikes.open(first, count);
        for (OutputGradients outlet : ofVariables) {
            outlet.open(first, count);
        }
    }

    /**
     * Runs neurons back through a step, from gradients of their spikes, if these have any, to gradients of their
     * currents.
     */
    void back(
            NeuronBackward neurons,
            NeuronBackward.Step place,
            @Nullable FloatMatrix ofNeurons,
            FloatMatrix distance,
            FloatMatrix ofVariables,
            int step,
            int firstNeuron) {
        if (ofNeurons != null) {
            neurons.toDistance(place, ofVariables, ofNeurons, distance);
            surrogate.backward(distance, ofNeurons, ofNeurons, draws, windowStart + step, firstNeuron);
        }
        neurons.toCurrents(place, ofNeurons, ofVariables, ofVariables.rows() / this.ofVariables.length);
    }

    @SuppressWarnings("ReferenceEquality") // rebuilt neurons are other objects
    void update() {
        if (!plan.layout().neurons(number).equals(forward.group())) {
            refresh();
        }
    }

    void refresh() {
        NeuronGroup group = plan.layout().neurons(number);
        forward.take(group);
        gradient = gradient.with(plan.layout().population(number).inside(), group);
        backward.refresh();
        frame = GradientFrame.of(this, plan, frame);
        for (SampleGroup share : groups) {
            share.refresh();
        }
    }
}
