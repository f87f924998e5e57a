package dev.spikelane.engine;

import dev.spikelane.connection.Plasticity;
import dev.spikelane.connection.operator.PlasticOperator;
import dev.spikelane.connection.operator.Values;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.engine.plastic.RuleValues;
import dev.spikelane.engine.signal.StateVisitor;
import dev.spikelane.engine.thread.RunLock;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.loop.Loop;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.RowBytes;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operators of a run, with its own values for plastic projections. These values are a part of its state. */
final class PlasticValues {

    private final OperatorChain[] chains;
    private final @Nullable RuleValues<?>[] rules;
    private final Map<String, Values> byName = new LinkedHashMap<>();
    /** All values, for states. */
    private final Values[] all;

    private final ValueGuard guard;

    /** Copies the values of plastic projections, which change under the lock of the run. */
    PlasticValues(LaidOutNetwork network, Arena arena, RunLock turn) {
        List<ProjectionDescription> projections = network.description().projections();
        this.chains = new OperatorChain[projections.size()];
        this.rules = new RuleValues<?>[chains.length];
        for (int i = 0; i < chains.length; i++) {
            chains[i] = network.chain(i);
            if (projections.get(i).plastic()) {
                chains[i] = chains[i].copy(arena);
                chains[i].addValues(byName);
            }
            if (projections.get(i).plasticity().isRule()) {
                addRule(arena, i, projections.get(i).plasticity(), network.ruleLoops);
            }
        }
        Map<String, Values> ofStates = new LinkedHashMap<>(byName);
        for (int i = 0; i < chains.length; i++) {
            RuleValues<?> rule = rules[i];
            if (rule != null) {
                ofStates.replace(chains[i].owners().getFirst() + ".weight", rule.weights());
            }
        }
        this.all = ofStates.values().toArray(Values[]::new);
        this.guard = new ValueGuard(network.turns(), turn::beginChange, turn::endChange);
    }

    private void addRule(Arena arena, int projection, Plasticity declared, Map<String, Loop> loops) {
        OperatorChain chain = chains[projection];
        RuleValues<?> rule = new RuleValues<>(
                arena, declared, (PlasticOperator<?>) chain.operators().getFirst(), loops);
        rule.values()
                .forEach(
                        (name, each) -> OperatorChain.put(byName, chain.owners().getFirst() + "." + name, each));
        rules[projection] = rule;
    }

    /** Returns the values of a projection's rule; null if it has none. */
    @Nullable
    RuleValues<?> rule(int projection) {
        return rules[projection];
    }

    /** Returns the operators of a projection. */
    OperatorChain chain(int projection) {
        return chains[projection];
    }

    Map<String, Values> byName() {
        return byName;
    }

    /** Returns the guard of the values. */
    ValueGuard guard() {
        return guard;
    }

    void visit(StateVisitor visitor) {
        for (Values values : all) {
            if (visitor.counts((long) values.rows() * values.columns() * Float.BYTES)) {
                continue;
            }
            try (Arena arena = Arena.ofShared()) {
                FloatMatrix copy = FloatMatrix.zeros(arena, values.rows(), values.columns());
                if (!visitor.reads()) {
                    values.read(copy);
                }
                visitor.rows(copy, copy.rows(), copy.columns() * Float.BYTES, RowBytes.IN_ORDER);
                if (visitor.reads()) {
                    values.write(copy);
                }
            }
        }
    }
}
