package dev.spikelane.kernel.product.spike;

import dev.spikelane.choose.Chooser;
import dev.spikelane.choose.CostConstants;
import dev.spikelane.choose.StageChoice;
import dev.spikelane.kernel.product.integer.IntegerMatmul;
import dev.spikelane.kernel.product.integer.IntegerStart;
import dev.spikelane.memory.ElementType;

/** The choice of constants before learning. */
public final class Start {

    private static StageChoice last = new StageChoice(new Chooser(() -> 0, CostConstants.inUse()), 1);

    private Start() {}

    public static SpikeMatmul.Variant choose(CostConstants costs, int rows, int inputs, int outputs, long active) {
        StageChoice choice = choice(costs);
        SpikeMatmul.describe(choice, rows, inputs, outputs, active, 1);
        return SpikeMatmul.variant(choice.peek());
    }

    /** Opens a stage of a product as a product does. */
    public static void open(StageChoice choice, int rows, int inputs, int outputs, long active, int blocks) {
        SpikeMatmul.open(choice, rows, inputs, outputs, active, blocks);
    }

    public static IntegerMatmul.Variant choose(
            CostConstants costs, ElementType type, int rows, int inputs, long active) {
        return IntegerStart.choose(choice(costs), type, rows, inputs, active);
    }

    /** Cached, because each test often asks for one set of constants. */
    private static StageChoice choice(CostConstants costs) {
        if (last.chooser.costs() != costs) {
            last = new StageChoice(new Chooser(() -> 0, costs), 1);
        }
        return last;
    }
}
