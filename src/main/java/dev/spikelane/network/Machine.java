package dev.spikelane.network;

import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.connection.operator.Values;
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

/** What a simulation runs: its memory, its threads, the inputs and populations, and the stages in their order. */
final class Machine {

    private static final Cleaner CLEANER = Cleaner.create();

    /** Rows of the first block: streams take one step at a time, and need no more. */
    private static final int FIRST_ROWS = 16;

    private static final int GROWTH = 4;

    private final Network network;
    private final int batch;
    private final int mostSteps;
    private final Memory memory;
    /** The paths of the projections, with values of their own where they are plastic. */
    private final Path[] paths;

    private final InputRun[] inputs;
    private final Signal[] given;
    private final boolean[] constant;
    private final Site[] sites;
    private final Weights plastic;
    private final Map<String, Values> plasticValues = new LinkedHashMap<>();
    private int stepsInBlock;
    private Stage[] stages;
    private SpikeMatrix output;

    /** What must be freed: reachable from a cleaner, so it must not know its simulation. */
    private record Memory(Arena arena, Workers workers) implements Runnable {

        @Override
        public void run() {
            if (arena.scope().isAlive()) {
                arena.close();
                workers.close();
            }
        }
    }

    private Machine(Network network, int batch, int mostSteps, Memory memory, Simulation owner) {
        this.network = network;
        this.batch = batch;
        this.mostSteps = mostSteps;
        this.stepsInBlock = Math.min(mostSteps, Math.ceilDiv(FIRST_ROWS, batch));
        this.memory = memory;
        Delays delays = new Delays(network.projections());
        Track.requireRows(delays.longest(), mostSteps, batch);
        Arena arena = memory.arena;
        this.inputs = network.inputs().stream()
                .map(input -> new InputRun(input, arena, batch, delays.of(input.name()), stepsInBlock))
                .toArray(InputRun[]::new);
        this.given = new Signal[inputs.length];
        this.constant = new boolean[inputs.length];
        this.sites = new Site[network.populations().size()];
        for (int i = 0; i < sites.length; i++) {
            sites[i] = new Site(i, network, arena, batch, stepsInBlock, delays);
        }
        this.paths = paths();
        connect();
        this.plastic = new Weights(plasticValues, change -> whileIdle(owner, change));
        this.stages = stages();
        this.output = sites[sites.length - 1].spikes().rows(0, batch);
    }

    /**
     * Makes the block long enough for a call of some steps, as far as that pays. Memory that became too short is freed with the rest; each
     * time the block grows by so much that it is a third of all at most. If there is no memory for a longer block, the simulation is closed.
     */
    void makeRoom(int steps) {
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
        for (Site site : sites) {
            site.grow(stepsInBlock);
        }
        connect();
        stages = stages();
        output = sites[sites.length - 1].spikes().rows(0, batch);
    }

    int stepsInBlock() {
        return stepsInBlock;
    }

    @SuppressWarnings("MustBeClosedChecker") // close() or the cleaner does it
    static Machine of(Simulation owner, Network network, int batch, int mostSteps, int threads) {
        // Workers must reach it; closing a shared arena takes long, but happens once in a simulation.
        Arena arena = Arena.ofShared();
        Workers workers = null;
        try {
            workers = new Workers(threads);
            Memory memory = new Memory(arena, workers);
            Machine machine = new Machine(network, batch, mostSteps, memory, owner);
            CLEANER.register(owner, memory);
            return machine;
        } catch (RuntimeException | Error failure) {
            if (workers != null) {
                workers.close();
            }
            arena.close();
            throw failure;
        }
    }

    private static void whileIdle(Simulation owner, Runnable change) {
        owner.hold();
        try {
            change.run();
        } finally {
            owner.release();
        }
    }

    private Path[] paths() {
        List<Projection> projections = network.projections();
        Path[] all = new Path[projections.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = network.path(i);
            if (projections.get(i).plastic()) {
                all[i] = all[i].copy(memory.arena);
                Network.addValues(plasticValues, projections.get(i).name(), all[i]);
            }
        }
        return all;
    }

    /** Gives each population the terms of the projections to it. */
    private void connect() {
        for (Site site : sites) {
            site.terms().clear();
        }
        List<Projection> projections = network.projections();
        int rows = stepsInBlock * batch;
        Scratch[] scratch = Scratch.of(memory.arena, threads());
        for (int i = 0; i < paths.length; i++) {
            Projection projection = projections.get(i);
            PathRun path = new PathRun(paths[i], memory.arena, rows, scratch);
            Term term = new Term(projection, path, source(projection.source()));
            sites[network.number(projection.target().name())].terms().add(term);
        }
    }

    private SourceRun source(Source source) {
        return switch (source) {
            case Input input -> inputs[network.inputs().indexOf(input)];
            case Population population -> sites[network.number(population.name())].source(source);
            case Variable variable -> sites[network.number(variable.population().name())].source(source);
        };
    }

