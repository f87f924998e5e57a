package dev.spikelane.train;

import dev.spikelane.kernel.step.SurrogateShape;
import dev.spikelane.kernel.step.SurrogateStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.random.CounterRandom;
import dev.spikelane.simd.Checks;
import dev.spikelane.train.gradient.FiringGradient;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A surrogate gradient: replaces the derivative of the firing decision {@code S = (x > 0)},
 * {@code x = membrane - threshold}, in the backward pass. The forward pass is unchanged.
 *
 * <p>Formulas and defaults are from {@code snntorch.surrogate}, in float32 and in its order of operations. If snnTorch
 * gives NaN or raises an error, the method documents its own result.
 *
 * <p>Surrogates with the same formula and parameters are equal.
 */
public final class Surrogate {

    private final String name;
    private final Map<String, Double> parameters;
    private final FiringGradient gradient;
    private final @Nullable Function function;

    private Surrogate(
            String name, Map<String, Double> parameters, FiringGradient gradient, @Nullable Function function) {
        this.name = name;
        this.parameters = parameters;
        this.gradient = gradient;
        this.function = function;
    }

    private static Surrogate of(SurrogateShape shape, String name, Map<String, Double> parameters) {
        double[] values = new double[2];
        int count = 0;
        for (Map.Entry<String, Double> parameter : parameters.entrySet()) {
            double value = parameter.getValue();
            if (!Float.isFinite((float) value)) {
                throw new IllegalArgumentException(
                        parameter.getKey() + " is " + value + ", expected a number that is finite in float32");
            }
            values[count++] = value;
        }
        SurrogateStep step = new SurrogateStep(shape, values[0], values[1]);
        boolean isRandom = shape == SurrogateShape.STOCHASTIC_SPIKE_OPERATOR;
        return new Surrogate(name, parameters, new FiringGradient.Formula(name, step, isRandom), null);
    }

    private static Surrogate of(SurrogateShape shape, String name, String key, double value) {
        return of(shape, name, Map.of(key, value));
    }

    private static Surrogate of(
            SurrogateShape shape, String name, String key, double value, String secondKey, double secondValue) {
        Map<String, Double> parameters = new LinkedHashMap<>();
        parameters.put(key, value);
        parameters.put(secondKey, secondValue);
        return of(shape, name, Collections.unmodifiableMap(parameters));
    }

    FiringGradient gradient() {
        return gradient;
    }

    /** {@return the name of snnTorch's function, such as {@code atan}, or of a custom surrogate} */
    public String name() {
        return name;
    }

    /** {@return the parameters by snnTorch's names, such as {@code alpha}; empty for a custom surrogate} */
    public Map<String, Double> parameters() {
        return parameters;
    }

    /** {@return true if the gradient is drawn at random, so that it needs draws} */
    public boolean isRandom() {
        return gradient.isRandom();
    }

    /**
     * Computes the gradient with respect to the membrane from that with respect to the spikes.
     *
     * @param distance {@code x}, membrane minus threshold before the reset, {@code [samples x neurons]} of one step
     * @param gradientOfSpikes {@code [samples x neurons]}
     * @param gradientOfDistance {@code [samples x neurons]}, overwritten; may be one of the others
     * @param draws the random streams of the samples, for a surrogate that {@linkplain #isRandom draws}; others ignore
     *     it, and {@link CounterRandom.Draws#NONE} serves
     * @param step the number of the step, from which random numbers are drawn
     * @param firstNeuron the neuron of column 0, where the matrices hold a tile of a population; a multiple of 64
     * @throws IllegalArgumentException if shapes differ, or matrices overlap without being the same
     * @throws IllegalStateException if there are no draws and this surrogate needs them
     */
    public void backward(
            FloatMatrix distance,
            FloatMatrix gradientOfSpikes,
            FloatMatrix gradientOfDistance,
            CounterRandom.Draws draws,
            int step,
            int firstNeuron) {
        gradient.backward(distance, gradientOfSpikes, gradientOfDistance, draws, step, firstNeuron);
    }

    /**
     * Computes the gradient with respect to the membrane from that with respect to the spikes, for surrogates that are
     * not random.
     *
     * @param distance {@code x}, membrane minus threshold before the reset
     * @param gradientOfSpikes of the same shape
     * @param gradientOfDistance of the same shape, overwritten; may be one of the others
     * @throws IllegalArgumentException if shapes differ, or matrices overlap without being the same
     * @throws IllegalStateException if this surrogate is random
     */
    public void backward(FloatMatrix distance, FloatMatrix gradientOfSpikes, FloatMatrix gradientOfDistance) {
        backward(distance, gradientOfSpikes, gradientOfDistance, CounterRandom.Draws.NONE, 0, 0);
    }

