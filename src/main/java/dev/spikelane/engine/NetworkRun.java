package dev.spikelane.engine;

import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.kernel.base.TorchLayout;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/** A network at work: its memory, its threads, the inputs and populations, and the stages in their order. */
public final class NetworkRun implements ValueGuard {

    private static final Cleaner CLEANER = Cleaner.create();

    /** Rows of the first block: streams take one step at a time, and need no more. */
    private static final int FIRST_ROWS = 16;

    private static final int GROWTH = 4;

    private final LaidOutNetwork network;
    private final int batch;
    private final int mostSteps;
    private final Memory memory;
    /** The paths of the projections, with values of their own where they are plastic. */
    private final OperatorChain[] paths;

    private final InputRun[] inputs;
    private final Signal[] given;
    private final boolean[] constant;
    private final PopulationRun[] sites;
    private final Map<String, Values> plasticValues = new LinkedHashMap<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private long version;
    private int stepsInBlock;
    private ComponentRun[] stages;
    private SpikeMatrix output;

    /** What must be freed: reachable from a cleaner, so it must not know its simulation. */
    private record Memory(Arena arena, WorkerPool workers) implements Runnable {

        @Override
        public void run() {
            if (arena.scope().isAlive()) {
                arena.close();
                workers.close();
            }
        }
    }

    private NetworkRun(LaidOutNetwork network, int batch, int mostSteps, Memory memory) {
        this.network = network;
        this.batch = batch;
        this.mostSteps = mostSteps;
        this.stepsInBlock = Math.min(mostSteps, Math.ceilDiv(FIRST_ROWS, batch));
        this.memory = memory;
        Delays delays = new Delays(network.description().projections());
        SignalHistory.requireRows(delays.longest(), mostSteps, batch);
        Arena arena = memory.arena;
        this.inputs = new InputRun[network.description().inputs().size()];
        for (int i = 0; i < inputs.length; i++) {
            int history = delays.of(new SourceDescription.OfInput(i));
            inputs[i] = new InputRun(network.description().inputs().get(i), arena, batch, history, stepsInBlock);
        }
        this.given = new Signal[inputs.length];
        this.constant = new boolean[inputs.length];
        this.sites = new PopulationRun[network.description().populations().size()];
        for (int i = 0; i < sites.length; i++) {
            sites[i] = new PopulationRun(i, network, arena, batch, stepsInBlock, delays);
        }
        this.paths = paths();
        connect();
        this.stages = stages();
        this.output = sites[sites.length - 1].spikes().rows(0, batch);
    }

    /**
     * Makes the block long enough for a call of some steps, as far as that pays. Memory that became too short is freed with the rest; each
     * time the block grows by so much that it is a third of all at most. If there is no memory for a longer block, the simulation is closed.
     */
    public void makeRoom(int steps) {
        if (Math.min(steps, mostSteps) <= stepsInBlock) {
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
        stepsInBlock = Math.min(mostSteps, Math.max(steps, GROWTH * stepsInBlock));
        for (InputRun input : inputs) {
            input.grow(stepsInBlock);
        }
        for (PopulationRun site : sites) {
            site.grow(stepsInBlock);
        }
        connect();
        stages = stages();
        output = sites[sites.length - 1].spikes().rows(0, batch);
    }

    /** Returns the steps of the block. */
    public int stepsInBlock() {
        return stepsInBlock;
    }

    /**
     * Makes a run whose memory is freed when it is closed, or its owner is forgotten.
     *
     * @param mostSteps the most steps in a block
     * @param threads threads that share the work, the calling one among them
     */
    @SuppressWarnings("MustBeClosedChecker") // close() or the cleaner does it
    public static NetworkRun of(Object owner, LaidOutNetwork network, int batch, int mostSteps, int threads) {
        // WorkerPool must reach it; closing a shared arena takes long, but happens once in a simulation.
        Arena arena = Arena.ofShared();
        WorkerPool workers = null;
        try {
            workers = new WorkerPool(threads);
            Memory memory = new Memory(arena, workers);
            NetworkRun run = new NetworkRun(network, batch, mostSteps, memory);
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

    /** Keeps this run from starting until {@link #release}. */
    public void hold() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "simulation is busy: it is used by one thread at a time, and not by its observers");
        }
    }

