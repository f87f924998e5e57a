package dev.spikelane.neuron;

import dev.spikelane.connection.OneToOne;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.Feedback;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.NeuronRun;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.kernel.step.leaky.LeakyNeurons;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Neurons of a text, many steps at a time; one by one if something is drawn or done around a step. */
final class TextGroup implements NeuronGroup, PortSteps<NeuronState> {

    static final List<String> MEMBRANE = List.of("membrane");
    static final List<String> SYNAPTIC = List.of("membrane", "synapse");
    static final List<String> SUM = List.of("membrane", "sum");
    static final List<String> ALPHA = List.of("membrane", "excitatory", "inhibitory");
    static final List<String> CELL = List.of("membrane", "cell");

    private final NeuronText text;
    private final Supplier<NeuronLoops> loops;
    private final List<String> names;
    private final List<String> ports;
    private final List<AroundStep> around;
    private final long[] seeds;
    private final @Nullable SelfFeedback feedback;
    /** True if a step has to end before the next one begins. */
    private final boolean stepwise;

    private final boolean clears;
    private final String byStep;

    /**
     * Makes neurons.
     *
     * @param loops of the text, or of the part of it that is not done around a step
     * @param names of the state variables, the membrane first
     * @param around the parts of a step that the text does not say, in the order in which they run before and after it
     */
    TextGroup(NeuronText text, Supplier<NeuronLoops> loops, List<String> names, AroundStep... around) {
        this.text = text;
        this.loops = loops;
        this.names = names;
        this.around = List.of(around);
        this.seeds = text.seeds();
        this.feedback = this.around.isEmpty() || !(this.around.getLast() instanceof SelfFeedback own) ? null : own;
        this.stepwise = around.length > 0 || seeds.length > 0;
        this.byStep = this.around.stream()
                .map(AroundStep::byStep)
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse(seeds.length == 0 ? "" : "noise that is drawn by step");
        this.clears = around.length == 0 && text.line() == null && text.atSpike() == null && text.channels() == 0;
        this.ports = portNames();
    }

    /** Makes leaky neurons. */
    TextGroup(LeakyNeurons text, List<String> names, AroundStep... around) {
        this(text, text::loops, names, around);
    }

    /** Neurons without an input take currents of zero, whose blocks say which neurons run. */
    private List<String> portNames() {
        List<String> inputs = text.equations().inputs();
        if (feedback != null || inputs.isEmpty()) {
            return List.of(Neuron.CURRENT);
        }
        return text.channels() > 0 ? List.of(Neuron.CURRENT, Neuron.FEEDBACK) : inputs;
    }

    /** Makes leaky neurons of a model that may feed back to themselves. */
    static NeuronGroup of(Arena arena, Shape shape, Neuron model, LeakyModel declared) {
        return switch (model.recurrence()) {
            case Recurrence.None _ -> new TextGroup(declared.build(arena), model.variables());
            case Recurrence.By(OneToOne(Parameter weights)) ->
                new TextGroup(
                        declared.param(Neuron.RECURRENT_WEIGHTS, weights.values())
                                .feedback(Feedback.OWN_SPIKES, Neuron.RECURRENT_WEIGHTS)
                                .build(arena),
                        model.variables());
            case Recurrence.By other -> SelfFeedback.of(arena, shape, other.connection(), model);
        };
    }

    /** Returns the same neurons, which feed back to themselves. */
    TextGroup feedingBack(SelfFeedback own) {
        return new TextGroup(
                text,
                loops,
                names,
                Stream.concat(around.stream(), Stream.of(own)).toArray(AroundStep[]::new));
    }

    @Override
    public int neurons() {
        return text.parameters().neurons();
    }

    @Override
    public int currents() {
        return (text.channels() > 0 ? GateRows.GATES : 1) * neurons();
    }

    @Override
    public boolean coupled() {
        return feedback != null || text.coupled();
    }

    @Override
    public String byStep() {
        return byStep;
    }

    @Override
    public List<String> ports() {
        return ports;
    }

