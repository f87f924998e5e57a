package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.InputDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.description.PopulationDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.Weights;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a network as a description and tensors. */
final class ModelWriter {

    private final Network network;
    private final NetworkDescription description;
    private final List<NamedValues> packed;

    private final JsonWriter json = new JsonWriter();

    /**
     * @param packs true to pack items of 2 and 4 bits, as model files do
     */
    ModelWriter(Network network, boolean packs) {
        this.network = network;
        this.description = network.laidOut().description();
        this.packed = description.values().stream()
                .filter(each -> packs && PackedItems.packs(each.declared().type()))
                .toList();
    }

    /** Returns the content of a file, from one version of the network's values. */
    Tensors content(boolean eightBits, Map<String, String> notes) {
        return network.laidOut().guard().read(() -> contentNow(eightBits, notes));
    }

    private Tensors contentNow(boolean eightBits, Map<String, String> notes) {
        requireSizes();
        describe();
        List<Tensor> tensors = new ArrayList<>();
        for (NamedValues each : description.values()) {
            tensors.addAll(tensors(each, eightBits));
        }
        for (PopulationDescription each : description.populations()) {
            tensors.addAll(meaning(each));
        }
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(ModelFormat.DESCRIPTION, json.text());
        Map<String, String> ordered = notes instanceof SequencedMap ? notes : new TreeMap<>(notes);
        ordered.forEach((name, text) -> {
            if (metadata.putIfAbsent(name, text) != null) {
                throw new IllegalArgumentException("a note has the name '" + name
                        + "', expected another one than 'format' and '" + ModelFormat.DESCRIPTION
                        + "', which the format uses");
            }
        });
        return Tensors.of(metadata, tensors);
    }

    /** Returns the other buffers that snnTorch's {@code load_state_dict} requires for its models. */
    private static List<Tensor> meaning(PopulationDescription population) {
        Map<String, Object> options = NeuronOptions.of(population.neuron());
        Object reset = options.get("reset");
        if (reset == null || !LayerNeurons.NAMES.contains(String.valueOf(options.get("model")))) {
            return List.of();
        }
        String name = population.name() + StateDictMatch.RESET;
        Tensor number = Integers.count(name, StateDictMatch.resetNumber(reset));
        String graded = population.name() + StateDictMatch.GRADED;
        return population.neuron() instanceof Leaky // has the factor already
                ? List.of(number)
                : List.of(number, Tensor.of(graded, FloatMatrix.vector(1), List.of()));
    }

    private List<Tensor> tensors(NamedValues each, boolean eightBits) {
        Weights weights = network.weights();
        String tensor = ModelFormat.tensor(each);
        if (each.declared().type() == ElementType.INT64) {
            return List.of(Integers.count(tensor, weights.count(each.name())));
        }
        if (each.declared().type() != ElementType.FLOAT32) {
            Tensor items = Integers.items(
                    tensor, weights.integers(each.name()), each.declared().shape());
            // Scales are separate tensors.
            return List.of(
                    packed.contains(each)
                            ? PackedItems.pack(items, each.declared().type().bits())
                            : items);
        }
        FloatMatrix values = weights.get(each.name());
        values.requireFinite("'" + each.name() + "'");
        if (eightBits && each.declared().isMatrix() && each.declared().role() == ValueDescription.Role.WEIGHT) {
            return Integers.of(
                    tensor,
                    IntegerMatrix.nearest(ElementType.INT8, values),
                    each.declared().shape());
        }
        if (values.rows() == 1 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) { // may be large: no copy
            MemorySegment row = values.segment().asSlice(0, (long) values.columns() * Float.BYTES);
            return List.of(Tensor.of(tensor, Tensor.Type.F32, weights.shape(each.name()), row));
        }
        return List.of(Tensor.of(tensor, values, weights.shape(each.name())));
    }

    private void requireSizes() {
        long neurons = 0;
        for (InputDescription input : description.inputs()) {
            neurons += input.shape().size();
        }
        for (PopulationDescription population : description.populations()) {
            neurons += population.size();
            NeuronWriter.requireWindow(population.name(), population.size(), population.neuron());
        }
        if (neurons > ModelFormat.MOST_NEURONS) {
            throw new IllegalArgumentException("network has " + neurons + " inputs and neurons, expected at most "
                    + ModelFormat.MOST_NEURONS + " in a model file");
        }
    }

    private void describe() {
        json.object().name("version").value(packed.isEmpty() ? ModelFormat.VERSION : ModelFormat.PACKED_VERSION);
        if (!packed.isEmpty()) {
            json.name(PackedItems.PACKED).object();
            for (NamedValues each : packed) {
                json.name(ModelFormat.tensor(each)).object().name(PackedItems.BITS);
                json.value(each.declared().type().bits()).name(PackedItems.SHAPE);
                json.integers(each.declared().shape()).end();
            }
            json.end();
        }
        json.name("inputs").array();
        for (InputDescription input : description.inputs()) {
            json.object().name("name").value(input.name());
            shape(input.shape());
            json.end();
        }
        json.end().name("populations").array();
        for (PopulationDescription population : description.populations()) {
            json.object().name("name").value(population.name());
            shape(population.shape());
            new NeuronWriter(json, parameter -> stored(population, parameter)).write(population.neuron());
            json.end();
        }
        json.end().name("projections").array();
        for (ProjectionDescription projection : description.projections()) {
            Shape rows = description.shapeOf(projection.source());
            for (Connection each : projection.path()) {
                requireStored(projection.name(), each, rows);
                rows = each.outputShape(rows);
            }
            if (!description.isRecurrence(projection)) {
                describe(projection);
            }
        }
        json.end().end();
    }

    /** Returns the current values of a parameter; null if no values have its name. */
    private @Nullable Parameter stored(PopulationDescription population, String parameter) {
        String name = population.name() + "." + parameter;
        return network.weights().names().contains(name)
                ? Parameter.of(network.weights().get(name).toArray())
                : null;
    }

    private void shape(Shape shape) {
        json.name("shape").integers(shape.sizes());
    }

    private void describe(ProjectionDescription projection) {
        if (projection.delay() > ModelFormat.MOST_DELAY) {
            throw new IllegalArgumentException("projection '" + projection.name() + "' has a delay of "
                    + projection.delay() + " steps, expected at most " + ModelFormat.MOST_DELAY + " in a model file");
        }
        json.object().name("name").value(projection.name());
        json.name("source").value(description.nameOf(projection.source()));
        if (projection.source() instanceof SourceDescription.OfVariable variable) {
            json.name("variable").value(variable.variable());
        }
        json.name("target")
                .value(description.populations().get(projection.target()).name())
                .name("port")
                .value(projection.port());
        json.name("delay").value(projection.delay()).name("plastic").value(projection.plastic());
        if (projection.plasticity().isRule()) {
            json.name("rule")
                    .object()
                    .name("text")
                    .value(projection.plasticity().text());
            json.name("parameters").object();
            projection.plasticity().parameters().forEach((name, value) -> NeuronWriter.number(json.name(name), value));
            json.end().end();
        }
        json.name("path").array();
        for (Connection connection : projection.path()) {
            NeuronWriter.connection(json, connection);
        }
        json.end().end();
    }

    private static void requireStored(String projection, Connection connection, Shape rows) {
        String why = ConnectionKinds.of(connection).unstored(connection, rows);
        if (why != null) {
            throw new IllegalArgumentException("projection '" + projection + "' has the connection '" + connection
                    + "', which a model file cannot hold" + why);
        }
    }
}
