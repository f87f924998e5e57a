package dev.spikelane.description;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.Firing;
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
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;

/** What a model was declared with besides its parameters. */
public final class NeuronOptions {

    /** The option that says how neurons feed back. */
    public static final String RECURRENCE = "recurrence";

    /** Not at all. */
    public static final String NONE = "none";

    /** Each neuron to itself. */
    public static final String ONE_TO_ONE = "one to one";

    /** Every neuron to every neuron. */
    public static final String ALL_TO_ALL = "all to all";

    private final OptionSink to;

    private NeuronOptions(OptionSink to) {
        this.to = to;
    }

    /** Says the name of a model, {@code model}, and its options, in the order and under the names of files. */
    public static void say(Neuron neuron, OptionSink to) {
        new NeuronOptions(to).say(neuron);
    }

    private void say(Neuron neuron) {
        switch (neuron) {
            case Alpha model -> firing("Alpha", model.firing());
            case DeltaLeaky _ -> model("DeltaLeaky");
            case HandLif _ -> model("HandLif");
            case Lapicque model -> {
                firing("Lapicque", model.firing());
                to.number("time_step", model.timeStep());
            }
            case Leaky model -> firing("Leaky", model.firing());
            case LeakyParallel model -> {
                recurrence("LeakyParallel", model.recurrence());
                to.number("dropout", model.dropout());
                to.integer("seed", model.seed());
            }
            case Lif model -> {
                firing("Lif", model.firing());
                to.text("decay", model.decay().name());
            }
            case RLeaky model -> {
                recurrence("RLeaky", model.recurrence());
                firing(model.firing());
            }
            case RSynaptic model -> {
                recurrence("RSynaptic", model.recurrence());
                firing(model.firing());
            }
            case SLstm model -> {
                firing("SLstm", model.firing());
                if (!(model.recurrence() instanceof Recurrence.By(Recurrent _))) {
                    recurrence(model.recurrence());
                }
            }
            case StateLeaky model -> {
                model("StateLeaky");
                quantization(model.quantization());
                to.integer("kernel_truncation", model.kernelTruncation());
            }
            case Synaptic model -> firing("Synaptic", model.firing());
        }
    }

    private void model(String name) {
        to.text("model", name);
    }

    private void firing(String model, Firing firing) {
        model(model);
        firing(firing);
    }

    private void firing(Firing firing) {
        to.text("compare", firing.compare().name());
        to.text("reset", firing.reset().name());
        to.text("reset_time", firing.resetTime().name());
        to.truth("inhibition", firing.inhibition());
        quantization(firing.quantization());
    }

    private void recurrence(String model, Recurrence recurrence) {
        model(model);
        recurrence(recurrence);
    }

    private void recurrence(Recurrence recurrence) {
        switch (recurrence) {
            case Recurrence.None _ -> to.text(RECURRENCE, NONE);
            case Recurrence.By(OneToOne _) -> to.text(RECURRENCE, ONE_TO_ONE);
            case Recurrence.By(Recurrent _) -> to.text(RECURRENCE, ALL_TO_ALL);
            case Recurrence.By(Connection other) -> to.connection(RECURRENCE, other);
        }
    }

    private void quantization(Quantization quantization) {
        to.quantization("quantization", quantization);
    }
}