    /** Lets this run start again. */
    public void release() {
        busy.set(false);
    }

    /** Changes values of plastic projections while nothing runs. */
    @Override
    public void change(Runnable change) {
        hold();
        try {
            change.run();
        } finally {
            release();
        }
        version++;
    }

    @Override
    public long version() {
        return version;
    }

    private OperatorChain[] paths() {
        List<ProjectionDescription> projections = network.description().projections();
        OperatorChain[] all = new OperatorChain[projections.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = network.chain(i);
            if (projections.get(i).plastic()) {
                all[i] = all[i].copy(memory.arena);
                all[i].addValues(plasticValues);
            }
        }
        return all;
    }

    /** Gives each population the terms of the projections to it. */
    private void connect() {
        for (PopulationRun site : sites) {
            site.terms().clear();
        }
        List<ProjectionDescription> projections = network.description().projections();
        int rows = stepsInBlock * batch;
        Scratch[] scratch = Scratch.of(memory.arena, threads());
        for (int i = 0; i < paths.length; i++) {
            ProjectionDescription projection = projections.get(i);
            ChainRun path = new ChainRun(paths[i], memory.arena, rows, scratch);
            ProjectionRun term = new ProjectionRun(projection, path, source(projection.source()));
            sites[projection.target()].terms().add(term);
        }
    }

    private SourceRun source(SourceDescription source) {
        return switch (source) {
            case SourceDescription.OfInput input -> inputs[input.input()];
            case SourceDescription.OfSpikes spikes -> sites[spikes.population()].source(source);
            case SourceDescription.OfVariable variable -> sites[variable.population()].source(source);
        };
    }

    private ComponentRun[] stages() {
        List<ComponentRun> made = new ArrayList<>();
        int rows = stepsInBlock * batch;
        for (ComponentPlan.Component component : network.components()) {
            List<PopulationRun> members = component.populations().stream()
                    .map(number -> sites[number])
                    .toList();
            boolean stepwise = members.stream().anyMatch(PopulationRun::stepwise);
            if (component.steps() == 0 && !stepwise) {
                made.add(new TileRun(members.getFirst(), memory.arena, rows, threads()));
            } else {
                int steps = stepwise ? 1 : Math.min(component.steps(), stepsInBlock);
                List<LoopPopulation> loop = members.stream()
                        .map(site -> new LoopPopulation(
                                site, term -> isWithin(component, term), memory.arena, stepsInBlock, steps, threads()))
                        .toList();
                made.add(new LoopRun(loop, steps, memory.arena, threads()));
            }
        }
        return made.toArray(ComponentRun[]::new);
    }

    private static boolean isWithin(ComponentPlan.Component component, ProjectionRun term) {
        OptionalInt source = term.projection.source().ofPopulation();
        return source.isPresent() && component.populations().contains(source.getAsInt());
    }

    /** Returns the threads. */
    public int threads() {
        return memory.workers.threads();
    }

    /** Whether its memory is there. */
    public boolean isOpen() {
        return memory.arena.scope().isAlive();
    }

    /** Frees its memory. */
    public void close() {
        memory.run();
    }

    /** Returns a population. */
    public PopulationRun site(int number) {
        if (number < 0 || number >= sites.length) {
            throw new IndexOutOfBoundsException(
                    "network has " + sites.length + " populations, asked for population " + number);
        }
        return sites[number];
    }

    /** Returns the values of plastic projections by name. */
    public Map<String, Values> plasticValues() {
        return plasticValues;
    }

    /** Shows a variable to an observer from now on. */
    public void record(int number, VariableObserver recorder) {
        boolean before = sites[number].stepwise();
        sites[number].add(recorder);
        if (!before) {
            stages = stages();
        }
    }

    /** The spikes of the last population in the first step of the block, in torch's order. */
    public SpikeMatrix output() {
        PopulationRun last = sites[sites.length - 1];
        return TorchLayout.differs(last.population().shape())
                ? last.outside(last.spikes(), batch).rows(0, batch)
                : output;
    }