    /** {@return the arc tangent with alpha 2, snnTorch's default} */
    public static Surrogate atan() {
        return atan(2);
    }

    /**
     * Returns the arc tangent: {@code (alpha / 2) / (1 + (pi / 2 * alpha * x)^2) * g}.
     *
     * @param alpha the slope at the threshold, times 2; finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate atan(double alpha) {
        return of(SurrogateShape.ATAN, "atan", "alpha", alpha);
    }

    /** {@return the fast sigmoid with slope 25} */
    public static Surrogate fastSigmoid() {
        return fastSigmoid(25);
    }

    /**
     * Returns the fast sigmoid: {@code g / (slope * |x| + 1)^2}.
     *
     * @param slope how steep it is, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate fastSigmoid(double slope) {
        return of(SurrogateShape.FAST_SIGMOID, "fast_sigmoid", "slope", slope);
    }

    /** {@return the sigmoid with slope 25} */
    public static Surrogate sigmoid() {
        return sigmoid(25);
    }

    /**
     * Returns the sigmoid: {@code g * slope * e / (e + 1)^2}, {@code e = exp(-|slope * x|)}. The function is even;
     * snnTorch's {@code exp(-slope * x)} overflows far below the threshold and gives NaN, where this is 0.
     *
     * @param slope how steep it is, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate sigmoid(double slope) {
        return of(SurrogateShape.SIGMOID, "sigmoid", "slope", slope);
    }

    /**
     * Returns the straight-through estimator: {@code g}.
     *
     * @return the surrogate
     */
    public static Surrogate straightThrough() {
        return of(SurrogateShape.STRAIGHT_THROUGH, "straight_through_estimator", Map.of());
    }

    /** {@return snnTorch's triangular surrogate with threshold 1} */
    public static Surrogate triangular() {
        return triangular(1);
    }

    /**
     * Returns snnTorch's triangular surrogate, which is no triangle: {@code g * threshold} below the neuron's
     * threshold, {@code -(g * threshold)} at it and above.
     *
     * @param threshold the factor, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate triangular(double threshold) {
        return of(SurrogateShape.TRIANGULAR, "triangular", "threshold", threshold);
    }

    /**
     * Returns the step itself: {@code g} where the neuron fired, else 0.
     *
     * @return the surrogate
     */
    public static Surrogate heaviside() {
        return of(SurrogateShape.HEAVISIDE, "heaviside", Map.of());
    }

    /** {@return the spike rate escape with beta 1 and slope 25} */
    public static Surrogate spikeRateEscape() {
        return spikeRateEscape(1, 25);
    }

    /**
     * Returns the spike rate escape: {@code g * slope * exp(-beta * |x - 1|)}. As in snnTorch it is largest 1 above the
     * threshold.
     *
     * @param beta how fast it falls, finite, at least 0
     * @param slope its largest value, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite or beta is negative
     */
    public static Surrogate spikeRateEscape(double beta, double slope) {
        Checks.require(!(beta < 0), "beta", beta, "at least 0");
        return of(SurrogateShape.SPIKE_RATE_ESCAPE, "spike_rate_escape", "beta", beta, "slope", slope);
    }

    /** {@return the stochastic spike operator with mean 0 and variance 0.2} */
    public static Surrogate sso() {
        return sso(0, 0.2);
    }

    /**
     * Returns the stochastic spike operator: {@code g} where the neuron fired, else
     * {@code g * (u - 0.5 + mean) * variance} with u uniform in [0, 1), a function of (seed, epoch, sample, step,
     * neuron), where steps are counted from the last reset.
     *
     * @param mean the mean of the noise, finite
     * @param variance the factor of the noise, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate sso(double mean, double variance) {
        return of(SurrogateShape.STOCHASTIC_SPIKE_OPERATOR, "SSO", "mean", mean, "variance", variance);
    }

    /** {@return the leaky spike operator with slope 0.1} */
    public static Surrogate lso() {
        return lso(0.1);
    }

    /**
     * Returns the leaky spike operator: {@code g} where the neuron fired, else {@code slope * g}. snnTorch 0.9.4 cannot
     * call it; this is the documented formula.
     *
     * @param slope the factor below the threshold, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate lso(double slope) {
        return of(SurrogateShape.LEAKY_SPIKE_OPERATOR, "LSO", "slope", slope);
    }

    /** {@return the sparse fast sigmoid with slope 25 and B 1} */
    public static Surrogate sfs() {
        return sfs(25, 1);
    }

