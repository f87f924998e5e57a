package dev.spikelane.model;

import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Failures.assertMessage;
import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.flat;
import static dev.spikelane.fixture.Layer.maps;
import static dev.spikelane.fixture.Layer.pooled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.connection.Pool;
import dev.spikelane.fixture.Networks;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import dev.spikelane.random.TorchRandom;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Torch's print turns tensors into a network; nothing is guessed. */
final class StateDictLayersTest {

    private static final String SHORT = "1x6x6, Conv2d(1, 2, 3), MaxPool2d(2), Leaky, Flatten, Linear, Synaptic";

    private static Network network() {
        return Networks.of(Shape.of(1, 6, 6), pooled(2, 3, new Leaky(0.9)), flat(3, new Synaptic(0.7, 0.8)));
    }

    /** The tensors of {@link #network} under the names of a Sequential. */
    private static StateDict sequential() {
        Map<String, String> names = Map.of("conv1", "0", "lif1", "2", "fc1", "4", "lif2", "5");
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor each : StateDict.of(network()).tensors()) {
            int dot = each.name().indexOf('.');
            String name = names.get(each.name().substring(0, dot)) + each.name().substring(dot);
            tensors.add(Tensor.of(name, each.type(), each.shape(), each.bytes()));
        }
        return StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors));
    }

    private static void assertRefuses(String layers, String... parts) {
        IOException error = assertThrows(IOException.class, () -> sequential().network(layers));
        for (String part : parts) {
            assertTrue(
                    error.getMessage().startsWith("x: ") && error.getMessage().contains(part), error::getMessage);
        }
    }

    @Test
    void whatTorchPrintsIsANetwork() {
        GoldenSet.interop("layers").check(golden -> {
            String text = golden.fact("input_shape").asText() + "\n"
                    + golden.fact("text").asText();
            Tensors file =
                    Tensors.read("net.pth", new ByteArrayInputStream(golden.file("net.pth")), Tensors.Format.PYTORCH);
            assertEquals(List.of("net.pth: holds what is no tensor and is passed over: 'epoch'"), file.warnings());
            List<Integer> shape = golden.shape("input");
            int steps = shape.get(0);
            int batch = shape.get(1);
            Network network = StateDict.of("net.pth", file).part("model").network(text);
            try (Simulation simulation = network.simulate(batch)) {
                var spikes = simulation.recordSpikes("lif4", steps);
                var membranes = simulation.recordMembranes("lif4", steps);
                simulation.run(SpikeMatrix.copyOf(steps * batch, 100, golden.bytes("input")));
                golden.assertSpikes("spk", spikes.spikes().toArray());
                golden.assertClose("mem", membranes.values().toArray());
            }
        });
    }

    @Test
    void layersWithoutNamesTakeTheNextTensors() throws IOException {
        assertEquals(
                network().weights().hash(),
                sequential().network(SHORT).weights().hash());
        assertEquals(
                network().weights().hash(),
                sequential()
                        .network("1x6x6; (0): Conv2d(1, 2, kernel_size=(3, 3)); MaxPool2d(kernel_size=2)\n2:Leaky()\n"
                                + "4: Linear(in_features=8), 5: Synaptic(reset_delay=True)")
                        .weights()
                        .hash());
    }

    @Test
    void metadataSayTheLayersAlsoUnderOtherNames() throws IOException {
        StateDict plain = sequential().withPrefix("0.", "net.0.").withPrefix("2.", "net.2.");
        Tensors file = Tensors.of(
                Map.of(
                        "layers",
                        "1x6x6, Net(\n  (net): Sequential(\n    (0): Conv2d(1, 2, kernel_size=3)\n"
                                + "    (1): MaxPool2d(2)\n    (2): Leaky()\n  )\n  (4): Linear()\n  (5): Synaptic()\n)"),
                plain.tensors());
        StateDict state = StateDict.of("x", file);
        assertEquals(network().weights().hash(), state.network().weights().hash());
        StateDict renamed = state.withPrefix("net.", "").withPrefix("4.", "fc.");
        assertEquals(network().weights().hash(), renamed.network().weights().hash());
    }

    /** A layer without a name takes the next tensors, even if others have names. */
    @Test
    void layersWithoutNamesStayWithoutWhereOthersAreRenamed() throws IOException {
        StateDict state = StateDict.of(
                "x", Tensors.of(Map.of("layers", SHORT), sequential().tensors()));
        for (StateDict renamed : List.of(
                state.withPrefix("", "net."),
                state.withPrefix("0.", "conv0."),
                state.withPrefix("", "net.").withPrefix("net.", ""))) {
            assertEquals(network().weights().hash(), renamed.network().weights().hash());
        }
    }

    /** Torch's arguments by place; transposed kernels have another order. */
    @Test
    void argumentsByPlace() throws IOException {
        TorchRandom random = new TorchRandom(1);
        Kernel one = Kernel.of(3, 2)
                .withStride(2, 1)
                .withPadding(1, 0)
                .withDilation(1, 2)
                .withGroups(2);
        Kernel back = Kernel.transposed(3)
                .withStride(2)
                .withPadding(1)
                .withOutputPadding(1, 1)
                .withGroups(2);
        Network network = Networks.of(
                random,
                Shape.of(2, 6, 7),
                maps(4, one, new Leaky(0.9)),
                maps(
                        6,
                        back,
                        new Leaky(0.8),
                        Pool.max(3, 2).withStride(2, 1).withPadding(1, 0).withCeil()));
        Network read = StateDict.of(
                        "x",
                        Tensors.of(Tensors.Format.NUMPY, StateDict.of(network).tensors()))
                .network("2x6x7, Conv2d(2, 4, (3, 2), (2, 1), (1, 0), (1, 2), 2, True, 'zeros'), Leaky,"
                        + " ConvTranspose2d(4, 6, 3, 2, 1, 1, 2, True, 1, 'zeros'),"
                        + " MaxPool2d((3, 2), (2, 1), (1, 0), 1, ceil_mode=True), Leaky");
        assertEquals(network.projections().toString(), read.projections().toString());
        assertEquals(network.weights().hash(), read.weights().hash());
    }

    /** Torch repeats a parameter along dimensions of 1; whole numbers and second names of Python are parameters too. */
    @Test
    void parametersOfMapsFeedbackAndCircuits() throws IOException {
        Kernel same = Kernel.of(3).withPadding(1);
        Parameter each = Parameter.of(0.1f, 0.1f, 0.1f, 0.1f, 0.9f, 0.9f, 0.9f, 0.9f);
        ThresholdAndReset firing = ThresholdAndReset.DEFAULT;
        Recurrence maps = Recurrence.by(Convolution.of(2, 2, same, new TorchRandom(3)));
        Recurrence own = Recurrence.by(new OneToOne(Parameter.of(0.3f, 0.4f)));
        Network network = Networks.of(
                Shape.of(1, 4, 4),
                maps(2, 3, new Leaky(each, firing, Parameter.of(1))),
                maps(2, 1, new RLeaky(Parameter.of(0.5f), maps, firing)),
                flat(3, Lapicque.of(2, 4, 0.5)),
                dense(2, new RLeaky(Parameter.of(0.5f), own, firing)));
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor tensor : StateDict.of(network).tensors()) {
            String name = tensor.name().replace("lif3.resistance", "lif3.R").replace("lif3.capacitance", "lif3.C");
            switch (name) {
                case "lif1.beta" -> tensors.add(floats(name, List.of(1, 2, 1, 1), 0.1f, 0.9f));
                case "lif2.threshold" ->
                    tensors.add(Tensor.of(name, Tensor.Type.I64, List.of(), MemorySegment.ofArray(new long[] {1})));
                default -> tensors.add(Tensor.of(name, tensor.type(), tensor.shape(), tensor.bytes()));
            }
        }
        tensors.add(floats("lif3.beta", List.of(), 0.94f));
        tensors.add(floats("lif3.time_step", List.of(), 0.5f));
        tensors.add(floats("lif4.recurrent.V", List.of(2), 0.3f, 0.4f));
        StateDict state = StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors));
        assertEquals(List.of(), state.compare(network).missing());
        assertTrue(
                state.compare(network).isWhole(), () -> state.compare(network).toString());
        long hash = network.weights().hash();
        state.loadInto(network);
        assertEquals(hash, network.weights().hash());
        String text = "1x4x4, conv1: Conv2d(1, 2, 3), lif1: Leaky, conv2: Conv2d(2, 2, 1), lif2: RLeaky, Flatten,"
                + " fc1: Linear, lif3: Lapicque, fc2: Linear, lif4: RLeaky";
        assertEquals(hash, state.network(text).weights().hash());
    }

    private static Tensor floats(String name, List<Integer> shape, float... values) {
        return Tensor.of(name, Tensor.Type.F32, shape, MemorySegment.ofArray(values));
    }

    @Test
    void whatATextDoesNotSayIsRefused() {
        assertRefuses(SHORT.replace("1x6x6, ", ""), "layer '0' Conv2d does not tell the shape of the input");
        assertRefuses(SHORT.replace("(1, 2, 3)", ""), "layer '0' Conv2d has no arguments, expected Conv2d(...)");
        assertRefuses(SHORT.replace("2, 3)", "2, 3, padding_mode=circular)"), "{padding_mode=circular}");
        assertRefuses(SHORT.replace("2, 3)", "2, 4)"), "has a kernel of 4 x 4, but the weights are tensor '0.weight'");
        assertRefuses(SHORT.replace("1, 2, 3", "1, 3, 3"), "layer '0' Conv2d has other out_channels than 2");
        assertRefuses(SHORT.replace("2, 3)", "2, 3, bias=False)"), "layer '0' Conv2d has no bias, but the file has");
        assertRefuses(SHORT.replace("Leaky", "Sigmoid"), "layer Sigmoid is none that is read");
        assertRefuses(SHORT.replace("Leaky", "Leaky(beta=0.5)"), "{beta=0.5}, which are not read here for a Leaky");
        assertRefuses(SHORT.replace("MaxPool2d(2), ", ""), "projection 'fc1' from 'lif1'");
        assertRefuses(SHORT.replace(", Linear, Synaptic", ""), "flatten' behind 'lif1' has no neurons yet");
        assertRefuses(SHORT.replace("(2)", "(2"), "layers have parentheses that are not closed");
        assertRefuses("1x6x6, 7-", "layers have '7-', expected a module of torch");
        assertRefuses(SHORT.replace("(2)", "()"), "-1");
        assertRefuses(SHORT + ", Linear", "has no tensors for its layer Linear");
        assertRefuses("1x6x6, 0: Conv2d(1, 2, 3), 2: Leaky", "has the tensors [4.bias, 4.weight, ");
        assertRefuses(
                SHORT.replace("MaxPool2d(2)", "AvgPool2d(2, 2, 1)"), "AvgPool2d does not say 'count_include_pad'");
        assertRefuses(SHORT.replace("MaxPool2d(2)", "AvgPool2d(3)"), "AvgPool2d does not say 'ceil_mode'");
        assertRefuses(
                SHORT.replace("MaxPool2d(2)", "MaxPool2d(2, stride=x)"), "has 'stride' x, expected a whole number");
    }

    /** Any text from a file gives a network, or one line. */
    @Test
    void brokenTextsAreRefused() {
        Random random = new Random(27);
        String letters = "(),:;=x.-01239 \n'LACm";
        StateDict state = sequential();
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder(SHORT);
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(text.length());
                text.replace(at, at + random.nextInt(2), letters.charAt(random.nextInt(letters.length())) + "");
            }
            try {
                state.network(text.toString());
            } catch (IOException expected) {
                refused++;
                assertTrue(expected.getMessage().startsWith("x: "), expected::getMessage);
                assertEquals(1, expected.getMessage().lines().count(), expected::getMessage);
            }
        }
        assertTrue(refused > 1_000, "only " + refused + " were refused");
    }

    @Test
    void aPartOfACheckpointIsTaken() throws IOException {
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor each : sequential().tensors()) {
            tensors.add(Tensor.of("state.model." + each.name(), each.type(), each.shape(), each.bytes()));
            tensors.add(Tensor.of("optimizer." + each.name(), each.type(), each.shape(), each.bytes()));
        }
        StateDict state = StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors));
        assertEquals(
                network().weights().hash(),
                state.part("state.model").network(SHORT).weights().hash());
        assertInvalid("there is no part 'modell', expected one of [state, optimizer]", () -> state.part("modell"));
        assertMessage(
                IOException.class,
                "x: is a checkpoint with the parts [state, optimizer], expected that of the model alone:"
                        + " StateDict.part(name), --part NAME",
                state::network);
    }

    @Test
    void roundingIsSaid() throws IOException {
        MemorySegment wide =
                MemorySegment.ofArray(new byte[24]).copyFrom(MemorySegment.ofArray(new double[] {0.1, 0.5, -0.3}));
        StateDict state = StateDict.of(
                "x",
                Tensors.of(
                        Tensors.Format.NUMPY,
                        List.of(
                                Tensor.of("w", Tensor.Type.F64, List.of(3), wide),
                                Tensor.of("n", Tensor.Type.I8, List.of(3), wide.asSlice(0, 3)))));
        StateDict rounded = state.rounded();
        assertEquals(
                "[x: tensor 'w' of F64 [3]: 2 of 3 numbers were rounded to float32, by 4.0e-08 of their size at most]",
                rounded.warnings().toString());
        assertEquals(-0.3f, rounded.tensors().getFirst().floats()[2]);
        assertEquals(Tensor.Type.I8, rounded.tensors().getLast().type());
    }
}