    /** Takes the rows of an input for a call; constant ones are a frame for every step. */
    public void open(int number, Signal rows, long steps, boolean isConstant) {
        inputs[number].requireKind(rows, steps);
        inputs[number].open(rows);
        given[number] = rows;
        constant[number] = isConstant;
        for (PopulationRun site : sites) {
            for (int i = 0; i < site.terms().size(); i++) {
                ProjectionRun term = site.terms().get(i);
                if (term.source == inputs[number]) {
                    term.open();
                }
            }
        }
    }

    /** Puts the input of some steps into the block, counted from the first of the call. */
    public void load(int firstStep, int steps) {
        for (int i = 0; i < inputs.length; i++) {
            if (!constant[i]) {
                inputs[i].load(given[i], firstStep, steps);
            } else if (inputs[i].hasHistory()) {
                inputs[i].repeat(given[i], steps);
            } else if (firstStep == 0) {
                inputs[i].load(given[i], 0, 1);
                hold(inputs[i]);
            }
        }
    }

    private void hold(InputRun input) {
        for (PopulationRun site : sites) {
            for (int i = 0; i < site.terms().size(); i++) {
                ProjectionRun term = site.terms().get(i);
                if (term.source == input) {
                    term.hold(memory.arena, batch, site.currents());
                }
            }
        }
    }

    /** How many of the first rows of the block it is best to run at a time, for the present input. */
    public int rowsAtATime(int rows) {
        int best = rows;
        for (PopulationRun site : sites) {
            for (int i = 0; i < site.terms().size(); i++) {
                ProjectionRun term = site.terms().get(i);
                if (term.source instanceof InputRun) {
                    best = Math.min(best, term.rowsAtATime(rows));
                }
            }
        }
        return best;
    }

    /** Runs the block. */
    public void run(long firstStep, int steps, boolean profiled) {
        ComponentRun[] all = stages;
        for (ComponentRun stage : all) {
            stage.run(memory.workers, firstStep, steps, profiled);
        }
    }

    /** Makes the last steps of the block the history of the next. */
    public void advance(int steps) {
        for (InputRun input : inputs) {
            input.advance(steps);
        }
        for (PopulationRun site : sites) {
            site.advance(steps);
        }
    }

    /** Whether a recording wants to know of calls. */
    public static boolean isProfiled() {
        return LayerProfile.wanted();
    }

    /** A call starts of which a recording wants to know. */
    public void beginProfiles() {
        for (PopulationRun site : sites) {
            site.beginProfile();
        }
    }

    /** Tells the recording of the call. */
    public void emitProfiles() {
        for (PopulationRun site : sites) {
            site.emitProfile(threads());
        }
    }

    /** Goes on from a state of zeros. */
    public void reset() {
        for (InputRun input : inputs) {
            input.reset();
        }
        for (PopulationRun site : sites) {
            site.reset();
        }
    }

    /** Returns the bytes that {@link #write} writes. */
    public long bytes() {
        long bytes = 0;
        for (InputRun input : inputs) {
            bytes += input.bytes();
        }
        for (PopulationRun site : sites) {
            bytes += site.bytes();
        }
        for (Values values : plasticValues.values()) {
            bytes += (long) values.rows() * values.columns() * Float.BYTES;
        }
        return bytes;
    }

    /** Writes the state. */
    public void write(ByteBuffer to) {
        for (InputRun input : inputs) {
            input.write(to);
        }
        for (PopulationRun site : sites) {
            site.write(to);
        }
        for (Values values : plasticValues.values()) {
            FloatMatrix matrix = FloatMatrix.zeros(values.rows(), values.columns());
            values.read(matrix);
            for (float value : matrix.toArray()) {
                to.putFloat(value);
            }
        }
    }

    /** Reads a state that was written. */
    public void read(ByteBuffer from) {
        for (InputRun input : inputs) {
            input.read(from);
        }
        for (PopulationRun site : sites) {
            site.read(from);
        }
        for (Values values : plasticValues.values()) {
            float[] numbers = new float[values.rows() * values.columns()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = from.getFloat();
            }
            values.write(FloatMatrix.copyOf(values.rows(), values.columns(), numbers));
        }
    }
}
