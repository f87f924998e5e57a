package dev.spikelane.kernel.product.spike;

import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.IntegerStart;
import dev.spikelane.memory.ElementType;

/** What constants choose before anything is learned. */
public final class Start {

    private static Choice last = new Choice(new Chooser(() -> 0, SpikeCosts.inUse()), 1);

    private Start() {}

    public static SpikeMatmul.Variant choose(SpikeCosts costs, int rows, int inputs, int outputs, long active) {
        Choice choice = choice(costs);
        SpikeMatmul.describe(choice, rows, inputs, outputs, active, 1);
        return SpikeMatmul.variant(choice.peek());
    }

    public static IntegerMatmul.Variant choose(SpikeCosts costs, ElementType type, int rows, int inputs, long active) {
        return IntegerStart.choose(choice(costs), type, rows, inputs, active);
    }

    /** Each test asks for one set of constants at a time, and often. */
    private static Choice choice(SpikeCosts costs) {
        if (last.chooser.costs() != costs) {
            last = new Choice(new Chooser(() -> 0, costs), 1);
        }
        return last;
    }
}
