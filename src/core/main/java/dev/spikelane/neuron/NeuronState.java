package dev.spikelane.neuron;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.Scratch;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.StepFrames;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Rows;
import dev.spikelane.simd.Tile;
import dev.spikelane.simd.TorchLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of neurons between two steps: their variables, each {@code [batch x neurons]}, the number of steps done
 * and, if a model needs them, the spikes of the previous step and the newest inputs. The first variable is always the
 * membrane.
 *
 * <p>A caller may read and write the variables between runs. {@link #copyFrom}, {@link #write} and {@link #read} copy
 * the whole state: neurons continue from it bit for bit.
 *
 * <p>Neurons of a {@link Shape} work on rows in its inner order, as {@link Neuron#bind(Arena, Shape)} says; a
 * simulation and gradients show their states in torch's order, by a copy {@link #inTorch}.
 */
public final class NeuronState {

    private final Layout layout;
    private final FloatMatrix all;
    private final List<FloatMatrix> variables;
    private final SpikeMatrix spikes;
    /** Spikes of the step before that a projection keeps; no part of the state. */
    private @Nullable SpikeMatrix keptOutside;

    private final @Nullable FloatMatrix window;
    private final @Nullable Tile feedback;
    private final Scratch scratch;
    /** A run of all neurons, made when first needed. */
    private @Nullable NeuronRun<NeuronState> whole;
    /** Steps done, per word of 64 neurons: threads that share a row count the steps of their own words. */
    private final Signal[] parts;

    private final long[] steps;
    /** The state that this one shows in torch's order; null if neurons work on this one. */
    private @Nullable Shown shown;
    /** The places of rows in loops, by the first word that runs: threads run disjoint words at the same time. */
    private final @Nullable StepFrames[] frames;

    private CounterRandom.@Nullable Draws noise;
    /** The variables at the start, {@code [variables x neurons]}; null for zeros. */
    private @Nullable FloatMatrix initial;

    /**
     * The layout of a state; states of the same layout can be copied into each other.
     *
     * @param names of the variables, the membrane first
     * @param recurrent whether the spikes of the step before are fed back
     * @param window how many of the newest inputs are kept, or 0
     */
    record Layout(int batch, int neurons, List<String> names, boolean recurrent, int window) {

        /** Throws unless there is a sample, and not more than matrices can hold. */
        Layout {
            Checks.atLeast(1, "batch", batch);
            requireRows("steps in its window", window, batch);
            requireRows("variables", names.size(), batch);
        }

        /** Returns true if samples of both layouts have the same form. */
        boolean hasSamplesOf(Layout other) {
            return neurons == other.neurons
                    && names.equals(other.names)
                    && recurrent == other.recurrent
                    && window == other.window;
        }

        @Override
        public String toString() {
            return "[" + batch + " x " + neurons + "] of " + names
                    + (recurrent ? " with the spikes of the step before" : "")
                    + (window == 0 ? "" : " with a window of " + window + " steps");
        }
    }

    /** A state in the inner order of a shape. */
    private record Shown(NeuronState inside, Shape shape) {}

    /**
     * Makes a state at its start.
     *
     * @param initial the variables then, {@code [variables x neurons]}; null for zeros
     * @param connection by which neurons feed back to themselves; null if they do not
     */
    NeuronState(Arena arena, Layout layout, @Nullable FloatMatrix initial, @Nullable Operator connection) {
        this.initial = initial;
        this.scratch = new Scratch(arena);
        int batch = layout.batch();
        int neurons = layout.neurons();
        FloatMatrix[] each = new FloatMatrix[layout.names().size()];
        this.layout = layout;
        this.all = FloatMatrix.zeros(arena, each.length * batch, neurons);
        for (int i = 0; i < each.length; i++) {
            each[i] = all.rows(i * batch, batch);
        }
        this.variables = List.of(each);
        this.spikes = SpikeMatrix.zeros(arena, batch, neurons);
        this.window = layout.window() == 0 ? null : FloatMatrix.zeros(arena, layout.window() * batch, neurons);
        this.parts = Stream.of(all, window, layout.recurrent() ? spikes : null)
                .filter(Objects::nonNull)
                .toArray(Signal[]::new);
        this.feedback = connection == null ? null : Tile.whole(FloatMatrix.zeros(arena, batch, connection.outputs()));
        if (connection != null) {
            connection.reserve(scratch);
        }
        this.steps = new long[spikes.stride()];
        this.frames = new StepFrames[spikes.stride()];
        start();
    }

    private static void requireRows(String things, int count, int batch) {
        if ((long) count * batch > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("batch is " + batch + ", expected at most " + Integer.MAX_VALUE / count
                    + ", as each sample has " + count + " " + things);
        }
    }

    /**
     * Returns the names of the variables.
     *
     * @return names, the first of which is {@code membrane}
     */
    public List<String> names() {
        return layout.names();
    }

    /**
     * Returns the membrane potentials.
     *
     * @return {@code [batch x neurons]}
     */
    public FloatMatrix membrane() {
        return variables.getFirst();
    }

    /**
     * Returns one variable.
     *
     * @param name one of {@link #names}
     * @return {@code [batch x neurons]}
     * @throws IllegalArgumentException if there is no such variable
     */
    public FloatMatrix variable(String name) {
        int index = layout.names().indexOf(Objects.requireNonNull(name, "name"));
        if (index < 0) {
            throw new IllegalArgumentException(
                    "no state variable " + JsonValue.quoted(name) + ", expected one of " + layout.names());
        }
        return variables.get(index);
    }

    /**
     * Returns the spikes of the previous step, if the neurons or a projection of their network feed them back. Spikes
     * that a projection feeds back belong to the simulation's state, not to this one. They are valid until the
     * simulation's next call; ask again after it.
     *
     * @return {@code [batch x neurons]}, of neurons in a network valid until the next call of their simulation
     * @throws IllegalStateException if no spikes are fed back
     */
    public SpikeMatrix previousSpikes() {
        SpikeMatrix before = layout.recurrent() ? spikes : keptOutside;
        if (before == null) {
            throw new IllegalStateException("these neurons feed no spikes back");
        }
        return before;
    }

    /**
     * Sets the matrix in which a projection keeps the spikes of the previous step, for {@link #previousSpikes}.
     *
     * @param kept {@code [batch x neurons]}
     * @throws IllegalArgumentException if the shape does not fit
     */
    public void setPreviousSpikes(SpikeMatrix kept) {
        kept.requireShape("kept", layout.batch(), layout.neurons());
        keptOutside = kept;
    }

    /**
     * Makes a state that shows this one, whose rows stand in the inner order of a shape, in torch's order.
     *
     * @param arena the arena that owns the memory
     * @param shape how the neurons are arranged
     * @return a state that follows this one by {@link #show}, and that this one follows by {@link #take}
     * @throws IllegalArgumentException if the shape has another number of neurons
     */
    public NeuronState inTorch(Arena arena, Shape shape) {
        NeuronState made = new NeuronState(arena, layout, null, null);
        made.shown = new Shown(this, requireShape(shape));
        if (keptOutside != null) {
            made.keptOutside = SpikeMatrix.zeros(arena, layout.batch(), layout.neurons());
        }
        made.show();
        return made;
    }

    /**
     * Brings a state {@link #inTorch} up to date.
     *
     * @throws NullPointerException if it shows no other
     */
    public void show() {
        Shown from = Objects.requireNonNull(shown, "shown");
        NeuronState inside = from.inside;
        for (int i = 0; i < parts.length; i++) {
            TorchLayout.copyTorch(from.shape, inside.parts[i], 0, parts[i], 0, parts[i].rows());
        }
        if (keptOutside != null && inside.keptOutside != null) {
            TorchLayout.copyTorch(from.shape, inside.keptOutside, 0, keptOutside, 0, layout.batch());
        }
        System.arraycopy(inside.steps, 0, steps, 0, steps.length);
    }

    /**
     * Copies the caller's changes of this state into the state that it shows.
     *
     * @throws NullPointerException if it shows no other
     */
    public void take() {
        Shown to = Objects.requireNonNull(shown, "shown");
        NeuronState inside = to.inside;
        for (int i = 0; i < parts.length; i++) {
            TorchLayout.copyInside(to.shape, parts[i], 0, inside.parts[i], 0, parts[i].rows());
        }
        if (keptOutside != null && inside.keptOutside != null) {
            TorchLayout.copyInside(to.shape, keptOutside, 0, inside.keptOutside, 0, layout.batch());
        }
        System.arraycopy(steps, 0, inside.steps, 0, steps.length);
    }

    /**
     * Says whence the noise of neurons comes from now on: a number is also a function of the sample and the epoch that
     * streams are at.
     *
     * @param draws the streams of the samples
     */
    public void drawNoise(CounterRandom.Draws draws) {
        noise = Objects.requireNonNull(draws, "draws");
        if (shown != null) {
            shown.inside.noise = draws;
        }
    }

    /**
     * Returns the source of noise; null if noise is a function of the step, the place in the batch and the neuron
     * alone.
     */
    CounterRandom.@Nullable Draws noise() {
        return noise;
    }

    /**
     * Returns how many steps the neurons have done since the last reset.
     *
     * @return steps of the first 64 neurons; other neurons differ only after runs of single blocks
     */
    public long step() {
        return steps[0];
    }

    /**
     * Sets all variables to their initial values, zero unless the model says otherwise, clears spikes and inputs, and
     * starts again at step 0.
     */
    public void reset() {
        if (shown != null) {
            shown.inside.reset();
            show();
            return;
        }
        start();
        spikes.clear();
        if (window != null) {
            window.fill(0);
        }
        Arrays.fill(steps, 0);
    }

    /** Resets this state to other values at the start from now on, {@code [variables x neurons]}. */
    void reset(FloatMatrix start) {
        initial = start;
        reset();
    }

    private void start() {
        all.fill(0);
        for (int row = 0; initial != null && row < all.rows(); row++) {
            Rows.copy(initial, row / layout.batch(), all, row, 1);
        }
    }

    /**
     * Copies all of another state.
     *
     * @param other a state of the same model, batch and number of neurons
     * @throws IllegalArgumentException if it has another shape, other variables, or keeps other things from step to
     *     step
     */
    public void copyFrom(NeuronState other) {
        if (!layout.equals(other.layout)) {
            throw new IllegalArgumentException("state is " + other.layout + ", expected " + layout);
        }
        all.copyFrom(other.all);
        spikes.copyFrom(other.spikes);
        if (window != null && other.window != null) {
            window.copyFrom(other.window);
        }
        System.arraycopy(other.steps, 0, steps, 0, steps.length);
    }

    /**
     * Copies some samples of another state, and its number of steps.
     *
     * @param other a state of the same model and number of neurons, of any batch
     * @param otherSample the first sample to copy from
     * @param sample the first sample to copy to
     * @param count how many samples
     * @throws IllegalArgumentException if it has another number of neurons, other variables or another layout
     * @throws IndexOutOfBoundsException if there are no such samples
     */
    public void copySamples(NeuronState other, int otherSample, int sample, int count) {
        if (!layout.hasSamplesOf(other.layout)) {
            throw new IllegalArgumentException(
                    "state is " + other.layout + ", expected " + layout + " or another batch");
        }
        Objects.checkFromIndexSize(otherSample, count, other.layout.batch());
        Objects.checkFromIndexSize(sample, count, layout.batch());
        for (int i = 0; i < variables.size(); i++) {
            Rows.copy(other.all, i * other.layout.batch() + otherSample, all, i * layout.batch() + sample, count);
        }
        Rows.copy(other.spikes, otherSample, spikes, sample, count);
        for (int i = 0; i < layout.window(); i++) {
            Rows.copy(
                    other.window(),
                    i * other.layout.batch() + otherSample,
                    window(),
                    i * layout.batch() + sample,
                    count);
        }
        System.arraycopy(other.steps, 0, steps, 0, steps.length);
    }

    /**
     * Returns how long this state is when it is written.
     *
     * @return bytes, the same for all states of a model, batch and number of neurons
     */
    public long bytes() {
        return NeuronStateBytes.count(this);
    }

    /**
     * Writes the state, little endian whatever the buffer's order: the steps done by each block of 64 neurons; the
     * variables and the newest inputs, row after row, 4 bytes a neuron; and the spikes of the step before where they
     * are fed back, a bit a neuron, each row in whole bytes. There is no header: the caller must know the model and the
     * shape.
     *
     * @param to receives {@link #bytes} from its position, which moves past them
     * @throws IllegalArgumentException if they do not fit; nothing is written then
     */
    public void write(ByteBuffer to) {
        NeuronStateBytes.write(this, Shape.of(layout.neurons()), Objects.requireNonNull(to, "to"));
    }

    /**
     * Writes the state as {@link #write(ByteBuffer)} does, with each row in torch's order. A state {@link #inTorch}
     * already has this order.
     *
     * @param shape how the neurons are arranged
     * @param to receives {@link #bytes} from its position, which moves past them
     * @throws IllegalArgumentException if they do not fit, or the shape has another number of neurons; nothing is
     *     written then
     */
    public void write(Shape shape, ByteBuffer to) {
        NeuronStateBytes.write(this, requireShape(shape), Objects.requireNonNull(to, "to"));
    }

    /**
     * Reads the bytes that {@link #write} wrote for a state of the same model, batch and number of neurons.
     *
     * @param from holds {@link #bytes} from its position, which moves past them
     * @throws IllegalArgumentException if it has fewer bytes, a number of steps is negative, or there are spikes after
     *     the last neuron; nothing changes then
     */
    public void read(ByteBuffer from) {
        NeuronStateBytes.read(this, Shape.of(layout.neurons()), Objects.requireNonNull(from, "from"));
    }

    /**
     * Reads the bytes that {@link #write(Shape, ByteBuffer)} wrote for a state of the same model, batch and shape.
     *
     * @param shape how the neurons are arranged
     * @param from holds {@link #bytes} from its position, which moves past them
     * @throws IllegalArgumentException if it has fewer bytes, a number of steps is negative, there are spikes after the
     *     last neuron, or the shape has another number of neurons; nothing is changed then
     */
    public void read(Shape shape, ByteBuffer from) {
        NeuronStateBytes.read(this, requireShape(shape), Objects.requireNonNull(from, "from"));
    }

    /**
     * Packs one sample, or puts a packed one in: the bytes that {@link #write(ByteBuffer)} writes of it, without the
     * steps, which all samples share, in the order of the rows and the byte order of the machine. Nothing is allocated.
     *
     * @param sample the sample; a packed one may be put in as any sample of a state of the same model
     * @param memory where its bytes are; {@link MemorySegment#NULL} to count them alone
     * @param at the offset from which on
     * @param out whether the sample comes out of the memory
     * @return the offset after them
     * @throws IndexOutOfBoundsException if there is no such sample, or they do not fit
     */
    public long pack(int sample, MemorySegment memory, long at, boolean out) {
        Objects.requireNonNull(memory, "memory");
        Objects.checkIndex(sample, layout.batch());
        long next = at;
        for (Signal part : parts) {
            for (int row = sample; row < part.rows(); row += layout.batch()) {
                next = Rows.pack(part, row, memory, next, out);
            }
        }
        return next;
    }

    private Shape requireShape(Shape shape) {
        if (shape.size() != layout.neurons()) {
            throw new IllegalArgumentException(
                    "shape is " + shape + ", expected one of " + layout.neurons() + " neurons");
        }
        return shown == null ? shape : Shape.of(layout.neurons());
    }

    /** The number of the step that some words of neurons come to; throws unless it is the same for all of them. */
    long step(int firstWord, int endWord) {
        if (firstWord < 0 || endWord <= firstWord || endWord > steps.length) {
            throw new IllegalArgumentException("word of spikes range is [" + firstWord + ", " + endWord
                    + "), expected a part of [0, " + steps.length + ")");
        }
        for (int word = firstWord + 1; word < endWord; word++) {
            if (steps[word] != steps[firstWord]) {
                throw new IllegalArgumentException("neurons of word " + word + " have done " + steps[word]
                        + " steps, expected " + steps[firstWord] + " as those of word " + firstWord);
            }
        }
        return steps[firstWord];
    }

    /** Counts steps that some words of neurons have done. */
    void advance(int firstWord, int endWord, int count) {
        for (int word = firstWord; word < endWord; word++) {
            steps[word] += count;
        }
    }

    /**
     * All variables one below the other, {@code [variables * batch x neurons]}; throws unless they have these names.
     */
    FloatMatrix require(List<String> expected) {
        if (!layout.names().equals(expected)) {
            throw new IllegalArgumentException("state has the variables " + layout.names() + ", expected " + expected);
        }
        return all;
    }

    /** The spikes of the step before; of no meaning where nothing is fed back. */
    SpikeMatrix spikes() {
        return spikes;
    }

    /** Memory for the currents of a step of neurons that feed back to themselves; no part of the state. */
    Tile feedback() {
        return Objects.requireNonNull(feedback, "feedback");
    }

    /** Memory of the connection by which neurons feed back to themselves; no part of the state. */
    Scratch scratch() {
        return scratch;
    }

    /**
     * Returns the newest inputs, if the neurons keep them.
     *
     * @return {@code [steps * batch x neurons]}, with the columns of the variables
     * @throws NullPointerException if they keep none
     */
    public FloatMatrix window() {
        return Objects.requireNonNull(window, "window");
    }

    /** Returns true if the step reads the spikes of the previous step. */
    boolean recurrent() {
        return layout.recurrent();
    }

    /** The matrices in the bytes of a state, after its steps. */
    Signal[] parts() {
        return parts;
    }

    /** The steps done by each word of 64 neurons; the array itself. */
    long[] steps() {
        return steps;
    }

    /**
     * Places a run of some words in this state.
     *
     * @param expected names of the variables
     * @throws IllegalArgumentException if this state has others
     */
    void place(NeuronRun<NeuronState> run, List<String> expected) {
        run.state = require(expected);
        run.previous = spikes;
        run.frames = frames;
        run.setWords();
    }

    /** Returns a run of all neurons; its first matrices belong to the state. */
    NeuronRun<NeuronState> whole(int ports) {
        NeuronRun<NeuronState> made = whole;
        if (made == null || made.ports.length != ports) {
            made = new NeuronRun<>(
                    this,
                    all,
                    spikes,
                    Stream.generate(() -> Tile.whole(all)).limit(ports).toArray(Tile[]::new));
            whole = made;
        }
        return made;
    }

    /** Forgets the matrices of a run of all neurons, so that they can be freed. */
    void release(NeuronRun<NeuronState> run) {
        for (Tile port : run.ports) {
            port.on(all);
        }
        run.record(null);
        StepFrames used = frames[0];
        if (used != null) {
            used.release();
        }
    }

    @Override
    public String toString() {
        return "NeuronState " + layout + " after " + step() + " steps";
    }
}
