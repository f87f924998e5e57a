package dev.spikelane.engine;

import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.connection.operator.sparse.QuantaSum;
import dev.spikelane.description.Delays;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.engine.observe.LayerProfile;
import dev.spikelane.engine.observe.VariableObserver;
import dev.spikelane.engine.plastic.RuleRun;
import dev.spikelane.engine.plastic.RuleValues;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.signal.SampleEnds;
import dev.spikelane.engine.signal.SignalHistory;
import dev.spikelane.engine.signal.SourceRun;
import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.engine.signal.TorchRows;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.Owner;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A network that runs: its memory, threads, inputs and populations, and its stages in order. */
public final class NetworkRun {

    private static final Cleaner CLEANER = Cleaner.create();

    /** Rows of the first block: streams take one step at a time and need no more. */
    private static final int FIRST_ROWS = 16;

    private static final int GROWTH = 4;

    private final LaidOutNetwork network;
    private final int mostSteps;
    private final Memory memory;
    private final @Nullable BackwardNeeds back;
    private final InputRun[] inputs;
    private final Signal[] given;
    private final SampleEnds ends = new SampleEnds();
    private final PopulationRun[] populations;
    private final PlasticValues plastic;
    /** The rules that change weights, by projection. */
    private final Map<Integer, RuleRun> rules = new LinkedHashMap<>();

    private final LearningRun learning;
    /** Created once, so that writing and reading a state allocate nothing. */
    private final StateVisitor visitor = new StateVisitor();

    private final RunLock turn;
    private RunSize size;
    private List<QuantaSum> quanta = List.of();
    private ProjectionRuns projections;
    private ComponentRun[] stages;
    private SpikeMatrix output;
    private final TorchRows<SpikeMatrix> outputInTorch;

    /** The memory and threads to free. A cleaner holds this, so it must not refer to its simulation. */
    private record Memory(Arena arena, WorkerPool workers) implements Runnable {

        @Override
        public void run() {
            if (arena.scope().isAlive()) {
                arena.close();
                workers.close();
            }
        }
    }

    private NetworkRun(
            LaidOutNetwork network, RunSize size, int mostSteps, Memory memory, @Nullable BackwardNeeds back) {
        this.network = network;
        this.turn = new RunLock("simulation", network.turns());
        this.size = size;
        this.mostSteps = mostSteps;
        this.memory = memory;
        this.back = back;
        Delays delays = new Delays(network.description().projections());
        steps(delays.longest(), mostSteps).rows(size.batch());
        Arena arena = memory.arena;
        this.inputs = new InputRun[network.description().inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            int history = delays.of(new SourceDescription.OfInput(i));
            inputs[i] = new InputRun(
                    network.description().inputs().get(i), arena, size.batch(), steps(history, size.steps()));
        }
        this.given = new Signal[inputs.length];
        this.populations = new PopulationRun[network.description().populations().size()];
        for (int i = 0; i < populations.length; i++) {
            BackwardNeeds.Keeping keeping = back == null ? null : back.keeping(i);
            populations[i] = new PopulationRun(i, network, arena, size, delays, ends, keeping);
        }
        this.plastic = new PlasticValues(network, arena, turn);
        this.projections = connected();
        addRules();
        this.learning = new LearningRun(rules.values(), plastic.guard());
        this.stages = stages();
        PopulationRun last = populations[populations.length - 1];
        this.output = last.spikes().steps(0, 1, 0);
        this.outputInTorch = new TorchRows<>(last.description().shape(), arena);
    }

    private void addRules() {
        List<ProjectionDescription> declared = network.description().projections();
        for (int i = 0; i < declared.size(); i++) {
            RuleValues<?> values = plastic.rule(i);
            if (values != null) {
                ProjectionDescription projection = declared.get(i);
                PopulationRun target = populations[projection.target()];
                RuleRun.Place place = new RuleRun.Place(
                        source(projection.source()),
                        projection.delays(),
                        network.description().shapeOf(projection.source()),
                        target.description(),
                        target.spikes(),
                        target.state());
                rules.put(i, new RuleRun(memory.arena, values, place, size.batch()));
            }
        }
    }

    private SignalHistory.Steps steps(int history, int block) {
        return back == null ? SignalHistory.Steps.moving(history, block) : SignalHistory.Steps.fixed(history, block);
    }

    /**
     * Enlarges the block for a call of this number of steps, up to the size that pays. Memory of a block that became
     * too short is freed with the run; each block grows so much that such memory is at most a third of all. If there is
     * no memory for a larger block, the simulation is closed.
     */
    public void makeRoom(int steps) {
        if (Math.min(steps, mostSteps) <= size.steps()) {
            return;
        }
        try {
            grow(steps);
        } catch (RuntimeException | Error failure) {
            close(); // parts of the run use the new block already
            throw failure;
        }
    }

