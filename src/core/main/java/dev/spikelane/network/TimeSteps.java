package dev.spikelane.network;

import dev.spikelane.connection.Plasticity;
import dev.spikelane.equation.TimeStep;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.EquationNeuron;
import java.util.ArrayList;
import java.util.List;

/** The time steps of all texts of a network that use {@code dt}. */
final class TimeSteps {

    /** Relative difference between two float32 steps in different units. */
    private static final double ROUNDING = 1e-6;

    private TimeSteps() {}

    private record Step(String owner, float time) {}

    /** Returns the time step of all texts in milliseconds; 0 if no text uses {@code dt}, or texts disagree. */
    static double common(Network network) {
        List<Step> steps = steps(network.populations(), network.projections());
        return steps.isEmpty() || !mixed(steps).isEmpty()
                ? 0
                : Double.parseDouble(Float.toString(steps.getFirst().time));
    }

    /** Describes the first two texts that disagree; empty if all agree. */
    static String mixed(List<Population> populations, List<Projection> projections) {
        return mixed(steps(populations, projections));
    }

    private static List<Step> steps(List<Population> populations, List<Projection> projections) {
        List<Step> steps = new ArrayList<>();
        for (Population each : populations) {
            Parameter found = each.neuron().parameters().get(TimeStep.NAME);
            if (each.neuron() instanceof EquationNeuron text && found != null) {
                add(steps, "population '" + each.name() + "'", text.unit(TimeStep.NAME), found.values());
            }
        }
        for (Projection each : projections) {
            Plasticity rule = each.plasticity();
            Float found = rule.parameters().get(TimeStep.NAME);
            if (found != null) {
                add(steps, "the rule of projection '" + each.name() + "'", rule.unit(TimeStep.NAME), found);
            }
        }
        return steps;
    }

    private static String mixed(List<Step> steps) {
        for (Step other : steps) {
            Step first = steps.getFirst();
            if (Math.abs(other.time - first.time) > ROUNDING * Math.abs(first.time)) {
                return first.owner + " has a time step of " + first.time + " ms and " + other.owner + " one of "
                        + other.time + " ms";
            }
        }
        return "";
    }

    private static void add(List<Step> steps, String owner, String unit, float... values) {
        for (float value : values) {
            steps.add(new Step(owner, (float) (value * TimeStep.milliseconds(unit))));
        }
    }
}
