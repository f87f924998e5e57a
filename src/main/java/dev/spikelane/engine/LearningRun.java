package dev.spikelane.engine;

import dev.spikelane.engine.plastic.RuleRun;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.engine.thread.WorkerPool;
import java.util.List;

/** A component, and behind each of its steps the rules by which weights of projections to it change. */
final class LearningRun implements ComponentRun {

    private final ComponentRun stage;
    private final RuleRun[] rules;
    private final ValueGuard guard;
    private final Runnable change = this::change;

    private LearningRun(ComponentRun stage, List<RuleRun> rules, ValueGuard guard) {
        this.stage = stage;
        this.rules = rules.toArray(RuleRun[]::new);
        this.guard = guard;
    }

    /** The component alone, if no rule stands behind it. */
    static ComponentRun of(ComponentRun stage, List<RuleRun> rules, ValueGuard guard) {
        return rules.isEmpty() ? stage : new LearningRun(stage, rules, guard);
    }

    /** Readers of the weights see those before a step or those behind it; a block is one step. */
    @Override
    public void run(WorkerPool workers, int firstStep, int steps, long stepNumber, boolean profiled) {
        stage.run(workers, firstStep, steps, stepNumber, profiled);
        guard.changeHeld(change);
    }

    private void change() {
        for (RuleRun rule : rules) {
            rule.step();
        }
    }
}
