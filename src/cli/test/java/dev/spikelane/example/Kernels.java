package dev.spikelane.example;

import dev.spikelane.kernel.Matmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.Leaky;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;

public class Kernels {
    public static void main(String[] arguments) {
        var arena = Arena.ofAuto();
        var weights = Matmul.Weights.of(FloatMatrix.of(new float[] {0.6f, 0.3f, 0.9f}), FloatMatrix.zeros(1, 1)); // [1 x 3]
        var spikes = SpikeMatrix.copyOf(2, 3, new byte[] {1, 0, 1, 0, 1, 0}); // 2 steps of 3 inputs
        var current = FloatMatrix.zeros(2, 1);
        new Matmul().multiply(spikes, weights, current); // current = bias + spikes * weights^T
        var neurons = new Leaky(0.9).bind(arena, 1);
        var fired = SpikeMatrix.zeros(2, 1);
        neurons.run(List.of(current), neurons.newState(arena, 1), fired);
        System.out.println(Arrays.toString(current.toArray()) + " " + Arrays.toString(fired.toArray()));
    }
}
