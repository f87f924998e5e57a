package dev.spikelane.model;

import static dev.spikelane.Failures.assertStart;
import static dev.spikelane.fixture.Layer.dense;
import static dev.spikelane.fixture.Layer.maps;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.Tensor;
import dev.spikelane.io.Tensors;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tensors set a network by name, all or none, and nothing is guessed. */
final class StateDictTest {

    private static Network network(int seed) {
        return Networks.of(
                new TorchRandom(seed), 5, dense(4, new Leaky(0.9)), dense(3, new Leaky(0.8).withReset(Reset.ZERO)));
    }

    private static StateDict of(List<Tensor> tensors) {
        return StateDict.of("x", Tensors.of(Tensors.Format.NUMPY, tensors));
    }

    /** Returns the tensors of a network with one replaced. */
    private static StateDict with(Network network, Tensor changed) {
        List<Tensor> tensors = new ArrayList<>(StateDict.of(network).tensors());
        tensors.replaceAll(each -> each.name().equals(changed.name()) ? changed : each);
        return of(tensors);
    }

    private static Tensor floats(String name, int rows, int columns, List<Integer> shape) {
        return Tensor.of(name, new TorchRandom(9).rand(rows, columns), shape);
    }

    private static void assertRefuses(StateDict state, Network network, String part) {
        long before = network.weights().hash();
        IOException error = assertThrows(IOException.class, () -> state.loadInto(network));
        assertTrue(error.getMessage().startsWith("x: ") && error.getMessage().contains(part), error::getMessage);
        assertEquals(before, network.weights().hash(), "values have changed");
    }

    @Test
    void aNetworkComesBackFromItsOwnTensors() throws IOException {
        Network one = network(1);
        Network other = network(2);
        StateDict state = of(StateDict.of(one).tensors());
        assertEquals("all tensors fit", state.compare(other).toString());
        state.loadInto(other);
        assertEquals(one.weights().hash(), other.weights().hash());
        assertEquals(one.weights().hash(), state.network().weights().hash());
        assertEquals(
                List.of("fc1.bias", "fc1.weight", "lif1.beta"),
                state.names().stream().limit(3).toList());
    }

    @Test
    void whatDoesNotFitIsListed() {
        Network network = network(1);
        List<Tensor> tensors = new ArrayList<>(StateDict.of(network(2)).tensors());
        tensors.removeIf(each -> each.name().equals("fc2.bias") || each.name().equals("lif1.beta"));
        tensors.add(floats("fc3.weight", 2, 3, List.of(2, 3)));
        StateDict.Fit fit = of(tensors).compare(network);
        assertEquals(List.of("fc2.bias", "lif1.beta"), fit.missing());
        assertEquals(List.of("fc3.weight"), fit.leftOver());
        assertEquals(List.of(), fit.different());
        assertRefuses(of(tensors), network, "missing are [fc2.bias, lif1.beta]; left over are [fc3.weight]");
    }

    @Test
    void nothingIsTransposedOrReshaped() {
        assertRefuses(
                with(network(1), floats("fc1.weight", 5, 4, List.of(5, 4))),
                network(2),
                "of F32 [5, 4], expected the shape [4, 5]: it looks transposed");
        assertRefuses(
                with(network(1), floats("fc1.weight", 1, 20, List.of(20))),
                network(2),
                "of F32 [20], expected the shape [4, 5]");
        assertRefuses(with(network(1), floats("fc1.bias", 1, 4, List.of(4, 1))), network(2), "expected the shape [4]");
    }

    @Test
    void numbersThatANetworkCannotHaveAreRefused() {
        FloatMatrix bias = FloatMatrix.zeros(1, 4);
        bias.set(0, 2, Float.NaN);
        assertRefuses(with(network(1), Tensor.of("fc1.bias", bias, List.of(4))), network(2), "NaN");
        MemorySegment tenth = MemorySegment.ofArray(new double[] {0.1, 0, 0, 0});
        MemorySegment bytes = MemorySegment.ofArray(new byte[32]).copyFrom(tenth);
        assertRefuses(
                with(network(1), Tensor.of("fc1.bias", Tensor.Type.F64, List.of(4), bytes)),
                network(2),
                "is 0.1, expected a number that float32 has");
        MemorySegment whole = MemorySegment.ofArray(new byte[16]);
        assertRefuses(
                with(network(1), Tensor.of("fc1.bias", Tensor.Type.I32, List.of(4), whole)),
                network(2),
                "expected floats on both sides");
    }

