package dev.spikelane.train;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.train.update.Clipping;
import dev.spikelane.train.update.ParameterUpdate;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Optimizers and clipping without a trainer, for tests of other packages. */
public final class Updates {

    /** Steps of an optimizer that is bound to one parameter. */
    @FunctionalInterface
    public interface Steps {
        void step(FloatMatrix gradient, double rate);
    }

    private Updates() {}

    public static Steps of(Trainer.Optimizer optimizer, FloatMatrix parameter) {
        ParameterUpdate update = TrainingParts.bind(optimizer, parameter);
        return (gradient, rate) -> update.step(gradient.segment(), rate);
    }

    /** Clips gradients by the named method. */
    public static double clip(String how, double most, List<MemorySegment> gradients) {
        return new Clipping(Clipping.How.valueOf(how), most).bind(gradients).clip();
    }
}
