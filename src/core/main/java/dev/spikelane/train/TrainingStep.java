package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.gradient.GradientRequest;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.gradient.ObservedGradients;
import dev.spikelane.train.gradient.RunningValues;
import dev.spikelane.train.run.LearnedValues;
import dev.spikelane.train.run.NonFiniteLoss;
import dev.spikelane.train.update.TrainingParameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.Function;

/**
 * One step of training: a batch forward, its loss, its gradients, and the optimizer. A batch may be cut into parts of
 * its samples, whose gradients are added in ascending order, and into windows of steps with an update after each.
 */
final class TrainingStep implements AutoCloseable {

    private final TrainingRecipe recipe;
    private final Function<ShardedBatch, String> divergence;

    private final TrainingParts parts;
    private final LearnedValues learned;
    private final ObservedGradients observed;
    private final RunningValues running;
    private final Function<String, FloatMatrix> gradients = this::gradient;

    private final long[] spikes;

    private boolean counts;
    private int epoch;
    private double rate;
    /** First step of the window; the next field is the step after it. */
    private int windowStart;

    private int windowEnd;
    private int right;
    private long observerNanoseconds;

    TrainingStep(TrainingRecipe recipe, TrainingParts.Factory factory, Function<ShardedBatch, String> divergence) {
        this.divergence = divergence;
        this.recipe = recipe;
        this.windowEnd = recipe.steps();
        this.observed = new ObservedGradients(recipe.observed(), recipe.window() * recipe.batch());
        this.parts = new TrainingParts(recipe, factory);
        this.learned = parts.learned();
        this.running = new RunningValues(parts.layout());
        this.spikes = new long[parts.layout().description().populations().size()];
    }

    List<TrainingParameter> parameters() {
        return learned.parameters();
    }

    List<String> apart() {
        return parts.gradients().slots().stream()
                .filter(LearnedValue::isApart)
                .map(LearnedValue::name)
                .toList();
    }

    void setEpoch(int number) {
        epoch = number;
    }

    double run(ShardedBatch batch, double ofStep) {
        parts.follow();
        rate = ofStep;
        Arrays.fill(spikes, 0);
        double loss = 0;
        try {
            for (int first = 0; first < recipe.steps(); first += recipe.window()) {
                int steps = Math.min(recipe.window(), recipe.steps() - first);
                right = 0;
                windowStart = recipe.online() ? 0 : first;
                windowEnd = first + steps;
                double before = recipe.online() ? loss : 0;
                double ofWindow = forwardAndBack(batch, first, steps, before);
                loss = before + ofWindow + (recipe.online() ? 0 : loss);
                if (!parts.fuses() && changes()) {
                    change(before + ofWindow);
                }
            }
        } catch (NonFiniteLoss stop) {
            throw stop.at(divergence.apply(batch));
        }
        return loss;
    }

    /** Returns true if values change after the window: every window, or only the last one if gradients go forward. */
    private boolean changes() {
        return !recipe.online() || windowEnd == recipe.steps();
    }

    /** Limits stored gradients, and updates the values if observers accept. */
    private void change(double loss) {
        learned.norm().takeStored();
        learned.clip();
        if (accepted(loss)) {
            parts.guard().begin();
            try {
                learned.beginUpdate(rate, windowStart, windowEnd);
                changeValues();
            } finally {
                parts.guard().end();
            }
        }
    }

    /** Runs a window forward and backward, after windows with the loss {@code before}; returns its loss. */
    private double forwardAndBack(ShardedBatch batch, int firstStep, int steps, double before) {
        running.begin();
        double loss = 0;
        for (int shard = 0; shard < batch.shards(); shard++) {
            TrainingPart part = forward(batch, shard, firstStep, steps);
            for (int sample = 0; sample < part.size(); sample++) {
                loss += part.term(sample);
            }
            requireFinite(loss, firstStep);
            running.follow(part.gradients().run());
            running.requireFinite();
            right += part.right();
            if (shard == batch.shards() - 1 && changes()) {
                tell(before + loss);
            }
            if (parts.fuses()) {
                parts.guard().begin();
                try {
                    learned.beginUpdate(rate, windowStart, windowEnd);
                    part.gradients().backward();
                    learned.endPart(part.slots(), true);
                    learned.norm().takeStored();
                    changeValues();
                } finally {
                    parts.guard().end();
                }
            } else {
                parts.back(part, shard == 0 && (firstStep == 0 || !recipe.online()));
                observed.take(part, batch.first(shard), batch.samples());
            }
        }
        return loss;
    }

    private static void requireFinite(double loss, int firstStep) {
        if (!Double.isFinite(loss)) {
            throw new NonFiniteLoss(loss, "in step " + firstStep + " or one after it");
        }
    }