    private Stage[] stages() {
        List<Stage> made = new ArrayList<>();
        int rows = stepsInBlock * batch;
        for (Plan.Component component : network.plan().components()) {
            List<Site> members = component.populations().stream()
                    .map(number -> sites[number])
                    .toList();
            boolean stepwise = members.stream().anyMatch(Site::stepwise);
            if (component.steps() == 0 && !stepwise) {
                made.add(new TileStage(members.getFirst(), memory.arena, rows, threads()));
            } else {
                int steps = stepwise ? 1 : Math.min(component.steps(), stepsInBlock);
                List<LoopSite> loop = members.stream()
                        .map(site -> new LoopSite(
                                site, term -> isWithin(members, term), memory.arena, stepsInBlock, steps, threads()))
                        .toList();
                made.add(new LoopStage(loop, steps, memory.arena, threads()));
            }
        }
        return made.toArray(Stage[]::new);
    }

    private static boolean isWithin(List<Site> members, Term term) {
        Population source = term.projection.sourcePopulation();
        return source != null
                && members.stream().anyMatch(site -> site.population().name().equals(source.name()));
    }

    int threads() {
        return memory.workers.threads();
    }

    boolean isOpen() {
        return memory.arena.scope().isAlive();
    }

    void close() {
        memory.run();
    }

    Site site(int number) {
        if (number < 0 || number >= sites.length) {
            throw new IndexOutOfBoundsException(
                    "network has " + sites.length + " populations, asked for population " + number);
        }
        return sites[number];
    }

    Site[] sites() {
        return sites;
    }

    Weights plastic() {
        return plastic;
    }

    void record(int number, VariableRecorder recorder) {
        boolean before = sites[number].stepwise();
        sites[number].add(recorder);
        if (!before) {
            stages = stages();
        }
    }

    /** The spikes of the last population in the first step of the block, in torch's order. */
    SpikeMatrix output() {
        Site last = sites[sites.length - 1];
        return last.population().shape().reordered()
                ? last.outside(last.spikes(), batch).rows(0, batch)
                : output;
    }

    /** Takes the rows of an input for a call; constant ones are a frame for every step. */
    void open(int number, Signal rows, long steps, boolean isConstant) {
        inputs[number].requireKind(rows, steps);
        inputs[number].open(rows);
        given[number] = rows;
        constant[number] = isConstant;
        for (Site site : sites) {
            for (int i = 0; i < site.terms().size(); i++) {
                Term term = site.terms().get(i);
                if (term.source == inputs[number]) {
                    term.open();
                }
            }
        }
    }

    /** Puts the input of some steps into the block, counted from the first of the call. */
    void load(int firstStep, int steps) {
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
        for (Site site : sites) {
            for (int i = 0; i < site.terms().size(); i++) {
                Term term = site.terms().get(i);
                if (term.source == input) {
                    term.hold(memory.arena, batch, site.currents());
                }
            }
        }
    }

    /** How many of the first rows of the block it is best to run at a time, for the present input. */
    int rowsAtATime(int rows) {
        int best = rows;
        for (Site site : sites) {
            for (int i = 0; i < site.terms().size(); i++) {
                Term term = site.terms().get(i);
                if (term.source instanceof InputRun) {
                    best = Math.min(best, term.rowsAtATime(rows));
                }
            }
        }
        return best;
    }

    void run(long firstStep, int steps, boolean profiled) {
        Stage[] all = stages;
        for (Stage stage : all) {
            stage.run(memory.workers, firstStep, steps, profiled);
        }
    }

    void advance(int steps) {
        for (InputRun input : inputs) {
            input.advance(steps);
        }
        for (Site site : sites) {
            site.advance(steps);
        }
    }

    void beginProfiles() {
        for (Site site : sites) {
            site.beginProfile();
        }
    }

    void emitProfiles() {
        for (Site site : sites) {
            site.emitProfile(threads());
        }
    }

    void reset() {
        for (InputRun input : inputs) {
            input.reset();
        }
        for (Site site : sites) {
            site.reset();
        }
    }

    long bytes() {
        long bytes = 0;
        for (InputRun input : inputs) {
            bytes += input.bytes();
        }
        for (Site site : sites) {
            bytes += site.bytes();
        }
        for (Values values : plasticValues.values()) {
            bytes += (long) values.rows() * values.columns() * Float.BYTES;
        }
        return bytes;
    }

    void write(ByteBuffer to) {
        for (InputRun input : inputs) {
            input.write(to);
        }
        for (Site site : sites) {
            site.write(to);
        }
        for (Values values : plasticValues.values()) {
            FloatMatrix matrix = FloatMatrix.zeros(values.rows(), values.columns());
            values.read(matrix);
            for (float value : matrix.toArray()) {
                to.putInt(Float.floatToIntBits(value)); // one NaN
            }
        }
    }

    void read(ByteBuffer from) {
        for (InputRun input : inputs) {
            input.read(from);
        }
        for (Site site : sites) {
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
