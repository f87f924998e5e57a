package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
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
import java.util.LinkedHashMap;
import java.util.Map;

/** The declared options of a model, without its parameters. */
public final class NeuronOptions {

    public static final String RECURRENCE = "recurrence";

    public static final String NONE = "none";

    public static final String ONE_TO_ONE = "one to one";

    public static final String ALL_TO_ALL = "all to all";

    private static final String QUANTIZATION = "quantization";

    private final Map<String, Object> options = new LinkedHashMap<>();

    private NeuronOptions() {}

    /**
     * Returns the name of a model, {@code model}, and its options in the order and with the names of files. Options are
     * texts, booleans, numbers, lists of them, {@link Connection connections} and {@link Quantization quantizations}.
     */
    public static Map<String, Object> of(Neuron neuron) {
        NeuronOptions declared = switch (neuron) {
            case Alpha model -> model("Alpha").firing(model.firing());
            case DeltaLeaky _ -> model("DeltaLeaky");
            case EquationNeuron model -> {
                NeuronOptions made = model("Equation").and("text", model.text()).and("seed", model.seed());
                yield model.quantization().equals(Quantization.NONE)
                        ? made
                        : made.and(QUANTIZATION, model.quantization());
            }
            case HandLif _ -> model("HandLif");
            case Lapicque model -> model("Lapicque").firing(model.firing()).and("time_step", model.timeStep());
            case Leaky model -> model("Leaky").firing(model.firing());
            case LeakyParallel model ->
                model("LeakyParallel")
                        .recurrence(model.recurrence())
                        .and("dropout", model.dropout())
                        .and("seed", model.seed());
            case Lif model ->
                model("Lif").firing(model.firing()).and("decay", model.decay().name());
            case RLeaky model -> model("RLeaky").recurrence(model.recurrence()).firing(model.firing());
            case RSynaptic model ->
                model("RSynaptic").recurrence(model.recurrence()).firing(model.firing());
            case SLstm model -> {
                NeuronOptions made = model("SLstm").firing(model.firing());
                yield model.recurrence() instanceof Recurrence.By(Recurrent all) && all.biased()
                        ? made
                        : made.recurrence(model.recurrence());
            }
            case SpikeList model ->
                model("SpikeList").and("steps", model.steps()).and("neurons", model.neurons());
            case StateLeaky model ->
                model("StateLeaky").and(QUANTIZATION, model.quantization()).and("kernel_truncation", (long)
                        model.kernelTruncation());
            case Synaptic model -> model("Synaptic").firing(model.firing());
        };
        return declared.options;
    }

    private static NeuronOptions model(String name) {
        return new NeuronOptions().and("model", name);
    }

    private NeuronOptions and(String name, Object value) {
        options.put(name, value);
        return this;
    }

    private NeuronOptions firing(ThresholdAndReset firing) {
        return and("compare", firing.compare().name())
                .and("reset", firing.reset().name())
                .and("reset_time", firing.resetTime().name())
                .and("inhibition", firing.inhibition())
                .and(QUANTIZATION, firing.quantization());
    }

    private NeuronOptions recurrence(Recurrence recurrence) {
        return and(
                RECURRENCE,
                switch (recurrence) {
                    case Recurrence.None _ -> NONE;
                    case Recurrence.By(OneToOne _) -> ONE_TO_ONE;
                    case Recurrence.By(Recurrent all) when all.biased() -> ALL_TO_ALL;
                    case Recurrence.By(Connection other) -> other;
                });
    }
}
