package dev.spikelane.train.update;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Population;
import dev.spikelane.simd.Elements;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown if an update made a parameter of neurons NaN, infinite, or invalid for its model; other values have changed
 * with it.
 */
public final class RefusedParameter extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private RefusedParameter(String message, Throwable cause) {
        super(message, cause);
    }

    public static RefusedParameter of(
            List<TrainingParameter> learned, Population population, IllegalArgumentException refused) {
        for (TrainingParameter each : learned) {
            FloatMatrix values = each.values();
            for (int row = 0; row < values.rows(); row++) {
                for (int column = 0; column < values.columns(); column++) {
                    float value = Elements.get(values, row, column);
                    if (!Float.isFinite(value)) {
                        return new RefusedParameter(describe(each, column, value), refused);
                    }
                }
            }
        }
        List<TrainingParameter> own = learned.stream()
                .filter(each -> population(each).equals(population.name()))
                .toList();
        String names = own.stream().map(RefusedParameter::variable).collect(Collectors.joining(" and "));
        return new RefusedParameter(
                "population '" + population.name() + "' does not take its " + names + " after update "
                        + own.getFirst().update().steps() + ": " + refused.getMessage()
                        + "; a lower learning rate may keep it in its range",
                refused);
    }

    private static String describe(TrainingParameter parameter, int column, float value) {
        String neurons = parameter.values().columns() == 1 ? "all neurons" : "neuron " + column;
        return "population '" + population(parameter) + "' has the " + variable(parameter) + " " + value + " for "
                + neurons + " after update " + parameter.update().steps()
                + ", expected a finite number: a lower learning rate or clipped gradients may keep it finite";
    }

    private static String population(TrainingParameter parameter) {
        return parameter.name().substring(0, parameter.name().lastIndexOf('.'));
    }

    private static String variable(TrainingParameter parameter) {
        return parameter.name().substring(parameter.name().lastIndexOf('.') + 1);
    }
}
