package dev.spikelane.network;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One run of a network: owns the state of its neurons and the memory between its layers.
 *
 * <p>{@code run} takes whole spike trains, layer by layer over blocks of some hundred rows, so that weights are used many times while
 * they are in the cache. {@code step} takes one step at a time. Both give the same bits, whatever the number of threads and however the
 * steps are cut into calls, and allocate nothing. The state is kept from call to call until {@link #reset}.
 *
 * <p>Input is spikes, or numbers (analog input: currents, pixels) that the first layer multiplies by its weights; calls with both may
 * alternate. Numbers that are all 0 or 1 give what the same spikes give up to rounding, because the first layer's sums then have another
 * order (that of {@link dev.spikelane.kernel.product.DenseMatmul}, not of {@link dev.spikelane.kernel.product.SpikeMatmul}). NaN and infinities are
 * refused before the first step: a membrane would keep them for ever.
 *
 * <p>Java Flight Recorder gets an event {@code dev.spikelane.Layer} for each layer and call, with rows, density of the input, kernel and
 * time.
 *
 * <p>A simulation is used by one thread at a time. If a call throws after its arguments were checked, its steps are done in part: reset
 * before going on.
 */
public final class Simulation implements AutoCloseable {

    /** Rows in a block: their currents for 1,000 neurons fit in a cache of 1 MB, and tables of partial sums are well used. */
    static final int ROWS_IN_BLOCK = 1_024;

    private final Network network;
    private final int batch;
    private final int stepsInBlock;
    private final Arena arena;
    private final Workers workers;
    private final Inlet spikeInlet;
    private final Stage[] stages;
    private final SpikeMatrix output;
    private @Nullable Inlet analogInlet;
    private Feed.@Nullable Constant constant;
    private long steps;
    private final AtomicBoolean busy = new AtomicBoolean();

    @SuppressWarnings("MustBeClosedChecker") // close() does it
    Simulation(Network network, int batch, int threads, int rowsInBlock) {
        if (batch < 1) {
            throw new IllegalArgumentException("batch is " + batch + ", expected at least 1");
        }
        if (threads < 1 || threads > Workers.MOST) {
            throw new IllegalArgumentException("threads is " + threads + ", expected 1 to " + Workers.MOST);
        }
        if (threads > 1 && !network.isShared()) {
            throw new IllegalArgumentException(
                    "threads is " + threads + ", expected 1, because the network was built in a confined"
                            + " arena; build it in Arena.ofShared() for several threads");
        }
        this.network = network;
        this.batch = batch;
        this.stepsInBlock = Math.max(1, rowsInBlock / batch);
        // Workers must reach it; a shared arena is dear to close, but closes once in a simulation.
        this.arena = Arena.ofShared();
        try {
            int rows = Math.multiplyExact(stepsInBlock, batch);
            SpikeMatrix input = SpikeMatrix.zeros(arena, rows, network.inputs());
            this.spikeInlet = Inlet.of(firstConnection(), input, batch);
            this.stages = new Stage[network.layers().size()];
            SpikeMatrix from = input;
            for (int i = 0; i < stages.length; i++) {
                stages[i] = new Stage(i, network.layers().get(i), arena, from, batch, threads);
                from = stages[i].spikes();
            }
            this.output = from.rows(0, batch);
            this.workers = new Workers(threads);
        } catch (RuntimeException | Error failure) {
            arena.close();
            throw failure;
        }
    }

    /**
     * Returns the network.
     *
     * @return the network that is simulated
     */
    public Network network() {
        return network;
    }

    /**
     * Returns the number of samples that run side by side.
     *
     * @return batch, at least 1
     */
    public int batch() {
        return batch;
    }

    /**
     * Returns the number of steps since the last reset.
     *
     * @return steps
     */
    public long steps() {
        return steps;
    }

    /**
     * Attaches an observer to a layer.
     *
     * @param <T> the kind of observer
     * @param layer the layer's number, from 0
     * @param observer is told of every block of steps from now on
     * @return the observer
     * @throws IndexOutOfBoundsException if there is no such layer
     * @throws IllegalArgumentException if the observer was made for another batch or number of neurons
     */
    public <T extends Observer> T observe(int layer, T observer) {
        Stage stage = stage(layer);
        observer.attach(batch, stage.spikes().columns());
        stage.add(observer);
        return observer;
    }

    /**
     * Counts the spikes of a layer from now on.
     *
     * @param layer the layer's number, from 0
     * @return the counts, which live as long as this simulation
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public SpikeCounts countSpikes(int layer) {
        return observe(layer, new SpikeCounts(arena, batch, size(layer)));
    }

    /**
     * Records the spikes of a layer from now on.
     *
     * @param layer the layer's number, from 0
     * @param mostSteps the most steps between two resets
     * @return the recording, which lives as long as this simulation
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public SpikeRecorder recordSpikes(int layer, int mostSteps) {
        return observe(layer, new SpikeRecorder(arena, mostSteps, batch, size(layer)));
    }

    /**
     * Records the membranes of a layer from now on.
     *
     * @param layer the layer's number, from 0
     * @param mostSteps the most steps between two resets
     * @return the recording, which lives as long as this simulation
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public MembraneRecorder recordMembranes(int layer, int mostSteps) {
        return observe(layer, new MembraneRecorder(arena, mostSteps, batch, size(layer)));
    }

    /**
     * Returns the state of a layer's neurons.
     *
     * @param layer the layer's number, from 0
     * @return the state, which changes as the simulation runs
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public NeuronState state(int layer) {
        return stage(layer).state();
    }

    /**
     * Runs a spike train.
     *
     * @param spikes {@code [steps * batch x inputs]}, time-major ({@code row = step * batch + sample}); read block by block into this
     *     simulation's own memory, so it may lie in a confined arena
     * @throws IllegalArgumentException if the shape does not fit the network or the batch
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is busy
     */
    public void run(SpikeMatrix spikes) {
        requireWholeSteps(spikes.rows());
        spikes.requireShape("input", spikes.rows(), network.inputs());
        run(false, spikes.segment(), spikes.rows() / batch);
    }

    /**
     * Runs analog input.
     *
     * @param input {@code [steps * batch x inputs]}, time-major ({@code row = step * batch + sample}), finite; read block by block into
     *     this simulation's own memory, so it may lie in a confined arena. The first call with analog input allocates that memory
     * @throws IllegalArgumentException if the shape does not fit the network or the batch, or a value is NaN or infinite
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is busy
     */
    public void run(FloatMatrix input) {
        requireWholeSteps(input.rows());
        input.requireShape("input", input.rows(), network.inputs());
        input.requireFinite("input");
        run(true, input.segment(), input.rows() / batch);
    }

    /**
     * Runs steps that all have the same input, whose currents are computed once: the same bits as {@link #run(SpikeMatrix)} with the frame
     * repeated.
     *
     * @param frame {@code [batch x inputs]}, the spikes of every step
     * @param count how many steps, at least 1
     * @throws IllegalArgumentException if the shape does not fit the network or the batch, or there is no step
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is busy
     */
    public void runConstant(SpikeMatrix frame, int count) {
        frame.requireShape("frame", batch, network.inputs());
        runConstant(false, frame.segment(), count);
    }

    /**
     * Runs steps that all have the same analog input, whose currents are computed once: the same bits as {@link #run(FloatMatrix)} with
     * the frame repeated.
     *
     * @param frame {@code [batch x inputs]}, the input of every step, finite
     * @param count how many steps, at least 1
     * @throws IllegalArgumentException if the shape does not fit the network or the batch, a value is NaN or infinite, or there is no
     *     step
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is busy
     */
    public void runConstant(FloatMatrix frame, int count) {
        frame.requireShape("frame", batch, network.inputs());
        frame.requireFinite("frame");
        runConstant(true, frame.segment(), count);
    }

    /**
     * Runs one step.
     *
     * @param spikes {@code [batch x inputs]}
     * @return {@code [batch x outputs]}, the spikes of the last layer; overwritten by the next call
     * @throws IllegalArgumentException if the shape does not fit the network or the batch
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is busy
     */
    public SpikeMatrix step(SpikeMatrix spikes) {
        spikes.requireShape("input", batch, network.inputs());
        run(false, spikes.segment(), 1);
        return output;
    }

    /**
     * Runs one step of analog input.
     *
     * @param input {@code [batch x inputs]}, finite
     * @return {@code [batch x outputs]}, the spikes of the last layer; overwritten by the next call
     * @throws IllegalArgumentException if the shape does not fit the network or the batch, or a value is NaN or infinite
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is busy
     */
    public SpikeMatrix step(FloatMatrix input) {
        input.requireShape("input", batch, network.inputs());
        input.requireFinite("input");
        run(true, input.segment(), 1);
        return output;
    }

    /**
     * Sets all neurons to zero and the observers to their beginning.
     *
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public void reset() {
        begin();
        try {
            steps = 0;
            for (Stage stage : stages) {
                stage.reset();
            }
        } finally {
            busy.set(false);
        }
    }

    /**
     * Frees the memory; recordings and counts made by this simulation are gone with it. Closing again does nothing.
     *
     * @throws IllegalStateException if another thread is running it, or an observer closes it, or another thread is in a system call on
     *     one of its recordings; it is not closed then, and may be closed later
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            begin();
            try {
                arena.close(); // the only one that fails; the workers are still there then
                workers.close();
            } finally {
                busy.set(false);
            }
        }
    }

    private void run(boolean analog, MemorySegment input, int count) {
        begin();
        try {
            Inlet inlet = analog ? analogInlet() : spikeInlet;
            boolean profiled = LayerProfile.wanted();
            int most = stepsInBlock;
            for (int step = 0; step < count; step += most) {
                int blockSteps = Math.min(most, count - step);
                inlet.load(input, step, blockSteps);
                if (step == 0) {
                    int rows = inlet.feed().rowsAtATime(blockSteps * batch);
                    blockSteps = Math.max(1, rows / batch);
                    most = blockSteps;
                }
                block(inlet.feed(), blockSteps, profiled);
            }
            end(profiled);
        } finally {
            busy.set(false);
        }
    }

    private void runConstant(boolean analog, MemorySegment frame, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("count is " + count + ", expected at least 1 step");
        }
        begin();
        try {
            Inlet inlet = analog ? analogInlet() : spikeInlet;
            Feed.Constant held = constant();
            inlet.load(frame, 0, 1);
            stages[0].fill(inlet.feed(), batch, held.held());
            boolean profiled = LayerProfile.wanted();
            for (int step = 0; step < count; step += stepsInBlock) {
                block(held, Math.min(stepsInBlock, count - step), profiled);
            }
            end(profiled);
        } finally {
            busy.set(false);
        }
    }

    private Inlet analogInlet() {
        Inlet made = analogInlet;
        if (made == null) {
            FloatMatrix block = FloatMatrix.zeros(arena, stepsInBlock * batch, network.inputs());
            made = Inlet.of(firstConnection(), block, batch);
            analogInlet = made;
        }
        return made;
    }

    private Feed.Constant constant() {
        Feed.Constant made = constant;
        if (made == null) {
            made = new Feed.Constant(FloatMatrix.zeros(
                    arena, batch, network.layers().getFirst().connection().outputs()));
            constant = made;
        }
        return made;
    }

    private Connection firstConnection() {
        return network.layers().getFirst().connection();
    }

    /** Runs a block of steps. */
    private void block(Feed first, int blockSteps, boolean profiled) {
        for (int i = 0; i < stages.length; i++) {
            stages[i].run(
                    i == 0 ? first : stages[i].spikeFeed(), workers, blockSteps * batch, steps, blockSteps, profiled);
        }
        steps += blockSteps;
    }

    private void end(boolean profiled) {
        if (profiled) {
            for (Stage stage : stages) {
                stage.emitProfile(workers.threads());
            }
        }
    }

    private void requireWholeSteps(int rows) {
        if (rows % batch != 0) {
            throw new IllegalArgumentException(
                    "input has " + rows + " rows, expected a multiple of the batch, " + batch);
        }
    }

    private void begin() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "simulation is busy: it is used by one thread at a time, and not by its observers");
        }
        if (!arena.scope().isAlive()) {
            busy.set(false);
            throw new IllegalStateException("simulation is closed");
        }
    }

    private int size(int layer) {
        return stage(layer).spikes().columns();
    }

    private Stage stage(int layer) {
        List<Layer> layers = network.layers();
        if (layer < 0 || layer >= layers.size()) {
            throw new IndexOutOfBoundsException("network has " + layers.size() + " layers, asked for layer " + layer);
        }
        return stages[layer];
    }
}
