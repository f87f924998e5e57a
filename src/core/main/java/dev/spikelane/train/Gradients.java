package dev.spikelane.train;

import dev.spikelane.engine.ParameterChange;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.NeuronState;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.train.gradient.GradientInput;
import dev.spikelane.train.gradient.GradientPopulation;
import dev.spikelane.train.gradient.GradientRequest;
import dev.spikelane.train.gradient.GradientRun;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.InputForm;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.gradient.OutputGradients;
import dev.spikelane.train.update.RefusedParameter;
import dev.spikelane.train.update.TrainingParameter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a network over a window of steps and takes gradients back through it: backpropagation through time, with
 * surrogates in place of the derivative of firing.
 *
 * <p>The forward pass gives the bits of a {@link dev.spikelane.network.Simulation}. Batch norms are the exception: they
 * use the statistics of each step's batch; a {@link Trainer} updates the running values. In the backward pass every sum
 * has one order, whatever the number of threads, the width of vectors and the recomputed share:
 *
 * <ul>
 *   <li>Gradients of a population's spikes: the values that the caller has written, then projections in order of
 *       declaration, each complete before it is added. A projection sums from zero over outputs ascending, by one fused
 *       multiply-add for each.
 *   <li>Gradients of a variable: likewise, then the gradient of the next step, then the gradient of the spikes.
 *   <li>Gradients of weights: steps descending; in a step samples ascending, for spikes in groups of four, each
 *       complete before it is added, for values by one fused multiply-add each. A bias is an input that always fires.
 *       If all steps have one frame, gradients of currents are summed over steps descending, then one fused
 *       multiply-add a sample ascending, plain additions for the bias.
 *   <li>Gradients of parameters of neurons: for each neuron and sample over steps descending, then samples ascending,
 *       then neurons ascending.
 * </ul>
 *
 * <p>Rows of shaped inputs and populations are in torch's order (channel, y, x): both the rows it returns and the rows
 * a caller writes.
 *
 * <p>A window goes on from the state at the end of the one before, without gradients into it (truncated
 * backpropagation), until {@link #reset}. Used by one thread at a time: methods that change something throw
 * {@link IllegalStateException} while another thread is in one. Gradients that are forgotten are freed; {@link #close}
 * frees them at once.
 */
public final class Gradients implements AutoCloseable {

    private final GradientRequest plan;
    private final GradientRun run;
    private final List<LearnedValue> slots;
    private final List<ParameterChange> changes;

    private final CounterRandom.Draws[] draws;

    private final WorkerPool workers;
    private final RunLock turn = new RunLock("object of gradients", this);
    private long seen;
    private boolean ran;
    /** True if a window can run backward: only once, as gradients overwrite currents. */
    private boolean stands;

    private int firstStep;

    Gradients(GradientRequest plan, GradientRun run, List<LearnedValue> slots, WorkerPool workers) {
        this.plan = plan;
        this.run = run;
        this.slots = slots;
        this.changes = GradientValues.changes(plan, slots);
        this.draws = run.draws();
        this.workers = workers;
        this.seen = plan.layout().version();
        setSamples(IntStream.range(0, plan.size().batch()).toArray());
    }

    /**
     * Creates a builder of gradients.
     *
     * @param network whose gradients are computed, with its own weights
     * @param steps steps of a window, at least 1
     * @param batch samples, at least 1
     * @return a builder
     * @throws IllegalArgumentException if a number is below 1 or they are too many
     */
    public static GradientsBuilder of(Network network, int steps, int batch) {
        return new GradientsBuilder(network, steps, batch);
    }

    /**
     * Runs a window of a network with one input.
     *
     * @param input {@code [steps * batch x inputs]}, time-major, spikes or finite values
     * @throws IllegalArgumentException as {@link #forward(Map)} does, or if there are several inputs
     */
    public void forward(Signal input) {
        forward(Map.of(onlyInput().name(), Objects.requireNonNull(input, "input")));
    }

    /**
     * Runs a window.
     *
     * @param inputs for each input's name {@code [steps * batch x inputs]}
     * @throws IllegalArgumentException if an input is missing or unknown, a shape does not fit, a value is not finite,
     *     or an input of a delayed projection changes between spikes and values
     */
    public void forward(Map<String, ? extends Signal> inputs) {
        forward(inputs, false);
    }

    /**
     * Runs a window with one frame of a network's only input at all steps.
     *
     * @param frame {@code [batch x inputs]}, spikes or finite values
     * @throws IllegalArgumentException as {@link #forward(Map)} does, or if there are several inputs
     */
    public void forwardConstant(Signal frame) {
        forwardConstant(Map.of(onlyInput().name(), Objects.requireNonNull(frame, "frame")));
    }

    /**
     * Runs a window with one frame at all steps.
     *
     * @param frames for each input's name {@code [batch x inputs]}, spikes or finite values
     * @throws IllegalArgumentException as {@link #forward(Map)} does
     */
    public void forwardConstant(Map<String, ? extends Signal> frames) {
        forward(Objects.requireNonNull(frames, "frames"), true);
    }

    void forward(Map<String, ? extends Signal> rows, boolean constant) {
        requireNames(rows, plan.network());
        try (RunLock _ = turn.take()) {
            for (GradientInput input : run.inputs()) {
                Signal own = given(rows, input.input());
                requireForm(form(own, constant));
                input.require(own, constant);
                if (ran) {
                    input.requireKind(own);
                }
            }
            open();
            for (GradientInput input : run.inputs()) {
                input.load(given(rows, input.input()), constant);
            }
            run.forward(firstStep);
            run.show();
            stands = true;
        }
    }

    private static InputForm form(Signal rows, boolean constant) {
        return constant ? InputForm.FRAME : rows instanceof FloatMatrix ? InputForm.VALUES : InputForm.SPIKES;
    }

    private void open() {
        stands = false;
        run.takeShown();
        if (seen != plan.layout().version()) {
            seen = plan.layout().guard().read(() -> {
                run.refresh();
                return plan.layout().version();
            });
        }
        if (ran) {
            run.advance();
            firstStep += plan.size().steps();
        }
        ran = true;
    }

    private void requireForm(InputForm form) {
        if (plan.form() != InputForm.ANY && plan.form() != form) {
            throw new IllegalArgumentException(
                    "input is " + form + ", expected " + plan.form() + " as was said before");
        }
    }

    private Input onlyInput() {
        List<Input> inputs = plan.network().inputs();
        if (inputs.size() != 1) {
            throw new IllegalArgumentException("the network has the inputs "
                    + inputs.stream().map(Input::name).toList() + ", expected a map from their names");
        }
        return inputs.getFirst();
    }

    /** Throws for inputs that the network does not have. Missing inputs are detected later. */
    static void requireNames(Map<String, ? extends Signal> inputs, Network network) {
        if (inputs.size() > network.inputs().size()) {
            throw new IllegalArgumentException("inputs are " + FileText.shown(inputs.keySet()) + ", expected "
                    + network.inputs().stream().map(Input::name).toList());
        }
    }

    private static Signal given(Map<String, ? extends Signal> inputs, Input input) {
        Signal found = inputs.get(input.name());
        if (found == null) {
            throw new IllegalArgumentException(
                    "input '" + input.name() + "' is missing, found " + FileText.shown(inputs.keySet()));
        }
        return found;
    }

    /**
     * Sets the samples' numbers in their data set for the next window, by which random surrogates and dropouts draw.
     * The default is 0, 1 and so on.
     *
     * @param numbers a number for each sample of the batch
     * @throws IllegalArgumentException if there is not one for each sample
     */
    public void setSamples(int... numbers) {
        if (numbers.length != plan.size().batch()) {
            throw new IllegalArgumentException(
                    numbers.length + " samples, expected " + plan.size().batch() + ", the batch");
        }
        for (CounterRandom.Draws each : draws) {
            each.setSamples(numbers, 0, numbers.length);
        }
    }

    /**
     * Sets the number of the epoch, by which random surrogates and dropouts draw. The default is 0.
     *
     * @param epoch its number
     */
    public void setEpoch(int epoch) {
        for (CounterRandom.Draws each : draws) {
            each.setEpoch(epoch);
        }
    }

    /**
     * Runs the window backward, once, from the {@linkplain #given given} gradients.
     *
     * @throws IllegalStateException if no window has run since the last backward pass or reset, or values of the
     *     network have changed since then
     */
    public void backward() {
        try (RunLock _ = turn.take()) {
            if (!stands) {
                throw new IllegalStateException(
                        "there is no window to take back, expected forward before each backward");
            }
            if (seen != plan.layout().version()) {
                throw new IllegalStateException(
                        "values of the network have changed since the window ran, expected forward with the "
                                + "present ones");
            }
            stands = false;
            run.backward();
            run.show();
            GradientValues.collect(slots, run);
        }
    }

    /**
     * Returns the spikes of a population in the window.
     *
     * @param population its name
     * @return {@code [steps * batch x neurons]}, time-major, in torch's order; overwritten by the next window
     * @throws IllegalArgumentException if there is no such population
     */
    public SpikeMatrix spikes(String population) {
        return population(population).forward().spikesInTorch();
    }

    /**
     * Returns the values of a variable after each step of the window.
     *
     * @param population its name
     * @param variable that is kept
     * @return {@code [steps * batch x neurons]}, time-major; overwritten by the next window
     * @throws IllegalArgumentException if it is not kept
     */
    public FloatMatrix values(String population, String variable) {
        OutputGradients outlet = population(population).ofVariable(variable);
        if (!outlet.keeps()) {
            throw new IllegalArgumentException(JsonValue.quoted(variable) + " of population '" + population
                    + "' is not kept; say so when the gradients are built");
        }
        return outlet.valuesInTorch();
    }

    /**
     * Returns the matrix for the gradients of a population's spikes.
     *
     * @param population at whose spikes gradients start
     * @return {@code [steps * batch x neurons]}, time-major, zero until it is written
     * @throws IllegalArgumentException if gradients do not start there
     */
    public FloatMatrix given(String population) {
        return found(population(population).ofSpikes().givenInTorch(), population, "", "gradients do not start there");
    }

    /**
     * Returns the matrix for the gradients of a population's variable.
     *
     * @param population its name
     * @param variable at which gradients start
     * @return {@code [steps * batch x neurons]}, time-major, zero until it is written
     * @throws IllegalArgumentException if gradients do not start there
     */
    public FloatMatrix given(String population, String variable) {
        return found(
                population(population).ofVariable(variable).givenInTorch(),
                population,
                variable,
                "gradients do not start there");
    }

    /**
     * Returns the gradients of the spikes of a population.
     *
     * @param population that is observed
     * @return {@code [steps * batch x neurons]}, time-major
     * @throws IllegalArgumentException if it is not observed
     */
    public FloatMatrix observed(String population) {
        return found(population(population).ofSpikes().observedInTorch(), population, "", "it is not observed");
    }

    /**
     * Returns the gradients that reached a population's variable from outside.
     *
     * @param population its name
     * @param variable that is observed
     * @return {@code [steps * batch x neurons]}, time-major
     * @throws IllegalArgumentException if it is not observed
     */
    public FloatMatrix observed(String population, String variable) {
        return found(
                population(population).ofVariable(variable).observedInTorch(),
                population,
                variable,
                "it is not observed");
    }

    private static FloatMatrix found(@Nullable FloatMatrix matrix, String population, String variable, String why) {
        if (matrix == null) {
            String name = variable.isEmpty() ? population : population + "." + variable;
            throw new IllegalArgumentException("'" + name + "': " + why + "; say so when the gradients are built");
        }
        return matrix;
    }

    /**
     * Returns the gradient of learned values.
     *
     * @param name such as {@code fc1.weight}
     * @return a copy in torch's layout
     * @throws IllegalArgumentException if they are not learned
     */
    public FloatMatrix gradient(String name) {
        for (LearnedValue slot : slots) {
            if (slot.name().equals(name)) {
                return slot.gradientInTorch();
            }
        }
        throw new IllegalArgumentException(JsonValue.quoted(name) + " is not learned, expected one of "
                + slots.stream().map(LearnedValue::name).toList());
    }

    /**
     * Returns the gradients of an input.
     *
     * @param name the input's
     * @return {@code [steps * batch x inputs]}, time-major, or {@code [batch x inputs]} of a frame, in torch's order;
     *     overwritten by the next window
     * @throws IllegalArgumentException if they are not wanted
     */
    public FloatMatrix gradientOfInput(String name) {
        for (GradientInput input : run.inputs()) {
            if (input.input().name().equals(name) && input.wantsGradient()) {
                return input.gradientsInTorch();
            }
        }
        throw new IllegalArgumentException(
                "gradients of input " + JsonValue.quoted(name) + " are not wanted; say so when they are built");
    }

    /**
     * Returns the gradient of a variable before the first step of the window.
     *
     * @param population its name
     * @param variable such as {@code membrane}
     * @return {@code [batch x neurons]}; overwritten by the next window
     * @throws IllegalArgumentException if there is no such population
     */
    public FloatMatrix gradientOfState(String population, String variable) {
        return population(population).carriedInTorch(variable);
    }

    /**
     * Returns the state of a population, from which the next window starts.
     *
     * @param population its name
     * @return its state, which may be changed between windows
     * @throws IllegalArgumentException if there is no such population
     */
    public NeuronState state(String population) {
        return population(population).forward().run().shownState();
    }

    /**
     * Returns the spikes of the step before the window, which neurons feed back to themselves.
     *
     * @param population its name
     * @return {@code [batch x neurons]}, which may be changed between windows
     * @throws IllegalArgumentException if there is no such population, or nothing reads these spikes
     */
    public SpikeMatrix previousSpikes(String population) {
        SpikeMatrix spikes = population(population).forward().previousSpikes();
        if (spikes == null) {
            throw new IllegalArgumentException("nothing reads spikes of population '" + population + "' a step later");
        }
        return spikes;
    }

    /**
     * Returns the gradient of the values that spikes of the step before the window carried.
     *
     * @param population its name
     * @return {@code [batch x neurons]}; overwritten by the next call
     * @throws IllegalArgumentException if there is no such population
     */
    public FloatMatrix gradientOfPreviousSpikes(String population) {
        return population(population).ofPreviousSpikes();
    }

    GradientPopulation population(String population) {
        int number = plan.network().populations().indexOf(plan.network().population(population));
        return run.populations()[number];
    }

    List<LearnedValue> slots() {
        return slots;
    }

    GradientRun run() {
        return run;
    }

    GradientRequest plan() {
        return plan;
    }

    WorkerPool workers() {
        return workers;
    }

    void update(boolean rounds) {
        run.update(rounds);
        sawChange();
    }

    void refresh() {
        run.refresh();
        sawChange();
    }

    private void sawChange() {
        seen = plan.layout().version() + 1; // the change is counted when it is done
    }

    /** Returns the version of the values that these gradients have. */
    long seen() {
        return seen;
    }

    /** Copies parameters of neurons that an optimizer has written to the network, which has them in another form. */
    void replace(List<TrainingParameter> parameters) {
        for (int i = 0; i < slots.size(); i++) {
            slots.get(i).hold();
        }
        for (int i = 0; i < changes.size(); i++) {
            try {
                plan.layout().setParameters(changes.get(i));
            } catch (IllegalArgumentException refused) {
                throw RefusedParameter.of(
                        parameters, plan.population(changes.get(i).population()), refused);
            }
        }
    }

    /** Continues from the state at the end of another window of the same network and samples. */
    void goOnFrom(Gradients other) {
        other.run.advance();
        other.ran = false;
        firstStep = other.firstStep + other.plan.size().steps();
        run.takeState(other.run);
        run.show();
        ran = false;
    }

    /** Starts the next window from a state of zeros. */
    public void reset() {
        try (RunLock _ = turn.take()) {
            ran = false;
            stands = false;
            firstStep = 0;
            run.reset();
            run.show();
        }
    }

    /** Frees the memory and ends the threads. Closing again does nothing. */
    @Override
    public void close() {
        try (RunLock _ = turn.take()) {
            if (plan.arena().scope().isAlive()) {
                workers.close();
                plan.arena().close();
            }
        }
    }

    @Override
    public String toString() {
        return "Gradients of " + slots.size() + " learned values: " + plan.network();
    }
}
