package dev.spikelane.network;

import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.NetworkRun;
import dev.spikelane.engine.SeriesRun;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.simd.Checks;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run of a network: owns the state of its neurons and the memory between its populations.
 *
 * <p>{@code run} takes whole spike trains. It computes one population after the other over blocks of some hundred rows,
 * so weights in the cache are used many times. {@code step} takes one step at a time. Both give the same bits, with any
 * number of threads and any division of the steps into calls, and allocate nothing. The state stays from call to call
 * until {@link #reset}; {@link #snapshot} copies it.
 *
 * <p>Input is spikes, or numbers (analog input: currents, pixels) that the first connection multiplies by its weights;
 * calls with both may alternate, unless a projection from the input is delayed. Numbers that are all 0 or 1 give the
 * results of the same spikes up to rounding, because their sums have another order ({@link dev.spikelane.kernel.Matmul}
 * defines both). Rows of shaped inputs and populations are in torch's order (channel, y, x) everywhere.
 *
 * <p>Methods with input throw an {@link IllegalArgumentException} before the first step if an input is missing or
 * unknown, or a shape does not fit the network or the batch. They also throw it if there is no step, or a value is NaN
 * or infinite, as a membrane would keep it forever. Methods with one input, and {@link #run(int)} without, throw it if
 * the network has another number of inputs. All methods that run steps or use the state throw an
 * {@link IllegalStateException} if the simulation or an arena is closed, the simulation is busy, or a recorder is full.
 * Methods with a population throw an {@link IllegalArgumentException} for an unknown name and an
 * {@link IndexOutOfBoundsException} for an unknown number; numbers count from 0 in the order of declaration.
 *
 * <p>Java Flight Recorder gets an event {@code dev.spikelane.Layer} for each population and call, with rows, density of
 * the input, kernel and time.
 *
 * <p>One thread at a time may use a simulation. If a call throws after its arguments were checked, some of its steps
 * are done: reset before you continue. The garbage collector frees a simulation; {@link #close} frees it at once.
 */
public final class Simulation implements AutoCloseable {

    /** Rows in a block, enough to use tables of partial sums well. */
    static final int ROWS_IN_BLOCK = 1_024;

    /** The lengths of samples that all have all steps. */
    private static final int[] ALL = {};

    private final Network network;
    private final int batch;
    private final int rowsInBlock;
    private final NetworkRun run;
    private final GivenInputs given;
    private final SimulationObservers observing;
    private final Weights plastic;
    private final StateBytes stateBytes;
    private @Nullable Learning learning;
    private final Call call = this::end;
    private final SeriesRun series;
    private long steps;
    private boolean profiled;
    private int stepsAtATime;

    Simulation(Network network, int batch, int threads, int rowsInBlock) {
        this(network, network.laidOut(), batch, threads, rowsInBlock);
    }

    Simulation(Network network, LaidOutNetwork laidOut, int batch, int threads, int rowsInBlock) {
        Checks.atLeast(1, "batch", batch);
        Checks.require(threads >= 1 && threads <= WorkerPool.MOST, "threads", threads, "1 to " + WorkerPool.MOST);
        this.network = network;
        this.batch = batch;
        this.rowsInBlock = rowsInBlock;
        this.given = new GivenInputs(network.inputs(), batch);
        this.run = NetworkRun.of(this, laidOut, batch, Math.max(1, rowsInBlock / batch), threads);
        this.series = new SeriesRun(run, batch, this::runBlock);
        this.observing = new SimulationObservers(network, run, batch);
        this.plastic = new Weights(run.plasticValues(), run.plasticGuard());
        this.stateBytes = new StateBytes(network, batch, run);
    }

    /** {@return the network} */
    public Network network() {
        return network;
    }

    /** {@return the number of samples per step, at least 1} */
    public int batch() {
        return batch;
    }

    /** {@return the number of steps since the last reset} */
    public long steps() {
        return steps;
    }

    /**
     * Attaches an observer to a population.
     *
     * @param <T> the kind of observer
     * @param population the population's number, from 0, in the order of declaration
     * @param observer is told of every block of steps from now on
     * @return the observer
     * @throws IndexOutOfBoundsException if there is no such population
     * @throws IllegalArgumentException if the observer was made for another batch or number of neurons
     */
    public <T extends Population.Observer> T observe(int population, T observer) {
        if (!run.isOpen()) {
            throw new IllegalStateException("simulation is closed");
        }
        return observing.attach(population, observer);
    }

    /**
     * Attaches an observer to a population.
     *
     * @param <T> the kind of observer
     * @param population the population's name
     * @param observer is told of every block of steps from now on
     * @return the observer
     * @throws IllegalArgumentException if there is no such population, or the observer was made for another batch or
     *     number of neurons
     */
    public <T extends Population.Observer> T observe(String population, T observer) {
        return observe(network.number(population), observer);
    }

    /**
     * Counts the spikes of a population from now on.
     *
     * @param population the population's number, from 0, in the order of declaration
     * @return the counts, of its own memory
     * @throws IndexOutOfBoundsException if there is no such population
     */
    public SpikeCounts countSpikes(int population) {
        return observe(population, new SpikeCounts(NativeMemory.ofAuto(), batch, size(population)));
    }

    /**
     * Counts the spikes of a population from now on.
     *
     * @param population the population's name
     * @return the counts, of its own memory
     * @throws IllegalArgumentException if there is no such population
     */
    public SpikeCounts countSpikes(String population) {
        return countSpikes(network.number(population));
    }

    /**
     * Records the spikes of a population from now on.
     *
     * @param population the population's number, from 0, in the order of declaration
     * @param mostSteps the most steps between two resets
     * @return the recording, of its own memory
     * @throws IndexOutOfBoundsException if there is no such population
     */
    public Population.SpikeRecorder recordSpikes(int population, int mostSteps) {
        return observe(
                population, new Population.SpikeRecorder(NativeMemory.ofAuto(), mostSteps, batch, size(population)));
    }

    /**
     * Records the spikes of a population from now on.
     *
     * @param population the population's name
     * @param mostSteps the most steps between two resets
     * @return the recording, of its own memory
     * @throws IllegalArgumentException if there is no such population
     */
    public Population.SpikeRecorder recordSpikes(String population, int mostSteps) {
        return recordSpikes(network.number(population), mostSteps);
    }

    /**
     * Records the step and the neuron of each spike of a population from now on, in memory for the spikes alone. Use it
     * where few neurons fire, or where the number of steps is unknown.
     *
     * @param population the population's name
     * @return the recording, of its own memory, which grows with the spikes
     * @throws IllegalArgumentException if there is no such population
     */
    public Population.SpikeTimes recordSpikeTimes(String population) {
        int neurons = network.population(population).size();
        return observe(population, new Population.SpikeTimes(batch, neurons, TimeSteps.common(network)));
    }

    /**
     * Records the membranes after each step of a population from now on.
     *
     * @param population the population's number, from 0, in the order of declaration
     * @param mostSteps the most steps between two resets
     * @return the recording, of its own memory
     * @throws IndexOutOfBoundsException if there is no such population
     */
    public Population.VariableRecorder recordMembranes(int population, int mostSteps) {
        return observe(
                population, new Population.VariableRecorder(NativeMemory.ofAuto(), mostSteps, batch, size(population)));
    }

    /**
     * Records the membranes after each step of a population from now on.
     *
     * @param population the population's name
     * @param mostSteps the most steps between two resets
     * @return the recording, of its own memory
     * @throws IllegalArgumentException if there is no such population
     */
    public Population.VariableRecorder recordMembranes(String population, int mostSteps) {
        return recordMembranes(network.number(population), mostSteps);
    }

    /**
     * Records a variable of a population after each step from now on, or the currents of each step at one of its ports:
     * {@code record("lif1", "current", steps)} keeps the sum of all projections to the port as the neurons take it, bit
     * for bit. It runs the population step by step, which gives the same bits and takes longer;
     * {@link #recordMembranes(String, int)} does not.
     *
     * <p>A model with gates takes several currents for each neuron: the recording then has {@link Neuron#gates} times
     * as many columns, gate after gate. Recurrent models have the port {@code feedback} beside {@code current}; the
     * network records each alone.
     *
     * @param population the population's name
     * @param variable one of its model's {@linkplain Neuron#variables variables}, or one of the
     *     {@linkplain Neuron#ports ports} that projections enter
     * @param mostSteps the most steps between two resets
     * @return the recording, of its own memory
     * @throws IllegalArgumentException if there is no such population, variable or port, or nothing enters the port
     */
    public Population.VariableRecorder record(String population, String variable, int mostSteps) {
        Objects.requireNonNull(variable, "variable");
        Population found = network.population(population);
        String known = found.neuron().variable(variable);
        return record(
                found,
                Population.VariableRecorder.stepwise(known, false, mostSteps, batch, observing.columns(found, known)));
    }

    /**
     * Records a variable of a population at each step from now on, before the reset by that step's spikes. For a
     * membrane this is the value that was compared with the threshold. It differs from the value after the step only if
     * the model resets neurons in the step in which they fire.
     *
     * @param population the population's name
     * @param variable one of its model's variables
     * @param mostSteps the most steps between two resets
     * @return the recording, of its own memory
     * @throws IllegalArgumentException if there is no such population or variable
     */
    public Population.VariableRecorder recordBeforeReset(String population, String variable, int mostSteps) {
        Objects.requireNonNull(variable, "variable");
        Population found = found(population, variable);
        String known = found.neuron().variable(variable);
        return record(found, Population.VariableRecorder.stepwise(known, true, mostSteps, batch, found.size()));
    }

    private int size(int population) {
        return run.population(population).size();
    }

    private Population found(String population, String variable) {
        return network.population(population).variable(variable).ofPopulation().orElseThrow();
    }

    private Population.VariableRecorder record(Population population, Population.VariableRecorder recorder) {
        try (Call _ = begin()) {
            observing.record(population, recorder);
        }
        return recorder;
    }

    /**
     * Returns the state of a population's neurons, which a caller may read and write between calls.
     *
     * @param population the population's number, from 0, in the order of declaration
     * @return the state, which changes with each call, in torch's order
     * @throws IndexOutOfBoundsException if there is no such population
     */
    public NeuronState state(int population) {
        return run.population(population).shownState();
    }

    /**
     * Returns the state of a population's neurons, which a caller may read and write between calls.
     *
     * @param population the population's name
     * @return the state, which changes with each call, in torch's order
     * @throws IllegalArgumentException if there is no such population
     */
    public NeuronState state(String population) {
        return state(network.number(population));
    }

    /** {@return the values of this simulation's plastic projections by name} */
    public Weights plasticWeights() {
        return plastic;
    }

    /**
     * Begins to learn while serving: with snapshots, an undo and a limit. A second call forgets the snapshots, counts
     * steps from 0 again and measures drift from the present weights.
     *
     * @param every steps from one snapshot to the next, at least 1
     * @param keep how many snapshots are kept, from 1 to {@value Learning#MOST}; with two more copies of the plastic
     *     values, all in native memory
     * @param driftLimit above 0, infinite for none
     * @return the learning of this simulation
     * @throws IllegalArgumentException if an argument is out of range, or no projection has a rule in this simulation
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public Learning learning(int every, int keep, double driftLimit) {
        try (Call _ = begin()) {
            learning = new Learning(network, run, plastic, every, keep, driftLimit);
            return learning;
        }
    }

    /**
     * Returns a variable that a projection's rule has of inputs or outputs, such as a trace. Variables of synapses are
     * among {@link #plasticWeights}.
     *
     * @param projection the projection's name
     * @param variable the variable's name in the rule
     * @return {@code [batch x neurons]}, a copy, in torch's order
     * @throws IllegalArgumentException if there is no such projection or variable, or the projection has no rule
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public FloatMatrix trace(String projection, String variable) {
        try (Call _ = begin()) {
            return run.trace(projection, variable);
        }
    }

    /**
     * Runs a spike train or analog input.
     *
     * @param input {@code [steps * batch x inputs]}, time-major ({@code row = step * batch + sample}), spikes or finite
     *     values; read block by block into this simulation's own memory, so it may lie in a confined arena. The first
     *     call with values allocates memory for them
     * @throws IllegalArgumentException if the network has several inputs, the shape does not fit the network or the
     *     batch, or a value is NaN or infinite
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is
     *     busy
     */
    public void run(Signal input) {
        given.requireRows("input", input);
        try (Call _ = begin()) {
            openOne(input, input.rows() / batch, false);
            runSteps(input.rows() / batch, ALL);
        }
    }

    /**
     * Runs a network of several inputs.
     *
     * @param inputs for each input's name {@code [steps * batch x inputs]}, time-major, of the same number of steps,
     *     spikes or finite values
     * @throws IllegalArgumentException if an input is missing or unknown, a shape does not fit the network or the
     *     batch, or a value is NaN or infinite
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is
     *     busy
     */
    public void run(Map<String, ? extends Signal> inputs) {
        runAll(inputs, given.requireRows(inputs) / batch, false, ALL);
    }

    /**
     * Runs samples of different length; each gives the bits of a run alone. After its end, a sample's spikes and
     * recorded membranes are zero and its state stays. Values that are recorded step by step continue without input. A
     * step costs as much as the samples that are still running. Models that depend on the step number continue, after
     * this call, with the number of the longest sample.
     *
     * @param inputs as for {@link #run(Map)}; rows after a sample's end are not used, but must be finite
     * @param lengths for each sample how many of these steps it has, at least 1
     * @throws IllegalArgumentException as {@link #run(Map)} does, or if a length is out of range or a projection is
     *     plastic
     * @throws IllegalStateException as {@link #run(Map)} does
     */
    public void run(Map<String, ? extends Signal> inputs, int[] lengths) {
        Objects.requireNonNull(lengths, "lengths");
        int count = given.requireRows(inputs) / batch;
        series.require(lengths, count);
        runAll(inputs, count, false, lengths);
    }

    /**
     * Runs samples of different length through a network of one input.
     *
     * @param input as {@link #run(Signal)} takes it
     * @param lengths as {@link #run(Map, int[])} takes them
     * @throws IllegalArgumentException as {@link #run(Map, int[])} does
     * @throws IllegalStateException as {@link #run(Map, int[])} does
     */
    public void run(Signal input, int[] lengths) {
        Objects.requireNonNull(lengths, "lengths");
        given.requireRows("input", input);
        series.require(lengths, input.rows() / batch);
        try (Call _ = begin()) {
            openOne(input, input.rows() / batch, false);
            runSteps(input.rows() / batch, lengths);
        }
    }

    /**
     * Runs samples of different length that have the same input at all of their steps.
     *
     * @param frames as {@link #runConstant(Map, int)} takes them
     * @param lengths for each sample its steps, at least 1
     * @throws IllegalArgumentException as {@link #run(Map, int[])} does
     * @throws IllegalStateException as {@link #run(Map, int[])} does
     */
    public void runConstant(Map<String, ? extends Signal> frames, int[] lengths) {
        Objects.requireNonNull(lengths, "lengths");
        given.requireFrames("frames", frames);
        series.require(lengths, Integer.MAX_VALUE);
        runAll(frames, SeriesRun.longest(lengths), true, lengths);
    }

    /**
     * Runs steps that all have the same input, whose currents are computed once: the same bits as {@link #run(Signal)}
     * with the frame repeated.
     *
     * @param frame {@code [batch x inputs]}, the spikes or finite values of every step
     * @param count how many steps, at least 1
     * @throws IllegalArgumentException if the network has several inputs, the shape does not fit the network or the
     *     batch, a value is NaN or infinite, or there is no step
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is
     *     busy
     */
    public void runConstant(Signal frame, int count) {
        given.requireFrame("frame", frame);
        requireCount(count);
        try (Call _ = begin()) {
            openOne(frame, count, true);
            runSteps(count, ALL);
        }
    }

    /**
     * Runs steps of a network of several inputs that all have the same input.
     *
     * @param frames for each input's name {@code [batch x inputs]}, the spikes or finite values of every step
     * @param count how many steps, at least 1
     * @throws IllegalArgumentException if an input is missing or unknown, a shape does not fit the network or the
     *     batch, a value is NaN or infinite, or there is no step
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is
     *     busy
     */
    public void runConstant(Map<String, ? extends Signal> frames, int count) {
        given.requireFrames("frames", frames);
        requireCount(count);
        runAll(frames, count, true, ALL);
    }

    /**
     * Runs steps of a network without inputs, whose neurons have sources of their own.
     *
     * @param count how many steps, at least 1
     * @throws IllegalArgumentException if the network has inputs, or there is no step
     * @throws IllegalStateException if the simulation is closed, a recorder is full, or the simulation is busy
     */
    public void run(int count) {
        runConstant(Map.of(), count);
    }

    /**
     * Runs one step.
     *
     * @param input {@code [batch x inputs]}, spikes or finite values
     * @return {@code [batch x outputs]}, the spikes of the last population; overwritten by the next call
     * @throws IllegalArgumentException if the network has several inputs, the shape does not fit the network or the
     *     batch, or a value is NaN or infinite
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is
     *     busy
     */
    public SpikeMatrix step(Signal input) {
        given.requireFrame("input", input);
        try (Call _ = begin()) {
            run.open(0, input, steps, false);
            runSteps(1, ALL);
            return run.output();
        }
    }

    /**
     * Runs one step of a network of several inputs.
     *
     * @param inputs for each input's name {@code [batch x inputs]}, spikes or finite values
     * @return {@code [batch x outputs]}, the spikes of the last population; overwritten by the next call
     * @throws IllegalArgumentException if an input is missing or unknown, a shape does not fit the network or the
     *     batch, or a value is NaN or infinite
     * @throws IllegalStateException if the simulation or an arena is closed, a recorder is full, or the simulation is
     *     busy
     */
    public SpikeMatrix step(Map<String, ? extends Signal> inputs) {
        given.requireFrames("inputs", inputs);
        try (Call _ = begin()) {
            openAll(inputs, false);
            runSteps(1, ALL);
            return run.output();
        }
    }

    /**
     * Makes the content of an observer part of this simulation's states from now on: counts and recordings then go on
     * where a state was taken. A state is put in with the observers of which it was taken, in the order in which they
     * were named here, or where none was named.
     *
     * @param <T> the kind of observer
     * @param observer of this simulation, which has a state: {@link SpikeCounts}, recorders, and those that say so
     *     ({@link Population.Observer#stateBytes})
     * @return the observer
     * @throws IllegalArgumentException if it does not observe this simulation, is a part already, or has no state
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public <T extends Population.Observer> T keepInState(T observer) {
        try (Call _ = begin()) {
            Population seen = observing.populationOf(observer);
            if (seen != null && !stateBytes.has(observer) && observer.stateBytes() > 0) {
                stateBytes.add(observer, seen.name());
                return observer;
            }
            throw new IllegalArgumentException("observer is " + observer
                    + ", expected one of this simulation that has a state and was not named before");
        }
    }

    /**
     * Copies the state: everything that the run carries from step to step. It includes the weights of plastic
     * projections, but no other weights, and the content of the observers that {@link #keepInState} names.
     *
     * @return the state, a value of its own
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public SimulationState snapshot() {
        try (Call _ = begin()) {
            return SimulationState.take(stateBytes, steps);
        }
    }

    /**
     * Copies the state into the caller's memory: the bytes of {@link #snapshot()}, for a service that keeps many
     * states. Nothing is allocated, unless projections are plastic or the network's values have changed since their
     * last hash.
     *
     * @param into receives {@link #stateBytes} from its position, which moves past them; on the heap for the fastest
     *     copies
     * @throws IllegalArgumentException if they do not fit; nothing is written then
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public void snapshot(ByteBuffer into) {
        Objects.requireNonNull(into, "into");
        try (Call _ = begin()) {
            stateBytes.write(into, steps);
        }
    }

    /**
     * Returns the length of the present state in bytes.
     *
     * @return bytes; they depend on the batch, on {@link #keepInState}, and where delayed projections leave an input on
     *     whether that is spikes or values
     * @throws IllegalStateException if the simulation is closed or busy, or they are more than 2 GB
     */
    public int stateBytes() {
        try (Call _ = begin()) {
            return stateBytes.size();
        }
    }

    /**
     * Restores a state. The run then continues bit for bit as the run from which the state was copied, and so do the
     * observers that {@link #keepInState} names. Other observers keep their content and continue at the state's step.
     * Rows of a recorder count from the last reset of the restored run: a new recorder needs room for all these steps,
     * and its rows before the state's step stay unchanged. Counts continue from their present number, so counts of
     * several sessions add up. Only graph and models are compared, not weights and other values; compare
     * {@link SimulationState#valuesHash} with {@link Weights#hash} for those.
     *
     * @param state of a simulation of the same graph and batch, in this JVM or another
     * @throws IllegalArgumentException if it is of another graph or batch, or without the observers that are part of
     *     states here
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public void restore(SimulationState state) {
        Objects.requireNonNull(state, "state");
        restore(state.buffer());
    }

    /**
     * Puts a state in, as {@link #restore(SimulationState)} does, from the bytes of one. Nothing is allocated, unless
     * projections are plastic.
     *
     * @param state the rest of the buffer, all of it; its position moves to the end
     * @throws IllegalArgumentException if the bytes are no state, of another version, damaged, of another graph or
     *     batch, or without the observers that are part of states here
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public void restore(ByteBuffer state) {
        Objects.requireNonNull(state, "state");
        try (Call _ = begin()) {
            steps = stateBytes.read(state);
            if (learning != null) {
                learning.keep();
            }
        }
    }

    /**
     * Starts another simulation from this one's state, with as many threads and without observers. Only the weights of
     * plastic projections are copied and hashed.
     *
     * @return a simulation that continues as this one would
     * @throws IllegalStateException if this simulation is closed or busy, or its state has more than 2 GB
     */
    public Simulation fork() {
        ByteBuffer state;
        long forkedAt;
        try (Call _ = begin()) {
            state = ByteBuffer.allocate(StateBytes.requireSize(run.bytes()));
            run.write(state);
            forkedAt = steps;
        }
        Simulation fork = new Simulation(network, run.network(), batch, run.threads(), rowsInBlock);
        fork.run.freeze(run.isFrozen());
        // From its first moment on, a change of the spikes' value reaches the fork, and waits until its plastic values
        // are there.
        network.weights().read(() -> {
            fork.run.read(state.flip());
            return fork;
        });
        fork.steps = forkedAt;
        return fork;
    }

    /**
     * Sets all neurons and observers to their start: zeros, unless equations say otherwise, which read the parameters
     * that the network has now. Values of plastic projections stay as they are.
     *
     * @throws IllegalStateException if the simulation is closed or busy
     */
    public void reset() {
        try (Call _ = begin()) {
            steps = 0;
            run.reset();
        }
    }

    /**
     * Frees the memory at once; recordings and counts stay. A second call has no effect.
     *
     * @throws IllegalStateException if another thread is running it or uses its memory, or an observer closes it; it is
     *     not closed then
     */
    @Override
    public void close() {
        if (run.isOpen()) {
            try (Call _ = begin()) {
                run.close();
            }
        }
    }

    private void runSteps(int count, int[] lengths) {
        network.laidOut().requireSteps(steps + count);
        network.laidOut().requireSeries(count, lengths);
        profiled = NetworkRun.isProfiled();
        if (profiled) {
            run.beginProfiles();
        }
        stepsAtATime = 0;
        if (lengths.length > 0) {
            series.run(lengths);
        }
        for (int step = 0; step < count && lengths.length == 0; ) {
            step += runBlock(run, null, step, count - step);
            if (learning != null) {
                learning.stepped();
            }
        }
        if (profiled) {
            run.emitProfiles();
        }
    }

    /** Runs a block of a call, of all samples or, in a separate run, of some. */
    private int runBlock(NetworkRun of, int @Nullable [] samples, int step, int most) {
        of.ends().goOn(step);
        int some = Math.min(of.stepsInBlock(), most);
        if (samples == null) {
            some = stepsAtATime == 0 ? some : Math.min(some, stepsAtATime);
            of.load(step, some);
            if (stepsAtATime == 0) {
                int loaded = some;
                some = Math.max(1, of.rowsAtATime(loaded * batch) / batch);
                // If a sample's end cut the block short, ask for a longer one again.
                stepsAtATime = some == loaded && loaded < of.stepsInBlock() ? 0 : some;
            }
        } else {
            of.load(run, samples, step, some);
        }
        of.run(steps, some, profiled && samples == null);
        if (samples != null) {
            run.show(of, samples, steps, some);
        }
        of.advance(some);
        steps += some;
        return some;
    }

    private void openOne(Signal only, int count, boolean constant) {
        run.makeRoom(count);
        run.open(0, only, steps, constant);
    }

    private void runAll(Map<String, ? extends Signal> all, int count, boolean constant, int[] lengths) {
        try (Call _ = begin()) {
            run.makeRoom(count);
            openAll(all, constant);
            runSteps(count, lengths);
        }
    }

    private void openAll(Map<String, ? extends Signal> given, boolean constant) {
        for (int i = 0; i < network.inputs().size(); i++) {
            run.open(i, GivenInputs.of(given, network.inputs().get(i)), steps, constant);
        }
    }

    private static void requireCount(int count) {
        Checks.require(count >= 1, "count", count, "at least 1 step");
    }

    private Call begin() {
        run.turn().take();
        if (!run.isOpen()) {
            run.turn().close();
            throw new IllegalStateException("simulation is closed");
        }
        run.takeShown();
        return call;
    }

    private void end() {
        try (RunLock _ = run.turn()) {
            if (run.isOpen()) {
                run.show();
            }
        } finally {
            Reference.reachabilityFence(this); // the cleaner must not free a running simulation
        }
    }

    /** A call that holds the run lock until it is closed. */
    private interface Call extends AutoCloseable {

        @Override
        void close();
    }

    @Override
    public String toString() {
        return "Simulation of batch " + batch + " after " + steps + " steps: " + network;
    }
}