    private void grow(int steps) {
        int longer = Math.min(mostSteps, Math.max(steps, GROWTH * size.steps()));
        size = RunSize.forward(longer, size.batch(), size.threads());
        for (InputRun input : inputs) {
            input.grow(longer);
        }
        for (PopulationRun population : populations) {
            population.grow(longer);
        }
        projections = connected();
        stages = stages();
        output = populations[populations.length - 1].spikes().steps(0, 1, 0);
    }

    /** Returns the number of steps of the block. */
    public int stepsInBlock() {
        return size.steps();
    }

    /**
     * Creates a run whose memory is freed when it is closed or its owner becomes unreachable.
     *
     * @param mostSteps the most steps in a block
     * @param threads threads that share the work, including the calling one
     */
    public static NetworkRun of(Object owner, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        return of(owner, new CountedArenas(Owner.SIMULATION), network, batch, mostSteps, threads);
    }

    /** Creates a run like the method above; its memory counts as part of {@code held}. */
    public static NetworkRun of(
            Object owner, CountedArenas held, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        // Values of plastic projections must be copies of one version.
        return network.guard().read(() -> make(owner, held, network, batch, mostSteps, threads));
    }

    @SuppressWarnings("MustBeClosedChecker") // freed by close() or the cleaner
    private static NetworkRun make(
            Object owner, CountedArenas held, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        // Shared, as workers use it. Closing a shared arena is slow, but happens once in a simulation.
        Arena arena = held.newArena();
        WorkerPool workers = null;
        try {
            workers = new WorkerPool(threads);
            Memory memory = new Memory(arena, workers);
            // Rules change weights after each step, so a block is one step. A series must fit in one block.
            int most = network.hasRules() ? 1 : Math.max(mostSteps, network.series());
            RunSize size = RunSize.forward(Math.min(most, Math.ceilDiv(FIRST_ROWS, batch)), batch, threads);
            NetworkRun run = new NetworkRun(network, size, most, memory, null);
            CLEANER.register(owner, memory);
            network.register(run);
            return run;
        } catch (RuntimeException | Error failure) {
            if (workers != null) {
                workers.close();
            }
            arena.close();
            throw failure;
        }
    }

    /**
     * Creates a run of whole windows for training, in memory of the caller.
     *
     * @param size sizes; a block is a window
     */
    public static NetworkRun ofWindows(
            LaidOutNetwork network, RunSize size, Arena arena, WorkerPool workers, BackwardNeeds back) {
        return new NetworkRun(network, size, size.steps(), new Memory(arena, workers), back);
    }

    /** Creates a run of fewer samples, in this run's memory and on its threads. */
    public NetworkRun narrower(int samples) {
        int steps = Math.min(mostSteps, Math.ceilDiv(FIRST_ROWS, samples));
        return new NetworkRun(network, RunSize.forward(steps, samples, threads()), mostSteps, memory, null);
    }

    /** Returns the network. */
    public LaidOutNetwork network() {
        return network;
    }

    /** Returns the ends of the samples. */
    public SampleEnds ends() {
        return ends;
    }

    /** Returns the lock of this run. */
    public RunLock turn() {
        return turn;
    }

    /** Gives each population its incoming projections. */
    private ProjectionRuns connected() {
        for (PopulationRun population : populations) {
            population.projections().clear();
        }
        List<ProjectionDescription> descriptions = network.description().projections();
        ProjectionRuns made = new ProjectionRuns(descriptions.size(), memory.arena, memory.workers, size, back != null);
        SourceRun[] seen = new SourceRun[descriptions.size()];
        for (int i = 0; i < seen.length; i++) {
            SourceRun source = source(descriptions.get(i).source());
            seen[i] = back == null ? source : back.source(i, source);
        }
        List<ProjectionSlice> slices = ProjectionSlice.of(network.description(), plastic::chain);
        quanta = ProjectionSlice.quanta(network.description(), slices);
        requireQuanta();
        for (ProjectionSlice slice : slices) {
            populations[slice.declared().target()].projections().add(made.add(slice, seen[slice.number()]));
        }
        return made;
    }

    private void requireQuanta() {
        for (int i = 0; i < quanta.size(); i++) {
            quanta.get(i).require();
        }
    }

    private SourceRun source(SourceDescription source) {
        return switch (source) {
            case SourceDescription.OfInput input -> inputs[input.input()];
            case SourceDescription.OfSpikes spikes -> populations[spikes.population()].source(source);
            case SourceDescription.OfVariable variable -> populations[variable.population()].source(source);
        };
    }

