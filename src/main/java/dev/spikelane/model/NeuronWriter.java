package dev.spikelane.model;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.Firing;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Parameter;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says a model in the format. Its parameters are those that it was declared with: a number, or numbers; what is missing is the tensor of that name.
 */
final class NeuronWriter {

    private final JsonWriter json;
    private final Function<String, @Nullable Parameter> stored;

    /** The function gives the values that a parameter's tensor holds. */
    NeuronWriter(JsonWriter json, Function<String, @Nullable Parameter> stored) {
        this.json = json;
        this.stored = stored;
    }

    /** Throws where the weights of a window would be more than a reader allows. */
    static void requireWindow(Population population) {
        if (population.neuron() instanceof StateLeaky neuron
                && (long) neuron.kernelTruncation() * population.size() > ModelFormat.MOST_WINDOW) {
            throw new IllegalArgumentException("population '" + population.name() + "' has " + population.size()
                    + " windows of " + neuron.kernelTruncation() + " steps, expected at most "
                    + ModelFormat.MOST_WINDOW + " weights in a model file");
        }
    }

    void write(Neuron neuron) {
        json.name("neuron").object().name("model");
        switch (neuron) {
            case Alpha model -> firing("Alpha", model.firing());
            case DeltaLeaky _ -> json.value("DeltaLeaky");
            case HandLif _ -> json.value("HandLif");
            case Lapicque model -> {
                firing("Lapicque", model.firing());
                number(json.name("time_step"), model.timeStep());
            }
            case Leaky model -> firing("Leaky", model.firing());
            case LeakyParallel model -> {
                recurrence("LeakyParallel", model.recurrence());
                number(json.name("dropout"), model.dropout());
                json.name("seed").value(model.seed());
            }
            case Lif model -> {
                firing("Lif", model.firing());
                json.name("decay").value(model.decay().name());
            }
            case RLeaky model -> {
                recurrence("RLeaky", model.recurrence());
                firing(model.firing());
            }
            case RSynaptic model -> {
                recurrence("RSynaptic", model.recurrence());
                firing(model.firing());
            }
            case SLstm model -> firing("SLstm", model.firing());
            case StateLeaky model -> {
                json.value("StateLeaky");
                quantization(model.quantization());
                json.name("kernel_truncation").value(model.kernelTruncation());
            }
            case Synaptic model -> firing("Synaptic", model.firing());
        }
        json.name("parameters").object();
        neuron.parameters().forEach(this::parameter);
        json.end().end();
    }

    private void firing(String model, Firing firing) {
        json.value(model);
        firing(firing);
    }

    private void firing(Firing firing) {
        json.name("compare").value(firing.compare().name());
        json.name("reset").value(firing.reset().name());
        json.name("reset_time").value(firing.resetTime().name());
        json.name("inhibition").value(firing.inhibition());
        quantization(firing.quantization());
    }

    private void recurrence(String model, Recurrence recurrence) {
        json.value(model)
                .name("recurrence")
                .value(
                        switch (recurrence) {
                            case Recurrence.None _ -> "none";
                            case Recurrence.OneToOne _ -> "one to one";
                            case Recurrence.AllToAll _ -> "all to all";
                        });
    }

    private void quantization(Quantization quantization) {
        json.name("quantization").object().name("name").value(quantization.toString());
        json.name("levels").array();
        for (float level : quantization.levels()) {
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
