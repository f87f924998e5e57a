package dev.spikelane.example;

import dev.spikelane.connection.Dense;
import dev.spikelane.io.Npy;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import java.io.IOException;
import java.nio.file.Path;

public class FromPython {

    private FromPython() {}

    /** A layer whose weights and bias NumPy has saved. */
    public static Network load(Path folder) throws IOException {
        var weights = Npy.readFloats(folder.resolve("fc1.weight.npy")).matrix();
        var bias = Npy.readFloats(folder.resolve("fc1.bias.npy")).matrix();
        return Network.builder(784).connect(Dense.of(weights, bias)).neuron(new Leaky(0.99)).build();
    }
}
