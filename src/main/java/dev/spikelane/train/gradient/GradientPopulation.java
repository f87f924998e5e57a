package dev.spikelane.train.gradient;

import dev.spikelane.engine.BoundPopulation;
import dev.spikelane.engine.PopulationRun;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleViews;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.StepViews;
import dev.spikelane.engine.signal.StoredCurrents;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.step.NeuronBackward;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.NeuronGroup;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Lazy;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A population: forward through a segment of steps, and back. */
public final class GradientPopulation {

    /** Blocks of 64 neurons that a thread takes back at a time. */
    private static final int BLOCKS_IN_TILE = 2;
    /** The same of maps, rows of which are longer: 512 bytes of each would come from as many pages. */
    private static final int BLOCKS_OF_MAPS = 8;

    private final GradientRequest plan;
    private final int number;
    private final Population declared;
    private final RunSize size;
    private final Set<String> learned;
    private final String[] learnedNames;
    private final Arena arena;
    private final FiringGradient surrogate;
    private final CounterRandom.Draws draws;
    private final CounterRandom.Draws noise;
    private final PopulationRun run;
    /** Of each port. */
    private final StoredCurrents[] currents;

    private final List<GradientProjection> projections = new ArrayList<>();
    private final GradientStates states;
    private final List<String> variables;
    private final OutputGradients ofSpikes;
    private final OutputGradients[] ofVariables;
    /** Gradients with respect to the variables after the step that comes next on the way back. */
    private @Nullable FloatMatrix carried;

    private final FloatMatrix[] carriedOf;
    private final List<TorchRows<FloatMatrix>> carriedInTorch = new ArrayList<>();
    private final TorchRows<SpikeMatrix> spikesInTorch;
    private final TorchRows<FloatMatrix> ofPreviousInTorch;
    /** The sum, and what is added to it, of gradients of the spikes before the window; made when somebody asks. */
    private final Lazy<StepViews<FloatMatrix>> ofPrevious = new Lazy<>(this::step);

    private final Lazy<StepViews<FloatMatrix>> addedOfPrevious = new Lazy<>(this::step);
    private final Lazy<GradientTiles> wholeOfPrevious =
            new Lazy<>(() -> new GradientTiles(Tile.whole(ofPrevious.get().all())));
    /** Gradients of what the spikes of the step that comes next on the way back carry, where neurons feed them back. */
    private final FloatMatrix carriedSpikes;

    private final boolean coupled;
    private final boolean alone;
    private final GradientBackward backward;
    private @Nullable GradientFrame frame;
    private NeuronGroup group;
    private NeuronGradient gradient;
    /** The samples that each thread carries through a loop; none if all go together. */
    private SampleGroup[] shares = {};

    /** The first step of the window, counted from the last reset. */
    private int windowStart;

    private int segmentStart;

