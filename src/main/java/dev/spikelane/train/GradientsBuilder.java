package dev.spikelane.train;

import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.signal.RunSize;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.CountedArenas;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.neuron.gradient.NeuronGradient;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.gradient.Dropout;
import dev.spikelane.train.gradient.FiringGradient;
import dev.spikelane.train.gradient.GradientRequest;
import dev.spikelane.train.gradient.GradientRun;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.InputForm;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.gradient.MemoryLimit;
import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says what is wanted of {@link Gradients}. */
public final class GradientsBuilder {

    private static final Cleaner CLEANER = Cleaner.create();

    private static final String REMEDIES = "fewer samples, or computing more again, need fewer";

    private final Network network;
    private final LaidOutNetwork layout;
    private final int steps;
    private final int batch;
    private int threads = 1;
    private int every = Integer.MAX_VALUE;
    private long seed;
    private @Nullable CountedArenas held;
    private MemoryLimit limit = new MemoryLimit(MemoryLimit.MACHINE);
    private int rowsInTurn = RunSize.ROWS_IN_TURN;
    private boolean gives;
    private GradientRequest.Use use = GradientRequest.Use.ANY;
    private InputForm form = InputForm.ANY;
    private FiringGradient otherwise = Surrogate.atan().gradient();
    private final Map<String, FiringGradient> surrogates = new LinkedHashMap<>();
    private final Map<String, Dropout> dropouts = new LinkedHashMap<>();
    private final Set<String> learned;
    private final Set<String> given = new LinkedHashSet<>();
    private final Set<String> kept = new LinkedHashSet<>();
    private final Set<String> observed = new LinkedHashSet<>();
    private final Set<String> inputs = new LinkedHashSet<>();

    GradientsBuilder(Network network, int steps, int batch) {
        if (steps < 1 || batch < 1 || (long) steps * batch > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("steps is " + steps + " and batch " + batch
                    + ", expected at least 1 of both and at most " + Integer.MAX_VALUE + " rows");
        }
        this.network = network;
        this.layout = network.laidOut();
        layout.requireSteps(steps);
        this.steps = steps;
        this.batch = batch;
        this.learned = GradientValues.weights(network, layout);
    }

    /** The same wishes for some of the steps and samples: what a trainer asks of each of its parts. */
    GradientsBuilder part(int some, int samples) {
        GradientsBuilder part = new GradientsBuilder(network, some, samples);
        part.threads = threads;
        part.every = every;
        part.seed = seed;
        part.form = form;
        part.otherwise = otherwise;
        part.surrogates.putAll(surrogates);
        part.dropouts.putAll(dropouts);
        part.learned.clear();
        part.learned.addAll(learned);
        part.given.addAll(given);
        part.kept.addAll(kept);
        part.observed.addAll(observed);
        return part;
    }

    private int segment() {
        return Math.min(every, steps);
    }

    /**
     * Sets the number of threads; results do not depend on it.
     *
     * @param count the calling thread among them, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public GradientsBuilder threads(int count) {
        threads = Checks.atLeast(1, "threads", count);
        return this;
    }

    /**
     * Sets the surrogate of all populations that have none of their own; the arc tangent if it is not set.
     *
     * @param surrogate the surrogate
     * @return this
     */
    public GradientsBuilder surrogate(Surrogate surrogate) {
        otherwise = surrogate.gradient();
        return this;
    }

    /**
     * Sets the surrogate of a population.
     *
     * @param population its name
     * @param surrogate the surrogate
     * @return this
     * @throws IllegalArgumentException if there is no such population
     */
    public GradientsBuilder surrogate(String population, Surrogate surrogate) {
        network.population(population);
        surrogates.put(population, surrogate.gradient());
        return this;
    }

    /**
     * Drops a share of what a projection carries, as {@link TrainerBuilder#dropout} says. Samples are those with the
     * numbers 0, 1, 2 ..., in epoch 0.
     *
     * @param projection its name
     * @param probability that an element is dropped, from 0 to below 1; 0 for no dropout
     * @return this
     * @throws IllegalArgumentException if there is no such projection, the probability is out of range, or the source's
     *     spikes are graded
     */
    public GradientsBuilder dropout(String projection, double probability) {
        return drop(projection, new Dropout(probability, false));
    }

