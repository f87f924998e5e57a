package dev.spikelane.model;

import dev.spikelane.connection.BlasDense;
import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.IntegerDense;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.connection.Scale;
import dev.spikelane.io.Safetensors;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.IntegerMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Source;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.neuron.Recurrence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Says a network in the format. */
final class ModelWriter {

    private final Network network;
    private final JsonWriter json = new JsonWriter();

    ModelWriter(Network network) {
        this.network = network;
    }

    /** All that a file holds, of one version of the network's values. */
    Safetensors content(boolean eightBits, Map<String, String> notes) {
        return network.laidOut().guard().read(() -> contentNow(eightBits, notes));
    }

    private Safetensors contentNow(boolean eightBits, Map<String, String> notes) {
        requireNames();
        requireSizes();
        describe();
        List<Tensor> tensors = new ArrayList<>();
        Map<String, String> parameters = parameterNames();
        for (String name : network.weights().names()) {
            if (network.weights().type(name) != ElementType.FLOAT32) {
                tensors.add(Integers.items(name, network.weights().integers(name))); // scales are values of their own
                continue;
            }
            FloatMatrix values = network.weights().get(name);
            values.requireFinite("'" + name + "'");
            String parameter = parameters.get(name);
            if (parameter != null) {
                tensors.add(
                        Tensor.of(parameter, values, values.columns() == 1 ? List.of() : List.of(values.columns())));
            } else if (values.rows() == 1 && !isMatrix(name)) {
                tensors.add(Tensor.of(name, values, List.of(values.columns())));
            } else if (eightBits) {
                tensors.addAll(Integers.of(name, IntegerMatrix.nearest(ElementType.INT8, values)));
            } else {
                tensors.add(Tensor.of(name, values, List.of(values.rows(), values.columns())));
            }
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
        return Safetensors.of(metadata, tensors);
    }

    /** Whether values of one row are the weights of a connection with one output, and not those of a row of neurons. */
    private boolean isMatrix(String name) {
        if (!name.endsWith(".weight")) {
            return false;
        }
        String owner = name.substring(0, name.length() - ".weight".length());
        return network.weights().names().contains(owner + ".bias");
    }

    /** The tensors of neurons' parameters by the names of the values. */
    private Map<String, String> parameterNames() {
        Map<String, String> names = new LinkedHashMap<>();
        for (Population population : network.populations()) {
            for (String parameter : population.neuron().parameters().keySet()) {
                names.put(population.name() + "." + parameter, population.name() + "." + ModelFormat.snake(parameter));
            }
        }
        return names;
    }

    /** Values of two owners under one name would overwrite each other. */
    private void requireNames() {
        Set<String> taken = new HashSet<>(parameterNames().values());
        taken.addAll(parameterNames().keySet());
        for (Projection projection : network.projections()) {
            List<String> owners = new ArrayList<>(List.of(projection.name()));
            for (int i = 0; i < projection.path().size(); i++) {
                owners.add(projection.name() + "." + i);
            }
            for (String owner : owners) {
                int before = taken.size();
                taken.addAll(List.of(owner + ".weight", owner + ".weight" + ModelFormat.SCALE, owner + ".bias"));
                if (taken.size() != before + 3) {
                    throw new IllegalArgumentException("projection '" + projection.name()
                            + "' may have values of the same name as another projection or population, such as '"
                            + owner + ".weight', expected another name");
                }
            }
        }
    }

    private void requireSizes() {
        long neurons = 0;
        for (Input input : network.inputs()) {
            neurons += input.shape().size();
        }
        for (Population population : network.populations()) {
            neurons += population.size();
            NeuronWriter.requireWindow(population);
        }
        if (neurons > ModelFormat.MOST_NEURONS) {
            throw new IllegalArgumentException("network has " + neurons + " inputs and neurons, expected at most "
                    + ModelFormat.MOST_NEURONS + " in a model file");
        }
    }

    private void describe() {
        json.object().name("version").value(ModelFormat.VERSION);
        json.name("inputs").array();
        for (Input input : network.inputs()) {
            json.object().name("name").value(input.name());
            shape(input.shape());
            json.end();
        }
        json.end().name("populations").array();
        for (Population population : network.populations()) {
            json.object().name("name").value(population.name());
            shape(population.shape());
            new NeuronWriter(json, parameter -> stored(population, parameter)).write(population.neuron());
            json.end();
        }
        json.end().name("projections").array();
        for (Projection projection : network.projections()) {
            if (!isRecurrence(projection)) {
                describe(projection);
            }
        }
        json.end().end();
    }

    /** The values that a parameter has now, unless they are a projection's. */
    private @Nullable Parameter stored(Population population, String parameter) {
        String name = population.name() + "." + parameter;
        return network.weights().names().contains(name)
                ? Parameter.of(network.weights().get(name).toArray())
                : null;
    }

    /** Whether a model brings the projection along when a network is built. */
    private static boolean isRecurrence(Projection projection) {
        return projection.port().equals(Neuron.FEEDBACK)
                && projection.name().equals(projection.target().name() + ".recurrent")
                && !(projection.target().neuron().recurrence() instanceof Recurrence.None);
    }

    private void shape(Shape shape) {
        json.name("shape")
                .integers(
                        shape.rank() == 1
                                ? List.of(shape.size())
                                : List.of(shape.channels(), shape.height(), shape.width()));
    }

    private void describe(Projection projection) {
        if (projection.delay() > ModelFormat.MOST_DELAY) {
            throw new IllegalArgumentException("projection '" + projection.name() + "' has a delay of "
                    + projection.delay() + " steps, expected at most " + ModelFormat.MOST_DELAY + " in a model file");
        }
        json.object().name("name").value(projection.name());
        Source source = projection.source();
        json.name("source").value(source.ofPopulation().map(Population::name).orElse(source.name()));
        source.ofVariable().ifPresent(variable -> json.name("variable").value(variable));
        json.name("target").value(projection.target().name()).name("port").value(projection.port());
        json.name("delay").value(projection.delay()).name("plastic").value(projection.plastic());
        json.name("path").array();
        for (Connection connection : projection.path()) {
            json.object().name("type");
            describe(projection.name(), connection);
            json.end();
        }
        json.end().end();
    }

    private void describe(String projection, Connection connection) {
        switch (connection) {
            case Dense dense -> sizes("dense", dense.inputs(), dense.outputs());
            case Recurrent recurrent ->
                sizes(
                        "recurrent",
                        recurrent.weights().weights().columns(),
                        recurrent.weights().weights().rows());
            case IntegerDense dense -> {
                sizes("integer dense", dense.inputs(), dense.outputs());
                json.name("bits")
                        .value(Byte.SIZE * (long) dense.weights().type().bytes());
            }
            case OneToOne _ -> json.value("one to one");
            case Flatten _ -> json.value("flatten");
            case Scale scale -> NeuronWriter.number(json.value("scale").name("factor"), scale.factor());
            case BlasDense _ ->
                throw new IllegalArgumentException("projection '" + projection + "' has the connection '" + connection
                        + "', which a model file of version " + ModelFormat.VERSION + " cannot hold");
        }
    }

    private void sizes(String type, int inputs, int outputs) {
        json.value(type).name("inputs").value(inputs).name("outputs").value(outputs);
    }
}
