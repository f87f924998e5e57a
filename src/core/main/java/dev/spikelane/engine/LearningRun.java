package dev.spikelane.engine;

import dev.spikelane.engine.plastic.RuleRun;
import dev.spikelane.engine.thread.ValueGuard;
import java.util.Collection;

/** The rules by which weights of a run change behind each of its steps, unless they are frozen. */
final class LearningRun {

    private final RuleRun[] rules;
    private final ValueGuard guard;
    private final Runnable change = this::change;
    private volatile boolean frozen;

    LearningRun(Collection<RuleRun> rules, ValueGuard guard) {
        this.rules = rules.toArray(RuleRun[]::new);
        this.guard = guard;
    }

    /** Readers of weights see those before a step or those behind it, of all projections; a block is one step. */
    void run() {
        if (rules.length > 0 && !frozen) {
            guard.changeHeld(change);
        }
    }

    private void change() {
        if (frozen) {
            return; // since it waited for its turn
        }
        for (RuleRun rule : rules) {
            rule.step();
        }
    }

    /** Begins variables of rules anew. */
    void reset() {
        for (RuleRun rule : rules) {
            rule.reset();
        }
    }

    boolean hasRules() {
        return rules.length > 0;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** Freezes rules or lets them go on, between two changes; any thread may. */
    void freeze(boolean wanted) {
        guard.read(() -> frozen = wanted);
    }
}
