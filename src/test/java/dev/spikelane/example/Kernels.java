package dev.spikelane.example;

import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.SpikeMatmul;
import dev.spikelane.kernel.step.LeakyParameters;
import dev.spikelane.kernel.step.LeakyStep;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;

public class Kernels {
    public static void main(String[] arguments) {
        var arena = Arena.ofAuto();
        var weights = PackedWeights.pack(arena, FloatMatrix.of(new float[] {0.6f, 0.3f, 0.9f})); // [1 x 3]
        var spikes = SpikeMatrix.copyOf(2, 3, new byte[] {1, 0, 1, 0, 1, 0}); // 2 steps of 3 inputs
        var current = FloatMatrix.zeros(2, 1);
        SpikeMatmul.multiply(spikes, weights, current, SpikeMatmul.workspace(arena)); // current = weights * spikes
        var membrane = FloatMatrix.zeros(1, 1);
        var fired = SpikeMatrix.zeros(2, 1);
        LeakyStep.run(LeakyParameters.builder(1).beta(0.9f).threshold(1).build(arena), current, membrane, fired);
        System.out.println(Arrays.toString(current.toArray()) + " " + Arrays.toString(fired.toArray()));
    }
}
