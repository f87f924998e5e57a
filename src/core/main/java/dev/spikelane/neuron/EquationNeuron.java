package dev.spikelane.neuron;

import dev.spikelane.equation.EquationParser;
import dev.spikelane.equation.Equations;
import dev.spikelane.equation.TimeStep;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A neuron model written as equations.
 *
 * <pre>{@code
 * Neuron adaptive = EquationNeuron.of("""
 *         neuron Adaptive
 *         param beta = 0.9, rho = 0.95, threshold = 1, jump = 0.2
 *         state v, a
 *         input current
 *         v = beta * v + current
 *         a = rho * a
 *         spike v > threshold + a
 *         v = v - spike * (threshold + a)
 *         reset a = a + jump
 *         """).with("beta", 0.95);
 * }</pre>
 *
 * <p>Each line is a statement, which continues on the next line only inside an open parenthesis; {@code #} begins a
 * comment:
 *
 * <pre>{@code
 * neuron NAME
 * param  NAME [UNIT] = NUMBER [from NUMBER to NUMBER], ...
 *                                         one value, or one for each neuron, in a range; there is a parameter dt = 1
 * let    NAME = EXPRESSION                of parameters, computed in float64 and rounded once
 * let32  NAME = EXPRESSION                the same in float32, one operation after the other
 * state  NAME [UNIT] [= EXPRESSION], ...  its value at the start, of parameters, computed so too; else 0; with
 *        to NUMBER                        it is a whole number from 0 to at most 15, which products take as bits
 * input  NAME [UNIT], ...                 ports at which currents enter; most neurons have one, current; the first
 *        delayed by NAME                  comes so many steps later, a parameter in a range from 0 to at most 64
 * noise  NAME, ...                        standard normal, drawn anew at each step
 * uniform NAME, ...                       in [0, 1), likewise
 * poisson NAME = EXPRESSION [to NUMBER]   how often what happens EXPRESSION times a step on average does in this one,
 *                                         at most NUMBER, 16 or another from 1 to 64
 * NAME = EXPRESSION                       in float32, in the order in which it is written
 * dNAME/dt = EXPRESSION : euler           v + dt * f; lines that follow one another are done together
 * dNAME/dt = EXPRESSION : exact           v + (exp(A * dt) - 1) / A * f, if f is A * v + B, and A and B stay for a
 *                                         step; a linear system with coefficients of parameters by the exponential
 *                                         of its matrix
 * refractory EXPRESSION [holds NAME, ...] steps after a spike without another one, in which variables stay
 * spike  [CONDITION and] A > B            or >=; a neuron fires where this holds
 * reset  NAME = EXPRESSION                where a neuron fired
 * carries EXPRESSION                      what a spike counts, of parameters; else 1
 *
 * EXPRESSION   CONDITION ? A : B, or, and, not, > >= < <=, + -, * /, -A, A^2 to A^16, NUMBER, NAME, (EXPRESSION),
 *              abs exp expm1 fma log max min sigmoid sqrt tanh (...)
 * }</pre>
 *
 * <p><b>Arithmetic.</b> All values are float32. Numbers are rounded once, operations run one by one, and only
 * {@code fma} is fused. In an equation of {@code dt}, a term of parameters alone is computed once in float64, and a
 * division by it multiplies by its inverse. A comparison is 1 or 0 in arithmetic. {@code max(a, b)} is
 * {@code a > b ? a : b}, and {@code min(a, b)} is {@code a < b ? a : b}: the second if one is NaN.
 *
 * <p><b>Gradients.</b> A comparison has none; {@code spike} has the gradient of the surrogate. A {@code reset} is
 * detached, as in snnTorch: gradients pass through the chosen value and not through the condition. But
 * {@code v = v - spike} subtracts the spike itself, so the surrogate's gradient passes through it. If training moves a
 * parameter out of its range, it is set to the nearest value in the range; a program's value out of range is refused.
 *
 * <p><b>Delays and refractory periods.</b> A delay {@code k + f} between two steps takes
 * {@code (1 - f) * current[t - k] + f * current[t - k - 1]}; its gradient is the difference of the two currents.
 * Currents before the first step are 0. In a refractory period, the states that {@code holds} names keep, at
 * {@code spike}, their values from before the step; later lines may change them. Units label axes and tables
 * ({@link #unit}); they are not checked.
 *
 * <p><b>Checks.</b> {@link #of} and {@link #bind} require that {@code let}, {@code carries} and initial values are
 * finite, whole numbers start in their range, and a refractory period has 0 to 16,777,216 steps. The mean of a
 * {@code poisson} count must be so small that at most one count in 2^24 exceeds its greatest value; a mean that changes
 * from step to step is not checked, and larger counts are cut. The results of a step are not checked: {@code 1 / 0} is
 * infinite and {@code 0 / 0} is NaN.
 *
 * <p><b>Names.</b> The first state is the membrane. Recorders and losses call it {@code membrane}; recorders, rules and
 * sources of projections also accept its name in the text. Other states have their names in the text. Each input is a
 * port, which projections name; the default is {@code current}. A text without an input is a {@link Source}.
 *
 * <p><b>Compilation.</b> When neurons are laid out, the text becomes a loop of bytecode. The first text takes some 30
 * ms, later ones 5 ms, and equal equations share a loop. With {@code -Dspikelane.equations=interpreter} texts are
 * interpreted, with the same bits.
 */
public final class EquationNeuron implements Neuron {

    private static final String MEMBRANE = "membrane";

    private static final String RELU = """
            neuron ReLU
            state v
            input current
            v = max(current, 0)
            spike v > 0
            """;

    private static final Set<String> OTHER_PARAMETERS = Set.of(RECURRENT_WEIGHTS, "gradedSpikesFactor");
    private static final Set<String> OTHER_STATES = Set.of(MEMBRANE, FEEDBACK);

    private final String text;
    private final Equations equations;
    private final Map<String, Parameter> values;
    private final Options options;
    /** True if the caller gave the time of a step, which networks then leave as it is. */
    private final boolean hasOwnStep;

    /**
     * Options of a neuron.
     *
     * @param hasDelays true if a population has one delay for each neuron
     */
    private record Options(long seed, Quantization quantization, boolean resets, boolean hasDelays) {
        static final Options DEFAULT = new Options(0, Quantization.NONE, true, false);
    }

    private EquationNeuron(
            String text, Equations equations, Map<String, Parameter> values, Options options, boolean hasOwnStep) {
        this.text = text;
        this.equations = equations;
        this.values = values;
        this.options = options;
        this.hasOwnStep = hasOwnStep;
    }

    private EquationNeuron with(Options other) {
        return new EquationNeuron(text, equations, values, other, hasOwnStep);
    }

    /**
     * Reads a neuron.
     *
     * @param text as above, at most 20,000 characters
     * @return the neuron, with the parameters that the text says
     * @throws IllegalArgumentException if the text is not a neuron, or declares a name that no line reads (assigned
     *     states excepted); the message names the line, the column, the word and the expected words
     */
    public static EquationNeuron of(String text) {
        Equations read = EquationParser.parseWhole(text);
        read.inputs().forEach(input -> requireName(text, input, Set.of(MEMBRANE)));
        Set<String> inFiles = new HashSet<>();
        for (String name : read.parameters().keySet()) {
            requireName(text, name, OTHER_PARAMETERS);
            if (!inFiles.add(name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT))) {
                throw EquationParser.error(
                        text, name, "has the name of another parameter in files, expected other letters");
            }
        }
        for (String name : read.variables().keySet()) {
            requireName(
                    text, name, read.variables().firstEntry().getKey().equals(name) ? Set.of(FEEDBACK) : OTHER_STATES);
        }
        Map<String, Parameter> values = new LinkedHashMap<>();
        read.parameters().forEach((name, value) -> values.put(name, Parameter.of((float) (double) value)));
        return new EquationNeuron(text, read, values, Options.DEFAULT, false);
    }

    private static void requireName(String text, String name, Set<String> others) {
        if (others.contains(name)) {
            throw EquationParser.error(text, name, "is a name that networks use, expected another");
        }
    }

    /**
     * Returns neurons of networks without time: {@code membrane = max(current, 0)}, the value that the next layer
     * takes. {@link dev.spikelane.network.Network#spiking} makes neurons of them that fire.
     *
     * @return the neuron, which fires where its value is above 0
     */
    public static EquationNeuron relu() {
        return of(RELU);
    }

    /**
     * Returns neurons that pass on their current after a delay that can be learned. The delay may lie between two
     * steps, by the linear kernel of snnTorch's {@code SynapticDelay}. Their line is
     * {@code input current delayed by delay}. After a connection they delay each of its outputs; before a connection,
     * each of its inputs. With delays of whole steps, spikes stay spikes. A neuron with this line of its own is faster
     * and needs no second population:
     *
     * <pre>{@code
     * EquationNeuron late = EquationNeuron.of("""
     *         param beta = 0.9, delay = 1 from 0 to 25
     *         state v
     *         input current delayed by delay
     *         v = beta * v + current
     *         spike v > 1
     *         reset v = v - 1
     *         """); // train with learn("lif1.delay"); with("delay", ...) says one for each
     * }</pre>
     *
     * @param most the longest delay in steps, 1 to 64
     * @return the neuron, with the parameter {@code delay}, from 0 on, 1 at first; a population has one delay for each
     *     neuron, or one for all with {@link #shared}
     * @throws IllegalArgumentException if the longest delay is out of range
     */
    public static EquationNeuron delay(int most) {
        return delays(DelayText.linear(most));
    }

    private static EquationNeuron delays(String text) {
        return of(text).with(new Options(0, Quantization.NONE, true, true));
    }

    /**
     * Returns neurons that pass on a mean of their currents of the last steps, weighted by
     * {@code exp(-((k - delay) / sigma)^2 / 2)}. So gradients reach further than to the next step, as in dilated
     * convolutions with learnable spacings (Hammouamri, Khalfaoui-Hassani and Masquelier, 2024), which reduce
     * {@code sigma} from epoch to epoch.
     *
     * @param most the longest delay in steps, 1 to 7
     * @param sigma the width, 0.1 to 100 steps
     * @return the neuron, with the parameters {@code delay}, from 0 on, 1 at first, one for each neuron of a population
     *     unless {@link #shared}, and {@code sigma}
     * @throws IllegalArgumentException if the longest delay or the width is out of range
     */
    public static EquationNeuron delay(int most, double sigma) {
        return delays(DelayText.gaussian(most)).with("sigma", sigma);
    }

    /**
     * Returns this neuron with one delay for a whole population, where {@link #delay} has one for each neuron.
     *
     * @return the neuron
     */
    public EquationNeuron shared() {
        return with(new Options(options.seed, options.quantization, options.resets, false));
    }

    /**
     * Returns this neuron as a population of a network has it: with the network's time step unless {@link #with} set
     * {@code dt}, and with as many delays as {@link #delay} and {@link #shared} promise.
     *
     * @param neurons how many neurons the population has
     * @param timeStep the network's time step in milliseconds; NaN if it has none
     * @return the neuron
     */
    public EquationNeuron placed(int neurons, double timeStep) {
        Map<String, Parameter> placed = new LinkedHashMap<>();
        Parameter delay = values.get(DelayText.DELAY);
        if (options.hasDelays && delay != null && delay.count() == 1) {
            float[] delays = new float[neurons];
            Arrays.fill(delays, delay.value(0));
            placed.put(DelayText.DELAY, Parameter.of(delays));
        }
        if (!Double.isNaN(timeStep) && !hasOwnStep && values.containsKey(TimeStep.NAME)) {
            placed.put(TimeStep.NAME, Parameter.of((float) (timeStep / TimeStep.milliseconds(unit(TimeStep.NAME)))));
        }
        return shared().withParameters(placed);
    }

    /**
     * Returns the value of a parameter's range that is nearest.
     *
     * @param name a parameter of the text
     * @param value any
     * @return the same value where it lies in the range, or there is none
     */
    public float nearest(String name, float value) {
        Equations.Range range = equations.ranges().get(Objects.requireNonNull(name, "name"));
        return range == null ? value : range.nearest(value);
    }

    /**
     * Returns the text.
     *
     * @return the argument of {@link #of}
     */
    public String text() {
        return text;
    }

    /**
     * Returns this neuron with other values of a parameter.
     *
     * @param name a parameter of the text
     * @param parameter one value, or one for each neuron
     * @return the neuron
     * @throws IllegalArgumentException if there is no such parameter, or a value is NaN or infinite
     */
    public EquationNeuron with(String name, float... parameter) {
        double[] exact = new double[Objects.requireNonNull(parameter, "parameter").length];
        Arrays.setAll(exact, i -> parameter[i]);
        return with(name, exact);
    }

    /**
     * Returns this neuron with other values of a parameter.
     *
     * @param name a parameter of the text
     * @param parameter one value, or one for each neuron, rounded once to float32
     * @return the neuron
     * @throws IllegalArgumentException if there is no such parameter, or a value is NaN or infinite
     */
    public EquationNeuron with(String name, double... parameter) {
        return withParameter(name, Parameter.of(Objects.requireNonNull(parameter, "parameter")));
    }

    /**
     * Returns the seed of the noise.
     *
     * @return 0 unless another was said
     */
    public long seed() {
        return options.seed;
    }

    /**
     * Returns this neuron with another seed of its noise. A number is a function of the seed, the noise's place
     * in the text, the step since the last reset, the sample's place in the batch and the neuron
     * ({@link dev.spikelane.random.CounterRandom}); in a network also of the population's name, so that populations
     * of the same neuron draw other numbers.
     *
     * @param other the seed; all 64 bits count
     * @return the neuron
     */
    public EquationNeuron withSeed(long other) {
        return with(new Options(other, options.quantization, options.resets, options.hasDelays));
    }

    /**
     * Returns the levels to which states are rounded.
     *
     * @return the levels; {@link Quantization#NONE} by default
     */
    public Quantization quantization() {
        return options.quantization;
    }

    /**
     * Returns this neuron with all states rounded to levels directly before {@code spike}. Gradients pass through the
     * rounding unchanged. Lines after {@code spike} read the rounded states, and names from before it only if these
     * depend on parameters alone.
     *
     * @param levels snnTorch's {@code state_quant}
     * @return the neuron
     * @throws IllegalArgumentException if lines after {@code spike} read a name from before it that depends on more
     *     than parameters, or a state is a whole number
     */
    public EquationNeuron withQuantization(Quantization levels) {
        Objects.requireNonNull(levels, "levels");
        if (!levels.equals(Quantization.NONE)) {
            EquationParser.cut(text);
            for (String whole : equations.greatest().keySet()) {
                throw EquationParser.error(text, whole, "is a whole number, expected no such among rounded states");
            }
        }
        return with(new Options(options.seed, levels, options.resets, options.hasDelays));
    }

    @Override
    public Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(values);
    }

    @Override
    public EquationNeuron withParameter(String name, Parameter parameter) {
        return withParameters(Parameters.one(name, parameter));
    }

    @Override
    public EquationNeuron withParameters(Map<String, Parameter> others) {
        Parameters.requireKnown(others, values.keySet());
        others.forEach(this::requireInRange);
        Map<String, Parameter> changed = new LinkedHashMap<>(values);
        changed.putAll(others);
        return new EquationNeuron(text, equations, changed, options, hasOwnStep || others.containsKey(TimeStep.NAME));
    }

    private void requireInRange(String name, Parameter other) {
        other.requireFinite(name);
        Equations.Range range = equations.ranges().get(name);
        for (int i = 0; range != null && i < other.count(); i++) {
            range.require(name, other.value(i), IllegalArgumentException::new);
        }
    }

    Equations equations() {
        return options.resets ? equations : equations.beforeReset();
    }

    /** The parts of a step, between which variables are rounded; null if they are not. */
    Equations.@Nullable Cut cut() {
        if (quantization().equals(Quantization.NONE)) {
            return null;
        }
        Equations.Cut cut = EquationParser.cut(text);
        return options.resets ? cut : new Equations.Cut(cut.charge(), cut.fire().beforeReset());
    }

    @Override
    public List<String> variables() {
        List<String> names = new ArrayList<>(equations.variables().keySet());
        names.set(0, MEMBRANE);
        return List.copyOf(names);
    }

    @Override
    public String unit(String name) {
        return equations.units().getOrDefault(own(name), "");
    }

    @Override
    public int greatest(String variable) {
        return equations.greatest().getOrDefault(own(variable), 0);
    }

    @Override
    public String variable(String name) {
        return name.equals(own(MEMBRANE)) ? MEMBRANE : name;
    }

    /** The name that the text has for a variable. */
    private String own(String name) {
        Objects.requireNonNull(name, "name");
        return name.equals(MEMBRANE) ? equations.variables().firstEntry().getKey() : name;
    }

    @Override
    public List<String> ports() {
        return equations.inputs();
    }

    @Override
    public EquationNeuron beforeReset() {
        return with(new Options(options.seed, options.quantization, false, options.hasDelays));
    }

    @Override
    public Parameter spikeValue() {
        return EquationText.carried(equations, values);
    }

    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return EquationText.group(arena, this, shape.size());
    }

    @Override
    public NeuronGroup bindPorts(Arena arena, Shape shape) {
        boolean fed = ports().size() > 1 || ports().contains(FEEDBACK);
        return fed ? bind(arena, shape) : Neuron.super.bindPorts(arena, shape);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EquationNeuron neuron
                && text.equals(neuron.text)
                && values.equals(neuron.values)
                && options.equals(neuron.options);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, values, options);
    }

    @Override
    public String toString() {
        String rounded = quantization().equals(Quantization.NONE) ? "" : ", " + quantization();
        return "EquationNeuron[" + equations.name() + ", " + values + rounded + "]";
    }
}
