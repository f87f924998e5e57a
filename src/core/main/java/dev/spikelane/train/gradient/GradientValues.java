package dev.spikelane.train.gradient;

import dev.spikelane.connection.operator.IntegerOperator;
import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.connection.operator.WeightGradients;
import dev.spikelane.engine.LaidOutNetwork;
import dev.spikelane.engine.ParameterChange;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The learnable values of a network, by name. */
public final class GradientValues {

    private GradientValues() {}

    /** Returns the names of all weights of projections without a plasticity rule. */
    public static Set<String> weights(Network network, LaidOutNetwork layout) {
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < network.projections().size(); i++) {
            if (!network.projections().get(i).plastic()) {
                layout.description()
                        .operators(i)
                        .forEach(operator -> operator.values().stream()
                                .filter(values -> values.declared().role() == ValueDescription.Role.WEIGHT)
                                .forEach(values -> names.add(values.name())));
            }
        }
        return names;
    }

    /** Returns the learned values, first of projections, then of populations. */
    public static List<LearnedValue> slots(GradientRequest plan, GradientRun run) {
        List<LearnedValue> slots = new ArrayList<>();
        for (int i = 0; i < plan.network().projections().size(); i++) {
            List<@Nullable WeightGradients> weights = run.weights(i);
            List<Operator> operators = plan.layout().chain(i).operators();
            for (int place = 0; place < weights.size(); place++) {
                WeightGradients own = weights.get(place);
                for (WeightGradients.Learned each : own == null ? List.<WeightGradients.Learned>of() : own.learned()) {
                    String name = plan.layout().chain(i).owners().get(place) + "." + each.name();
                    if (own != null && plan.learned().contains(name)) {
                        add(slots, new LearnedValue(name, own, each), operators.get(place), each.name());
                    }
                }
            }
        }
        run.learnedFeedback().forEach((name, projection) -> {
            WeightGradients own = Objects.requireNonNull(projection.weights()[0]);
            slots.add(new LearnedValue(name + ".weight", own, own.learned().getFirst()));
        });
        for (GradientPopulation population : run.populations()) {
            Population declared = population.declared();
            for (String parameter : plan.learnedOf(declared)) {
                slots.add(LearnedValue.of(
                        declared, parameter, plan.network().weights().get(declared.name() + "." + parameter)));
            }
        }
        return List.copyOf(slots);
    }

    private static void add(List<LearnedValue> slots, LearnedValue slot, Operator of, String name) {
        slots.add(slot);
        if (of instanceof IntegerOperator integers
                && integers.floats() != null
                && name.equals(ValueDescription.WEIGHT)) {
            LearnedValue scales = slot.round(integers.floats().rounding());
            if (scales != null) {
                slots.add(scales);
            }
        }
    }

    /** Returns the parameters of each population, which change together. */
    public static List<ParameterChange> changes(GradientRequest plan, List<LearnedValue> slots) {
        List<ParameterChange> changes = new ArrayList<>();
        List<Population> populations = plan.network().populations();
        for (int number = 0; number < populations.size(); number++) {
            Population population = populations.get(number);
            List<LearnedValue> own = slots.stream()
                    .filter(slot -> population.equals(slot.population()))
                    .toList();
            if (!own.isEmpty()) {
                changes.add(new ParameterChange(
                        number,
                        own.stream().map(LearnedValue::parameter).toList(),
                        own.stream().map(LearnedValue::values).toList()));
            }
        }
        return changes;
    }

    /** Copies the populations' sums to their slots, and completes the gradients of rounded weights. */
    public static void collect(List<LearnedValue> slots, GradientRun run) {
        for (int i = 0; i < slots.size(); i++) {
            LearnedValue slot = slots.get(i);
            slot.passThrough();
            for (GradientPopulation population : run.populations()) {
                if (slot.isOf(population.declared())) {
                    population.neurons().gradient(slot.parameter(), slot.scratch());
                    slot.take(population.declared().shape());
                }
            }
        }
    }

    public static FloatMatrix copy(FloatMatrix from) {
        FloatMatrix copy = FloatMatrix.zeros(from.rows(), from.columns());
        copy.copyFrom(from);
        return copy;
    }
}
