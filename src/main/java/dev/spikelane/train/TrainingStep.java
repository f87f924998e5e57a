package dev.spikelane.train;

import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.kernel.base.GradientSink;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.train.gradient.GradientSlot;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.ObservedGradients;
import dev.spikelane.train.gradient.RunningValues;
import dev.spikelane.train.run.NonFiniteLoss;
import dev.spikelane.train.update.Clipping;
import dev.spikelane.train.update.ParameterUpdate;
import dev.spikelane.train.update.ShardSum;
import dev.spikelane.train.update.StepNorm;
import dev.spikelane.train.update.TrainingParameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One step of training: a batch forward, its loss, its gradients, and the optimizer. A batch may be cut into parts of
 * its samples, whose gradients are added in ascending order, and into windows of steps, after each of which the values
 * change.
 */
final class TrainingStep implements AutoCloseable {

    /** Makes the gradients of so many steps and samples. */
    interface Factory {
        Gradients make(int steps, int batch);
    }

    private final TrainingRecipe recipe;
    private final Factory factory;
    /** For each part and window length the parts of all sizes that came. */
    private final List<TrainingPart> made = new ArrayList<>();

    private final List<TrainingParameter> parameters = new ArrayList<>();
    /**
     * For each parameter, who takes its gradient as it comes to be: the optimizer, or a sum of shards; null if it is
     * stored.
     */
    private final List<@Nullable GradientSink> sinks = new ArrayList<>();

    private final StepNorm norm = new StepNorm();
    private Clipping.@Nullable Clipper clipper;
    private final LossInputs whole;
    private final ObservedGradients observed;
    private final RunningValues running;
    private final Function<String, FloatMatrix> gradients = this::gradient;
    private final Runnable change = this::changeValues;
    private final Runnable backAndChange = this::backAndChange;
    /** Whether gradients go to the optimizer as they come to be, as nobody sums, limits or sees them. */
    private final boolean fuses;

    /** The version of the network's values that the parameters have. */
    private long seen;

    private TrainingPart current;
    /** Spikes of each population in the last step; where nobody counts them, those of an earlier one. */
    private final long[] spikes;

    private boolean counts;
    private int epoch;
    private double rate;
    private int right;
    private long observerNanoseconds;

