package dev.spikelane.train.update;

import dev.spikelane.kernel.optimize.ParameterStep;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.simd.Checks;
import dev.spikelane.simd.GradientSink;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A rule bound to a parameter, with the state that it keeps, which counts its steps; it takes gradients whole or as
 * they come to be.
 */
public abstract sealed class BoundUpdate implements ParameterUpdate, GradientSink permits AdamUpdate, SgdUpdate {

    private static final long ALIGNMENT = 64;

    private final MemorySegment parameter;
    private final Map<String, MemorySegment> state = new LinkedHashMap<>();
    private long steps;

    BoundUpdate(MemorySegment parameter) {
        this.parameter = parameter;
    }

    /** Makes memory of the parameter's length that is kept from step to step. */
    final MemorySegment keep(String name) {
        MemorySegment made = allocate(name);
        state.put(name, made);
        return made;
    }

    private MemorySegment allocate(String name) {
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

    /** Checks a learning rate. */
    public static void requireRate(double rate) {
        Checks.finiteFromZero("rate", rate);
    }

    /** The step that computes. */
    abstract ParameterStep step();

    /** Goes to a step. */
    abstract void begin(long number, double rate);

    @Override
    public final void begin(double rate) {
        requireRate(rate);
        steps++;
        begin(steps, rate);
    }

    @Override
    public final void update(MemorySegment gradient, long first, long end) {
        if (steps == 0) {
            throw new IllegalStateException("no step has begun");
        }
        step().update(gradient, first, end);
    }

    @Override
    public final void take(MemorySegment gradients, long from, long first, long end) {
        step().take(gradients, from, first, end);
    }

    @Override
    public final long steps() {
        return steps;
    }

    @Override
    public final void setSteps(long number) {
        steps = Checks.atLeast(0, "steps", number);
    }

    @Override
    public final Map<String, MemorySegment> state() {
        return Collections.unmodifiableMap(state);
    }
}
