package dev.spikelane.model;

import dev.spikelane.connection.Connection;
import dev.spikelane.connection.Pool;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.LayerText.Layer;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds neurons of snnTorch's modules from their tensors, and the parts of a module before its neurons. */
record LayerNeurons(LayerTensors read) {

    /** Models of snnTorch that need their name in the text, or are known by their tensors. */
    static final Set<String> NAMES = Set.of(
            "Leaky",
            "Synaptic",
            "Alpha",
            "Lapicque",
            "RLeaky",
            "RSynaptic",
            "DeltaLeaky",
            "LeakyParallel",
            "LinearLeaky",
            "SConv2dLSTM",
            "SLSTM",
            "StateLeaky");

    static final String TAU = ".tau";
    private static final String THRESHOLD = ".threshold";
    private static final String BETA = ".beta";
    private static final Map<String, Reset> RESETS =
            Map.of("subtract", Reset.SUBTRACT, "zero", Reset.ZERO, "none", Reset.NONE);

    /** Returns the connection of a module before its neurons; null if it has none. */
    @Nullable
    Connection inputs(Layer layer) throws IOException {
        return layer.type().equals("SConv2dLSTM")
                ? SLstm.gatesOfInputs(read.gates(layer))
                : LayerTensors.isDense(layer.type()) ? read.dense(layer) : null;
    }

    /** Returns the pool between the membranes and the spikes of a module; null if it has none. */
    @Nullable
    Pool pool(Layer layer) throws IOException {
        if (!layer.type().equals("SConv2dLSTM")) {
            return null;
        }
        int[] max = layer.pair(4, "max_pool", 0, 0);
        int[] average = layer.pair(5, "avg_pool", 0, 0);
        if (max[0] != 0 && average[0] != 0) {
            throw read.wrong(layer + " has max_pool and avg_pool, expected one of them");
        }
        return max[0] != 0 ? Pool.max(max[0], max[1]) : average[0] != 0 ? Pool.average(average[0], average[1]) : null;
    }

    /** Returns the neurons after such a pool. */
    Neuron pooled(Layer layer, Shape neurons) throws IOException {
        return new Leaky(0f)
                .withFiring(ThresholdAndReset.DEFAULT
                        .withThreshold(parameter(layer, THRESHOLD, neurons).values())
                        .withReset(Reset.NONE));
    }

    /** Returns neurons of a shape. Options that neither the tensors nor the text have are snnTorch's defaults. */
    Neuron neuron(Layer layer, Shape neurons) throws IOException {
        return switch (layer.type()) {
            case "DeltaLeaky" -> {
                for (String each : Set.of(THRESHOLD, StateDictMatch.RESET, StateDictMatch.GRADED)) {
                    read.passOver(layer.name() + each); // snnTorch ignores it too
                }
                yield new DeltaLeaky(
                        parameter(layer, BETA, neurons), Parameter.of((float) layer.real(0, "delta_threshold", 1)));
            }
            case "LeakyParallel" -> parallel(layer, neurons);
            case "LinearLeaky", "StateLeaky" -> {
                read.passOver(layer.name() + StateDictMatch.RESET);
                StateLeaky made = new StateLeaky(
                        shares(layer, neurons),
                        parameter(layer, THRESHOLD, neurons),
                        graded(layer, neurons),
                        Quantization.NONE);
                int steps = layer.number(-1, "kernel_truncation_steps", StateLeaky.UNTRUNCATED);
                yield steps == StateLeaky.UNTRUNCATED ? made : made.withKernelTruncation(steps);
            }
            case "SConv2dLSTM" -> SLstm.of(read.gates(layer)).withFiring(firing(layer, neurons));
            case "SLSTM" -> {
                String cell = layer.name() + ".lstm_cell.";
                yield new SLstm(allToAll(cell + "weight_hh", cell + "bias_hh"), firing(layer, neurons));
            }
            default -> delayed(layer, neurons);
        };
    }

    /** Returns neurons with snnTorch's options {@code reset_delay} and {@code inhibition}. */
    private Neuron delayed(Layer layer, Shape neurons) throws IOException {
        Parameter beta = parameter(layer, BETA, neurons);
        ThresholdAndReset firing = firing(layer, neurons)
                .withDelayedReset(layer.truth(-1, "reset_delay", true))
                .withInhibition(layer.truth(-1, "inhibition", false));
        return switch (layer.type()) {
            case "Leaky" -> new Leaky(beta, firing, graded(layer, neurons));
            case "Synaptic" -> new Synaptic(parameter(layer, ".alpha", neurons), beta, firing);
            case "Alpha" -> new Alpha(parameter(layer, ".alpha", neurons), beta, firing);
            case "Lapicque" ->
                Lapicque.of(
                                read.number(layer.name() + ".R"),
                                read.number(layer.name() + ".C"),
                                read.number(layer.name() + LayerTensors.TIME_STEP))
                        .withFiring(firing);
            case "RLeaky" -> new RLeaky(beta, read.recurrence(layer, neurons), firing);
            default ->
                new RSynaptic(parameter(layer, ".alpha", neurons), beta, read.recurrence(layer, neurons), firing);
        };
    }

