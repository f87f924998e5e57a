package dev.spikelane.neuron;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Recurrent;
import dev.spikelane.kernel.Reset;
import dev.spikelane.kernel.step.GateRows;
import dev.spikelane.kernel.step.leaky.LeakyModel;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Checks;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;

/**
 * The spiking long short-term memory cell of {@code snntorch.SLSTM} (0.9.4). A dense connection in front of it holds
 * the input weights and the first bias of {@code torch.nn.LSTMCell}: four outputs for each neuron, in torch's gate
 * order {@code i, f, g, o}.
 *
 * <p>Each step, with H the membrane (the hidden state), C the cell state, I the current of each gate, R and S in {0,
 * 1}, in float32:
 *
 * <pre>{@code
 * R = H > threshold                                    from the membrane before the step
 * i, f, g, o = I + (bias + weights * H)                in the order of kernel.Matmul
 * C = sigmoid(f) * C + sigmoid(i) * tanh(g)
 * h = sigmoid(o) * tanh(C)
 * H = h                                                reset NONE, the default
 * H = h - R * threshold                                reset SUBTRACT
 * H = h - R * h                                        reset ZERO
 * S = H > threshold
 * }</pre>
 *
 * <p>A hidden state is below 1, so the default threshold 1 never fires: choose a lower one. snnTorch zeroes both states
 * at every step unless there are as many inputs as neurons, and ignores inhibition; here states go on, and inhibition
 * acts.
 *
 * <p>Gates are currents like any other: any connections make them, to the port {@code current} and, from the membranes
 * of the step before, to the port {@code feedback}. Neurons that are arranged in maps take four times their maps, gate
 * after gate in torch's order.
 *
 * <p>{@code snntorch.SConv2dLSTM(1, 3, 3, max_pool=2, threshold=0.1)} has one convolution of its inputs and hidden
 * states together, which is two here. Its pool acts between the membranes and the firing neurons, so here it stands
 * between two populations:
 *
 * <pre>{@code
 * Convolution all = Convolution.of(1 + 3, 4 * 3, Kernel.of(3).withPadding(1), random);
 * Network network = Network.builder(Shape.of(1, 28, 28))
 *         .connect(SLstm.gatesOfInputs(all)).neuron(SLstm.of(all).withThreshold(0.1))
 *         .variable("membrane").maxPool2d(2)
 *         .neuron(new Leaky(0).withReset(Reset.NONE).withThreshold(0.1)).build();
 * }</pre>
 *
 * <p>Variables for recorders: {@code membrane}, {@code cell}.
 *
 * @param recurrence from the hidden state to the four gates: from all to all with the weights {@code weight_hh} and the
 *     second bias, or another connection
 * @param firing the threshold and the reset; quantization rounds membrane and cell state
 */
public record SLstm(Recurrence recurrence, ThresholdAndReset firing) implements Neuron, HasFiring<SLstm> {

    /**
     * Makes a model.
     *
     * @throws IllegalArgumentException if there are not four outputs for each input, or the reset is SUBTRACT_DECAYED
     */
    public SLstm {
        Objects.requireNonNull(recurrence, "recurrence");
        if (recurrence instanceof Recurrence.By(Recurrent all)
                && all.outputs() != GateRows.GATES * (long) all.inputs()) {
            throw new IllegalArgumentException(all + ", expected four outputs for each input");
        }
        if (Objects.requireNonNull(firing, "firing").reset() == Reset.SUBTRACT_DECAYED) {
            throw new IllegalArgumentException("reset SUBTRACT_DECAYED, expected SUBTRACT, ZERO, CLEAR or NONE");
        }
    }

