package dev.spikelane.kernel.optimize;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.loop.Frame;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** A rule bound to the memory of a parameter, in whole blocks of {@value #BLOCK} floats. */
public final class ParameterStep implements GradientSink {

    private static final int BLOCK = Long.SIZE;

    private final MemorySegment parameter;
    private final long floats;
    private final Elementwise rule;

    /**
     * Binds a rule.
     *
     * @param parameter float32 values in native memory, padded to whole blocks
     * @param keep allocates zeros, as many as the parameter has, for each name that the rule keeps
     * @throws IllegalArgumentException if lengths differ or memory is not native
     */
    public ParameterStep(OptimizerRule rule, MemorySegment parameter, Function<String, MemorySegment> keep) {
        this.parameter = parameter;
        this.floats = Ranges.floats("parameter", parameter);
        Equations text = EquationParser.parse(rule.text);
        Map<String, MemorySegment> rows = new LinkedHashMap<>();
        for (String name : text.variables().keySet()) {
            MemorySegment row = rows.isEmpty() ? parameter : keep.apply(name);
            Ranges.sameLength(name, row, floats);
            rows.put(name, row);
        }
        this.rule = new Elementwise(MethodHandles.lookup(), text, rule.numbers, rows);
    }

    /**
     * Updates some blocks.
     *
     * @param gradient g, as long as the parameter
     * @param first the first value of a block
     * @param end the value after the last block
     * @throws IllegalArgumentException if the gradient has another length or shares memory with the parameter, or the
     *     values are not whole blocks
     * @throws IndexOutOfBoundsException if there are too few values
     * @throws IllegalStateException if an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void update(MemorySegment gradient, long first, long end) {
        Ranges.sameLength("gradient", gradient, floats);
        Ranges.apart("gradient", gradient, "parameter", parameter);
        take(gradient, first * Float.BYTES, first, end);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IndexOutOfBoundsException if there are too few values or gradients
     */
    @Override
    public void take(MemorySegment gradients, long from, long first, long end) {
        Ranges.part(first, end, floats);
        Ranges.part(from / Float.BYTES, from / Float.BYTES + end - first, gradients.byteSize() / Float.BYTES);
        if (first % BLOCK != 0 || end % BLOCK != 0) {
            throw new IllegalArgumentException(
                    "values are [" + first + ", " + end + "), expected whole blocks of " + BLOCK);
        }
        Frame frame = rule.frame();
        frame.put("g", gradients, from - first * Float.BYTES, 0);
        frame.firstWord = (int) (first / BLOCK);
        frame.words = (int) ((end - first) / BLOCK);
        rule.run(frame, 1);
    }
}