    /** Returns a LeakyParallel. Its recurrence is one-to-one if the matrix of hidden weights is diagonal. */
    private Neuron parallel(Layer layer, Shape neurons) throws IOException {
        String cell = layer.name() + ".rnn.";
        read.passOver(layer.name() + BETA); // only the initial value of the weights
        Recurrence all = allToAll(cell + "weight_hh_l0", cell + "bias_hh_l0");
        FloatMatrix weights = read.matrix(read.find(cell + "weight_hh_l0"));
        float[] own = new float[weights.rows()];
        boolean apart = weights.rows() == weights.columns();
        for (int i = 0; apart && i < own.length; i++) {
            own[i] = weights.get(i, i);
            for (int j = 0; j < own.length; j++) {
                apart &= j == i || weights.get(i, j) == 0;
            }
        }
        boolean biased = apart && read.has(cell + "bias_hh_l0");
        return new LeakyParallel(
                apart ? Recurrence.oneToOne(own) : all,
                biased ? parameter(layer, ".rnn.bias_hh_l0", neurons) : Parameter.of(0),
                parameter(layer, THRESHOLD, neurons),
                graded(layer, neurons));
    }

    private Recurrence allToAll(String weights, String bias) throws IOException {
        FloatMatrix all = read.matrix(read.find(weights));
        return read.has(bias) ? Recurrence.allToAll(all, read.matrix(read.find(bias))) : Recurrence.allToAll(all);
    }

    /** Returns the decay of neurons: beta, unless training has changed the time constant, which then counts. */
    private Parameter shares(Layer layer, Shape neurons) throws IOException {
        float[] beta = parameter(layer, BETA, neurons).values();
        float[] tau = parameter(layer, TAU, neurons).values();
        float[] made = new float[tau.length];
        for (int i = 0; i < made.length; i++) {
            float first = beta[beta.length == 1 ? 0 : i];
            boolean same = StateLeaky.share(first) == (float) StrictMath.exp(-1 / tau[i]);
            made[i] = same ? first : (float) (1 - 1.0 / tau[i]);
        }
        return Parameter.of(made);
    }

    /** Returns the threshold and the reset. */
    private ThresholdAndReset firing(Layer layer, Shape neurons) throws IOException {
        if (!layer.type().equals("Leaky") && !graded(layer, neurons).equals(Parameter.of(1))) {
            throw read.wrong(JsonValue.quoted(layer.name() + StateDictMatch.GRADED) + " is not 1, expected that of "
                    + layer.type());
        }
        return ThresholdAndReset.DEFAULT
                .withThreshold(parameter(layer, THRESHOLD, neurons).values())
                .withReset(reset(layer));
    }

    private Parameter graded(Layer layer, Shape neurons) throws IOException {
        return read.has(layer.name() + StateDictMatch.GRADED)
                ? parameter(layer, StateDictMatch.GRADED, neurons)
                : Parameter.of(1);
    }

    private Parameter parameter(Layer layer, String name, Shape neurons) throws IOException {
        return read.parameter(layer.name() + name, neurons);
    }

    /** Returns the reset of the file, or else of the text. */
    private Reset reset(Layer layer) throws IOException {
        for (Map.Entry<String, Reset> each : RESETS.entrySet()) {
            if (layer.says(-1, "reset_mechanism", each.getKey())) {
                boolean stands = read.has(layer.name() + StateDictMatch.RESET);
                if (stands && reset(layer.name()) != each.getValue()) {
                    throw read.wrong(layer + " has reset_mechanism='" + each.getKey() + "', but the file says "
                            + reset(layer.name()));
                }
                return each.getValue();
            }
        }
        return reset(layer.name());
    }

    private Reset reset(String layer) throws IOException {
        Tensor reset = read.find(layer + StateDictMatch.RESET);
        long number = reset.type() == Tensor.Type.I64 && reset.count() == 1 ? Integers.count(reset) : -1;
        return switch (Math.clamp(number, -1, 3)) {
            case 0 -> Reset.SUBTRACT;
            case 1 -> Reset.ZERO;
            case 2 -> Reset.NONE;
            default -> throw read.wrong(reset + " is " + number + ", expected 0 (subtract), 1 (zero) or 2 (none)");
        };
    }
}