    private ComponentRun[] stages() {
        return network.components().stream()
                .map(component -> ComponentRun.of(network, component, populations, memory.arena, memory.workers, size))
                .toArray(ComponentRun[]::new);
    }

    /** Returns a rule's variable of a projection's inputs or outputs, in torch's order. */
    public FloatMatrix trace(String projection, String variable) {
        return rule(projection).variable(variable);
    }

    /** Returns the rule that changes a projection. */
    public RuleRun rule(String projection) {
        List<ProjectionDescription> declared = network.description().projections();
        for (Map.Entry<Integer, RuleRun> each : rules.entrySet()) {
            if (declared.get(each.getKey()).name().equals(projection)) {
                return each.getValue();
            }
        }
        throw new IllegalArgumentException("there is no projection '" + projection + "' with a rule, expected one of "
                + rules.keySet().stream().map(each -> declared.get(each).name()).toList());
    }

    /** Returns the number of threads. */
    public int threads() {
        return memory.workers.threads();
    }

    /** Returns true until its memory is freed. */
    public boolean isOpen() {
        return memory.arena.scope().isAlive();
    }

    /** Returns zeroed memory that is freed with this run. */
    public MemorySegment allocate(long bytes, long alignment) {
        return memory.arena.allocate(bytes, alignment);
    }

    /** Frees its memory. */
    public void close() {
        memory.run();
    }

    /** Returns a population. */
    public PopulationRun population(int number) {
        if (number < 0 || number >= populations.length) {
            throw new IndexOutOfBoundsException(
                    "network has " + populations.length + " populations, asked for population " + number);
        }
        return populations[number];
    }

    /** Returns the guard of the values of plastic projections. */
    public ValueGuard plasticGuard() {
        return plastic.guard();
    }

    /** Returns an input. */
    public InputRun input(int number) {
        return inputs[number];
    }

    /**
     * Returns a projection as one run for each delay of its synapses, delays ascending, or as one run for the whole.
     */
    public List<ProjectionRun> projection(int number) {
        return projections.get(number);
    }

    /** Returns a component; components run in this order. */
    public ComponentRun stage(int number) {
        return stages[number];
    }

    /** Returns the scratch memories of the threads. */
    public Scratch[] scratch() {
        return projections.scratch();
    }

    /** Returns the values of plastic projections by name. */
    public Map<String, Values> plasticValues() {
        return plastic.byName();
    }

    /** Sets the value of the spikes of a plastic projection's source, while this run is held. */
    void setSpikeValue(int projection, float[] values) {
        try {
            if (isOpen()) {
                plastic.chain(projection).operators().getFirst().setSpikeValue(values);
            }
        } catch (IllegalStateException closed) { // an unreachable simulation may be freed at any time
            if (isOpen()) {
                throw closed;
            }
        }
    }

    /** Shows a variable to an observer from now on. */
    public void record(int number, VariableObserver recorder) {
        boolean before = populations[number].stepwise();
        populations[number].add(recorder);
        if (!before) {
            stages = stages();
        }
    }

    /** Returns the spikes of the last population in the first step of the block, in torch's order. */
    public SpikeMatrix output() {
        return outputInTorch.show(output, size.batch());
    }

    /** Reads the values that callers have written to the states they see, before a call. */
    public void takeShown() {
        for (PopulationRun population : populations) {
            population.takeShown();
        }
    }

    /** Updates the states that callers see. */
    public void show() {
        for (PopulationRun population : populations) {
            population.show();
        }
    }

    /** Takes the rows of an input for a call; constant rows are a frame for every step. */
    public void open(int number, Signal rows, long steps, boolean isConstant) {
        inputs[number].requireKind(rows, steps);
        given[number] = rows;
        if (isConstant) {
            inputs[number].openFrame(rows, false);
        } else {
            inputs[number].open(rows);
        }
        projections.open(inputs[number]);
    }

