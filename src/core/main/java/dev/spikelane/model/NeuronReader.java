package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.Compare;
import dev.spikelane.kernel.Decay;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.EquationNeuron;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.SpikeList;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Builds a model from the JSON of {@link NeuronWriter}. */
final class NeuronReader {

    private static final String V = Neuron.RECURRENT_WEIGHTS;

    private final JsonValue value;
    private final String population;
    private final ModelTensors tensors;
    private final boolean integers;
    private final Set<String> members = new HashSet<>(Set.of("model", "parameters"));
    private final Set<String> parameters = new HashSet<>();

    NeuronReader(JsonValue value, String population, ModelTensors tensors, boolean integers) {
        this.integers = integers;
        this.value = value;
        this.population = population;
        this.tensors = tensors;
    }

    Neuron neuron() throws IOException {
        JsonValue model = value.member("model");
        Neuron neuron = switch (model.text()) {
            case "Alpha" -> new Alpha(parameter("alpha"), parameter("beta"), firing());
            case "DeltaLeaky" -> new DeltaLeaky(parameter("beta"), parameter("deltaThreshold"));
            case "Equation" -> equations();
            case "HandLif" -> new HandLif(parameter("beta"), parameter("threshold"));
            case "Lapicque" ->
                new Lapicque(
                        parameter("resistance"),
                        parameter("capacitance"),
                        member("time_step").number(),
                        firing());
            case "Leaky" -> new Leaky(parameter("beta"), firing(), parameter("gradedSpikesFactor"));
            case "LeakyParallel" ->
                new LeakyParallel(
                        recurrence(),
                        parameter("bias"),
                        parameter("threshold"),
                        parameter("gradedSpikesFactor"),
                        member("dropout").number(),
                        member("seed").integer(Long.MIN_VALUE, Long.MAX_VALUE));
            case "Lif" ->
                Lif.of(choice("decay", Decay.values()), parameter("leak"))
                        .withParameter("gain", parameter("gain"))
                        .withParameter("synapse", parameter("synapse"))
                        .withParameter("rest", parameter("rest"))
                        .withParameter("resetPotential", parameter("resetPotential"))
                        .withFiring(firing());
            case "RLeaky" -> new RLeaky(parameter("beta"), recurrence(), firing());
            case "RSynaptic" -> new RSynaptic(parameter("alpha"), parameter("beta"), recurrence(), firing());
            case "SLstm" ->
                new SLstm(value.members().containsKey(NeuronOptions.RECURRENCE) ? recurrence() : allToAll(), firing());
            case "SpikeList" -> spikeList();
            case "StateLeaky" ->
                new StateLeaky(
                        parameter("beta"),
                        parameter("threshold"),
                        parameter("gradedSpikesFactor"),
                        quantization(),
                        (int) member("kernel_truncation").integer(0, Integer.MAX_VALUE));
            case "Synaptic" -> new Synaptic(parameter("alpha"), parameter("beta"), firing());
            default -> throw model.unexpected("a model of this library, such as Leaky");
        };
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
                neuron = neuron.withQuantization(quantization());
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
        String spelled = ModelFormat.snake(name);
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

    private ThresholdAndReset firing() throws IOException {
        return ThresholdAndReset.DEFAULT
                .withThreshold(parameter("threshold").values())
                .withCompare(choice("compare", Compare.values()))
                .withReset(choice("reset", Reset.values()))
                .withResetTime(choice("reset_time", Reset.Time.values()))
                .withInhibition(member("inhibition").truth())
                .withQuantization(quantization());
    }

    private <T extends Enum<T>> T choice(String name, T[] choices) throws IOException {
        JsonValue declared = member(name);
        String text = declared.text();
        for (T each : choices) {
            if (each.name().equals(text)) {
                return each;
            }
        }
        throw declared.unexpected("one of " + List.of(choices));
    }

    private Quantization quantization() throws IOException {
        JsonValue declared = member("quantization");
        declared.requireOnly(Set.of("name", "levels"));
        return Quantization.named(declared.member("name").text(), numbers(declared.member("levels")));
    }

    private Recurrence recurrence() throws IOException {
        JsonValue declared = member(NeuronOptions.RECURRENCE);
        if (declared.isObject()) {
            String owner = ProjectionDescription.nameOfRecurrence(population);
            ConnectionKind<Connection> kind = ConnectionKinds.named(declared.member("type"));
            return Recurrence.by(kind.read(declared, tensors.of(owner, integers)));
        }
        return switch (declared.text()) {
            case NeuronOptions.NONE -> Recurrence.none();
            case NeuronOptions.ONE_TO_ONE -> Recurrence.by(new OneToOne(parameter(V)));
            case NeuronOptions.ALL_TO_ALL -> allToAll();
            default -> throw declared.unexpected("none, one to one, all to all or a connection");
        };
    }

    private Recurrence allToAll() throws IOException {
        String owner = ProjectionDescription.nameOfRecurrence(population);
        return Recurrence.allToAll(tensors.floats(owner + ".weight", 2), tensors.floats(owner + ".bias", 1));
    }
}
