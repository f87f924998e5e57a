package dev.spikelane.train;

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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Describes {@link Gradients}. */
public final class GradientsBuilder extends WindowBuilder<GradientsBuilder> {

    private static final Cleaner CLEANER = Cleaner.create();

    private static final String REMEDIES = "fewer samples, or computing more again, need fewer";

    private @Nullable CountedArenas held;
    private int rowsInTurn = RunSize.ROWS_IN_TURN;
    private boolean gives;
    private GradientRequest.Use use = GradientRequest.Use.ANY;
    private final Set<String> given = new LinkedHashSet<>();
    private final Set<String> kept = new LinkedHashSet<>();
    private final Set<String> inputs = new LinkedHashSet<>();

    GradientsBuilder(Network network, int steps, int batch) {
        super(network, steps, batch);
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

    /** Makes the gradients use the memory of a trainer; otherwise they own their memory. */
    GradientsBuilder partOf(CountedArenas trainer) {
        held = trainer;
        return this;
    }

    /** Sets the size of blocks of rows, which does not change results. */
    GradientsBuilder rowsInTurn(int rows) {
        rowsInTurn = rows;
        return this;
    }

    /** Excludes stored gradients of weights from {@link #bytes} if sinks may take them. */
    GradientsBuilder gives() {
        gives = true;
        return this;
    }

    /** Sets the use of the gradients, so that only the memory for this use is allocated. */
    GradientsBuilder use(GradientRequest.Use ofThem) {
        use = ofThem;
        return this;
    }

    /**
     * Computes how much memory the gradients will need, beside the network: windows of a few samples are run, as every
     * sample needs as much as the other. Lists of spikes, which grow as more fires, count as they are at
     * their longest.
     *
     * @return bytes of native memory and, of the lists, of the heap
     * @throws IllegalArgumentException if a population or projection has no gradient; the message names it
     */
    public long bytes() {
        return arenaBytes() + needed(1).lists + roundedBytes();
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
     * @param blocks arena bytes for blocks of samples of the whole batch, after the first block
     * @param sums bytes of one gradient of each learned value
     */
    private record Needed(long arena, long lists, long blocks, long sums) {}

    /** The bytes of one gradient of each learned value. */
    long sumBytes() {
        return needed(1).sums;
    }

    @SuppressWarnings("MustBeClosedChecker") // Gradients.close closes it
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

    /** Runs all forms of inputs. A frame with a new dropout at each step has no gradients. */
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
     * Creates the trainer and allocates its memory.
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
        } finally {
            forgetRunning(); // others may run beside these, and round integers of their own
        }
    }

    /**
     * Frees gradients that were not closed. A cleaner keeps this object alive, so it must not refer to the gradients.
     */
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
     * Allocates everything in an arena. The gradients close the arena and the workers. The caller keeps values constant
     * meanwhile.
     */
    Gradients build(Arena arena, int samples, WorkerPool workers) {
        return layout.guard().read(() -> make(arena, samples, workers));
    }

    private Gradients make(Arena arena, int samples, WorkerPool workers) {
        try {
            GradientRequest plan = new GradientRequest(
                    running(),
                    running().laidOut(),
                    new RunSize(
                            steps, samples, batch, segment(), Math.clamp(rowsInTurn / batch, 1, segment()), threads),
                    arena,
                    Set.copyOf(learned),
                    Set.copyOf(given),
                    Set.copyOf(kept),
                    Set.copyOf(observed.keySet()),
                    Map.copyOf(surrogates),
                    otherwise,
                    Map.copyOf(dropouts),
                    seed,
                    form,
                    use,
                    new GradientRequest.Used(steps),
                    online);
            GradientRun run = GradientRun.of(plan, inputs, workers);
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
