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
import dev.spikelane.engine.signal.StateWalk;
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

/** A network at work: its memory, its threads, the inputs and populations, and the stages in their order. */
public final class NetworkRun {

    private static final Cleaner CLEANER = Cleaner.create();

    /** Rows of the first block: streams take one step at a time, and need no more. */
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
    /** Of each projection with a rule what changes its weights. */
    private final Map<Integer, RuleRun> rules = new LinkedHashMap<>();

    private final LearningRun learning;
    /** Made once: writing and reading a state allocate nothing. */
    private final StateWalk walk = new StateWalk();

    private final RunLock turn;
    private RunSize size;
    private List<QuantaSum> quanta = List.of();
    private ProjectionRuns projections;
    private ComponentRun[] stages;
    private SpikeMatrix output;
    private final TorchRows<SpikeMatrix> outputInTorch;

    /** The memory and threads to free: reachable from a cleaner, so it must not know its simulation. */
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
     * Makes the block long enough for a call of some steps, as far as that pays. Memory that became too short is freed
     * with the rest; each time the block grows by so much that it is a third of all at most. If there is no memory for
     * a longer block, the simulation is closed.
     */
    public void makeRoom(int steps) {
        if (Math.min(steps, mostSteps) <= size.steps()) {
            return;
        }
        try {
            grow(steps);
        } catch (RuntimeException | Error failure) {
            close(); // the old block and the new one share the work by now
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

    /** Returns the steps of the block. */
    public int stepsInBlock() {
        return size.steps();
    }

    /**
     * Makes a run whose memory is freed when it is closed, or its owner is forgotten.
     *
     * @param mostSteps the most steps in a block
     * @param threads threads that share the work, the calling one among them
     */
    public static NetworkRun of(Object owner, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        return of(owner, new CountedArenas(Owner.SIMULATION), network, batch, mostSteps, threads);
    }

    /** Makes a run as above, whose memory counts as part of an owner's. */
    public static NetworkRun of(
            Object owner, CountedArenas held, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        // Values of plastic projections are copies of one version.
        return network.guard().read(() -> make(owner, held, network, batch, mostSteps, threads));
    }

    @SuppressWarnings("MustBeClosedChecker") // close() or the cleaner does it
    private static NetworkRun make(
            Object owner, CountedArenas held, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        // Workers must reach it; closing a shared arena takes long, but happens once in a simulation.
        Arena arena = held.newArena();
        WorkerPool workers = null;
        try {
            workers = new WorkerPool(threads);
            Memory memory = new Memory(arena, workers);
            // Behind each step of rules weights are others; a series runs in one block.
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
     * Makes a run of whole windows, for a way back, in memory of the caller.
     *
     * @param size a block is a window
     */
    public static NetworkRun ofWindows(
            LaidOutNetwork network, RunSize size, Arena arena, WorkerPool workers, BackwardNeeds back) {
        return new NetworkRun(network, size, size.steps(), new Memory(arena, workers), back);
    }

    /** Makes a run of fewer samples beside this one, in its memory and on its threads. */
    public NetworkRun narrower(int samples) {
        int steps = Math.min(mostSteps, Math.ceilDiv(FIRST_ROWS, samples));
        return new NetworkRun(network, RunSize.forward(steps, samples, threads()), mostSteps, memory, null);
    }

    /** Returns the network. */
    public LaidOutNetwork network() {
        return network;
    }

    /** Returns where samples end. */
    public SampleEnds ends() {
        return ends;
    }

    /** Returns the lock of this run. */
    public RunLock turn() {
        return turn;
    }

    /** Gives each population the projections to it. */
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

    /** Returns a variable that the rule of a projection has of inputs or outputs, in torch's order. */
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

    /** Returns the threads. */
    public int threads() {
        return memory.workers.threads();
    }

    /** Whether its memory is there. */
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

    /** Returns the guard that lets values of plastic projections change. */
    public ValueGuard plasticGuard() {
        return plastic.guard();
    }

    /** Returns an input. */
    public InputRun input(int number) {
        return inputs[number];
    }

    /** Returns a projection: a run for each delay of its synapses, delays ascending, or for all of it. */
    public List<ProjectionRun> projection(int number) {
        return projections.get(number);
    }

    /** Returns a component, in the order in which they run. */
    public ComponentRun stage(int number) {
        return stages[number];
    }

    /** Returns the scratch memory of threads. */
    public Scratch[] scratch() {
        return projections.scratch();
    }

    /** Returns the values of plastic projections by name. */
    public Map<String, Values> plasticValues() {
        return plastic.byName();
    }

    /** Says the value of the spikes of a plastic projection's source, while this run is held. */
    void setSpikeValue(int projection, float[] values) {
        try {
            if (isOpen()) {
                plastic.chain(projection).operators().getFirst().setSpikeValue(values);
            }
        } catch (IllegalStateException closed) { // a simulation that is forgotten may be freed at any time
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

    /** The spikes of the last population in the first step of the block, in torch's order. */
    public SpikeMatrix output() {
        return outputInTorch.show(output, size.batch());
    }

    /** Takes the values that callers have written to the states that they see, before a call. */
    public void takeShown() {
        for (PopulationRun population : populations) {
            population.takeShown();
        }
    }

    /** Shows callers the states that populations have come to. */
    public void show() {
        for (PopulationRun population : populations) {
            population.show();
        }
    }

    /** Takes the rows of an input for a call; constant ones are a frame for every step. */
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

    /** Puts the input of some steps into the block, counted from the first of the call. */
    public void load(int firstStep, int steps) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].load(given[i], firstStep, steps);
            inputs[i].mask(ends, steps);
        }
    }

    /** The same of some samples of another run, whose inputs are those of its call. */
    public void load(NetworkRun whole, int[] samples, int firstStep, int steps) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].loadSamples(whole.given[i], firstStep, steps, samples, whole.size.batch());
        }
    }

