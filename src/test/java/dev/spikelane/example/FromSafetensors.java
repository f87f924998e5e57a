package dev.spikelane.example;

import dev.spikelane.io.Safetensors;
import dev.spikelane.io.Tensor;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;

public class FromSafetensors {

    private FromSafetensors() {}

    /** Gives a network the weights and biases that Python has saved. */
    public static void load(Path file, Network network) throws IOException {
        var values = new HashMap<String, FloatMatrix>();
        for (Tensor tensor : Safetensors.read(file).tensors()) {
            if (tensor.name().startsWith("fc")) { // not lif1.beta and its like, which the program has said
                values.put(tensor.name(), tensor.matrix());
            }
        }
        network.weights().replaceAll(values);
    }
}