    /**
     * Drops whole channels of what a projection carries, as {@link TrainerBuilder#dropoutChannels} says. Samples are
     * those with the numbers 0, 1, 2 ..., in epoch 0.
     *
     * @param projection its name
     * @param probability that a channel is dropped, from 0 to below 1; 0 for no dropout
     * @return this
     * @throws IllegalArgumentException if there is no such projection, its source has no channels, the probability is
     *     out of range, or the source's spikes are graded
     */
    public GradientsBuilder dropoutChannels(String projection, double probability) {
        return drop(projection, new Dropout(probability, true));
    }

    private GradientsBuilder drop(String projection, Dropout dropout) {
        Projection of = network.projections().stream()
                .filter(each -> each.name().equals(projection))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no projection '" + projection
                        + "', expected one of "
                        + network.projections().stream().map(Projection::name).toList()));
        dropout.requireFits(network, of);
        dropouts.put(of.name(), dropout);
        dropouts.values().removeIf(each -> each.probability() == 0);
        return this;
    }

    /**
     * Sets the seed of surrogates that draw random numbers, and of dropouts.
     *
     * @param ofDraws the seed
     * @return this
     */
    public GradientsBuilder seed(long ofDraws) {
        seed = ofDraws;
        return this;
    }

    /**
     * Learns values beside the weights of all projections, which are learned anyhow.
     *
     * @param names of parameters of neurons, such as {@code lif1.beta}
     * @return this
     * @throws IllegalArgumentException if there are no such values, or they have no gradient
     */
    public GradientsBuilder learn(String... names) {
        requireLearnable(Objects.requireNonNull(names, "names"));
        learned.addAll(List.of(names));
        return this;
    }

    /**
     * Learns these values and no others.
     *
     * @param names of weights, such as {@code fc1.weight}, and of parameters of neurons
     * @return this
     * @throws IllegalArgumentException if there are no such values, or they have no gradient
     */
    public GradientsBuilder learnOnly(String... names) {
        requireLearnable(Objects.requireNonNull(names, "names"));
        learned.clear();
        return learn(names);
    }

    private void requireLearnable(String... names) {
        Set<String> all = GradientValues.weights(network, layout);
        for (Population population : network.populations()) {
            for (String parameter : NeuronGradient.learnable(population.neuron())) {
                String learnable = population.name() + "." + parameter;
                if (network.weights().names().contains(learnable)) {
                    all.add(learnable);
                }
            }
        }
        for (String name : names) {
            if (!all.contains(name)) {
                throw new IllegalArgumentException("'" + name + "' "
                        + (network.weights().names().contains(name) ? "has no gradient" : "is no value of the network")
                        + ", expected one of " + all);
            }
        }
    }

    /**
     * Lets gradients start at the spikes of a population: {@link Gradients#given} is where to write them.
     *
     * @param population its name
     * @return this
     * @throws IllegalArgumentException if there is no such population
     */
    public GradientsBuilder startAtSpikes(String population) {
        given.add(network.population(population).name());
        return this;
    }

    /**
     * Lets gradients start at a variable of a population, and keeps its values: {@link Gradients#given} is where to
     * write them.
     *
     * @param population its name
     * @param variable such as {@code membrane}
     * @return this
     * @throws IllegalArgumentException if there is no such population or variable
     */
    public GradientsBuilder startAt(String population, String variable) {
        String name = network.population(population).variable(variable).name();
        given.add(name);
        kept.add(name);
        return this;
    }

    /**
     * Keeps the values of a variable for all steps.
     *
     * @param population its name
     * @param variable such as {@code membrane}
     * @return this
     * @throws IllegalArgumentException if there is no such population or variable
     */
    public GradientsBuilder keep(String population, String variable) {
        kept.add(network.population(population).variable(variable).name());
        return this;
    }

    /**
     * Keeps the gradients of the spikes of a population.
     *
     * @param population its name
     * @return this
     * @throws IllegalArgumentException if there is no such population
     */
    public GradientsBuilder observeSpikes(String population) {
        observed.add(network.population(population).name());
        return this;
    }

    /**
     * Keeps the gradients that reach a variable of a population from elsewhere, without those from the next step.
     *
     * @param population its name
     * @param variable such as {@code membrane}
     * @return this
     * @throws IllegalArgumentException if there is no such population or variable
     */
    public GradientsBuilder observe(String population, String variable) {
        observed.add(network.population(population).variable(variable).name());
        return this;
    }

    /**
     * Computes the gradients of an input.
     *
     * @param input its name
     * @return this
     * @throws IllegalArgumentException if there is no such input
     */
    public GradientsBuilder toInput(String input) {
        if (network.inputs().stream().noneMatch(each -> each.name().equals(input))) {
            throw new IllegalArgumentException("there is no input " + JsonValue.quoted(input) + ", expected one of "
                    + network.inputs().stream().map(each -> each.name()).toList());
        }
        inputs.add(input);
        return this;
    }

    /**
     * Keeps currents of some steps only, and computes others again from the states before them and the spikes. Results
     * do not depend on it.
     *
     * @param count after how many steps the state is kept, at least 1
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public GradientsBuilder recomputeEvery(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("every is " + count + ", expected at least 1 step");
        }
        every = count;
        return this;
    }

    /**
     * Says that inputs will be spikes at each step; other ones are refused then, and no memory is
     * planned for them.
     *
     * @return this
     */
    public GradientsBuilder spikesOnly() {
        return inputs(InputForm.SPIKES);
    }

    /**
     * Says that inputs will be values at each step; other ones are refused then, and no memory is
     * planned for them.
     *
     * @return this
     */
    public GradientsBuilder valuesOnly() {
        return inputs(InputForm.VALUES);
    }

    /**
     * Says that inputs will be one frame of values or spikes for all steps; other ones are refused then, and no memory
     * is planned for them. It is planned for values: products of spikes take up to 2 MB more on each thread.
     *
     * @return this
     */
    public GradientsBuilder framesOnly() {
        return inputs(InputForm.FRAME);
    }

    GradientsBuilder inputs(InputForm ofInputs) {
        form = ofInputs;
        return this;
    }

    /**
     * Sets the most memory; more is refused before it is taken. If it is not set, that is what may still be held:
     * {@code -Dspikelane.maxNativeMemory}, or the memory of this machine or the container less the most heap and a
     * margin.
     *
     * @param count bytes of native memory, at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public GradientsBuilder mostBytes(long count) {
        limit = MemoryLimit.of(count);
        return this;
    }

    /** Says whose memory the gradients are a part of; else they hold their own. */
    GradientsBuilder partOf(CountedArenas trainer) {
        held = trainer;
        return this;
    }

    /** Sets the size of blocks of rows, on which results do not depend. */
    GradientsBuilder rowsInTurn(int rows) {
        rowsInTurn = rows;
        return this;
    }

    /** Says that gradients of weights will not be stored where they need not be, for {@link #bytes}. */
    GradientsBuilder gives() {
        gives = true;
        return this;
    }

    /** Says what is not asked of the gradients, so that no memory is taken for it. */
    GradientsBuilder use(GradientRequest.Use ofThem) {
        use = ofThem;
        return this;
    }

    /**
     * Computes how much memory the gradients will need, beside the network: windows of a few samples are run, as every
     * sample needs as much as the other. Lists of what fires, which grow as more fires, count as they are at
     * their longest.
     *
     * @return bytes of native memory and, of the lists, of the heap
     * @throws IllegalArgumentException if a population or projection has no gradient; the message names it
     */
    public long bytes() {
        return arenaBytes() + needed(1).lists;
    }

    /** The bytes of {@link #bytes} that are the arena's. */
    long arenaBytes() {
        int few = Math.min(batch, threads == 1 ? 1 : 2); // a sample alone is not shared among threads
        Needed some = needed(few);
        return few == batch
                ? some.arena
                : some.arena + (needed(few + 1).arena - some.arena) * (batch - few) + some.blocks;
    }

    /**
     * The memory of a window.
     *
     * @param arena bytes for the samples that were run
     * @param lists bytes on the heap for the whole batch
     * @param blocks bytes of the arena for blocks of samples of the whole batch, behind the first one
     * @param sums bytes of one gradient of each learned value
     */
    private record Needed(long arena, long lists, long blocks, long sums) {}

    /** The bytes of one gradient of each learned value. */
    long sumBytes() {
        return needed(1).sums;
    }

    @SuppressWarnings("MustBeClosedChecker") // Gradients.close does it
    private Needed needed(int samples) {
        CountedArenas.Counted arena = new CountedArenas(Owner.TRAINER).newArena();
        try (Gradients gradients = build(arena, samples, WorkerPool.inTurns(threads))) {
            if (gives && segment() == steps) {
                gradients.slots().forEach(slot -> slot.give((values, from, first, end) -> {}));
            }
            runForms(gradients, samples);
            long sums = 0;
            for (LearnedValue slot : gradients.slots()) {
                sums += slot.values().rowOffset(slot.values().rows());
            }
            GradientRun run = gradients.run();
            return new Needed(arena.bytes(), run.listBytes(segment(), batch), run.blockBytes(batch), sums);
        }
    }

    /** Runs all forms that inputs may have; a frame of which other parts are dropped in each step has no gradients. */
    private void runForms(Gradients gradients, int samples) {
        boolean any = form == InputForm.ANY;
        boolean frames = any && (inputs.isEmpty() || dropouts.isEmpty());
        if (form == InputForm.FRAME || frames) {
            run(gradients, samples, true, false);
        }
        if (frames) {
            run(gradients, samples, true, true);
        }
        if (form == InputForm.SPIKES || any) {
            run(gradients, samples, false, true);
        }
        if (form == InputForm.VALUES || any) {
            run(gradients, samples, false, false);
        }
    }

    /** Runs a window of zeros. */
    private void run(Gradients gradients, int samples, boolean constant, boolean spikes) {
        Map<String, Signal> zeros = new LinkedHashMap<>();
        int rows = constant ? samples : steps * samples;
        for (Input input : network.inputs()) {
            int columns = input.shape().size();
            zeros.put(input.name(), spikes ? SpikeMatrix.zeros(rows, columns) : FloatMatrix.zeros(rows, columns));
        }
        gradients.reset();
        if (constant) {
            gradients.forwardConstant(zeros);
        } else {
            gradients.forward(zeros);
        }
        gradients.backward();
    }

    /**
     * Lays everything out.
     *
     * @return the gradients, with a state of zeros
     * @throws IllegalArgumentException if a population or projection has no gradient; the message names it
     * @throws IllegalStateException if they need more memory than they may have
     */
    @SuppressWarnings("MustBeClosedChecker") // Gradients.close does it
    public Gradients build() {
        String work = "gradients of " + steps + " steps of batch " + batch;
        long rows = (long) steps * batch;
        limit.require(work + " need", network, rows, rows, this::bytes, REMEDIES);
        try {
            return build(
                    (held == null ? new CountedArenas(Owner.TRAINER) : held).newArena(),
                    batch,
                    new WorkerPool(threads));
        } catch (OutOfMemoryError refused) {
            throw MemoryLimit.refused(work, refused, REMEDIES);
        }
    }

    /** What must be freed of gradients that nobody closed: reachable from a cleaner, so it must not know them. */
    private record Forgotten(Arena arena, WorkerPool workers) implements Runnable {

        @Override
        public void run() {
            if (arena.scope().isAlive()) {
                workers.close();
                arena.close();
            }
        }
    }

    /**
     * Lays everything out in an arena, for threads, both of which the gradients close, for one version of the values.
     */
    Gradients build(Arena arena, int samples, WorkerPool workers) {
        return layout.guard().read(() -> make(arena, samples, workers));
    }

    private Gradients make(Arena arena, int samples, WorkerPool workers) {
        try {
            GradientRequest plan = new GradientRequest(
                    network,
                    layout,
                    new RunSize(
                            steps, samples, batch, segment(), Math.clamp(rowsInTurn / batch, 1, segment()), threads),
                    arena,
                    Set.copyOf(learned),
                    Set.copyOf(given),
                    Set.copyOf(kept),
                    Set.copyOf(observed),
                    Map.copyOf(surrogates),
                    otherwise,
                    Map.copyOf(dropouts),
                    seed,
                    form,
                    use);
            GradientRun run = new GradientRun(plan, inputs, workers);
            List<LearnedValue> slots = GradientValues.slots(plan, run);
            Gradients gradients = new Gradients(plan, run, slots, workers);
            CLEANER.register(gradients, new Forgotten(arena, workers));
            return gradients;
        } catch (RuntimeException | Error failure) {
            workers.close();
            arena.close();
            throw failure;
        }
    }
}