    /**
     * Returns the sparse fast sigmoid: {@code g / (slope * |x| + 1)^2} where {@code x > b}, else 0. As in snnTorch, b
     * is compared with membrane minus threshold, so that a b of 1 leaves neurons near their threshold without a
     * gradient.
     *
     * @param slope how steep it is, finite
     * @param b the distance above which there is a gradient, finite
     * @return the surrogate
     * @throws IllegalArgumentException if a parameter is not finite
     */
    public static Surrogate sfs(double slope, double b) {
        return of(SurrogateShape.SPARSE_FAST_SIGMOID, "SFS", "slope", slope, "B", b);
    }

    /**
     * Returns the density of the normal distribution (Yin et al. 2021):
     * {@code g * exp(-x^2 / (2 * sigma^2)) / (sigma * sqrt(2 * pi))}.
     *
     * @param sigma its deviation, above 0
     * @return the surrogate
     * @throws IllegalArgumentException if it is not above 0, or beyond float32
     */
    public static Surrogate gaussian(double sigma) {
        double height = 1 / (requirePositive("sigma", sigma) * Math.sqrt(2 * Math.PI));
        return of(SurrogateShape.GAUSSIAN, "gaussian", "sigma", sigma, 1 / (sigma * Math.sqrt(2)), height);
    }

    /**
     * Returns the slope of a step that is smoothed to a ramp (Wu et al. 2018): {@code g / width} where
     * {@code |x| < width / 2}, else 0.
     *
     * @param width of the ramp, above 0
     * @return the surrogate
     * @throws IllegalArgumentException if it is not above 0, or beyond float32
     */
    public static Surrogate boxcar(double width) {
        return of(SurrogateShape.BOXCAR, "boxcar", "width", requirePositive("width", width), width / 2, 1 / width);
    }

    /**
     * Returns the tent of Bellec et al. (2018): {@code g * height * max(0, 1 - slope * |x|)}.
     *
     * @param slope how fast it falls, above 0
     * @param height its largest value, above 0; the paper has 0.3
     * @return the surrogate
     * @throws IllegalArgumentException if a number is not above 0, or beyond float32
     */
    public static Surrogate tent(double slope, double height) {
        requirePositive("slope", slope);
        return of(SurrogateShape.TENT, "tent", "slope", slope, "height", requirePositive("height", height));
    }

    private static double requirePositive(String name, double number) {
        Checks.require(number > 0, name, number, "a number above 0");
        return number;
    }

    /** Creates a surrogate with one parameter, from which the numbers of its formula are computed. */
    private static Surrogate of(
            SurrogateShape shape, String name, String key, double value, double first, double second) {
        if (!Float.isFinite((float) value) || !Float.isFinite((float) first) || !Float.isFinite((float) second)) {
            throw new IllegalArgumentException(key + " is " + value + ", expected a number that is finite in float32");
        }
        SurrogateStep step = new SurrogateStep(shape, first, second);
        return new Surrogate(name, Map.of(key, value), new FiringGradient.Formula(name, step, false), null);
    }

    /**
     * Returns a surrogate of one's own.
     *
     * @param name a name for files and messages
     * @param function the derivative; it is called for every neuron, sample and step, by several threads, and must not
     *     depend on anything but its arguments
     * @return the surrogate
     */
    public static Surrogate custom(String name, Function function) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(function, "function");
        FiringGradient gradient =
                (distance, of, into, draws, step, firstNeuron) -> backward(function, distance, of, into);
        return new Surrogate(name, Map.of(), gradient, function);
    }

    private static void backward(Function function, FloatMatrix distance, FloatMatrix of, FloatMatrix into) {
        SurrogateStep.requireShapes(distance, of, into);
        for (int row = 0; row < distance.rows(); row++) {
            for (int neuron = 0; neuron < distance.columns(); neuron++) {
                into.set(row, neuron, function.gradient(distance.get(row, neuron), of.get(row, neuron)));
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Surrogate that
                && name.equals(that.name)
                && parameters.equals(that.parameters)
                && Objects.equals(function, that.function);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, parameters, function);
    }

    @Override
    public String toString() {
        return function == null ? name + parameters : name;
    }

    /** A gradient of one's own. */
    @FunctionalInterface
    public interface Function {

        /**
         * Computes the gradient of one neuron at one step.
         *
         * @param distance membrane minus threshold; the neuron fired if it is above 0
         * @param gradient the gradient with respect to the spike
         * @return the gradient with respect to the membrane
         */
        float gradient(float distance, float gradient);
    }
}
