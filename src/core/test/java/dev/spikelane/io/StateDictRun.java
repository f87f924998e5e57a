package dev.spikelane.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.connection.Dense;
import dev.spikelane.golden.GoldenCase;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Parameter;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.ThresholdAndReset;
import java.util.ArrayList;
import java.util.List;

/** Runs a case's network with the state_dict of its file, and compares it with snnTorch. */
final class StateDictRun {

    private static final Reset[] RESETS = {Reset.SUBTRACT, Reset.ZERO, Reset.NONE};

    private final Tensors file;

    private StateDictRun(Tensors file) {
        this.file = file;
    }

    static void check(GoldenCase golden, Tensors file) {
        Network network = new StateDictRun(file).network(golden.fact("layers"));
        int steps = golden.fact("steps").intValue();
        int batch = golden.fact("batch").intValue();
        try (Simulation simulation = network.simulate(batch)) {
            List<Population.SpikeRecorder> spikes = new ArrayList<>();
            List<Population.VariableRecorder> membranes = new ArrayList<>();
            for (int i = 0; i < network.populations().size(); i++) {
                spikes.add(simulation.recordSpikes(i, steps));
                membranes.add(simulation.recordMembranes(i, steps));
            }
            int inputs = network.inputs().getFirst().shape().size();
            simulation.run(SpikeMatrix.copyOf(steps * batch, inputs, golden.bytes("input")));
            for (int i = 0; i < spikes.size(); i++) {
                golden.assertSpikes("spk" + (i + 1), spikes.get(i).spikes().toArray());
                golden.assertClose("mem" + (i + 1), membranes.get(i).values().toArray());
            }
        }
    }

    private Network network(JsonNode layers) {
        NetworkBuilder builder =
                Network.builder(layers.get(0).path("shape").get(1).intValue());
        for (JsonNode layer : layers) {
            String name = layer.path("name").asText();
            switch (layer.path("type").asText()) {
                case "Linear" ->
                    builder.connect(Dense.of(
                            file.tensor(name + ".weight").matrix(),
                            file.tensor(name + ".bias").matrix()));
                default -> builder.neuron(name, neuron(layer.path("type").asText(), name));
            }
        }
        return builder.build();
    }

    private Neuron neuron(String type, String name) {
        Parameter beta = parameter(name + ".beta");
        int reset = (int) file.tensor(name + ".reset_mechanism_val").floats()[0];
        ThresholdAndReset firing = ThresholdAndReset.DEFAULT
                .withThreshold(parameter(name + ".threshold").values())
                .withReset(RESETS[reset]);
        return switch (type) {
            case "Leaky" -> new Leaky(beta, firing, parameter(name + ".graded_spikes_factor"));
            case "Synaptic" -> new Synaptic(parameter(name + ".alpha"), beta, firing);
            case "RLeaky" ->
                new RLeaky(
                        beta,
                        Recurrence.allToAll(
                                file.tensor(name + ".recurrent.weight").matrix(),
                                file.tensor(name + ".recurrent.bias").matrix()),
                        firing);
            default -> throw new IllegalArgumentException("layer " + name + " is a " + type);
        };
    }

    private Parameter parameter(String name) {
        return Parameter.of(file.tensor(name).floats());
    }
}
