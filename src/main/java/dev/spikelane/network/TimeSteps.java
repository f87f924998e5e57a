package dev.spikelane.network;

import dev.spikelane.connection.Plasticity;
import dev.spikelane.equation.TimeStep;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.EquationNeuron;
import java.util.List;

/** The time steps of all texts of a network that use {@code dt}. */
final class TimeSteps {

    /** Share by which two steps of float32 in different units may differ. */
    private static final double ROUNDING = 1e-6;

    private String first = "";
    private String other = "";
    private float step;

    private TimeSteps() {}

    /** Returns the first two texts that disagree, with their steps; empty if all texts agree. */
    static String mixed(List<Population> populations, List<Projection> projections) {
        TimeSteps steps = new TimeSteps();
        for (Population each : populations) {
            Parameter found = each.neuron().parameters().get(TimeStep.NAME);
            if (each.neuron() instanceof EquationNeuron text && found != null) {
                steps.add("population '" + each.name() + "'", text.unit(TimeStep.NAME), found.values());
            }
        }
        for (Projection each : projections) {
            Plasticity rule = each.plasticity();
            Float found = rule.parameters().get(TimeStep.NAME);
            if (found != null) {
                steps.add("the rule of projection '" + each.name() + "'", rule.unit(TimeStep.NAME), found);
            }
        }
        return steps.other;
    }

    private void add(String owner, String unit, float... values) {
        for (float value : values) {
            float milliseconds = (float) (value * TimeStep.milliseconds(unit));
            if (first.isEmpty()) {
                first = owner;
                step = milliseconds;
            } else if (other.isEmpty() && Math.abs(milliseconds - step) > ROUNDING * Math.abs(step)) {
                other = first + " has a time step of " + step + " ms and " + owner + " one of " + milliseconds + " ms";
            }
        }
    }
}