    /** Copies the input of some steps into the block; {@code firstStep} is counted from the start of the call. */
    public void load(int firstStep, int steps) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].load(given[i], firstStep, steps);
            inputs[i].mask(ends, steps);
        }
    }

    /** Copies the input of some samples of another run's call into the block. */
    public void load(NetworkRun whole, int[] samples, int firstStep, int steps) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].loadSamples(whole.given[i], firstStep, steps, samples, whole.size.batch());
        }
    }

    /** Takes the kinds of another run's inputs, and keeps the values that its observers need. */
    public void open(NetworkRun whole) {
        for (int i = 0; i < inputs.length; i++) {
            open(i, whole.given[i], 0, false);
        }
        for (int i = 0; i < populations.length; i++) {
            populations[i].keepAs(whole.populations[i]);
        }
    }

    /** Passes a block to observers, from a narrower run of some samples; the rows of ended samples are zero. */
    public void show(NetworkRun narrower, int[] samples, long firstStep, int steps) {
        for (int i = 0; i < populations.length; i++) {
            populations[i].show(narrower.populations[i], samples, firstStep, steps);
        }
    }

    /**
     * Returns true if a narrower run can serve some samples: each step has its own input, no reader needs single steps,
     * and no neuron draws numbers by its place in the batch.
     */
    public boolean mayNarrow() {
        boolean may = true;
        for (InputRun input : inputs) {
            may &= input.frame() == null;
        }
        for (PopulationRun population : populations) {
            may &= !population.stepwise() && population.neurons().byStep().isEmpty();
        }
        return may;
    }

    /** Returns the number of first rows of the block to run at a time, for the present input. */
    public int rowsAtATime(int rows) {
        return network.series() > 0 ? rows : projections.rowsAtATime(rows);
    }

    /** Runs the block. */
    public void run(long firstStep, int steps, boolean profiled) {
        requireQuanta();
        projections.begin(firstStep);
        ComponentRun[] all = stages;
        for (ComponentRun stage : all) {
            stage.run(memory.workers, 0, steps, firstStep, profiled);
        }
        learning.run();
    }

    /** Makes the last steps of the block the history of the next. */
    public void advance(int steps) {
        for (InputRun input : inputs) {
            input.advance(steps);
        }
        for (PopulationRun population : populations) {
            population.advance(steps);
        }
    }

    /** Returns true if a Flight Recorder recording measures calls. */
    public static boolean isProfiled() {
        return LayerProfile.wanted();
    }

    /** Begins the measurement of a call. */
    public void beginProfiles() {
        for (PopulationRun population : populations) {
            population.beginProfile();
        }
    }

    /** Writes the call's measurements to the recording. */
    public void emitProfiles() {
        for (PopulationRun population : populations) {
            population.emitProfile(threads());
        }
    }

    /** Resets the state to zeros. */
    public void reset() {
        if (hasRules()) {
            plastic.guard().changeHeld(this::begin);
        } else {
            begin();
        }
        for (PopulationRun population : populations) {
            population.resetObservers();
        }
    }

    /** Resets everything but weights and observers, in a change of plastic values. */
    public void begin() {
        for (InputRun input : inputs) {
            input.reset();
        }
        for (PopulationRun population : populations) {
            population.reset();
        }
        learning.reset();
    }

    /** Returns true if rules change weights. */
    public boolean hasRules() {
        return learning.hasRules();
    }

    /** Returns true while rules are frozen. */
    public boolean isFrozen() {
        return learning.isFrozen();
    }

    /** Freezes or resumes rules, between two steps; any thread may call this. */
    public void freeze(boolean wanted) {
        learning.freeze(wanted);
    }

    /** Copies the state of another run of the same network and samples. */
    public void takeState(NetworkRun other) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].takeHistory(other.inputs[i]);
        }
        for (int i = 0; i < populations.length; i++) {
            populations[i].takeState(other.populations[i]);
        }
    }

    /** Returns the number of bytes that {@link #write} writes. */
    public long bytes() {
        visitor.begin(null, false);
        visit();
        return visitor.bytes();
    }

    /** Writes the state. */
    public void write(ByteBuffer to) {
        visitor.begin(to, false);
        visit();
    }

    /** Reads the bytes that {@link #write} wrote; readers of plastic values see the values from before or after it. */
    public void read(ByteBuffer from) {
        visitor.begin(from, true);
        if (plastic.byName().isEmpty()) {
            visit();
        } else {
            plastic.guard().changeHeld(this::visit);
        }
    }

    private void visit() {
        try {
            for (InputRun input : inputs) {
                input.visit(visitor);
            }
            for (PopulationRun population : populations) {
                population.visit(visitor);
            }
            if (visitor.isOfAllSamples()) {
                for (RuleRun rule : rules.values()) {
                    rule.visit(visitor);
                }
                plastic.visit(visitor);
            }
        } finally {
            visitor.end();
        }
    }

    /**
     * Packs or unpacks the state of one sample; all other samples must follow before the next block. The content is the
     * content of {@link #write} for this sample without the number of steps, in the order of the rows. Plastic values
     * are not included.
     *
     * @param memory {@link MemorySegment#NULL} to count bytes only, with inputs of the kinds of the last call
     * @param out true to read the state from the memory
     * @return the offset after the state
     */
    public long pack(int sample, MemorySegment memory, long at, boolean out) {
        visitor.begin(sample, memory, at, out);
        visit();
        return visitor.bytes();
    }
}
