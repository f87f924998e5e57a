package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Quantization;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** snnTorch's modules with weights are read by their tensors and torch's print. */
final class SnnTorchModulesTest {

    private static final FloatMatrix GATES = rand(1, 8, 3);
    private static final FloatMatrix HIDDEN = rand(2, 8, 2);
    private static final FloatMatrix RNN = rand(3, 3, 2);
    private static final FloatMatrix LINEAR = rand(4, 4, 3);
    private static final FloatMatrix OUT = rand(5, 2, 4);

    private static FloatMatrix rand(int seed, int rows, int columns) {
        return new TorchRandom(seed).rand(rows, columns);
    }

    private static Tensor tensor(String name, FloatMatrix values) {
        return values.rows() == 1
                ? Tensor.of(name, values, List.of(values.columns()))
                : Tensor.of(name, values, List.of(values.rows(), values.columns()));
    }

    private static Tensor one(String name, float value) {
        return Tensor.of(name, FloatMatrix.vector(value), List.of());
    }

    private static List<Tensor> buffers(String name, float threshold, int reset) {
        return List.of(
                one(name + ".threshold", threshold),
                one(name + ".graded_spikes_factor", 1),
                Integers.count(name + ".reset_mechanism_val", reset));
    }

    private static List<Tensor> tensors(FloatMatrix hiddenOfRnn, float tau) {
        List<Tensor> all = new ArrayList<>(buffers("slstm", 0.1f, 2));
        all.add(tensor("slstm.lstm_cell.weight_ih", GATES));
        all.add(tensor("slstm.lstm_cell.weight_hh", HIDDEN));
        all.add(tensor("slstm.lstm_cell.bias_ih", rand(6, 1, 8)));
        all.add(tensor("slstm.lstm_cell.bias_hh", rand(7, 1, 8)));
        all.add(tensor("par.beta", FloatMatrix.vector(0.9f)));
        all.add(one("par.threshold", 0.2f));
        all.add(one("par.graded_spikes_factor", 1.5f));
        all.add(tensor("par.rnn.weight_ih_l0", RNN));
        all.add(tensor("par.rnn.weight_hh_l0", hiddenOfRnn));
        all.add(tensor("par.rnn.bias_ih_l0", rand(8, 1, 3)));
        all.add(tensor("par.rnn.bias_hh_l0", rand(9, 1, 3)));
        all.addAll(buffers("linear1", 0.3f, 0));
        all.add(one("linear1.beta", 0.7f));
        all.add(one("linear1.tau", tau));
        all.add(tensor("linear1.linear.weight", LINEAR));
        all.add(tensor("linear1.linear.bias", rand(10, 1, 4)));
        all.add(tensor("fc.weight", OUT));
        all.addAll(buffers("delta", 5, 0));
        all.add(one("delta.beta", 0.8f));
        return all;
    }

    private static Network network(Recurrence hidden, Parameter biasOfRnn, float beta, double change) {
        return Network.builder(3)
                .connect(Dense.of(GATES, rand(6, 1, 8)))
                .neuron("slstm", new SLstm(HIDDEN, rand(7, 1, 8), 0.1f))
                .connect(Dense.of(RNN, rand(8, 1, 3)))
                .neuron("par", new LeakyParallel(hidden, biasOfRnn, Parameter.of(0.2f), Parameter.of(1.5f)))
                .connect(Dense.of(LINEAR, rand(10, 1, 4)))
                .neuron("linear1", new StateLeaky(beta).withThreshold(0.3f))
                .connect(Dense.of(OUT))
                .neuron("delta", new DeltaLeaky(0.8f).withDeltaThreshold(change))
                .build();
    }

    private static void assertSame(Network expected, Network found) {
        assertEquals(expected.populations().toString(), found.populations().toString());
        assertEquals(expected.projections().toString(), found.projections().toString());
        assertEquals(expected.weights().hash(), found.weights().hash());
    }

    private static final String PRINTED = """
            Net(
              (slstm): SLSTM(
                (lstm_cell): LSTMCell(3, 2)
              )
              (par): LeakyParallel(
                (rnn): RNN(2, 3, dropout=0.2)
              )
              (linear1): LinearLeaky(
                (linear): Linear(in_features=3, out_features=4, bias=True)
              )
              (fc): Linear(in_features=4, out_features=2, bias=False)
              (delta): DeltaLeaky()
            )""";
    private static final float[] DIAGONAL = {0.9f, 0.5f, -0.25f};
    /** torch's 1 / (1 - 0.7 + 1e-12). */
    private static final float TAU = 3.3333333f;

    private static FloatMatrix diagonal() {
        FloatMatrix made = FloatMatrix.zeros(3, 3);
        for (int i = 0; i < 3; i++) {
            made.set(i, i, DIAGONAL[i]);
        }
        return made;
    }

