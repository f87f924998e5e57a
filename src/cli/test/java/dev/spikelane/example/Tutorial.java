package dev.spikelane.example;

import dev.spikelane.encode.Rate;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.util.Arrays;

public class Tutorial {
    public static void main(String[] arguments) {
        var random = new TorchRandom(3); // torch.manual_seed(3)
        var network = Network.builder(784)
                .dense(1000, random).neuron(new Leaky(0.99)) // nn.Linear(784, 1000), snn.Leaky(beta=0.99)
                .dense(10, random).neuron(new Leaky(0.99)).build();
        var pixels = random.rand(1, 784); // one image of noise, its pixels from 0 to 1
        var spikes = SpikeMatrix.zeros(200, 784); // 200 steps
        new Rate().encode(pixels, spikes, random); // spikegen.rate(pixels, num_steps=200)
        var simulation = network.simulate(1); // a batch of 1
        var counts = simulation.countSpikes("lif2"); // of the output layer
        simulation.run(spikes);
        System.out.println(counts.label(0) + " of " + Arrays.toString(counts.perNeuron().toArray()));
    }
}
