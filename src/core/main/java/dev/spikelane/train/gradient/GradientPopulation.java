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
 * The way back of a population: from the gradients of its spikes and variables to those of its currents.
 * It reads the forward pass of {@link StoredForward}.
 */
public final class GradientPopulation {

    /** Blocks of 64 neurons that a thread takes back at a time. */
    private static final int BLOCKS_IN_TILE = 2;
    /** The same of maps, rows of which are longer: 512 bytes of each would come from as many pages. */
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
    private @Nullable Eligibility eligibility;
    private NeuronGradient gradient;
    /** The samples that each thread carries through a loop; none if all go together. */
    private SampleGroup[] groups = {};

    /** The first step of the window, counted from the last reset. */
    private int windowStart;

    /**
     * Makes a population.
     *
     * @param run the forward pass
     * @param gradient of the neurons
     * @param alone whether it is in no loop, so that threads can share its neurons
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

    /** What carries gradients forward; null where none go. */
    @Nullable
    Eligibility eligibility() {
        return eligibility;
    }

    void carryForward(Eligibility made) {
        eligibility = made;
    }

    /** Makes room for the way back, when all projections are there. */
    void layOut() {
        frame = GradientFrame.of(this, plan, frame);
    }

    /** Whether threads may each carry some samples through a loop: nothing is shared between them. */
    boolean samplesApart() {
        return gradient.samplesApart()
                && !surrogate.isRandom()
                && projections.stream().allMatch(GradientProjection::samplesApart)
                && ofSpikes.samplesApart()
                && Arrays.stream(ofVariables).allMatch(OutputGradients::samplesApart);
    }

    /** The variables, in the order of the state. */
    OutputGradients[] ofVariables() {
        return ofVariables;
    }

    /** Gives each thread some samples to carry through a loop. */
    SampleGroup[] share(int threads) {
        int most = Math.ceilDiv(size.batch(), threads);
        groups = new SampleGroup[Math.ceilDiv(size.batch(), most)];
        for (int i = 0; i < groups.length; i++) {
            int first = i * most;
            groups[i] = new SampleGroup(this, i, first, Math.min(most, size.batch() - first), size, plan.arena());
        }
        return groups;
    }

    /** The short way, if the source is a frame in this window; null otherwise. */
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

    /** The values that are kept of the forward pass. */
    public StoredForward forward() {
        return forward;
    }

    /** The gradients that go from step to step. */
    CarriedGradients carried() {
        return carried;
    }

    /** The projections that enter. */
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

    /** The gradients of their values, behind the way back, in torch's order. */
    public FloatMatrix ofPreviousSpikes() {
        return carried.ofPreviousSpikes(ofSpikes);
    }

    /** Takes the values that callers have written at the outlets. */
    void takeGiven() {
        ofSpikes.takeGiven();
        for (OutputGradients outlet : ofVariables) {
            outlet.takeGiven();
        }
    }

    /** The gradients of a variable before the window, in torch's order. */
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

    /** The random streams of surrogates and neurons. */
    public Stream<CounterRandom.Draws> draws() {
        return Stream.of(draws, noise);
    }

    /** Whether spikes have gradients. */
    boolean firesBack() {
        return ofSpikes.mayHaveGradients() || gradient.resetsThroughSpikes() || gradient.feedsOwnSpikes();
    }

    int blocks() {
        return Math.ceilDiv(declared.size(), Long.SIZE);
    }

    FiringGradient surrogate() {
        return surrogate;
    }

    /** The way back of the neurons, where a thread takes a tile of them through a segment. */
    GradientBackward backward() {
        return backward;
    }

    boolean shares() {
        return shares;
    }

    /** Goes to a window. */
    void openWindow(int firstStep) {
        windowStart = firstStep;
    }

    private boolean carries() {
        return openFrame() == null || plan.use() == GradientRequest.Use.ANY;
    }

    /** Makes room for the way back. */
    void reserve() {
        if (carries()) {
            carried.all();
        }
    }

    /** Begins the way back, behind {@link #reserve}. */
    void begin() {
        if (carries()) {
            carried.all().fill(0);
        }
        forward.states().begin();
        backward.begin();
        carried.ofSpikes().fill(0);
        gradient.clear();
    }

    /** Goes to a segment on the way back; one that is not the last that ran forward is computed again. */
    void back(int segment, WorkerPool workers) {
        int first = segment * size.segment();
        int count = Math.min(size.segment(), plan.steps() - first);
        forward.back(segment, count, blocks(), workers);
        if (openFrame() != null || groups.length > 0 && eligibility == null) {
            return;
        }
        if (gradient.needsCurrents()) {
            forward.states().again(segment);
        }
        backward.open(first, count);
    }

    /** Takes gradients of the currents of all targets back through their paths, as far as whole rows are needed. */
    void openOutlets(int first, int count) {
        ofSpikes.open(first, count);
        for (OutputGradients outlet : ofVariables) {
            outlet.open(first, count);
        }
    }

    /**
     * Takes neurons back through a step, from the gradients of their spikes, if these have any, to those of their
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

    /** Takes notice that parameters have changed. */
    @SuppressWarnings("ReferenceEquality") // neurons that were made anew are other objects
    void update() {
        if (!plan.layout().neurons(number).equals(forward.group())) {
            refresh();
        }
    }

    /** Takes the parameters that the neurons have now. */
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
