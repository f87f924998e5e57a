package dev.spikelane.connection;

import dev.spikelane.equation.Rule;
import dev.spikelane.equation.RuleParser;
import dev.spikelane.equation.TimeStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A plasticity rule, written as text, by which the weights of a projection change while a simulation runs.
 *
 * <pre>{@code
 * Plasticity rule = Plasticity.of("""
 *         rule PairStdp
 *         param tauPre = 20, tauPost = 20, up = 0.01, down = 0.012
 *         trace pre x tau = tauPre
 *         trace post y tau = tauPost
 *         on pre
 *         w += -down * y
 *         on post
 *         w += up * x
 *         bounds 0, 1
 *         """).with("up", 0.02);
 * builder.project("x-a", x, a, Dense.linear(784, 100, random)).plastic(rule);
 * }</pre>
 *
 * <p>A statement is a line; {@code #} begins a comment; expressions have the syntax of
 * {@code dev.spikelane.neuron.EquationNeuron}:
 *
 * <pre>{@code
 * rule      NAME
 * param     NAME [UNIT] = NUMBER, ...        there is a parameter dt = 1
 * modulator NAME [UNIT] = NUMBER, ...        a parameter that a program changes between calls: a reward
 * let       NAME = EXPRESSION                of parameters, computed in float64 and rounded once
 * state     pre|post|synapse NAME [= EXPRESSION], ...
 *                                            a variable of each input or output, in each sample; or of each synapse
 * reads     post NAME, ...                   a variable of the target's neurons, after the step
 * trace     pre|post NAME tau = EXPRESSION [nearest] [behind]
 *                                            times exp(-dt / tau) in each step; 0 below 1e-30, or if a modulator
 *                                            makes tau not positive; then plus 1 if an input or output fires;
 *                                            nearest: 1 in place of plus 1; behind: after all other lines
 * each step                                  the lines after it run in each step, for all samples
 * on pre [CONDITION]                         for each input that fires, or fulfills a condition, along its synapses
 * on post [CONDITION]                        for each output that fires, or fulfills one, along its synapses
 * NAME = EXPRESSION                          in each step: a variable; else a name for the lines that follow
 * NAME += EXPRESSION                         on spikes: adds to w, the weight, or to a variable of synapses
 * bounds    EXPRESSION, EXPRESSION           the smallest and largest weight, without modulators
 * }</pre>
 *
 * <p>The rule runs after each step of the network. It sees input spikes when they arrive, after the projection's delay
 * (an axonal one), and output spikes in the step in which they fire. Synapses of a sparse connection have further
 * axonal delays: {@code on pre} runs along a synapse when the spike arrives there. A synapse with delay {@code d} sees
 * its input's variables of {@code d - m} steps before, where {@code m} is the shortest delay of the projection.
 * {@code each step} and {@code Simulation.trace} refer to {@code m}. Before the first step, variables have their
 * initial values, and no input fires or fulfills a condition. In each step, {@code pre} and {@code post} tell if an
 * input or output fires.
 *
 * <p>Blocks run in the order of the text. Additions by spikes are summed in float32 from +0: blocks in order, in each
 * of them samples ascending, then inputs or outputs, then positions of a convolution. Lines of a block that add to one
 * variable are summed first. The sum is added to weights before the next lines of synapses in each step, or at the end
 * of the step; until then all lines see the weights without it. The bounds limit changed weights at the end of each
 * block; without a {@code bounds} line, the range of finite floats does. A NaN sum gives the smallest weight. The
 * padding of a convolution is not an input.
 *
 * <p>Lines of synapses in {@code each step} visit all synapses. Other rules visit a row of synapses for each input that
 * fires, and a column for each output, on one thread. Sparse connections need stored float32 weights, one for each
 * synapse: fixed point and procedural synapses are refused. A simulation owns its weights
 * ({@code Simulation.plasticWeights()}), variables of synapses, and modulators; snapshots and forks contain them.
 * {@code Network.weights().replace} copies weights into the network. A reset of the simulation resets variables, and
 * keeps weights and modulators.
 */
public final class Plasticity {

    /** Constant weights, shared with the network. */
    public static final Plasticity NONE = new Plasticity("", null, Map.of(), false);

    /** Weights of each simulation that a program changes, without a rule. */
    public static final Plasticity BY_PROGRAM = new Plasticity("by program", null, Map.of(), false);

    private final String text;
    private final @Nullable Rule rule;

    private final Map<String, Float> values;
    /** True if the caller set the time step, which then overrides the network's. */
    private final boolean hasOwnStep;

    private Plasticity(String text, @Nullable Rule rule, Map<String, Float> values, boolean hasOwnStep) {
        this.text = text;
        this.rule = rule;
        this.values = values;
        this.hasOwnStep = hasOwnStep;
    }

    /**
     * Reads a rule.
     *
     * @param text as above, at most 20,000 characters
     * @return the rule, with the parameters that the text says
     * @throws IllegalArgumentException if the text is not a rule; the message names the line, the column, the word and
     *     the expected words
     */
    public static Plasticity of(String text) {
        Rule rule = RuleParser.parse(text);
        Map<String, Float> values = new LinkedHashMap<>();
        rule.parameters().forEach((name, value) -> values.put(name, value.floatValue()));
        return new Plasticity(text, rule, values, false);
    }

    /**
     * Returns STDP (Song, Miller and Abbott 2000) as in snnTorch's {@code stdp_learner}: traces take the spikes of a
     * step before these make pairs, and weights have no bounds.
     *
     * @return the rule; its parameters are {@code tauPre, tauPost, scale, weightedPre, weightedPost}
     */
    public static Plasticity stdp() {
        return shipped("stdp");
    }

    /**
     * Returns STDP times a reward (Florian 2007), snnTorch's {@code mstdp}: traces and bounds as in {@link #stdp}.
     *
     * @return the rule; its modulator is {@code reward}
     */
    public static Plasticity mstdp() {
        return shipped("mstdp");
    }

    /**
     * Returns STDP with an eligibility trace, multiplied by a reward (Florian 2007): snnTorch's {@code mstdpet}. Traces
     * take the spikes of a step, then pairs change eligibility, which changes weights and decays; weights have no
     * bounds.
     *
     * @return the rule; its modulator is {@code reward}
     */
    public static Plasticity mstdpet() {
        return shipped("mstdpet");
    }

    /**
     * Returns pair STDP: Song, Miller and Abbott (2000); with {@code multiplicative} 1 van Rossum, Bi and Turrigiano
     * (2000). Traces decay, make pairs, and take the spikes of the step: spikes of one step are no pair.
     *
     * @return the rule, all to all unless {@code nearest} is 1, within {@code least} and {@code most}
     */
    public static Plasticity pairStdp() {
        return shipped("pair-stdp");
    }

    /**
     * Returns triplet STDP: Pfister and Gerstner (2006), with their numbers for visual cortex. Traces decay, meet
     * spikes, and take the spikes of the step.
     *
     * @return the rule, within {@code least} and {@code most}; steps are milliseconds
     */
    public static Plasticity tripletStdp() {
        return shipped("triplet-stdp");
    }

    /**
     * Returns STDP of inhibitory synapses: Vogels, Sprekeler, Zenke, Clopath and Gerstner (2011). Traces decay, meet
     * spikes, and take the spikes of the step.
     *
     * @return the rule, under which outputs come to fire {@code rate} times a step; {@code least} and {@code most} are
     *     bounds
     */
    public static Plasticity inhibitoryStdp() {
        return shipped("inhibitory-stdp");
    }

    /**
     * Returns voltage-based STDP: Clopath, Buesing, Vasilaki and Gerstner (2010), without homeostasis. It reads the
     * membranes of the target, and uses {@code peak} for neurons that fire. First inputs are combined with the voltages
     * before the step, then the traces before the step with the voltage, then both are updated.
     *
     * @return the rule, within {@code least} and {@code most}; steps are milliseconds
     */
    public static Plasticity clopath() {
        return shipped("clopath");
    }

    private static Plasticity shipped(String name) {
        return of(Rule.text(name));
    }

    /**
     * Changes a parameter.
     *
     * @param name a parameter of the text
     * @param value rounded once to float32
     * @return the rule
     * @throws IllegalArgumentException as {@link #with(Map)}
     */
    public Plasticity with(String name, double value) {
        return with(Map.of(Objects.requireNonNull(name, "name"), value));
    }

    /**
     * Changes several parameters, which are checked together.
     *
     * @param changes values by the names of parameters, each rounded once to float32
     * @return the rule
     * @throws IllegalArgumentException if there is no such parameter, a value or a number computed from it is NaN or
     *     infinite, or the least weight is above the greatest
     */
    public Plasticity with(Map<String, Double> changes) {
        Map<String, Float> changed = new LinkedHashMap<>(values);
        changes.forEach((name, value) -> {
            if (changed.replace(name, value.floatValue()) == null) {
                throw new IllegalArgumentException(
                        "rule has no parameter '" + name + "', expected one of " + values.keySet());
            }
        });
        if (rule == null) {
            return this;
        }
        Map<String, float[]> given = new LinkedHashMap<>();
        changed.forEach((each, number) -> given.put(each, new float[] {number}));
        rule.requireNumbers(rule.parameters(given), (_, message) -> new IllegalArgumentException("rule: " + message));
        return new Plasticity(text, rule, changed, hasOwnStep || changes.containsKey(TimeStep.NAME));
    }

    /**
     * {@return this rule with a network's time step, unless {@link #with} set {@code dt}}
     *
     * @param timeStep the network's time step in milliseconds; NaN if it has none
     */
    public Plasticity placed(double timeStep) {
        return Double.isNaN(timeStep) || hasOwnStep || !values.containsKey(TimeStep.NAME)
                ? this
                : with(TimeStep.NAME, timeStep / TimeStep.milliseconds(unit(TimeStep.NAME)));
    }

    /**
     * Returns the unit of a parameter.
     *
     * @param name a parameter of the text
     * @return the unit in the text, without brackets; empty if there is none
     */
    public String unit(String name) {
        Objects.requireNonNull(name, "name");
        return rule == null ? "" : rule.units().getOrDefault(name, "");
    }

    /** {@return the argument of {@link #of}} */
    public String text() {
        return text;
    }

    /** {@return the parameters by name, in the order of the text} */
    public Map<String, Float> parameters() {
        return new LinkedHashMap<>(values);
    }

    /** {@return true if a rule changes weights} */
    public boolean isRule() {
        return rule != null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Plasticity same && text.equals(same.text) && values.equals(same.values);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, values);
    }

    @Override
    public String toString() {
        return rule == null ? text : rule.name() + values;
    }
}
