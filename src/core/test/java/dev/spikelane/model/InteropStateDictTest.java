package dev.spikelane.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.golden.GoldenSet;
import dev.spikelane.io.Tensors;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each state_dict of snnTorch becomes a network with snnTorch's spikes, and fits into an existing one. */
final class InteropStateDictTest {

    @Test
    void safetensorsFilesBecomeNetworks() throws IOException {
        for (GoldenCase golden : nets("safetensors")) {
            Tensors file = Tensors.read(golden.name(), stream(golden, "model.safetensors"), Tensors.Format.SAFETENSORS);
            Network told = StateDict.of(golden.name(), Tensors.of(Map.of("layers", layers(golden)), file.tensors()))
                    .network();
            run(golden, told);
            StateDict state = StateDict.of(golden.name(), file);
            if (state.names().stream().anyMatch(name -> name.endsWith(".alpha"))) {
                assertTrue(refusal(state).contains("may be Synaptic or Alpha"), refusal(state));
            } else {
                assertEquals(told.weights().hash(), state.network().weights().hash());
            }
            loads(state, told);
        }
    }

    /** Cases that the tests of readers count. */
    private static List<GoldenCase> nets(String kind) {
        return GoldenSet.interop(kind).cases().stream()
                .filter(golden -> !golden.outputs().isEmpty())
                .toList();
    }

    @Test
    void otherFormatsBecomeTheSameNetworks() throws IOException {
        Map<String, GoldenCase> nets = new HashMap<>();
        nets("safetensors").forEach(each -> nets.put(each.name(), each));
        for (GoldenCase golden : GoldenSet.interop("npz").cases()) {
            GoldenCase net = nets.get(golden.fact("same_net_as").asText());
            for (var each : golden.fact("files").properties()) {
                if (net != null) {
                    same(net, Tensors.read(each.getKey(), stream(golden, each.getKey()), Tensors.Format.NUMPY));
                }
            }
        }
        for (GoldenCase golden : nets("pth")) {
            same(golden, Tensors.read(golden.name(), stream(golden, "model.pth"), Tensors.Format.PYTORCH));
        }
    }

    private static void same(GoldenCase net, Tensors file) throws IOException {
        StateDict state = StateDict.of(net.name(), file);
        if (state.names().stream().noneMatch(name -> name.endsWith(".alpha"))) {
            run(net, state.network());
        }
        Network told = StateDict.of(net.name(), Tensors.of(Map.of("layers", layers(net)), file.tensors()))
                .network();
        run(net, told);
        loads(state, told);
    }

    /** Loads equal values into a network with other values. */
    private static void loads(StateDict state, Network told) throws IOException {
        Network other = ModelFile.of(ModelFile.toBytes(told));
        Map<String, FloatMatrix> changed = new HashMap<>();
        for (String name : other.weights().names()) {
            FloatMatrix values = other.weights().get(name);
            values.set(0, 0, values.get(0, 0) / 2);
            changed.put(name, values);
        }
        other.weights().replaceAll(changed);
        assertNotEquals(told.weights().hash(), other.weights().hash());
        assertTrue(state.compare(other).isWhole(), () -> state.compare(other).toString());
        state.loadInto(other);
        assertEquals(told.weights().hash(), other.weights().hash());
    }

    private static void run(GoldenCase golden, Network network) {
        int steps = golden.fact("steps").intValue();
        int batch = golden.fact("batch").intValue();
        try (Simulation simulation = network.simulate(batch)) {
            List<Population.SpikeRecorder> spikes = new ArrayList<>();
            for (int i = 0; i < network.populations().size(); i++) {
                spikes.add(simulation.recordSpikes(i, steps));
            }
            int inputs = network.inputs().getFirst().shape().size();
            simulation.run(SpikeMatrix.copyOf(steps * batch, inputs, golden.bytes("input")));
            for (int i = 0; i < spikes.size(); i++) {
                golden.assertSpikes("spk" + (i + 1), spikes.get(i).spikes().toArray());
            }
        }
    }

    private static String layers(GoldenCase golden) {
        List<String> layers = new ArrayList<>();
        for (JsonNode layer : golden.fact("layers")) {
            layers.add(layer.path("name").asText() + ":" + layer.path("type").asText());
        }
        return String.join(",", layers);
    }

    private static String refusal(StateDict state) {
        try {
            return state.network().toString();
        } catch (IOException refused) {
            return refused.getMessage();
        }
    }

    private static ByteArrayInputStream stream(GoldenCase golden, String file) {
        return new ByteArrayInputStream(golden.file(file));
    }
}