    TrainingStep(TrainingRecipe recipe, Factory factory) {
        this.recipe = recipe;
        this.factory = factory;
        this.whole = new LossInputs(recipe);
        this.observed = new ObservedGradients(recipe.observed(), recipe.window() * recipe.batch());
        int size = Math.ceilDiv(recipe.batch(), recipe.shards());
        TrainingPart first = part(0, size, recipe.window());
        this.current = first;
        boolean atOnce = first.gradients().plan().size().segments() == 1; // sinks take gradients once in a step
        this.fuses = recipe.fuses() && atOnce;
        boolean sums = recipe.shards() > 1;
        for (GradientSlot slot : first.slots()) {
            ParameterUpdate update = recipe.optimizer().bind(slot.values());
            FloatMatrix gradient = null;
            GradientSink sink = null;
            if (sums) {
                gradient = FloatMatrix.zeros(slot.values().rows(), slot.values().columns());
                ShardSum sum = new ShardSum(gradient);
                sink = atOnce && slot.give(sum) ? sum : null;
            } else if (fuses && update instanceof GradientSink optimizer) {
                GradientSink tap = norm.tap(optimizer, slot.values());
                sink = slot.give(tap) ? tap : null;
            }
            if (!sums && sink == null) {
                gradient = slot.gradient();
            }
            norm.add(sink, gradient);
            sinks.add(sink);
            parameters.add(new TrainingParameter(slot.name(), slot.values(), update, gradient));
        }
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("nothing is learned, expected some values");
        }
        Clipping clipping = recipe.clipping();
        if (clipping != null) {
            clipper = clipping.bind(parameters.stream()
                    .map(parameter -> parameter.gradient().segment())
                    .toList());
        }
        this.running = new RunningValues(layout());
        this.spikes = new long[layout().description().populations().size()];
        this.seen = first.gradients().seen();
    }

    private LaidOutNetwork layout() {
        return made.getFirst().gradients().plan().layout();
    }

    /** Takes over what somebody else has made of the network's values since the last step. */
    private void follow() {
        if (seen != layout().version()) {
            reload(made.getFirst().gradients().plan().network());
        }
    }

    /** Makes a change of the values of which this step knows. */
    private void change(Gradients gradients, Runnable change) {
        gradients.change(change);
        seen = gradients.seen(); // the present version may be that of somebody else
    }

    List<TrainingParameter> parameters() {
        return parameters;
    }

    void setEpoch(int number) {
        epoch = number;
    }

    /** Trains on a batch and returns its loss, the sum over windows. */
    double run(ShardedBatch batch, double ofStep) {
        follow();
        rate = ofStep;
        Arrays.fill(spikes, 0);
        double loss = 0;
        for (int first = 0; first < recipe.steps(); first += recipe.window()) {
            int steps = Math.min(recipe.window(), recipe.steps() - first);
            right = 0;
            double ofWindow = forwardAndBack(batch, first, steps);
            loss += ofWindow;
            if (!fuses) {
                change(ofWindow);
            }
        }
        return loss;
    }

    /** Changes values by gradients that are stored, once they are limited and accepted. */
    private void change(double loss) {
        norm.takeStored();
        if (clipper != null) {
            clipper.clip();
        }
        if (accepted(loss)) {
            change(made.getFirst().gradients(), change);
        }
    }

    private double forwardAndBack(ShardedBatch batch, int firstStep, int steps) {
        double[] divisors = whole.divisors(batch, steps);
        running.begin();
        double loss = 0;
        for (int shard = 0; shard < batch.shards(); shard++) {
            TrainingPart part = forward(batch, shard, firstStep, steps, divisors);
            for (int sample = 0; sample < part.size(); sample++) {
                loss += part.term(sample);
            }
            requireFinite(loss, firstStep);
            running.follow(part.gradients().machine());
            running.requireFinite();
            right += part.right();
            if (shard == batch.shards() - 1) {
                tell(loss);
            }
            if (fuses) {
                change(part.gradients(), backAndChange);
            } else {
                back(part, shard == 0);
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

    private TrainingPart forward(ShardedBatch batch, int shard, int firstStep, int steps, double[] divisors) {
        batch.work(shard);
        TrainingPart part = part(shard, batch.size(shard), steps);
        open(part, shard, firstStep);
        part.gradients().setEpoch(epoch);
        part.forward(batch, shard, firstStep, divisors);
        if (counts) {
            part.countSpikes(spikes);
        }
        current = part;
        return part;
    }

    /** Takes a part back, whose gradients are added to those of the parts before, unless it is the first. */
    private void back(TrainingPart part, boolean first) {
        for (int i = 0; i < sinks.size(); i++) {
            if (sinks.get(i) instanceof ShardSum sum) {
                sum.begin(first);
            }
        }
        part.backward();
        collect(first);
    }

    /** What a shard adds, without a change. */
    ShardGradients gradients(ShardedBatch batch, int shard) {
        follow();
        TrainingPart part = forward(batch, shard, 0, recipe.steps(), whole.divisors(batch, recipe.steps()));
        double[] terms = new double[part.size()];
        double loss = 0;
        for (int sample = 0; sample < terms.length; sample++) {
            terms[sample] = part.term(sample);
            loss += terms[sample];
        }
        requireFinite(loss, 0);
        running.begin();
        running.follow(part.gradients().machine());
        running.requireFinite();
        int decoded = part.right();
        back(part, true);
        Map<String, FloatMatrix> gradients = new LinkedHashMap<>();
        for (GradientSlot slot : made.getFirst().slots()) {
            gradients.put(slot.name(), gradient(slot.name()));
        }
        running.statistics(part.gradients().machine(), gradients);
        return new ShardGradients(shard, batch.shards(), batch.samples(), gradients, terms, decoded);
    }

    /** Changes values by what shards add, and returns their loss. */
    double update(List<ShardGradients> shards, double ofStep) {
        follow();
        rate = ofStep;
        double loss = 0;
        int decoded = 0;
        for (ShardGradients shard : shards) {
            for (double term : shard.terms()) {
                loss += term;
            }
            decoded += shard.right();
        }
        requireFinite(loss, 0);
        List<GradientSlot> slots = made.getFirst().slots();
        for (int i = 0; i < slots.size(); i++) {
            GradientSlot slot = slots.get(i);
            FloatMatrix sum = GradientValues.copy(shards.getFirst().of(slot));
            for (ShardGradients shard : shards.subList(1, shards.size())) {
                ShardSum.add(sum, shard.of(slot));
            }
            slot.setGradientInTorch(sum);
            parameters.get(i).gradient().copyFrom(slot.gradient());
        }
        running.begin();
        for (ShardGradients shard : shards) {
            running.follow(shard.gradients(), shard.shard(), shard.terms().length, recipe.steps());
        }
        right = decoded;
        tell(loss);
        change(loss);
        return loss;
    }

    /** Adds the gradients of a part, those that are stored. */
    private void collect(boolean first) {
        List<GradientSlot> slots = current.slots();
        for (int i = 0; i < slots.size(); i++) {
            if (sinks.get(i) == null) {
                parameters.get(i).add(slots.get(i).gradient(), first);
            }
        }
    }

    private void tell(double loss) {
        List<DoubleConsumer> readers = recipe.readers();
        for (int i = 0; i < readers.size(); i++) {
            readers.get(i).accept(loss);
        }
    }

    /** A batch starts from zero, a window from where the one before ended. */
    private void open(TrainingPart part, int shard, int firstStep) {
        if (firstStep == 0) {
            part.gradients().reset();
        } else if (part.steps() != recipe.window()) {
            part.gradients().goOnFrom(part(shard, part.size(), recipe.window()).gradients());
        }
    }

    /** Asks all who see gradients. */
    private boolean accepted(double loss) {
        if (recipe.observers().isEmpty()) {
            return true;
        }
        long start = System.nanoTime();
        boolean accepted = true;
        for (TrainerBuilder.GradientObserver observer : recipe.observers()) {
            accepted &= observer.accept(loss, gradients);
        }
        observerNanoseconds += System.nanoTime() - start;
        return accepted;
    }

    /** A gradient in torch's layout, summed over the parts, or put together from them. */
    private FloatMatrix gradient(String name) {
        FloatMatrix ofSource = observed.of(name);
        if (ofSource != null) {
            return ofSource;
        }
        List<GradientSlot> slots = made.getFirst().slots();
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).name().equals(name)) {
                FloatMatrix sum = parameters.get(i).gradient();
                if (slots.get(i).gradient() != sum) {
                    slots.get(i).gradient().copyFrom(sum);
                }
                return slots.get(i).gradientInTorch();
            }
        }
        throw new IllegalArgumentException("'" + name + "' is neither learned nor observed, expected one of "
                + slots.stream().map(GradientSlot::name).toList() + " or " + observed.names());
    }

    /** Whether batches are normalized by their own statistics. */
    boolean normalizes() {
        return !running.isEmpty();
    }

    /** Samples of the last batch that were decoded right, in its last window; 0 if outputs are not classes. */
    int right() {
        return right;
    }

    /** Says whether spikes of the steps to come are counted, and whether the norm of their gradients is wanted. */
    void watch(boolean ofSpikes, boolean ofGradients) {
        counts = ofSpikes;
        norm.ask(ofGradients);
    }

    /** The spikes of each population in the last step, if they were counted. */
    long[] spikes() {
        return spikes;
    }

    /** The 2-norm of the gradients of the last step for which it was wanted. */
    double norm() {
        return norm.norm();
    }

    /** Time that observers of gradients have taken. */
    long observerNanoseconds() {
        return observerNanoseconds;
    }

    /** Takes over values of the network that were changed from outside. */
    void reload(Network network) {
        change(made.getFirst().gradients(), () -> {
            List<GradientSlot> slots = made.getFirst().slots();
            for (int i = 0; i < slots.size(); i++) {
                if (slots.get(i).population() != null) {
                    reload(network, parameters.get(i));
                }
            }
            for (int i = 0; i < made.size(); i++) {
                made.get(i).gradients().refresh();
            }
        });
    }

    private static void reload(Network network, TrainingParameter parameter) {
        FloatMatrix present = network.weights().get(parameter.name());
        if (present.columns() != parameter.values().columns()) {
            throw new IllegalArgumentException("'" + parameter.name() + "' has " + present.columns()
                    + " values now, expected " + parameter.values().columns() + " as when the trainer was made");
        }
        parameter.values().copyFrom(present);
    }

    /** Copies of all values that are learned. */
    List<FloatMatrix> values() {
        return parameters.stream()
                .map(parameter -> GradientValues.copy(parameter.values()))
                .toList();
    }

    /** Copies of the running values of normalizations. */
    RunningValues runningValues() {
        RunningValues copies = new RunningValues(layout());
        copies.begin();
        return copies;
    }

    /** Goes back to values that were copied. */
    void setValues(List<FloatMatrix> values, RunningValues runningValues) {
        Gradients gradients = made.getFirst().gradients();
        change(gradients, () -> {
            for (int i = 0; i < parameters.size(); i++) {
                parameters.get(i).values().copyFrom(values.get(i));
            }
            gradients.replace(parameters);
            gradients.update();
            runningValues.commit();
        });
    }

    private void changeValues() {
        begin();
        updateStored();
    }

    /** The way back, on which gradients go to the optimizer. */
    private void backAndChange() {
        begin();
        current.backward();
        collect(true);
        norm.takeStored();
        updateStored();
    }

    private void begin() {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).update().begin(rate);
        }
    }

    private void updateStored() {
        for (int i = 0; i < parameters.size(); i++) {
            TrainingParameter parameter = parameters.get(i);
            if (parameter.isStored()) {
                FloatMatrix gradient = parameter.gradient();
                parameter
                        .update()
                        .update(gradient.segment(), 0, gradient.segment().byteSize() / Float.BYTES);
            }
        }
        made.getFirst().gradients().replace(parameters);
        for (int i = 0; i < made.size(); i++) {
            made.get(i).gradients().update();
        }
        running.commit();
    }

    /** The part of a shard; shards share parts unless each must keep its state from window to window. */
    private TrainingPart part(int shard, int size, int steps) {
        int owner = recipe.window() < recipe.steps() ? shard : 0;
        for (int i = 0; i < made.size(); i++) {
            TrainingPart known = made.get(i);
            if (known.size() == size && known.steps() == steps && known.shard() == owner) {
                return known;
            }
        }
        TrainingPart part = new TrainingPart(factory.make(steps, size), recipe.losses(), owner);
        made.add(part);
        for (int i = 0; i < parameters.size(); i++) {
            GradientSink sink = sinks.get(i);
            if (sink != null) {
                part.slots().get(i).give(sink);
            }
        }
        return part;
    }

    @Override
    public void close() {
        made.forEach(part -> part.gradients().close());
    }

    /** What losses read of whole batches. */
    private static final class LossInputs {

        private final TrainingRecipe recipe;
        private final double[] divisors;
        private final @Nullable LossInput[] known;

        LossInputs(TrainingRecipe recipe) {
            this.recipe = recipe;
            this.divisors = new double[recipe.losses().size()];
            this.known = new LossInput[divisors.length];
        }

        /** The divisor of each loss, in an array that is used again. */
        double[] divisors(ShardedBatch batch, int steps) {
            int samples = batch.samples();
            for (int i = 0; i < divisors.length; i++) {
                PopulationLoss loss = recipe.losses().get(i);
                LossInput input = known[i];
                if (input == null || input.batch() != samples || input.steps() != steps) {
                    input = new LossInput(steps, samples, loss.outputs());
                    known[i] = input;
                }
                input.setLabels(batch.labels());
                FloatMatrix targets = batch.targets(i);
                if (targets == null) {
                    input.forgetTargets();
                } else {
                    input.setTargets(targets);
                }
                divisors[i] = loss.divisor(input);
            }
            return divisors;
        }
    }
}
