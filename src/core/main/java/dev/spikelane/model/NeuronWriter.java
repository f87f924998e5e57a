package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.StateLeaky;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes a model as JSON. A parameter without a number here is a tensor with its name. */
record NeuronWriter(JsonWriter json, Function<String, @Nullable Parameter> stored) {

    /** Throws if a window has more weights than a reader allows. */
    static void requireWindow(String population, int size, Neuron model) {
        if (model instanceof StateLeaky neuron && (long) neuron.kernelTruncation() * size > ModelFormat.MOST_WINDOW) {
            throw new IllegalArgumentException("population '" + population + "' has " + size
                    + " windows of " + neuron.kernelTruncation() + " steps, expected at most "
                    + ModelFormat.MOST_WINDOW + " weights in a model file");
        }
    }

    void write(Neuron neuron) {
        json.name("neuron").object();
        NeuronOptions.of(neuron).forEach((name, value) -> option(json.name(name), value));
        json.name("parameters").object();
        neuron.parameters().forEach(this::parameter);
        json.end().end();
    }

    /** Writes a connection without its values. */
    static void connection(JsonWriter json, Connection value) {
        ConnectionKind<Connection> kind = ConnectionKinds.of(value);
        json.object().name("type").value(kind.name());
        kind.options(value).forEach((name, option) -> option(json.name(name), option));
        json.end();
    }

    private static void option(JsonWriter json, Object value) {
        switch (value) {
            case String text -> json.value(text);
            case Boolean truth -> json.value(truth);
            case Float number -> number(json, number);
            case Double number -> json.value(number);
            case Number number -> json.value(number.longValue());
            case int[] list -> {
                json.array();
                for (int each : list) {
                    json.value((long) each);
                }
                json.end();
            }
            case Connection connection -> connection(json, connection);
            case Quantization quantization -> {
                json.object().name("name").value(quantization.toString()).name("levels");
                numbers(json, quantization.levels()).end();
            }
            default -> throw new AssertionError("a model has an option " + value);
        }
    }

    private void parameter(String name, Parameter declared) {
        if (declared.count() > 1 && declared.equals(stored.apply(name))) {
            return;
        }
        json.name(NeuronOptions.snake(name));
        if (declared.count() == 1) {
            number(json, declared.value(0));
            return;
        }
        numbers(json, declared.values());
    }

    private static JsonWriter numbers(JsonWriter json, float... values) {
        json.array();
        for (float value : values) {
            number(json, value);
        }
        return json.end();
    }

    /** Writes the shortest decimal of a float32. */
    static JsonWriter number(JsonWriter json, float value) {
        return json.value(Double.parseDouble(Float.toString(value)));
    }
}
