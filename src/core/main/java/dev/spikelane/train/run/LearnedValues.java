package dev.spikelane.train.run;

import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.gradient.GradientValues;
import dev.spikelane.train.gradient.LearnedValue;
import dev.spikelane.train.update.Clipping;
import dev.spikelane.train.update.ParameterUpdate;
import dev.spikelane.train.update.ShardSum;
import dev.spikelane.train.update.StepNorm;
import dev.spikelane.train.update.TrainingParameter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The learned values, the sums of their gradients, and their optimizers. */
public final class LearnedValues {

    /** Values in a part of a thread's update. */
    private static final long FLOATS_IN_PART = 1 << 14;

    private final List<LearnedValue> slots;
    private final List<TrainingParameter> parameters = new ArrayList<>();
    /** Sink of each parameter's gradients; null for stored gradients. */
    private final List<@Nullable GradientSink> sinks = new ArrayList<>();

    private final StepNorm norm = new StepNorm();
    private final boolean[] changes;
    private Clipping.@Nullable Clipper clipper;
    private final WorkerPool.Job change = this::change;
    private TrainingParameter changing;

    /**
     * Binds values to their optimizers.
     *
     * @param slots values of the first part of a batch
     * @param atOnce true if sinks get all gradients of a step at once
     * @param sums true if the gradients of several parts are added
     * @param fuses true if gradients may go directly to the optimizer: they are not summed, limited or observed
     */
    public LearnedValues(
            List<LearnedValue> slots,
            Function<LearnedValue, ParameterUpdate> optimizer,
            boolean atOnce,
            boolean sums,
            boolean fuses,
            @Nullable Clipping clipping) {
        this.slots = slots;
        this.changes = new boolean[slots.size()];
        for (LearnedValue slot : slots) {
            ParameterUpdate update = optimizer.apply(slot);
            FloatMatrix gradient = null;
            GradientSink sink = null;
            if (sums) {
                gradient = FloatMatrix.zeros(slot.values().rows(), slot.values().columns());
                ShardSum sum = new ShardSum(gradient);
                sink = atOnce && slot.give(sum) ? sum : null;
            } else if (fuses && update instanceof GradientSink rule) {
                GradientSink tap = norm.tap(rule, slot.values());
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
        this.changing = parameters.getFirst();
        if (clipping != null) {
            clipper = clipping.bind(parameters.stream()
                    .map(parameter -> parameter.gradient().segment())
                    .toList());
        }
    }

    public List<TrainingParameter> parameters() {
        return parameters;
    }

    public StepNorm norm() {
        return norm;
    }

    /** Connects the gradients of another part to the sinks of the first part. */
    public void give(List<LearnedValue> ofPart) {
        for (int i = 0; i < sinks.size(); i++) {
            GradientSink sink = sinks.get(i);
            if (sink != null) {
                ofPart.get(i).give(sink);
            }
        }
    }

    public List<FloatMatrix> copies() {
        return parameters.stream()
                .map(parameter -> GradientValues.copy(parameter.values()))
                .toList();
    }

    public void set(List<FloatMatrix> values) {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).values().copyFrom(values.get(i));
        }
    }

    /** Prepares for the backward pass of a part; the gradients of all parts but the first are added. */
    public void beginPart(boolean first) {
        for (int i = 0; i < sinks.size(); i++) {
            if (sinks.get(i) instanceof ShardSum sum) {
                sum.begin(first);
            }
        }
    }

    /** Adds the stored gradients of a part after its backward pass. */
    public void endPart(List<LearnedValue> ofPart, boolean first) {
        for (int i = 0; i < ofPart.size(); i++) {
            if (sinks.get(i) == null) {
                parameters.get(i).add(ofPart.get(i).gradient(), first);
            }
        }
    }

    /** Sets sums of gradients in torch's layout, for example of other machines. */
    public void take(Function<LearnedValue, FloatMatrix> sums) {
        for (int i = 0; i < slots.size(); i++) {
            LearnedValue slot = slots.get(i);
            slot.setGradientInTorch(sums.apply(slot));
            parameters.get(i).gradient().copyFrom(slot.gradient());
        }
    }

    /** Returns a gradient in torch's layout, summed over the parts; null if the value does not learn. */
    public @Nullable FloatMatrix gradient(String name) {
        for (int i = 0; i < slots.size(); i++) {
            LearnedValue slot = slots.get(i);
            if (slot.name().equals(name)) {
                FloatMatrix sum = parameters.get(i).gradient();
                if (slot.gradient() != sum) {
                    slot.gradient().copyFrom(sum);
                }
                return slot.gradientInTorch();
            }
        }
        return null;
    }

    /** Limits stored gradients. */
    public void clip() {
        if (clipper != null) {
            clipper.clip();
        }
    }

    /**
     * Begins the update of the values that a window changes, before their gradients are computed.
     *
     * @param firstStep the first step of the window, counted from the last reset
     * @param endStep the step after its last
     */
    public void beginUpdate(double rate, int firstStep, int endStep) {
        for (int i = 0; i < parameters.size(); i++) {
            changes[i] = slots.get(i).learnsIn(firstStep, endStep);
            if (changes[i]) {
                parameters.get(i).update().begin(rate);
            }
        }
    }

    /** Updates values from stored gradients; threads share large parameters. */
    public void update(WorkerPool workers) {
        for (int i = 0; i < parameters.size(); i++) {
            changing = parameters.get(i);
            if (changing.isStored() && changes[i]) {
                long floats = changing.gradient().segment().byteSize() / Float.BYTES;
                workers.run(change, (int) Math.ceilDiv(floats, FLOATS_IN_PART), floats > FLOATS_IN_PART);
            }
        }
    }

    private void change(int part, int thread) {
        MemorySegment gradient = changing.gradient().segment();
        long first = part * FLOATS_IN_PART;
        changing.update().update(gradient, first, Math.min(first + FLOATS_IN_PART, gradient.byteSize() / Float.BYTES));
    }
}
