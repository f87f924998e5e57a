package dev.spikelane.example;

import dev.spikelane.connection.BatchNorm;
import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.Kernel;
import dev.spikelane.connection.Pool;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;

public class ResidualBlock {

    private ResidualBlock() {}

    /** A network of one block, whose spikes also go around it. */
    public static Network network(TorchRandom random) {
        var builder = Network.builder();
        var image = builder.input("image", Shape.of(1, 12, 12));
        var first = builder.population("first", Shape.of(8, 12, 12), new Leaky(0.5));
        var inner = builder.population("inner", Shape.of(16, 6, 6), new Leaky(0.5));
        var block = builder.population("block", Shape.of(16, 6, 6), new Leaky(0.5));
        var classes = builder.population("classes", Shape.of(4), new Leaky(0.5));
        var three = Kernel.of(3).withPadding(1);
        builder.project("stem", image, first, Convolution.of(1, 8, three, random), BatchNorm.of(8));
        builder.project("conv1", first, inner, Convolution.of(8, 16, three.withStride(2), random), BatchNorm.of(16));
        builder.project("conv2", inner, block, Convolution.of(16, 16, three, random), BatchNorm.of(16));
        builder.project("skip", first, block, // currents of conv2 and skip add up
                Convolution.of(8, 16, Kernel.of(1).withStride(2), random), BatchNorm.of(16));
        builder.project("fc", block, classes, Pool.average(6), new Flatten(), Dense.linear(16, 4, random));
        return builder.build();
    }
}
