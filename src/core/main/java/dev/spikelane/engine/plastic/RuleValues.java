package dev.spikelane.engine.plastic;

import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.operator.OperatorValues;
import dev.spikelane.connection.operator.PlasticOperator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.equation.EquationParameters;
import dev.spikelane.equation.Rule;
import dev.spikelane.equation.RuleParser;
import dev.spikelane.kernel.step.EquationLoops;
import dev.spikelane.loop.CompiledProgram;
import dev.spikelane.loop.Graph;
import dev.spikelane.loop.Loop;
import dev.spikelane.loop.Node;
import dev.spikelane.loop.Program;
import dev.spikelane.memory.FloatMatrix;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Values that a rule has for all samples, besides the weights: its parameters, and variables of synapses.
 *
 * @param <S> numbers of all synapses
 */
public final class RuleValues<S> {

    private final Rule rule;
    private final EquationParameters parameters;
    private final PlasticOperator<S> operator;
    private final Map<String, Loop> loops;
    /** Weights, variables of synapses and their changes, in the layout of the weights. */
    private final Map<String, S> synapses = new HashMap<>();

    /**
     * Allocates the variables of synapses.
     *
     * @param loops compiled loops of the network by signature; this rule adds its own
     */
    public RuleValues(Arena arena, Plasticity declared, PlasticOperator<S> operator, Map<String, Loop> loops) {
        this.loops = loops;
        this.rule = RuleParser.parse(declared.text());
        this.operator = operator;
        Map<String, float[]> given = new HashMap<>();
        declared.parameters().forEach((name, value) -> given.put(name, new float[] {value}));
        this.parameters = rule.parameters(given);
        synapses.put(Rule.WEIGHT, operator.synapses());
        rule.variables(Rule.Space.SYNAPSE).forEach(each -> synapses.put(each, operator.zeros(arena)));
        rule.changed().forEach(each -> synapses.put(Rule.CHANGE + each, operator.zeros(arena)));
        reset();
    }

    /** Resets variables of synapses. */
    void reset() {
        for (String each : rule.variables(Rule.Space.SYNAPSE)) {
            operator.fill(synapses(each), initial(each));
        }
    }

    /** Returns the initial value of a variable. */
    float initial(String variable) {
        Node initial = of(rule.variables(), variable).initial();
        return parameters.values(initial)[0];
    }

    /** Returns the value of a name; throws if the map has none. */
    static <V> V of(Map<String, V> map, String name) {
        V found = map.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there is no '" + name + "', expected one of " + map.keySet());
        }
        return found;
    }

    Rule rule() {
        return rule;
    }

    /** Compiles a program. The network keeps its loop: otherwise each simulation would box until C2 is done. */
    CompiledProgram compile(Function<Graph, Program> program, Set<String> shared) {
        CompiledProgram made = EquationLoops.compile(program, shared);
        loops.put(made.program().signature(shared), made.loop());
        return made;
    }

    EquationParameters parameters() {
        return parameters;
    }

    PlasticOperator<S> operator() {
        return operator;
    }

    boolean isOfSynapses(String row) {
        return synapses.containsKey(row);
    }

    S synapses(String variable) {
        return of(synapses, variable);
    }

    /**
     * Returns the values that programs may read and change by name between calls: variables of synapses, and
     * modulators.
     */
    public Map<String, Values> values() {
        Map<String, Values> values = new LinkedHashMap<>();
        for (String each : rule.variables(Rule.Space.SYNAPSE)) {
            values.put(each, operator.like(each, synapses(each)));
        }
        for (String each : rule.modulators()) {
            values.put(each, modulator(each));
        }
        return values;
    }

    /** Returns the weights. A state may set any values that the rule can reach, even those whose products overflow. */
    public Values weights() {
        Values all = operator.like(Rule.WEIGHT, operator.synapses());
        return new OperatorValues(all.description(), all::read, from -> {
            all.write(from);
            operator.update();
        });
    }

    private Values modulator(String name) {
        float[] shared = parameters.values(name);
        return new OperatorValues(
                ValueDescription.buffer(name, 1), into -> into.copyFrom(shared), from -> take(from, shared));
    }

    private void take(FloatMatrix from, float[] into) {
        from.requireFinite("values");
        into[0] = from.get(0, 0);
        parameters.update();
    }

    /** Returns the variables of the target's neurons that a rule reads. */
    public static List<String> ofTarget(Plasticity declared) {
        return ofTarget(RuleParser.parse(declared.text()));
    }

    static List<String> ofTarget(Rule rule) {
        return rule.variables().entrySet().stream()
                .filter(each -> each.getValue().isOfTarget())
                .map(Map.Entry::getKey)
                .toList();
    }
}
