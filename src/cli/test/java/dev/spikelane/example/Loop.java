package dev.spikelane.example;

import dev.spikelane.connection.Dense;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.network.SimulationState;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.random.TorchRandom;
import java.util.Arrays;

public class Loop {
    public static void main(String[] arguments) {
        var random = new TorchRandom(7);
        var builder = Network.builder();
        var x = builder.input("x", Shape.of(20));
        var e = builder.population("e", Shape.of(80), new Synaptic(0.8, 0.9));
        var i = builder.population("i", Shape.of(20), new Leaky(0.9));
        builder.project("x-e", x, e, Dense.linear(20, 80, random));
        builder.project("e-i", e, i, Dense.linear(80, 20, random));
        builder.project("i-e", i, e, Dense.linear(20, 80, random)).delay(2); // a loop needs a delay
        var network = builder.build();
        var input = FloatMatrix.zeros(100, 20); // 100 steps of batch 1
        random.rand(input);
        var simulation = network.simulate(1);
        var synapses = simulation.record("e", "synapse", 200);
        simulation.run(input);
        byte[] saved = simulation.snapshot().toBytes();
        simulation.run(input); // steps 100 to 199
        var again = network.simulate(1);
        again.restore(SimulationState.of(saved));
        var repeated = again.record("e", "synapse", 200);
        again.run(input);
        System.out.println(Arrays.equals( // a recorder counts from the state's step, so both have rows 100 to 199
                synapses.values().rows(100, 100).toArray(), repeated.values().rows(100, 100).toArray()));
    }
}