    /** Takes the kinds of inputs that another run has in its call, and keeps what its observers need. */
    public void open(NetworkRun whole) {
        for (int i = 0; i < inputs.length; i++) {
            open(i, whole.given[i], 0, false);
        }
        for (int i = 0; i < populations.length; i++) {
            populations[i].keepAs(whole.populations[i]);
        }
    }

    /** Shows observers a block that some samples have run elsewhere; those of others have ended. */
    public void show(NetworkRun narrower, int[] samples, long firstStep, int steps) {
        for (int i = 0; i < populations.length; i++) {
            populations[i].show(narrower.populations[i], samples, firstStep, steps);
        }
    }

    /**
     * Whether a narrower run can serve some samples: each step has its own input, nobody sees single steps, and no
     * neuron draws numbers by its place in the batch.
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

    /** How many of the first rows of the block it is best to run at a time, for the present input. */
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

    /** Whether a recording wants to know of calls. */
    public static boolean isProfiled() {
        return LayerProfile.wanted();
    }

    /** A call starts of which a recording wants to know. */
    public void beginProfiles() {
        for (PopulationRun population : populations) {
            population.beginProfile();
        }
    }

    /** Tells the recording of the call. */
    public void emitProfiles() {
        for (PopulationRun population : populations) {
            population.emitProfile(threads());
        }
    }

    /** Goes on from a state of zeros. */
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

    /** Begins all anew but weights and observers, in a change of plastic values. */
    public void begin() {
        for (InputRun input : inputs) {
            input.reset();
        }
        for (PopulationRun population : populations) {
            population.reset();
        }
        learning.reset();
    }

    /** Whether weights change by rules. */
    public boolean hasRules() {
        return learning.hasRules();
    }

    /** Whether they do not for the time being. */
    public boolean isFrozen() {
        return learning.isFrozen();
    }

    /** Freezes rules or lets them go on, between two steps; any thread may. */
    public void freeze(boolean wanted) {
        learning.freeze(wanted);
    }

    /** Goes on from where another run of the same network and samples has come to. */
    public void takeState(NetworkRun other) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].takeHistory(other.inputs[i]);
        }
        for (int i = 0; i < populations.length; i++) {
            populations[i].takeState(other.populations[i]);
        }
    }

    /** Returns the bytes that {@link #write} writes. */
    public long bytes() {
        walk.begin(null, false);
        walk();
        return walk.bytes();
    }

    /** Writes the state. */
    public void write(ByteBuffer to) {
        walk.begin(to, false);
        walk();
    }

    /** Reads the bytes that {@link #write} has written; readers of plastic values see them before or after it. */
    public void read(ByteBuffer from) {
        walk.begin(from, true);
        if (plastic.byName().isEmpty()) {
            walk();
        } else {
            plastic.guard().changeHeld(this::walk);
        }
    }

    private void walk() {
        try {
            for (InputRun input : inputs) {
                input.walk(walk);
            }
            for (PopulationRun population : populations) {
                population.walk(walk);
            }
            for (RuleRun rule : rules.values()) {
                rule.walk(walk);
            }
            plastic.walk(walk);
        } finally {
            walk.end();
        }
    }

    /**
     * Packs the state of one sample, or puts it in, and those of all others must follow before the next block: what
     * {@link #write} writes of it, but for the number of steps, in the order of the rows. Plastic values are no part.
     *
     * @param memory {@link MemorySegment#NULL} where bytes are counted alone, with inputs of the kinds of the last call
     * @param out whether the state comes out of the memory
     * @return the offset behind it
     */
    public long pack(int sample, MemorySegment memory, long at, boolean out) {
        long next = at;
        for (InputRun input : inputs) {
            next = input.pack(sample, memory, next, out);
        }
        for (PopulationRun population : populations) {
            next = population.pack(sample, memory, next, out);
        }
        return next;
    }
}
