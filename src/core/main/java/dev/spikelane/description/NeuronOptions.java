package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.ThresholdAndReset;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The declared options of a model, without its parameters. The components of a record that are no parameters are its
 * options.
 */
public final class NeuronOptions {

    public static final String RECURRENCE = "recurrence";

    public static final String NONE = "none";

    public static final String ONE_TO_ONE = "one to one";

    public static final String ALL_TO_ALL = "all to all";

    /** Options of several models, which come first in files. */
    private static final Set<Class<?>> SHARED = Set.of(Recurrence.class, ThresholdAndReset.class);

    private static final Pattern CAPITAL = Pattern.compile("(?<=[a-z])[A-Z]");

    private final Map<String, Object> options = new LinkedHashMap<>();

    private NeuronOptions() {}

    /**
     * Returns the name of a model, {@code model}, and its options in the order and with the names of files. Options are
     * texts, booleans, numbers, lists of them, {@link Connection connections} and {@link Quantization quantizations}.
     */
    public static Map<String, Object> of(Neuron neuron) {
        NeuronOptions declared = new NeuronOptions();
        declared.options.put("model", model(neuron.getClass()));
        switch (neuron) {
            case EquationNeuron model -> {
                declared.add("text", model.text());
                declared.add("seed", model.seed());
                if (!model.quantization().equals(Quantization.NONE)) {
                    declared.add("quantization", model.quantization());
                }
            }
            case SLstm model -> {
                declared.add("firing", model.firing());
                if (!form(model.recurrence()).equals(ALL_TO_ALL)) {
                    declared.add(RECURRENCE, model.recurrence());
                }
            }
            case SpikeList model -> {
                declared.add("steps", model.steps());
                declared.add("neurons", model.neurons());
            }
            case Record model -> declared.addComponents(model);
        }
        return declared.options;
    }

    /** Returns the name of a class of models in files. */
    public static String model(Class<?> type) {
        return type == EquationNeuron.class ? "Equation" : type.getSimpleName();
    }

    /** Returns the name of a component in snnTorch's spelling, as in files: {@code graded_spikes_factor}. */
    public static String snake(String component) {
        return CAPITAL.matcher(component)
                .replaceAll(found -> "_" + found.group().toLowerCase(Locale.ROOT));
    }

    private void addComponents(Record model) {
        RecordComponent[] parts = model.getClass().getRecordComponents();
        Arrays.sort(parts, Comparator.comparing(part -> !SHARED.contains(part.getType())));
        for (RecordComponent part : parts) {
            try {
                add(snake(part.getName()), part.getAccessor().invoke(model));
            } catch (ReflectiveOperationException never) {
                throw new IllegalStateException("records have these components", never);
            }
        }
    }

    private void add(String name, Object component) {
        switch (component) {
            case Parameter _ -> {}
            case ThresholdAndReset firing -> addComponents(firing);
            case Recurrence recurrence -> options.put(name, form(recurrence));
            case Enum<?> choice -> options.put(name, choice.name());
            case Integer number -> options.put(name, number.longValue());
            default -> options.put(name, component);
        }
    }

    private static Object form(Recurrence recurrence) {
        return switch (recurrence) {
            case Recurrence.None _ -> NONE;
            case Recurrence.By(OneToOne _) -> ONE_TO_ONE;
            case Recurrence.By(Recurrent all) when all.biased() -> ALL_TO_ALL;
            case Recurrence.By(Connection other) -> other;
        };
    }
}
