package dev.spikelane.train;

import dev.spikelane.kernel.base.Elements;
import dev.spikelane.memory.FloatMatrix;
import java.util.List;

/** A parameter of neurons that an update made NaN or infinite; other values have changed with it. */
final class NonFiniteParameter extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private NonFiniteParameter(String message, Throwable cause) {
        super(message, cause);
    }

    /** What to throw where neurons refused their new parameters: the refusal itself if that is not the reason. */
    static RuntimeException of(List<TrainingParameter> learned, IllegalArgumentException refused) {
        for (TrainingParameter each : learned) {
            FloatMatrix values = each.values();
            for (int row = 0; row < values.rows(); row++) {
                for (int column = 0; column < values.columns(); column++) {
                    float value = Elements.get(values, row, column);
                    if (!Float.isFinite(value)) {
                        return new NonFiniteParameter(describe(each, column, value), refused);
                    }
                }
            }
        }
        return refused;
    }

    private static String describe(TrainingParameter parameter, int column, float value) {
        int dot = parameter.name().lastIndexOf('.');
        String neurons = parameter.values().columns() == 1 ? "all neurons" : "neuron " + column;
        return "population '" + parameter.name().substring(0, dot) + "' has the "
                + parameter.name().substring(dot + 1) + " " + value + " for " + neurons + " after update "
                + parameter.update().steps()
                + ", expected a finite number: a lower learning rate or clipped gradients may keep it finite";
    }
}
