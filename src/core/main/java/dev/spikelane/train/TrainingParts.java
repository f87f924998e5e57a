package dev.spikelane.train;

import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.thread.ValueGuard;
import dev.spikelane.kernel.optimize.AdamRule;
import dev.spikelane.kernel.optimize.OptimizerRule;
import dev.spikelane.kernel.optimize.SgdRule;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.run.LearnedValues;
import dev.spikelane.train.update.BoundUpdate;
import dev.spikelane.train.update.ParameterUpdate;
import dev.spikelane.train.update.TrainingParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The parts of a trainer by shard, window length and size, created on demand, and their learned values. */
final class TrainingParts implements AutoCloseable {

    interface Factory {
        Gradients make(int steps, int batch);
    }

    private final TrainingRecipe recipe;
    private final Factory factory;
    private final List<TrainingPart> made = new ArrayList<>();
    private final LearnedValues learned;
    private final boolean fuses;

    /** Version of the network's values that the parts have packed. */
    private long seen;

    TrainingParts(TrainingRecipe recipe, Factory factory) {
        this.recipe = recipe;
        this.factory = factory;
        TrainingPart first = make(0, Math.ceilDiv(recipe.batch(), recipe.shards()), recipe.window());
        boolean atOnce = gradients().plan().size().segments() == 1;
        this.fuses = recipe.fuses() && atOnce;
        this.learned = new LearnedValues(
                first.slots(), this::bind, atOnce && !recipe.online(), recipe.sums(), fuses, recipe.clipping());
        this.seen = gradients().seen();
    }

    /**
     * Binds a rule to the memory of a parameter, and creates its state of zeros. Padding stays zero because gradients
     * have zero padding.
     */
    static BoundUpdate bind(Trainer.Optimizer optimizer, FloatMatrix values) {
        return bind(optimizer, values, 1);
    }

    private static BoundUpdate bind(Trainer.Optimizer optimizer, FloatMatrix values, int decays) {
        OptimizerRule rule = switch (optimizer) {
            case Sgd sgd -> new SgdRule(sgd.momentum(), sgd.dampening(), sgd.nesterov(), decays * sgd.weightDecay());
            case Adam adam ->
                new AdamRule(
                        adam.beta1(),
                        adam.beta2(),
                        adam.epsilon(),
                        decays * adam.weightDecay(),
                        adam.decoupled(),
                        adam.amsgrad());
        };
        return new BoundUpdate(values.segment(), rule);
    }

    /** Binds the optimizer, whose state the network does not hold. Scales have no weight decay. */
    private ParameterUpdate bind(LearnedValue slot) {
        BoundUpdate update = bind(recipe.optimizer(), slot.values(), slot.isScale() ? 0 : 1);
        if (slot.isApart()) {
            update.keep("values", slot.values().segment());
        }
        return update;
    }

    private TrainingPart make(int owner, int size, int steps) {
        TrainingPart part = new TrainingPart(factory.make(steps, size), recipe.losses(), owner);
        made.add(part);
        return part;
    }

    LearnedValues learned() {
        return learned;
    }

    boolean fuses() {
        return fuses;
    }

    /** Returns the part of a shard. Shards share parts unless each must keep its state between windows. */
    TrainingPart of(int shard, int size, int steps) {
        int owner = recipe.window() < recipe.steps() ? shard : 0;
        for (int i = 0; i < made.size(); i++) {
            TrainingPart known = made.get(i);
            if (known.size() == size && known.steps() == steps && known.shard() == owner) {
                return known;
            }
        }
        TrainingPart part = make(owner, size, steps);
        learned.give(part.slots());
        return part;
    }

    /** Opens the part of a shard: with a zero state for a batch, or the state at the end of the previous window. */
    TrainingPart open(int shard, int size, int firstStep, int steps) {
        TrainingPart part = of(shard, size, steps);
        if (firstStep == 0) {
            part.gradients().reset();
        } else if (steps != recipe.window()) {
            part.gradients().goOnFrom(of(shard, size, recipe.window()).gradients());
        }
        return part;
    }

    Gradients gradients() {
        return made.getFirst().gradients();
    }

    LaidOutNetwork layout() {
        return gradients().plan().layout();
    }

    ValueGuard guard() {
        return layout().guard();
    }

    void follow() {
        if (seen != layout().version()) {
            reload();
        }
    }

    void reload() {
        guard().change(() -> {
            recipe.losses().forEach(each -> each.requireOnes(layout(), Set.of()));
            List<LearnedValue> slots = gradients().slots();
            for (int i = 0; i < slots.size(); i++) {
                if (slots.get(i).population() != null) {
                    reload(learned.parameters().get(i));
                }
            }
            for (int i = 0; i < made.size(); i++) {
                made.get(i).gradients().refresh();
            }
            saw();
        });
    }

    private void reload(TrainingParameter parameter) {
        FloatMatrix present = gradients().plan().network().weights().get(parameter.name());
        if (present.columns() != parameter.values().columns()) {
            throw new IllegalArgumentException("'" + parameter.name() + "' has " + present.columns()
                    + " values now, expected " + parameter.values().columns() + " as when the trainer was made");
        }
        parameter.values().copyFrom(present);
    }

    void set(List<FloatMatrix> values) {
        learned.set(values);
        gradients().replace(learned.parameters());
        gradients().update(true);
        saw();
    }

    /** Runs a part backward. Its gradients are added to earlier parts, unless it is the first. */
    void back(TrainingPart part, boolean first) {
        learned.beginPart(first);
        part.gradients().backward();
        learned.endPart(part.slots(), first);
    }

    void update() {
        learned.update(gradients().workers());
        gradients().replace(learned.parameters());
        for (int i = 0; i < made.size(); i++) {
            made.get(i).gradients().update(i == 0);
        }
        saw();
    }

    private void saw() {
        seen = gradients().seen(); // another trainer may have set the present version
    }

    @Override
    public void close() {
        made.forEach(part -> part.gradients().close());
    }
}