    @Override
    public @Nullable NeuronText text() {
        return feedback == null ? text : null;
    }

    @Override
    public NeuronText differentiable() {
        if (!around.isEmpty()) {
            throw new IllegalArgumentException(around.getLast().noGradient());
        }
        return text;
    }

    @Override
    public boolean samplesApart() {
        return !stepwise && text.line() == null && !text.feedsSpikes();
    }

    @Override
    public boolean holds() {
        return !stepwise && text.line() == null && loops.get().holds();
    }

    @Override
    public boolean clears() {
        return clears;
    }

    @Override
    public @Nullable DelayLine line() {
        return text.line();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        DelayLine line = text.line();
        int window = line == null ? 0 : line.steps();
        for (AroundStep each : around) {
            window += each.window();
        }
        boolean recurrent = text.feedsSpikes() || feedback != null && !feedback.feedsMembranes();
        NeuronState.Layout layout = new NeuronState.Layout(batch, neurons(), names, recurrent, window);
        return new NeuronState(arena, layout, text.initial(), feedback == null ? null : feedback.connection());
    }

    @Override
    public void reset(NeuronState state) {
        FloatMatrix initial = text.initial();
        if (initial == null) {
            state.reset();
        } else {
            state.require(names);
            state.membrane().requireShape("state", state.membrane().rows(), neurons());
            state.reset(initial);
        }
    }

    @Override
    public void run(NeuronRun<NeuronState> run) {
        NeuronState state = run.from;
        run.requirePorts(ports);
        state.place(run, names);
        NeuronLoops own = loops.get();
        for (int i = 0; i < around.size(); i++) { // an iterator would be an object
            around.get(i).begin(run);
        }
        own.check(run, 0, run.rows);
        if (stepwise || text.line() != null) {
            runSteps(run, own);
        } else {
            own.run(run, 0, run.rows);
        }
        state.advance(run.firstWord, run.endWord, run.rows / state.membrane().rows());
    }

    private void runSteps(NeuronRun<NeuronState> run, NeuronLoops own) {
        NeuronState state = run.from;
        long first = state.step(run.firstWord, run.endWord);
        DelayLine line = text.line();
        Tile given = run.ports[0];
        try {
            if (line != null && !run.delayed) {
                run.ports[0] = run.frames(own).delay(run, line, run.rows, state.window());
            }
            runSteps(run, own, first);
        } finally {
            run.ports[0] = given;
        }
    }

    private void runSteps(NeuronRun<NeuronState> run, NeuronLoops own, long first) {
        int batch = run.from.membrane().rows();
        int turn = stepwise ? batch : run.rows;
        for (int row = 0; row < run.rows; row += turn) {
            long step = first + row / batch;
            if (seeds.length > 0) {
                run.frames(own).draw(run, seeds, run.from.noise(), (int) step);
            }
            for (int i = 0; i < around.size(); i++) {
                around.get(i).before(run, row, step);
            }
            own.run(run, row, turn);
            for (int i = 0; i < around.size(); i++) {
                around.get(i).after(run, row, step);
            }
        }
    }

    @Override
    public void run(List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes) {
        runWhole(currents, state, spikes, null);
    }

    @Override
    public void record(List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes, FloatMatrix membranes) {
        runWhole(currents, state, spikes, Objects.requireNonNull(membranes, "membranes"));
    }

    private void runWhole(
            List<FloatMatrix> currents, NeuronState state, SpikeMatrix spikes, @Nullable FloatMatrix membranes) {
        NeuronRun.requireCount(currents.size(), ports);
        NeuronRun<NeuronState> run = state.whole(currents.size());
        try {
            for (int i = 0; i < currents.size(); i++) {
                run.ports[i].on(Objects.requireNonNull(currents.get(i), "current"));
            }
            int rows = run.current().rows();
            spikes.requireShape("spikes", rows, neurons());
            if (membranes != null) {
                membranes.requireShape("membranes", rows, neurons());
            }
            run(run.go(rows, spikes, membranes));
        } finally {
            state.release(run);
        }
    }
}