    @Test
    void resetsAndFactorsHaveToBeThoseOfTheNetwork() {
        Tensor zero = Integers.count("lif1.reset_mechanism_val", 1);
        assertRefuses(with(network(1), zero), network(2), "says the reset 1 of 'lif1', expected 0");
        Network synaptic = Networks.dense(new TorchRandom(1), new Synaptic(0.8, 0.9), 5, 4);
        Tensor factor = Tensor.of("lif1.graded_spikes_factor", FloatMatrix.vector(2), List.of());
        assertRefuses(with(synaptic, factor), synaptic, "is 2.0, expected 1, as Synaptic has no such factor");
    }

    @Test
    void prefixesAreMapped() throws IOException {
        Network one = network(1);
        List<Tensor> tensors = new ArrayList<>();
        Map<String, String> names = Map.of("fc1", "0", "lif1", "1", "fc2", "2", "lif2", "3");
        for (Tensor each : StateDict.of(one).tensors()) {
            String layer = each.name().substring(0, each.name().indexOf('.'));
            String name = "net." + names.get(layer) + each.name().substring(layer.length());
            tensors.add(Tensor.of(name, each.type(), each.shape(), each.bytes()));
        }
        StateDict state = of(tensors)
                .withPrefix("net.", "")
                .withPrefix("0.", "fc1.")
                .withPrefix("1.", "lif1.")
                .withPrefix("2.", "fc2.")
                .withPrefix("3.", "lif2.");
        Network other = network(2);
        state.loadInto(other);
        assertEquals(one.weights().hash(), other.weights().hash());
        assertThrows(IllegalArgumentException.class, () -> state.withPrefix("model.", ""));
        assertThrows(IllegalArgumentException.class, () -> state.withPrefix("fc1.", "fc2."));
    }

    /** safetensors sorts names; numbers in names give the order. */
    @Test
    void sortedTensorsBecomeLayersByTheirNumbers() throws IOException {
        Network one = network(1);
        StateDict state =
                StateDict.of("x", Tensors.of(Map.of(), StateDict.of(one).tensors()));
        assertNotEquals("fc1.weight", state.names().getFirst());
        assertEquals(one.weights().hash(), state.network().weights().hash());
        Tensors told = Tensors.of(
                Map.of("layers", "a:Linear,net.lif1:Leaky"), List.of(floats("a.weight", 2, 2, List.of(2, 2))));
        assertStart(
                IOException.class,
                "x: has no tensor 'net.lif1.beta'",
                () -> StateDict.of("x", told).network());
    }

    /** Torch's tutorials call a batch norm bn1; here it is the second connection of its projection. */
    @Test
    void aBatchNormGoesByTheNameOfTorch() throws IOException {
        Network network = Networks.of(Shape.of(1, 6, 6), maps(2, 3, new Leaky(0.9), BatchNorm.of(2)));
        List<Tensor> tensors = new ArrayList<>();
        for (Tensor each : StateDict.of(network).tensors()) {
            String name = each.name().replace("conv1.0.", "conv1.").replace("conv1.1.", "bn1.");
            tensors.add(Tensor.of(name, each.type(), each.shape(), each.bytes()));
        }
        StateDict state = of(tensors);
        assertTrue(state.names().contains("bn1.running_mean"), state::toString);
        assertEquals("all tensors fit", state.compare(network).toString());
        state.loadInto(network);
    }

    @Test
    void theRestKeepsItsValuesWhereThatIsAskedFor() throws IOException {
        Network network = network(2);
        FloatMatrix before = network.weights().get("fc2.weight");
        StateDict.Fit fit =
                with(network(1), floats("fc2.weight", 4, 3, List.of(4, 3))).loadMatching(network);
        assertEquals(1, fit.different().size());
        assertEquals(before.get(1, 1), network.weights().get("fc2.weight").get(1, 1));
        assertEquals(
                network(1).weights().get("fc1.weight").get(1, 1),
                network.weights().get("fc1.weight").get(1, 1));
    }
}