    /**
     * Makes a model without a reset, as is snnTorch's default for it.
     *
     * @param weights of the hidden state, {@code [4 neurons x neurons]}, torch's {@code weight_hh}; copied
     * @param bias the second bias, {@code [1 x 4 neurons]}, torch's {@code bias_hh}; copied
     * @param threshold membrane above which a neuron fires, below 1: one value, or one for each neuron
     * @throws IllegalArgumentException if there are not four outputs for each input, the bias has another shape, or a
     *     value is NaN or infinite
     */
    public SLstm(FloatMatrix weights, FloatMatrix bias, float... threshold) {
        this(
                Recurrence.allToAll(weights, bias),
                ThresholdAndReset.DEFAULT.withReset(Reset.NONE).withThreshold(threshold));
    }

    /**
     * Makes a model without a reset, as is snnTorch's default for it.
     *
     * @param weights of the hidden state, {@code [4 neurons x neurons]}, torch's {@code weight_hh}; copied
     * @param bias the second bias, {@code [1 x 4 neurons]}, torch's {@code bias_hh}; copied
     * @param threshold membrane above which a neuron fires, below 1: one value, or one for each neuron, rounded once to
     *     float32
     * @throws IllegalArgumentException if there are not four outputs for each input, the bias has another shape, or a
     *     value is NaN or infinite
     */
    public SLstm(FloatMatrix weights, FloatMatrix bias, double... threshold) {
        this(
                Recurrence.allToAll(weights, bias),
                ThresholdAndReset.DEFAULT.withReset(Reset.NONE).withThreshold(threshold));
    }

    /**
     * Makes a model with snnTorch's defaults: no reset, and the threshold 1, which a membrane never reaches; choose a
     * lower one with {@link #withThreshold}.
     *
     * @param weights of the hidden state, {@code [4 neurons x neurons]}, torch's {@code weight_hh}; copied
     * @param bias the second bias, {@code [1 x 4 neurons]}, torch's {@code bias_hh}; copied
     * @throws IllegalArgumentException if there are not four outputs for each input, the bias has another shape, or a
     *     value is NaN or infinite
     */
    public SLstm(FloatMatrix weights, FloatMatrix bias) {
        this(weights, bias, 1f);
    }

    /**
     * A model and the connection in front of it.
     *
     * @param gates makes the current of each gate: {@code weight_ih} and {@code bias_ih}
     * @param neuron with {@code weight_hh} and {@code bias_hh}
     */
    public record Cell(Dense gates, SLstm neuron) {}

    /**
     * Makes a model and its gates with the random weights that {@code torch.nn.LSTMCell(inputs, neurons)}, and so
     * {@code snntorch.SLSTM}, starts with: uniform in {@code [-1 / sqrt(neurons), 1 / sqrt(neurons))}.
     *
     * @param inputs how many there are, at least 1
     * @param neurons how many there are, at least 1
     * @param random the stream; {@code weight_ih}, {@code weight_hh}, {@code bias_ih}, {@code bias_hh} are drawn in
     *     this order
     * @return both, without a reset, with the threshold 1
     * @throws IllegalArgumentException if there is no input or no neuron
     */
    public static Cell random(int inputs, int neurons, TorchRandom random) {
        Checks.atLeast(1, "inputs", inputs);
        Checks.atLeast(1, "neurons", neurons);
        int gates = Math.multiplyExact(GateRows.GATES, neurons);
        FloatMatrix ofInputs = FloatMatrix.zeros(gates, inputs);
        FloatMatrix ofHidden = FloatMatrix.zeros(gates, neurons);
        FloatMatrix first = FloatMatrix.zeros(1, gates);
        FloatMatrix second = FloatMatrix.zeros(1, gates);
        for (FloatMatrix each : List.of(ofInputs, ofHidden, first, second)) {
            random.kaimingUniform(each, neurons);
        }
        return new Cell(Dense.of(ofInputs, first), new SLstm(ofHidden, second));
    }