    private TrainingPart forward(ShardedBatch batch, int shard, int firstStep, int steps) {
        batch.work(shard);
        batch.requireLengths(shard);
        if (batch.hasLengths(shard) && normalizes()) {
            throw new IllegalArgumentException("samples have different lengths, and a connection takes all rows"
                    + " together, expected samples of the same length");
        }
        if (batch.hasLengths(shard) && recipe.online() && steps < recipe.steps()) {
            throw new IllegalArgumentException("samples have different lengths, and online gradients take " + steps
                    + " of " + recipe.steps() + " steps at a time, expected all steps at a time");
        }
        TrainingPart part = parts.open(shard, batch.size(shard), firstStep, steps);
        GradientRequest.Online online = part.gradients().plan().online();
        if (batch.hasLengths(shard) && online != null && online.strength() != 0) {
            throw new IllegalArgumentException("samples have different lengths, and a regularization of rates counts"
                    + " the spikes of all steps, expected samples of the same length");
        }
        part.gradients().setEpoch(epoch);
        part.gradients().run().setSamples(batch.samples());
        boolean ends = steps == recipe.steps() && recipe.observed().isEmpty(); // no later window
        part.forward(batch, shard, firstStep, ends);
        if (counts) {
            part.countSpikes(spikes);
        }
        return part;
    }

    ShardGradients gradients(ShardedBatch batch, int shard) {
        parts.follow();
        TrainingPart part = forward(batch, shard, 0, recipe.steps());
        long[] fired = new long[spikes.length];
        part.countSpikes(fired);
        double[] terms = new double[part.size()];
        double loss = 0;
        for (int sample = 0; sample < terms.length; sample++) {
            terms[sample] = part.term(sample);
            loss += terms[sample];
        }
        requireFinite(loss, 0);
        running.begin();
        running.follow(part.gradients().run());
        running.requireFinite();
        int decoded = part.right();
        parts.back(part, true);
        Map<String, FloatMatrix> gradients = new LinkedHashMap<>();
        for (LearnedValue slot : parts.gradients().slots()) {
            gradients.put(slot.name(), gradient(slot.name()));
        }
        running.statistics(part.gradients().run(), gradients);
        return new ShardGradients(shard, batch.shards(), batch.samples(), gradients, terms, decoded, fired);
    }

    double update(List<ShardGradients> shards, double ofStep) {
        parts.follow();
        rate = ofStep;
        double loss = 0;
        int decoded = 0;
        Arrays.fill(spikes, 0);
        for (ShardGradients shard : shards) {
            for (double term : shard.terms()) {
                loss += term;
            }
            decoded += shard.right();
            Arrays.setAll(spikes, i -> spikes[i] + shard.spikes()[i]);
        }
        requireFinite(loss, 0);
        learned.take(slot -> ShardGradients.sum(shards, slot));
        running.begin();
        for (ShardGradients shard : shards) {
            running.follow(shard.gradients(), shard.shard(), shard.terms().length, recipe.steps());
        }
        right = decoded;
        tell(loss);
        change(loss);
        return loss;
    }

    private void tell(double loss) {
        List<DoubleConsumer> readers = recipe.readers();
        for (int i = 0; i < readers.size(); i++) {
            readers.get(i).accept(loss);
        }
    }

    private boolean accepted(double loss) {
        if (recipe.observers().isEmpty()) {
            return true;
        }
        long start = System.nanoTime();
        boolean accepted = true;
        for (int i = 0; i < recipe.observers().size(); i++) { // without an iterator, which is allocated
            accepted &= recipe.observers().get(i).accept(loss, gradients);
        }
        observerNanoseconds += System.nanoTime() - start;
        return accepted;
    }

    private FloatMatrix gradient(String name) {
        FloatMatrix ofSource = observed.of(name);
        if (ofSource != null) {
            return ofSource;
        }
        FloatMatrix sum = learned.gradient(name);
        if (sum == null) {
            throw new IllegalArgumentException("'" + name + "' is neither learned nor observed, expected one of "
                    + parts.gradients().slots().stream().map(LearnedValue::name).toList() + " or " + observed.names());
        }
        return sum;
    }

    /** Returns true if a connection needs all rows of a batch together, as normalizations do. */
    boolean normalizes() {
        return !running.isEmpty();
    }

    int right() {
        return right;
    }

    /** Turns the counts of spikes and the norm of gradients on or off for the next steps. */
    void watch(boolean ofSpikes, boolean ofGradients) {
        counts = ofSpikes;
        learned.norm().ask(ofGradients);
    }

    long[] spikes() {
        return spikes;
    }

    double norm() {
        return learned.norm().norm();
    }

    long observerNanoseconds() {
        return observerNanoseconds;
    }

    void follow() {
        parts.follow();
    }

    void reload() {
        parts.reload();
    }

    List<FloatMatrix> values() {
        return learned.copies();
    }

    RunningValues runningValues() {
        RunningValues copies = new RunningValues(parts.layout());
        copies.begin();
        return copies;
    }

    void setValues(List<FloatMatrix> values, RunningValues runningValues) {
        parts.guard().change(() -> {
            parts.set(values);
            runningValues.commit();
        });
    }

    private void changeValues() {
        parts.update();
        running.commit();
    }

    @Override
    public void close() {
        parts.close();
    }
}
