package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.GradientSink;
import dev.spikelane.kernel.optimize.OptimizerRule;
import dev.spikelane.kernel.optimize.ParameterStep;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Checks;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An optimizer rule bound to a parameter, with its state and its step count. It takes stored gradients, or gradients in
 * parts as a sink.
 */
public final class BoundUpdate implements ParameterUpdate, GradientSink {

    private static final long ALIGNMENT = 64;

    private final OptimizerRule rule;
    private final ParameterStep step;
    private final Map<String, MemorySegment> state = new LinkedHashMap<>();
    private long steps;

    public BoundUpdate(MemorySegment parameter, OptimizerRule rule) {
        this.rule = rule;
        this.step =
                new ParameterStep(rule, parameter, name -> state.computeIfAbsent(name, _ -> allocate(name, parameter)));
    }

    public void keep(String name, MemorySegment memory) {
        state.put(name, memory);
    }

    private static MemorySegment allocate(String name, MemorySegment parameter) {
        try {
            return NativeMemory.ofAuto().allocate(parameter.byteSize(), ALIGNMENT);
        } catch (OutOfMemoryError refused) {
            OutOfMemoryError named =
                    new OutOfMemoryError("the optimizer's '" + name + "' of a value that is learned needs "
                            + parameter.byteSize() + " bytes, which were refused: " + refused.getMessage()
                            + "; -XX:MaxDirectMemorySize limits such memory, which is the most heap by default");
            named.initCause(refused);
            throw named;
        }
    }

    public static void requireRate(double rate) {
        Checks.finiteFromZero("rate", rate);
    }

    @Override
    public void begin(double rate) {
        requireRate(rate);
        steps++;
        rule.begin(steps, rate);
    }

    @Override
    public void update(MemorySegment gradient, long first, long end) {
        if (steps == 0) {
            throw new IllegalStateException("no step has begun");
        }
        step.update(gradient, first, end);
    }

    @Override
    public void take(MemorySegment gradients, long from, long first, long end) {
        step.take(gradients, from, first, end);
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void setSteps(long number) {
        steps = Checks.atLeast(0, "steps", number);
    }

    @Override
    public Map<String, MemorySegment> state() {
        return Collections.unmodifiableMap(state);
    }
}