    /**
     * Creates a model without a reset whose hidden states are fed back by a part of a convolution.
     *
     * @param all the weights of {@code snntorch.SConv2dLSTM}: first of its inputs, then of the hidden states, one for
     *     every four outputs; its outputs are the gates {@code i, f, o, g}
     * @return the model, whose gates are in the order {@code i, f, g, o}
     * @throws IllegalArgumentException if there are no such channels, or they have groups
     */
    public static SLstm of(Convolution all) {
        Kernel kernel = all.kernel().withoutBias();
        Recurrence hidden = Recurrence.by(Convolution.of(kernel, part(all, ofInputs(all), all.inputs())));
        return new SLstm(hidden, ThresholdAndReset.DEFAULT.withReset(Reset.NONE));
    }

    /**
     * Takes the part of such a convolution that makes gates of inputs.
     *
     * @param all the weights of {@code snntorch.SConv2dLSTM}, as for {@link #of}
     * @return the connection in front of the neurons
     * @throws IllegalArgumentException if there are no such channels, or they have groups
     */
    public static Convolution gatesOfInputs(Convolution all) {
        FloatMatrix weights = part(all, 0, ofInputs(all));
        if (!all.kernel().biased()) {
            return Convolution.of(all.kernel(), weights);
        }
        FloatMatrix bias = FloatMatrix.zeros(1, all.outputs());
        for (int output = 0; output < all.outputs(); output++) {
            bias.set(0, output, all.bias().get(0, inGateOrder(output, all.outputs())));
        }
        return Convolution.of(all.kernel(), weights, bias);
    }

    private static int ofInputs(Convolution all) {
        int inputs = all.inputs() - all.outputs() / GateRows.GATES;
        if (all.outputs() % GateRows.GATES != 0
                || inputs < 1
                || all.kernel().groups() > 1
                || all.kernel().transposed()) {
            throw new IllegalArgumentException(
                    all + ", expected four outputs for each hidden state, and these behind inputs, in one group");
        }
        return inputs;
    }

    /** The weights of some channels. */
    private static FloatMatrix part(Convolution all, int firstChannel, int endChannel) {
        int places = all.kernel().y().size() * all.kernel().x().size();
        FloatMatrix part = FloatMatrix.zeros(all.outputs(), (endChannel - firstChannel) * places);
        for (int output = 0; output < all.outputs(); output++) {
            for (int i = 0; i < part.columns(); i++) {
                part.set(output, i, all.weights().get(inGateOrder(output, all.outputs()), firstChannel * places + i));
            }
        }
        return part;
    }

    /** Returns the output of snnTorch's convolution for an output of torch's cell: its last two gates are swapped. */
    private static int inGateOrder(int output, int outputs) {
        int neurons = outputs / GateRows.GATES;
        return switch (output / neurons) {
            case 2 -> output + neurons;
            case 3 -> output - neurons;
            default -> output;
        };
    }

    /**
     * Returns this model with other options.
     *
     * @param options the threshold and the reset
     * @return the model
     * @throws IllegalArgumentException if the reset is SUBTRACT_DECAYED
     */
    @Override
    public SLstm withFiring(ThresholdAndReset options) {
        return new SLstm(recurrence, options);
    }

    @Override
    public List<String> variables() {
        return TextGroup.CELL;
    }

    @Override
    public List<String> ports() {
        return List.of(CURRENT, FEEDBACK);
    }

    @Override
    public boolean feedsMembranes() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the recurrence does not make four currents for each neuron, or there is none
     */
    @Override
    public NeuronGroup bind(Arena arena, Shape shape) {
        return switch (recurrence) {
            case Recurrence.By by ->
                SelfFeedback.of(arena, Objects.requireNonNull(shape, "shape"), by.connection(), this);
            case Recurrence.None _ ->
                throw new IllegalArgumentException("nothing enters the port '" + FEEDBACK
                        + "', expected a recurrence, or projections to that port, for " + this);
        };
    }

    @Override
    public NeuronGroup bindPorts(Arena arena, Shape shape) {
        return new TextGroup(
                firing.clearing()
                        .applyTo(new LeakyModel(shape.size()), 2)
                        .gates(shape.channels())
                        .build(arena),
                variables());
    }

    @Override
    public int gates() {
        return GateRows.GATES;
    }
}
