package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.kind.ConnectionKind;
import dev.spikelane.connection.kind.ConnectionKinds;
import dev.spikelane.description.NeuronOptions;
import dev.spikelane.description.OptionSink;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.memory.Parameter;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.StateLeaky;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says a model in the format. Its parameters are those that it was declared with: a number, or numbers; what is missing
 * is the tensor of that name.
 */
final class NeuronWriter implements OptionSink {

    private final JsonWriter json;
    private final Function<String, @Nullable Parameter> stored;

    /** The function gives the values that a parameter's tensor holds. */
    NeuronWriter(JsonWriter json, Function<String, @Nullable Parameter> stored) {
        this.json = json;
        this.stored = stored;
    }

    /** Throws where the weights of a window would be more than a reader allows. */
    static void requireWindow(String population, int size, Neuron model) {
        if (model instanceof StateLeaky neuron && (long) neuron.kernelTruncation() * size > ModelFormat.MOST_WINDOW) {
            throw new IllegalArgumentException("population '" + population + "' has " + size
                    + " windows of " + neuron.kernelTruncation() + " steps, expected at most "
                    + ModelFormat.MOST_WINDOW + " weights in a model file");
        }
    }

    void write(Neuron neuron) {
        json.name("neuron").object();
        NeuronOptions.say(neuron, this);
        json.name("parameters").object();
        neuron.parameters().forEach(this::parameter);
        json.end().end();
    }

    @Override
    public void text(String name, String value) {
        json.name(name).value(value);
    }

    @Override
    public void truth(String name, boolean value) {
        json.name(name).value(value);
    }

    @Override
    public void integer(String name, long value) {
        json.name(name).value(value);
    }

    @Override
    public void number(String name, float value) {
        number(json.name(name), value);
    }

    @Override
    public void connection(String name, Connection value) {
        connection(json.name(name), value);
    }

    /** Says a connection; its values are tensors. */
    static void connection(JsonWriter json, Connection value) {
        ConnectionKind<Connection> kind = ConnectionKinds.of(value);
        json.object().name("type").value(kind.name());
        kind.options(value).forEach((name, option) -> {
            json.name(name);
            switch (option) {
                case Float number -> number(json, number);
                case Double number -> json.value(number);
                default -> json.value(option.longValue());
            }
        });
        json.end();
    }

    @Override
    public void quantization(String name, Quantization value) {
        json.name(name).object().name("name").value(value.toString());
        json.name("levels").array();
        for (float level : value.levels()) {
            number(json, level);
        }
        json.end().end();
    }

    private void parameter(String name, Parameter declared) {
        if (declared.count() > 1 && declared.equals(stored.apply(name))) {
            return;
        }
        json.name(ModelFormat.snake(name));
        if (declared.count() == 1) {
            number(json, declared.value(0));
            return;
        }
        json.array();
        for (float value : declared.values()) {
            number(json, value);
        }
        json.end();
    }

    /** The shortest decimal that gives the same float32. */
    static JsonWriter number(JsonWriter json, float value) {
        return json.value(Double.parseDouble(Float.toString(value)));
    }
}
