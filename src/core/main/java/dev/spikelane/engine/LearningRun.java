package dev.spikelane.engine;

import dev.spikelane.engine.plastic.RuleRun;
import dev.spikelane.engine.thread.ValueGuard;
import java.util.Collection;

/** The rules that change weights of a run after each of its steps, unless they are frozen. */
final class LearningRun {

    private final RuleRun[] rules;
    private final ValueGuard guard;
    private final Runnable change = this::change;
    private volatile boolean frozen;

    LearningRun(Collection<RuleRun> rules, ValueGuard guard) {
        this.rules = rules.toArray(RuleRun[]::new);
        this.guard = guard;
    }

    /** Readers see the weights of all projections from before the step, or from after it. A block is one step. */
    void run() {
        if (rules.length > 0 && !frozen) {
            guard.changeHeld(change);
        }
    }

    private void change() {
        if (frozen) {
            return; // frozen while this thread waited
        }
        for (RuleRun rule : rules) {
            rule.step();
        }
    }

    /** Resets variables of rules. */
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

    /** Freezes or resumes rules between two changes; any thread may call this. */
    void freeze(boolean wanted) {
        guard.read(() -> frozen = wanted);
    }
}
