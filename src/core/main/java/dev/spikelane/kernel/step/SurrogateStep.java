package dev.spikelane.kernel.step;

import dev.spikelane.equation.Elementwise;
import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.loop.Frame;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.Pads;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Backpropagates through the firing decision with a surrogate of its derivative:
 *
 * <pre>{@code
 * for each element: gradientOfDistance = shape(x = distance, g = gradientOfSpikes, a, b)
 * }</pre>
 *
 * <p>Formulas are in {@link SurrogateShape}, computed in float32, unfused, in their written order. Constants are
 * computed in float64 and rounded once.
 */
public final class SurrogateStep {

    private final SurrogateShape shape;
    private final SurrogateConstants constants;
    private volatile @Nullable Elementwise formula;

    /**
     * Creates the step of a surrogate.
     *
     * @param shape the formula
     * @param first parameter a, if the formula has one
     * @param second parameter b, if the formula has one
     */
    public SurrogateStep(SurrogateShape shape, double first, double second) {
        this.shape = shape;
        this.constants = SurrogateConstants.of(shape, first, second);
    }

    /** Returns true for {@link SurrogateShape#ATAN}, which some kernels compute in a single pass. */
    public boolean isArcTangent() {
        return shape == SurrogateShape.ATAN;
    }

    public SurrogateConstants constants() {
        return constants;
    }

    /**
     * Computes gradients of the membrane.
     *
     * @param distance {@code [rows x neurons]}, membrane minus threshold
     * @param gradientOfSpikes {@code [rows x neurons]}
     * @param gradientOfDistance {@code [rows x neurons]}, overwritten; may be one of the others
     * @throws IllegalArgumentException if shapes differ, or matrices overlap without being the same
     * @throws IllegalStateException if this surrogate draws random numbers, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void backward(FloatMatrix distance, FloatMatrix gradientOfSpikes, FloatMatrix gradientOfDistance) {
        if (shape == SurrogateShape.STOCHASTIC_SPIKE_OPERATOR) {
            throw new IllegalStateException("surrogate " + shape + " draws random numbers, expected draws");
        }
        requireShapes(distance, gradientOfSpikes, gradientOfDistance);
        Elementwise made = formula;
        if (made == null) {
            made = compile();
            formula = made;
        }
        run(made, distance, gradientOfSpikes, gradientOfDistance);
    }

    private Elementwise compile() {
        Equations equations = EquationParser.parse("""
                param a = 1, b = 1
                state result
                input x, g
                result = %s
                spike 0 > 1
                """.formatted(shape.formula));
        Map<String, float[]> numbers = Map.of("a", new float[] {constants.a()}, "b", new float[] {constants.b()});
        return new Elementwise(MethodHandles.lookup(), equations, numbers, Map.of());
    }

    private static void run(Elementwise made, FloatMatrix distance, FloatMatrix of, FloatMatrix into) {
        Frame frame = made.frame();
        frame.words = Math.ceilDiv(distance.columns(), Long.SIZE);
        frame.put("x", distance.segment(), 0, distance.rowOffset(1));
        frame.put("g", of.segment(), 0, of.rowOffset(1));
        frame.put("result", into.segment(), 0, into.rowOffset(1));
        made.run(frame, distance.rows());
        for (int row = 0; row < into.rows(); row++) {
            Pads.clear(into, row);
        }
    }

    /**
     * Computes gradients of the membrane for the surrogate that draws random numbers, in a scalar loop.
     *
     * @param distance {@code [samples x neurons]}, membrane minus threshold
     * @param gradientOfSpikes {@code [samples x neurons]}
     * @param gradientOfDistance {@code [samples x neurons]}, overwritten; may be one of the others
     * @param draws the random streams of the samples
     * @param step the number of the step
     * @param firstNeuron the neuron of column 0, at least 0
     * @throws IllegalArgumentException if shapes differ, or matrices overlap without being the same
     * @throws IllegalStateException if this surrogate draws no random numbers, or an arena is closed
     * @throws WrongThreadException if an arena is confined to another thread
     */
    public void backward(
            FloatMatrix distance,
            FloatMatrix gradientOfSpikes,
            FloatMatrix gradientOfDistance,
            CounterRandom.Draws draws,
            int step,
            int firstNeuron) {
        if (shape != SurrogateShape.STOCHASTIC_SPIKE_OPERATOR) {
            throw new IllegalStateException("surrogate " + shape + " draws no random numbers");
        }
        requireShapes(distance, gradientOfSpikes, gradientOfDistance);
        for (int row = 0; row < distance.rows(); row++) {
            long key = draws.rowKey(step, row);
            for (int neuron = 0; neuron < distance.columns(); neuron++) {
                float g = Elements.get(gradientOfSpikes, row, neuron);
                boolean fired = Elements.get(distance, row, neuron) > 0;
                float u = CounterRandom.uniform(key, firstNeuron + neuron);
                float noise = (u - 0.5f + constants.a()) * constants.b();
                Elements.set(gradientOfDistance, row, neuron, fired ? g : g * noise);
            }
        }
    }

    /**
     * Checks that the matrices have one shape and the result shares no memory with other elements.
     *
     * @throws IllegalArgumentException if shapes differ, or matrices overlap without being the same
     */
    public static void requireShapes(
            FloatMatrix distance, FloatMatrix gradientOfSpikes, FloatMatrix gradientOfDistance) {
        int rows = distance.rows();
        int neurons = distance.columns();
        distance.requireShape("distance", rows, neurons);
        gradientOfSpikes.requireShape("gradientOfSpikes", rows, neurons);
        gradientOfDistance.requireShape("gradientOfDistance", rows, neurons);
        Checks.sameOrApart("gradientOfDistance", gradientOfDistance, "distance", distance);
        Checks.sameOrApart("gradientOfDistance", gradientOfDistance, "gradientOfSpikes", gradientOfSpikes);
    }
}
