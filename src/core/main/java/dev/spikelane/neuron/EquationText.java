package dev.spikelane.neuron;

import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Equations;
import dev.spikelane.kernel.step.DelayLine;
import dev.spikelane.kernel.step.NeuronLoops;
import dev.spikelane.kernel.step.NeuronText;
import dev.spikelane.kernel.step.Quantize;
import dev.spikelane.kernel.step.QuantizeLevels;
import dev.spikelane.loop.Node;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.random.CounterRandom;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The text of an {@link EquationNeuron}, laid out. */
final class EquationText implements NeuronText {

    private final Equations equations;
    private final EquationParameters parameters;
    private final List<String> names;
    private final long[] seeds;
    private final @Nullable QuantizeLevels levels;
    private final Equations steps;
    private final NeuronLoops loops;
    private final FloatMatrix initial;
    private final @Nullable DelayLine line;

    private EquationText(Arena arena, EquationNeuron model, int neurons) {
        Equations.Cut cut = model.cut();
        this.equations = cut == null ? model.equations() : cut.charge();
        this.names = model.variables();
        // Steps are never below 0.
        this.seeds = IntStream.range(0, equations.noises().size())
                .mapToLong(place -> CounterRandom.rowKey(model.seed(), -1, place))
                .toArray();
        this.parameters = new EquationParameters(arena, equations, neurons, given(model.parameters()));
        parameters.requireNumbers(
                equations.variables(),
                equations.greatest(),
                (_, message) -> new IllegalArgumentException("neuron " + equations.name() + ": " + message));
        this.levels = cut == null
                ? null
                : QuantizeLevels.of(arena, model.quantization().levels());
        this.steps = cut == null ? equations : cut.fire();
        this.loops = new NeuronLoops(cut == null ? null : equations, steps, atSpike(), parameters, 0);
        this.line = DelayLine.of(equations, parameters);
        this.initial = FloatMatrix.zeros(arena, names.size(), neurons);
        int row = 0;
        for (Node node : equations.variables().values()) {
            float[] values = parameters.values(node);
            for (int i = 0; i < neurons; i++) {
                initial.set(row, i, values[values.length == 1 ? 0 : i]);
            }
            row++;
        }
    }

    /** Makes neurons. */
    static NeuronGroup group(Arena arena, EquationNeuron model, int neurons, AroundStep... around) {
        EquationText text = new EquationText(arena, model, neurons);
        return new TextGroup(text, () -> text.loops, text.names, around);
    }

    /** Returns the value of one spike. */
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
    public EquationParameters parameters() {
        return parameters;
    }

    @Override
    public Equations.Cut back(boolean carries) {
        return new Equations.Cut(equations, steps);
    }

    @Override
    public @Nullable AtSpike atSpike() {
        return levels == null ? null : this::round;
    }

    private void round(FloatMatrix charged, int batch, int first, int end, SpikeMatrix winners) {
        for (int row = 0; row < charged.rows(); row++) {
            if (Equations.isRounded(names.get(row / batch))) {
                Quantize.row(Objects.requireNonNull(levels), charged, row, first, end);
            }
        }
    }

    @Override
    public long[] seeds() {
        return seeds;
    }

    @Override
    public @Nullable DelayLine line() {
        return line;
    }

    @Override
    public FloatMatrix initial() {
        return initial;
    }
}