    /**
     * Makes a population.
     *
     * @param run the way forward
     * @param gradient of the neurons
     * @param alone whether it is in no loop, so that threads can share its neurons
     */
    GradientPopulation(GradientRequest plan, int number, PopulationRun run, NeuronGradient gradient, boolean alone) {
        this.plan = plan;
        this.number = number;
        this.declared = plan.population(number);
        this.size = plan.size();
        this.learned = plan.learnedOf(declared);
        this.learnedNames = learned.toArray(String[]::new);
        this.arena = plan.arena();
        this.surrogate = plan.surrogateOf(declared);
        this.draws = plan.drawsOf(number, surrogate);
        this.noise = gradient.drawsNoise()
                ? CounterRandom.Draws.noise(plan.seed(), number, size.batch())
                : CounterRandom.Draws.NONE;
        this.alone = alone;
        this.group = plan.layout().neurons(number);
        this.run = run;
        this.gradient = gradient;
        this.currents = run.keeping().currents().toArray(StoredCurrents[]::new);
        this.states = new GradientStates(
                run.state(),
                this::newState,
                size,
                plan.use() == GradientRequest.Use.WINDOWS_FROM_ZERO && size.segments() == 1);
        this.variables = drawing(run.state()).names();
        this.ofSpikes = plan.outlet(declared.name(), declared.shape(), null);
        this.ofVariables = new OutputGradients[variables.size()];
        for (int i = 0; i < ofVariables.length; i++) {
            String name = variables.get(i);
            ofVariables[i] = plan.outlet(declared.variable(name).name(), declared.shape(), run.values(name));
        }
        this.carriedOf = new FloatMatrix[variables.size()];
        variables.forEach(_ -> carriedInTorch.add(new TorchRows<>(declared.shape(), arena)));
        this.spikesInTorch = new TorchRows<>(declared.shape(), arena);
        this.ofPreviousInTorch = new TorchRows<>(declared.shape(), arena);
        this.carriedSpikes = gradient.feedsOwnSpikes()
                ? FloatMatrix.zeros(arena, size.batch(), declared.size())
                : FloatMatrix.zeros(arena, 1, 1);
        this.coupled = gradient.coupled() || group.coupled();
        this.backward = new GradientBackward(this, size, arena, coupled || !alone ? blocks() : tile());
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

    /** Their names. */
    List<String> variables() {
        return variables;
    }

    /** Gives each thread some samples to carry through a loop. */
    SampleGroup[] share(int threads) {
        int most = Math.ceilDiv(size.batch(), threads);
        shares = new SampleGroup[Math.ceilDiv(size.batch(), most)];
        for (int i = 0; i < shares.length; i++) {
            int first = i * most;
            shares[i] = new SampleGroup(this, i, first, Math.min(most, size.batch() - first), size, arena);
        }
        return shares;
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

    FloatMatrix carriedOf(int variable) {
        carried();
        return carriedOf[variable];
    }

    /** Gradients of all variables after the step that comes next on the way back. */
    FloatMatrix carried() {
        FloatMatrix made = carried;
        if (made == null) {
            made = FloatMatrix.zeros(arena, variables.size() * size.batch(), declared.size());
            for (int i = 0; i < carriedOf.length; i++) {
                carriedOf[i] = made.rows(i * size.batch(), size.batch());
            }
            carried = made;
        }
        return made;
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

    /** The state that goes on. */
    public NeuronState state() {
        return states.now();
    }

    /** The way forward. */
    public PopulationRun run() {
        return run;
    }

    /** The currents of each port, and later their gradients. */
    StoredCurrents[] currents() {
        return currents;
    }

    /** The projections that enter. */
    List<GradientProjection> projections() {
        return projections;
    }

    /** The currents of a port, and later their gradients. */
    StoredCurrents kept(String port) {
        return currents[group.ports().indexOf(port)];
    }

    void add(GradientProjection projection) {
        projections.add(projection);
    }

    NeuronGradient neurons() {
        return gradient;
    }

    public SignalHistory<SpikeMatrix> spikes() {
        return run.spikes();
    }

    public OutputGradients ofSpikes() {
        return ofSpikes;
    }

    public OutputGradients ofVariable(String name) {
        return ofVariables[numberOf(name)];
    }

    /** The spikes of all steps, in torch's order. */
    public SpikeMatrix spikesInTorch() {
        return spikesInTorch.show(spikes().block(), spikes().block().rows());
    }

    /**
     * The spikes of the step before the window, for neurons that feed spikes back, themselves or by a projection, in
     * torch's order; null if there are none.
     */
    @Nullable
    public SpikeMatrix previousSpikes() {
        return gradient.feedsOwnSpikes() || spikes().stepBefore() != null
                ? run.shownState().previousSpikes()
                : null;
    }

    /** The gradients of what these carry, behind the way back, in torch's order. */
    public FloatMatrix ofPreviousSpikes() {
        FloatMatrix sum = gradient.feedsOwnSpikes() ? carriedSpikes : ofPrevious();
        return ofPreviousInTorch.show(sum, size.batch());
    }

    private FloatMatrix ofPrevious() {
        StepViews<FloatMatrix> sum = ofPrevious.get();
        ofSpikes.open(-1, 1);
        ofSpikes.gather(0, 1, sum, addedOfPrevious.get(), wholeOfPrevious.get());
        return sum.all();
    }

    /** Memory for a step. */
    private StepViews<FloatMatrix> step() {
        return new StepViews<>(FloatMatrix.zeros(arena, size.batch(), declared.size()), size.batch());
    }

    /** Takes what callers have written at the outlets. */
    void takeGiven() {
        ofSpikes.takeGiven();
        for (OutputGradients outlet : ofVariables) {
            outlet.takeGiven();
        }
    }

    /** The gradients of a variable before the window, in torch's order. */
    public FloatMatrix carriedInTorch(String name) {
        int variable = numberOf(name);
        return carriedInTorch.get(variable).show(carriedOf(variable), size.batch());
    }

    private int numberOf(String variable) {
        int number = variables.indexOf(Objects.requireNonNull(variable, "variable"));
        if (number < 0) {
            throw new IllegalArgumentException("population '" + declared.name() + "' has no variable '" + variable
                    + "', expected one of " + variables);
        }
        return number;
    }

    /** What surrogates and neurons draw from. */
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

    GradientStates states() {
        return states;
    }

    /** The way back of the neurons, where a thread takes a tile of them through a segment. */
    GradientBackward backward() {
        return backward;
    }

    /** Gradients of what the spikes of the step that comes next on the way back carry, where neurons feed them back. */
    FloatMatrix carriedSpikes() {
        return carriedSpikes;
    }

    boolean shares() {
        return alone && !coupled;
    }

    /** Goes to a window. */
    void openWindow(int firstStep) {
        windowStart = firstStep;
    }

    /** Goes to a segment, forward: keeps the state. */
    void open(int segment) {
        segmentStart = segment * size.segment();
        states.keep(segment);
        for (StoredCurrents port : currents) {
            port.open(segmentStart);
        }
    }

    private boolean carries() {
        return openFrame() == null || plan.use() == GradientRequest.Use.ANY;
    }

    /** Makes room for the way back. */
    void reserve() {
        if (carries()) {
            carried();
        }
    }

    /** Begins the way back, behind {@link #reserve}. */
    void begin() {
        if (carries()) {
            carried().fill(0);
        }
        states.begin();
        carriedSpikes.fill(0);
        gradient.clear();
    }

    /** Goes to a segment on the way back; one that is not the last that ran forward is computed again. */
    void back(int segment, WorkerPool workers) {
        int first = segment * size.segment();
        int count = Math.min(size.segment(), size.steps() - first);
        if (first != segmentStart) {
            segmentStart = first;
            for (StoredCurrents port : currents) {
                port.back(first);
            }
            run.fillAgain(workers, first, count, size);
            if (!gradient.needsCurrents()) {
                run.kept().record(states.again(segment), first, count, 0, blocks(), 0);
            }
        }
        if (openFrame() != null || shares.length > 0) {
            return;
        }
        if (gradient.needsCurrents()) {
            states.again(segment);
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
        neurons.toCurrents(place, ofNeurons, ofVariables, ofVariables.rows() / variables.size());
    }

    /** The state before the segment. */
    NeuronState start() {
        return states.before(segmentStart / size.segment());
    }

    /**
     * Goes to some samples of a step, whose variables before and after each step stand in {@code past} if they were
     * computed again.
     */
    void place(NeuronBackward.Step at, int step, FloatMatrix[] past, SampleViews samples) {
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
        if (gradient.feedsOwnSpikes()) {
            at.previous = starts ? start().previousSpikes() : run.spikes().block();
            at.previousRow = starts ? 0 : (step - 1) * size.batch();
            at.ofPrevious = carriedSpikes;
        }
        if (gradient.needsCurrents()) {
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

    /** Takes notice that parameters have changed. */
    @SuppressWarnings("ReferenceEquality") // neurons that were made anew are other objects
    void update() {
        if (!plan.layout().neurons(number).equals(group)) {
            refresh();
        } else if (learnedNames.length > 0) {
            for (String name : learnedNames) {
                plan.layout().population(number).read(name, gradient.values(name));
            }
            gradient.update();
            backward.update();
            for (SampleGroup share : shares) {
                share.update();
            }
        }
    }

    /** Takes the parameters that the neurons have now. */
    void refresh() {
        group = plan.layout().neurons(number);
        gradient = gradient.with(plan.layout().population(number).inside(), group);
        backward.refresh();
        frame = GradientFrame.of(this, plan, frame);
        for (SampleGroup share : shares) {
            share.refresh();
        }
    }
}
