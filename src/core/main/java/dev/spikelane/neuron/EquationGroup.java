package dev.spikelane.neuron;

import dev.spikelane.equation.BoundEquations;
import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.QuantizeLevels;
import dev.spikelane.kernel.step.StepFrames;
import dev.spikelane.kernel.step.StepRun;
import dev.spikelane.loop.Node;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Neurons of equations, many steps at a time. */
final class EquationGroup implements TileGroup, BoundEquations {

    private final Equations equations;
    private final EquationParameters parameters;
    private final List<String> names;
    private final long seed;
    private final @Nullable QuantizeLevels levels;
    private final Equations steps;
    private final NeuronLoops loops;
    private final FloatMatrix initial;
    private final @Nullable DelayLine line;

    EquationGroup(Arena arena, EquationNeuron model, int neurons) {
        Equations.Cut cut = model.cut();
        this.equations = cut == null ? model.equations() : cut.charge();
        this.names = model.variables();
        this.seed = model.seed();
        this.parameters = new EquationParameters(arena, equations, neurons, given(model.parameters()));
        parameters.requireNumbers(
                equations.variables(),
                equations.greatest(),
                (_, message) -> new IllegalArgumentException("neuron " + equations.name() + ": " + message));
        this.levels = cut == null
                ? null
                : QuantizeLevels.of(arena, model.quantization().levels());
        this.steps = cut == null ? equations : cut.fire();
        this.loops =
                new NeuronLoops(cut == null ? null : equations, steps, cut == null ? null : this::round, parameters, 0);
        this.line = DelayLine.of(equations, parameters);
        this.initial = FloatMatrix.zeros(arena, names.size(), neurons);
        start();
    }

    private void start() {
        int row = 0;
        for (Node node : equations.variables().values()) {
            float[] values = parameters.values(node);
            for (int i = 0; i < neurons(); i++) {
                initial.set(row, i, values[values.length == 1 ? 0 : i]);
            }
            row++;
        }
    }

    /** What a spike carries. */
    static Parameter carried(Equations equations, Map<String, Parameter> values) {
        Node carries = equations.carries();
        if (carries == null) {
            return Parameter.of(1);
        }
        int count = values.values().stream().mapToInt(Parameter::count).max().orElse(1);
        return Parameter.of(
                new EquationParameters(NativeMemory.ofAuto(), equations, count, given(values)).values(carries));
    }

    private static Map<String, float[]> given(Map<String, Parameter> parameters) {
        Map<String, float[]> given = new HashMap<>();
        for (Map.Entry<String, Parameter> each : parameters.entrySet()) {
            given.put(each.getKey(), each.getValue().values());
        }
        return given;
    }

    @Override
    public Equations equations() {
        return equations;
    }

    @Override
    public Equations steps() {
        return steps;
    }

    @Override
    public EquationParameters parameters() {
        return parameters;
    }

    @Override
    public List<String> names() {
        return names;
    }

    /** Steps are never below 0. */
    @Override
    public long seedOfNoise(int place) {
        return CounterRandom.rowKey(seed, -1, place);
    }

    @Override
    public boolean clears() {
        return levels == null && line == null;
    }

    @Override
    public @Nullable DelayLine line() {
        return line;
    }

    NeuronLoops loops() {
        return loops;
    }

    /** Rounds what a charge has left, in some words of all samples. */
    private void round(StepRun run, int firstRow, StepFrames frames) {
        int batch = run.state.rows() / names.size();
        QuantizeLevels to = Objects.requireNonNull(levels);
        for (int row = 0; row < run.state.rows(); row++) {
            if (Equations.isRounded(names.get(row / batch))) {
                Quantize.row(to, run.state, row, run.firstWord * Long.SIZE, run.endWord * Long.SIZE);
            }
        }
    }

    @Override
    public int neurons() {
        return parameters.neurons();
    }

    @Override
    public boolean coupled() {
        return false;
    }

    /** Neurons without an input take currents of zero: those say which blocks of them run. */
    @Override
    public List<String> ports() {
        return equations.inputs().isEmpty() ? ONE_PORT : equations.inputs();
    }

    @Override
    public NeuronState newState(Arena arena, int batch) {
        int steps = line == null ? 0 : line.steps();
        return NeuronState.starting(arena, new NeuronState.Layout(batch, neurons(), names, false, steps), initial);
    }

    @Override
    public String byStep() {
        return equations.noises().isEmpty() ? "" : "noise that is drawn by step";
    }

    @Override
    public void reset(NeuronState state) {
        state.require(names);
        FloatMatrix membrane = state.membrane();
        membrane.requireShape("state", membrane.rows(), neurons());
        state.reset(initial);
    }

    @Override
    public void step(StepRun run, int row, long step, NeuronState state) {
        state.run(this, run.firstWord).run(run, row, state.membrane().rows(), step);
    }

    @Override
    public void steps(StepRun run, int rows, NeuronState state) {
        check(run, rows);
        long step = state.step(run.firstWord, run.endWord);
        state.run(this, run.firstWord).run(run, 0, rows, step);
        state.advance(run.firstWord, run.endWord, rows / state.membrane().rows());
    }

    private void check(StepRun run, int rows) {
        Checks.rows("current", run.current.rows(), rows);
        Checks.rows("spikes", run.spikes.rows(), rows);
        Checks.wholeSteps(rows, run.state.rows() / names.size());
        run.spikes.requireShape("spikes", run.spikes.rows(), neurons());
        run.state.requireShape("state", run.state.rows(), neurons());
        Checks.range("word of spikes", run.firstWord, run.endWord, run.spikes.stride());
        run.tile.require("current", rows, neurons());
        Checks.apart("state", run.state, "current", run.current);
        for (int i = 1; i < ports().size(); i++) {
            String port = ports().get(i);
            FloatMatrix entering = run.entering(i);
            Checks.rows(port, entering.rows(), rows);
            entering.requireShape(port, entering.rows(), run.current.columns());
            Checks.apart("state", run.state, port, entering);
            if (run.records) {
                Checks.apart("membranes", run.membranes, port, entering);
            }
        }
        if (run.records) {
            Checks.rows("membranes", run.membranes.rows(), rows);
            run.membranes.requireShape("membranes", run.membranes.rows(), neurons());
            Checks.sameOrApart("membranes", run.membranes, "current", run.current);
            Checks.apart("membranes", run.membranes, "state", run.state);
        }
    }
}
