package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.ThresholdAndReset;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds a model from the JSON of {@link NeuronWriter}. */
final class NeuronReader {

    private final JsonValue value;
    private final String population;
    private final ModelTensors tensors;
    private final boolean integers;
    private final Set<String> members = new HashSet<>(Set.of("parameters"));
    private final Set<String> parameters = new HashSet<>();

    NeuronReader(JsonValue value, String population, ModelTensors tensors, boolean integers) {
        this.integers = integers;
        this.value = value;
        this.population = population;
        this.tensors = tensors;
    }

    Neuron neuron() throws IOException {
        JsonValue model = member("model");
        String name = model.text();
        Class<?> type = Arrays.stream(Neuron.class.getPermittedSubclasses())
                .filter(each -> NeuronOptions.model(each).equals(name))
                .findFirst()
                .orElseThrow(() -> model.unexpected("a model of this library, such as Leaky"));
        Neuron neuron = type == EquationNeuron.class
                ? equations()
                : type == SpikeList.class ? spikeList() : (Neuron) components(type);
        value.requireOnly(members);
        value.member("parameters").requireOnly(parameters);
        return neuron;
    }

    private Neuron equations() throws IOException {
        JsonValue text = member("text");
        try {
            EquationNeuron neuron =
                    EquationNeuron.of(text.text()).withSeed(member("seed").integer(Long.MIN_VALUE, Long.MAX_VALUE));
            if (value.members().containsKey("quantization")) {
                neuron = neuron.withQuantization(quantization(member("quantization")));
            }
            Map<String, Parameter> values = new LinkedHashMap<>();
            for (String name : neuron.parameters().keySet()) {
                values.put(name, parameter(name));
            }
            return neuron.withParameters(values);
        } catch (IllegalArgumentException refused) {
            throw text.unexpected("equations: " + refused.getMessage());
        }
    }

    private Neuron spikeList() throws IOException {
        JsonValue steps = member("steps");
        int[] neurons = integers(member("neurons"));
        try {
            return SpikeList.of(integers(steps), neurons);
        } catch (IllegalArgumentException refused) {
            throw steps.unexpected("spikes: " + refused.getMessage());
        }
    }

    private static int[] integers(JsonValue array) throws IOException {
        List<JsonValue> items = array.items();
        int[] numbers = new int[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (int) items.get(i).integer(0, Integer.MAX_VALUE);
        }
        return numbers;
    }

    private JsonValue member(String name) throws IOException {
        members.add(name);
        return value.member(name);
    }

    /** Returns the values of the description, or else of the tensor. */
    private Parameter parameter(String name) throws IOException {
        String spelled = NeuronOptions.snake(name);
        parameters.add(spelled);
        JsonValue declared = value.member("parameters").members().get(spelled);
        if (declared == null) {
            return tensors.parameter(population + "." + spelled);
        }
        return Parameter.of(declared.isArray() ? numbers(declared) : new float[] {declared.number()});
    }

    private static float[] numbers(JsonValue array) throws IOException {
        List<JsonValue> items = array.items();
        float[] numbers = new float[items.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = items.get(i).number();
        }
        return numbers;
    }

    /** Creates a record from its components in the file; its constructor checks them. */
    private Object components(Class<?> type) throws IOException {
        RecordComponent[] parts = type.getRecordComponents();
        Class<?>[] types = new Class<?>[parts.length];
        Object[] values = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            types[i] = parts[i].getType();
            values[i] = component(types[i], parts[i].getName());
        }
        try {
            return type.getConstructor(types).newInstance(values);
        } catch (InvocationTargetException refused) {
            throw refused.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(refused);
        } catch (ReflectiveOperationException never) {
            throw new IllegalStateException("records have these components", never);
        }
    }

    private Object component(Class<?> type, String name) throws IOException {
        if (type == Parameter.class) {
            return parameter(name);
        }
        if (type == ThresholdAndReset.class) {
            return components(type);
        }
        if (type == Recurrence.class) {
            return recurrence();
        }
        JsonValue option = member(NeuronOptions.snake(name));
        return switch (type.getSimpleName()) {
            case "Quantization" -> quantization(option);
            case "boolean" -> option.truth();
            case "float" -> option.number();
            case "int" -> (int) option.integer(0, Integer.MAX_VALUE);
            case "long" -> option.integer(Long.MIN_VALUE, Long.MAX_VALUE);
            default -> choice(option, type.getEnumConstants());
        };
    }

    private static Object choice(JsonValue declared, Object... choices) throws IOException {
        String text = declared.text();
        for (Object each : choices) {
            if (((Enum<?>) each).name().equals(text)) {
                return each;
            }
        }
        throw declared.unexpected("one of " + List.of(choices));
    }

    private static Quantization quantization(JsonValue declared) throws IOException {
        declared.requireOnly(Set.of("name", "levels"));
        return Quantization.named(declared.member("name").text(), numbers(declared.member("levels")));
    }

    /** Reads a recurrence; older files have none of SLstm's, whose cells then feed all back to all. */
    private Recurrence recurrence() throws IOException {
        if (!value.members().containsKey(NeuronOptions.RECURRENCE)
                && value.member("model").text().equals("SLstm")) {
            return allToAll();
        }
        JsonValue declared = member(NeuronOptions.RECURRENCE);
        if (declared.isObject()) {
            String owner = ProjectionDescription.nameOfRecurrence(population);
            ConnectionKind<Connection> kind = ConnectionKinds.named(declared.member("type"));
            return Recurrence.by(kind.read(declared, tensors.of(owner, integers)));
        }
        return switch (declared.text()) {
            case NeuronOptions.NONE -> Recurrence.none();
            case NeuronOptions.ONE_TO_ONE -> Recurrence.by(new OneToOne(parameter(Neuron.RECURRENT_WEIGHTS)));
            case NeuronOptions.ALL_TO_ALL -> allToAll();
            default -> throw declared.unexpected("none, one to one, all to all or a connection");
        };
    }

    private Recurrence allToAll() throws IOException {
        String owner = ProjectionDescription.nameOfRecurrence(population);
        return Recurrence.allToAll(tensors.floats(owner + ".weight", 2), tensors.floats(owner + ".bias", 1));
    }
}
