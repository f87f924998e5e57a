package dev.spikelane.example;

import dev.spikelane.model.StateDict;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.nio.file.Path;

public class FromSafetensors {

    private FromSafetensors() {}

    /** Gives a network the weights and biases that Python has saved. */
    public static void load(Path file, Network network) throws IOException {
        var state = StateDict.read(file); // .safetensors, .npz or .pth
        System.out.println(state.compare(network)); // what is missing, left over or of another shape
        state.loadInto(network); // all of it, or an error that says what does not fit
    }
}