    @Test
    void whatTorchPrintsOfModulesIsANetwork() throws IOException {
        StateDict state = StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors(diagonal(), TAU)));
        Parameter bias = Parameter.of(rand(9, 1, 3).toArray());
        Network expected = network(Recurrence.oneToOne(DIAGONAL), bias, 0.7f, 1);
        assertSame(expected, state.network(PRINTED));
        assertSame(
                network(Recurrence.oneToOne(DIAGONAL), bias, 0.7f, 0.25),
                state.network("SLSTM(3, 2), LeakyParallel(2, 3, bias=True), LinearLeaky(in_features=3), fc: Linear,"
                        + " DeltaLeaky(delta_threshold=0.25)"));
        StateDict full = StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors(rand(11, 3, 3), TAU)));
        assertSame(
                network(Recurrence.allToAll(rand(11, 3, 3), rand(9, 1, 3)), Parameter.of(0), 0.7f, 1),
                full.network(PRINTED));
    }

    /** A learned time constant differs from its initial beta. */
    @Test
    void aLearnedTimeConstantCounts() throws IOException {
        Network read = StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors(diagonal(), 8)))
                .network(PRINTED);
        assertEquals(0.875f, read.weights().get("linear1.beta").get(0, 0));
    }

    @Test
    void tensorsTellModulesButForThoseOfTheSameNames() throws IOException {
        List<Tensor> told = new ArrayList<>(tensors(diagonal(), TAU));
        told.removeIf(each -> each.name().startsWith("fc.") || each.name().startsWith("delta."));
        Network read = StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, told)).network();
        assertEquals(
                "[slstm [2], par [3], linear1 [4]]",
                read.populations().stream()
                        .map(each -> each.name() + " " + each.shape())
                        .toList()
                        .toString());
        told.removeIf(each -> !each.name().startsWith("slstm."));
        told.replaceAll(
                each -> Tensor.of(each.name().replace("slstm.", "slstm1."), each.type(), each.shape(), each.bytes()));
        told.add(tensor("fc1.weight", rand(15, 2, 2)));
        refuse(StateDict.of("x", Tensors.of(Map.of(), told)), "SLSTM, Linear", "do not tell which comes first");
    }

    private static StateDict maps(int reset) {
        List<Tensor> all = new ArrayList<>(buffers("cell", 0.1f, reset));
        all.add(Tensor.of("cell.conv.weight", rand(12, 8 * 3 * 3, 5), List.of(8, 3, 3, 5)));
        all.add(tensor("cell.conv.bias", rand(13, 1, 8)));
        all.addAll(buffers("st", 0.3f, 0).subList(1, 3));
        all.add(one("st.threshold", 0.5f));
        all.add(tensor("st.beta", FloatMatrix.vector(0.5f)));
        all.add(tensor("st.tau", FloatMatrix.vector(2)));
        all.add(tensor("fc.weight", rand(14, 2, 2 * 3 * 2)));
        return StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, all));
    }

    @Test
    void aPoolStandsBetweenMembranesAndSpikes() throws IOException {
        Convolution all = Convolution.of(
                Kernel.of(3, 5).withPadding(1, 2),
                FloatMatrix.copyOf(8, 45, rand(12, 72, 5).toArray()),
                rand(13, 1, 8));
        SLstm neuron = SLstm.of(all).withReset(Reset.ZERO).withThreshold(0.1f);
        Network expected = Network.builder(Shape.of(1, 6, 6))
                .connect(SLstm.gatesOfInputs(all))
                .neuron("cell", neuron)
                .variable("membrane")
                .connect(Pool.max(2, 3))
                .neuron("cell_pool", new Leaky(0).withReset(Reset.NONE).withThreshold(0.1f))
                .flatten()
                .connect(Dense.of(rand(14, 2, 12)))
                .neuron(
                        "st",
                        new StateLeaky(Parameter.of(0.5f), Parameter.of(0.5f), Parameter.of(1), Quantization.NONE)
                                .withKernelTruncation(4))
                .build();
        String text = "1x6x6, cell: SConv2dLSTM(1, 2, (3, 5), max_pool=(2, 3)), fc: Linear,"
                + " st: StateLeaky(kernel_truncation_steps=4)";
        assertSame(expected, maps(1).network(text));
        String printed =
                text.replace("(1, 2, (3, 5), max_pool=(2, 3))", """
                (
                  (conv): Conv2d(3, 8, kernel_size=(3, 5), stride=(1, 1), padding=(1, 2))
                )""").replace("(kernel_truncation_steps=4)", "()");
        refuse(maps(1), printed, "projection 'fc1' from 'cell'");
        refuse(maps(1), text.replace("1, 2, (3", "1, 3, (3"), "SConv2dLSTM has other out_channels than 2");
        refuse(maps(1), text.replace("(3, 5)", "3"), "has a kernel of 3 x 3, but the weights are");
        refuse(maps(1), text.replace("(2, 3)),", "2, avg_pool=2),"), "max_pool and avg_pool, expected one of them");
        refuse(maps(1), text.replace("=4)", "=4, inhibition=True)"), "{inhibition=True}, which are not read here");
        refuse(maps(3), text, "expected 0 (subtract), 1 (zero) or 2 (none)");
    }

    private static void refuse(StateDict state, String text, String expected) {
        Exception refused = assertThrows(IOException.class, () -> state.network(text));
        assertTrue(String.valueOf(refused.getMessage()).contains(expected), refused.getMessage());
    }
}
