package dev.spikelane.train;

import dev.spikelane.train.loss.LossKind;
import dev.spikelane.train.loss.LossShape;
import java.util.function.Function;

/** A loss that is one formula. */
record FormulaLoss(
        String name,
        Decoding decoding,
        boolean readsSpikes,
        boolean readsTargets,
        Function<LossShape, LossKind> formula)
        implements Loss {

    @Override
    public boolean readsMembranes() {
        return !readsSpikes;
    }

    @Override
    public Computation bind(int steps, int batch, int outputs) {
        return Input.evaluator(formula.apply(new LossShape(steps, batch, outputs)));
    }

    @Override
    public String toString() {
        return name;
    }
}
